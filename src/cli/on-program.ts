// SPDX-License-Identifier: GPL-2.0-only
/**
 * `check`, `sweep` and `replay` on a program that speaks the protocol: it shows what it likes to show, so
 * that the reference, which the oracle judges, runs beside it, and what the program shows is compared.
 */
import type { Trace } from '../trace/step.ts';
import { conformProgram } from './conform-program.ts';
import { publish } from './conform-run.ts';
import { mistake } from './mistake.ts';
import { prepareFolder, REPORTS } from './files.ts';
import type { ReportFlags } from './options.ts';
import { REFERENCE } from './target.ts';

/** A trace and where it is from. */
interface File {
  readonly path: string;
  readonly trace: Trace;
}

/** What is run: the traces of files, all faults of their steps, or random ones. */
export interface ProgramRun extends Partial<ReportFlags> {
  readonly command: string;
  readonly files?: readonly File[];
  readonly swept?: boolean;
  /** Files that the program cannot run are left out: the user has not named them. */
  readonly whatFits?: boolean;
  readonly seed?: string;
  readonly time?: number;
  readonly runs?: number;
}

/** Options of a command that make no sense with a program, by name. */
export function refuseOptions(name: string, given: Readonly<Record<string, boolean>>): void {
  const odd = Object.keys(given).find((option) => given[option] === true);
  if (odd === undefined) return;
  throw mistake(
    `--${odd}: ${name} is a program, which is compared with the reference; expected no --${odd} beside it`,
  );
}

/** Runs it; ends with 1 at the first difference. */
export async function runOnProgram(run: ProgramRun): Promise<void> {
  const { reports = REPORTS, files, seed = 'msicheck' } = run;
  prepareFolder(reports);
  const { factory: base } = await REFERENCE.load();
  const report = conformProgram({ ...run, base, files, seed, reports });
  publish(report, { ...run, reports });
}
