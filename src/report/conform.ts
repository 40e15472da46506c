// SPDX-License-Identifier: GPL-2.0-only
/** What `conform` says: where two subjects part, and how much was compared. */
import { formatStep } from '../trace/format.ts';
import { CALL_NAMES } from '../trace/call.ts';
import type { Site } from '../trace/sites.ts';
import type { Step } from '../trace/step.ts';
import { columns } from './columns.ts';
import type { Paint } from './paint.ts';
import { count } from './text.ts';

/** The step after which two subjects show different things, the words that lead there, and what each shows. */
interface Difference {
  readonly at: number;
  /** `undefined` for a program that fails at another moment. */
  readonly step: Step | undefined;
  readonly where: string;
  readonly one: string;
  readonly other: string;
}

/** What two subjects may ask for in their own ways, and why. */
interface Apart {
  readonly name: string;
  readonly why: string;
  readonly site: Site;
}

/** What was compared. */
interface Tally {
  readonly traces: number;
  readonly steps: number;
  readonly fired: number;
  readonly stopped: Readonly<Record<'apart' | 'not allowed', number>>;
  readonly calls: ReadonlyMap<string, number>;
}

/** A run of `conform`. */
export interface ConformReport {
  readonly one: string;
  readonly other: string;
  /** How trees were built. */
  readonly builds: readonly string[];
  readonly environments: readonly string[];
  /** Environments and kept traces that one of the two cannot have, with the reason. */
  readonly absent: readonly string[];
  readonly intended: readonly Apart[];
  readonly tally: Tally;
  readonly found: FoundDifference | undefined;
  readonly interrupted: boolean;
}

/** The first difference, in the smallest trace that shows it. */
export interface FoundDifference {
  readonly difference: Difference;
  /** The trace as text. */
  readonly trace: string;
  /** Where it is kept, and what command came upon it. */
  readonly saved: string;
  readonly found: string;
}

/** For people. */
export function conformText(report: ConformReport, paint: Paint): string {
  const { one, other, tally, found, intended } = report;
  const rows = CALL_NAMES.flatMap((fn) => {
    const times = tally.calls.get(fn);
    return times === undefined ? [] : [[fn, count(times)]];
  });
  const lines = [
    paint.strong(`msicheck conform, ${one} and ${other}`),
    ...report.builds,
    `environments: ${report.environments.join(', ')}`,
    ...report.absent.map((text) => `not compared: ${text}`),
    '',
    columns(['call', 'steps compared'], rows, ['left', 'right'], paint),
    '',
    ...intended.map(({ name, why, site }) => `apart: ${name} (${site}): ${why}`),
    ...(found === undefined ? [] : differenceLines(report, found, paint)),
    `${count(tally.traces)} traces, ${count(tally.steps)} steps compared, ${count(tally.fired)} faults fired`,
    ...stoppedLines(tally),
    verdict(report, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function differenceLines(
  { one, other }: ConformReport,
  { difference, trace, saved, found }: FoundDifference,
  paint: Paint,
): readonly string[] {
  const width = Math.max(one.length, other.length);
  return [
    '',
    ...(difference.step === undefined
      ? [paint.bad(`they differ, in ${difference.where}`)]
      : [
          paint.bad(`they differ after step ${difference.at + 1}, in ${difference.where}`),
          `  ${formatStep(difference.step)}`,
        ]),
    `  ${one.padEnd(width)}  ${difference.one}`,
    `  ${other.padEnd(width)}  ${difference.other}`,
    `  found  ${found}`,
    `  saved  ${saved}`,
    '',
    ...trace.trimEnd().split('\n'),
    '',
  ];
}

function stoppedLines({ stopped }: Tally): readonly string[] {
  const why = {
    apart: 'ended before a fault that the two do not share',
    'not allowed':
      'ended at something that the oracle does not allow on the first (check reports it)',
  } as const;
  return (['apart', 'not allowed'] as const).flatMap((name) =>
    stopped[name] === 0 ? [] : [`${count(stopped[name])} traces ${why[name]}`],
  );
}

function verdict({ one, other, found, interrupted }: ConformReport, paint: Paint): string {
  if (found !== undefined) return paint.bad(`${one} and ${other} differ`);
  const end = interrupted ? ', until the run was interrupted' : '';
  return paint.good(`${one} and ${other} show the same${end}`);
}

/** For programs. */
export function conformJson(report: ConformReport): object {
  const { tally, found } = report;
  return {
    command: 'conform',
    subjects: [report.one, report.other],
    builds: report.builds,
    environments: report.environments,
    absent: report.absent,
    apart: report.intended.map(({ name, why, site }) => ({ name, why, site })),
    traces: tally.traces,
    steps: tally.steps,
    faults: tally.fired,
    stopped: tally.stopped,
    calls: Object.fromEntries(tally.calls),
    interrupted: report.interrupted,
    difference:
      found === undefined
        ? null
        : {
            step: found.difference.step === undefined ? null : found.difference.at + 1,
            call: found.difference.step === undefined ? null : formatStep(found.difference.step),
            where: found.difference.where,
            shown: [found.difference.one, found.difference.other],
            trace: found.trace,
            saved: found.saved,
            found: found.found,
          },
  };
}
