// SPDX-License-Identifier: GPL-2.0-only
/** `conform` with a program that speaks the protocol: what it implements and shows is compared with the reference. */
import { join } from 'node:path';

import { compareProgram, compareTrace, worldOf } from '../conform/program.ts';
import type { Departure } from '../conform/play.ts';
import { startTally } from '../conform/tally.ts';
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import type { ConformReport, FoundDifference } from '../report/conform.ts';
import { sweepTrace } from '../run/sweep.ts';
import { processSubject } from '../subject/process/index.ts';
import { ProgramError } from '../subject/process/trouble.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import { formatTrace } from '../trace/format.ts';
import type { TraceFile } from './files.ts';
import { makeFolder, shortHash, shown, writeWhole } from './files.ts';
import { mistake } from './mistake.ts';
import { CHECK_TIME } from './options.ts';

/** A trace and where it is from. */
type File = Pick<TraceFile, 'path' | 'trace'>;

/** What is compared, and for how long. */
export interface ProgramOrders {
  readonly base: SubjectFactory;
  readonly command: string;
  /** The traces to run; random ones when there are none. */
  readonly files: readonly File[] | undefined;
  /** All faults of their steps as well. */
  readonly swept?: boolean;
  /** Traces that the program cannot run are left out. */
  readonly whatFits?: boolean;
  readonly seed: string;
  readonly time?: number;
  readonly runs?: number;
  readonly reports: string;
}

/** Runs the traces. Throws a mistake for a program that does not start or cannot have any environment. */
export function conformProgram(orders: ProgramOrders): ConformReport {
  const { base, command, files, swept, whatFits } = orders;
  const program = asMistake(() => processSubject(command));
  try {
    return asMistake(() => {
      const common = {
        one: base.name,
        other: program.name,
        builds: [],
        intended: [],
        interrupted: false,
      };
      if (files !== undefined) {
        const tally = startTally();
        const fit = files.filter(
          ({ trace }) => whatFits !== true || typeof worldOf(trace, { program, base }) !== 'string',
        );
        const found = firstOf(swept === true ? sweepOf(fit, base) : fit, (each) => {
          const departure = compareTrace(each.trace, { program, base }, tally);
          return departure && saved(departure, orders, program.name, each.path);
        });
        return { ...common, environments: [], absent: [], tally, found };
      }
      const run = compareProgram({
        program,
        base,
        environments: [...ENVIRONMENTS, ...OLD_ENVIRONMENTS],
        seed: orders.seed,
        steps: Number.POSITIVE_INFINITY,
        goOn: budget(orders),
      });
      const absent = [...run.refused].map(([name, why]) => `${name}: ${why}`);
      const found =
        run.found &&
        saved(
          run.found,
          orders,
          program.name,
          `conform --seed '${orders.seed}', random trace ${run.tally.traces}`,
        );
      return {
        ...common,
        environments: run.environments.map(({ name }) => name),
        absent,
        tally: run.tally,
        found,
      };
    });
  } finally {
    program.close();
  }
}

function* sweepOf(files: readonly File[], factory: SubjectFactory): Generator<File> {
  for (const { path, trace } of files) {
    yield { path, trace };
    for (const { trace: each } of sweepTrace(trace, { factory, spec: 'kernel', unconfirmed: true }))
      yield { path: `sweep of ${path}`, trace: each };
  }
}

/** The first answer that is one. */
function firstOf<T, A>(items: Iterable<T>, ask: (item: T) => A | undefined): A | undefined {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function budget({ time, runs }: ProgramOrders): () => boolean {
  const end = performance.now() + (time ?? CHECK_TIME);
  let asked = 0;
  return () => {
    asked += 1;
    return runs === undefined ? performance.now() < end : asked <= runs;
  };
}

function asMistake<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ProgramError) throw mistake(error.message);
    throw error;
  }
}

function saved(
  { trace, at, where, unlike, failure, stderr }: Departure,
  { reports, base }: ProgramOrders,
  name: string,
  found: string,
): FoundDifference {
  const step = at === undefined ? undefined : trace.steps[at];
  const other =
    unlike?.other ??
    `${failure ?? 'no answer'}${stderr === '' ? '' : `; it wrote: ${stderr.trim()}`}`;
  const difference = {
    at: at ?? 0,
    step,
    where: unlike?.where ?? where,
    one: unlike?.one ?? '',
    other,
  };
  const text = formatTrace(trace);
  const folder = join(reports, 'findings');
  makeFolder(folder);
  const path = join(folder, `conform-${shortHash(text)}.trace`);
  writeWhole(
    path,
    formatTrace(trace, [
      `subjects: ${base.name} and ${name}`,
      `differ: ${at === undefined ? '' : `after step ${at + 1}, `}in ${difference.where}`,
      `found: ${found}`,
    ]),
  );
  return { difference, trace: text, saved: shown(path), found };
}
