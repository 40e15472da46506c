// SPDX-License-Identifier: GPL-2.0-only
/** The summary of a run for people: tables, then what was found, then one line that says how it ended. */
import { columns } from './columns.ts';
import { findingText } from './finding.ts';
import { type Paint, PLAIN } from './paint.ts';
import {
  type Amount,
  type CallRow,
  gone,
  type Learned,
  type Summary,
  unreached,
} from './summary.ts';

const NOTHING = 'nothing unexpected found';

/** Everything, ending with a newline; `paint` gives colours. */
export function textSummary(summary: Summary, paint: Paint = PLAIN): string {
  const parts = [
    heading(summary, paint),
    calls(summary, paint),
    sites(summary, paint),
    situations(summary, paint),
    swept(summary, paint),
    absent(summary, paint),
    expected(summary, paint),
    accepted(summary, paint),
    ...summary.findings.map((found) => findingText(found, paint)),
    amounts(summary),
    conclusion(summary, paint).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function heading(summary: Summary, paint: Paint): string {
  const { command, subject, spec, seed, environments } = summary;
  const words = [`msicheck ${command}`, `subject ${subject}`, `specification ${spec}`];
  if (seed !== '') words.push(`seed ${seed}`);
  const names = environments.length === 0 ? '' : `\nenvironments: ${environments.join(', ')}`;
  const build = summary.build === undefined ? '' : `\nbuild: ${summary.build}`;
  return paint.strong(words.join(', ')) + build + names;
}

/** A sweep runs what its traces hold; a check is to run everything, so that what never ran is shown. */
function calls(summary: Summary, paint: Paint): string {
  const rows = summary.command !== 'sweep' ? summary.calls : summary.calls.filter(hasRun);
  const lines = rows.map((row) => [
    row.fn,
    count(row.times),
    hasRun(row)
      ? row.results.map(({ ret, times }) => `${ret} (${count(times)})`).join(', ')
      : paint.faint('never ran'),
  ]);
  return columns(['call', 'runs', 'results'], lines, ['left', 'right'], paint);
}

function hasRun({ results }: CallRow): boolean {
  return results.length > 0;
}

function sites(summary: Summary, paint: Paint): string {
  const rows =
    summary.command !== 'sweep' ? summary.sites : summary.sites.filter(({ times }) => times > 0);
  const lines = rows.map(({ site, times }) => [
    site,
    times === 0 ? paint.faint('never') : count(times),
  ]);
  return columns(['fault injected at', 'fired'], lines, ['left', 'right'], paint);
}

function situations(summary: Summary, paint: Paint): string {
  if (summary.situations.length === 0) return '';
  const reached = (times: number | undefined): string => {
    if (times === undefined) return paint.faint('n/a');
    return times === 0 ? paint.bad('never reached') : count(times);
  };
  const lines = summary.situations.map((row) => [
    // What no environment of the run can produce, the corpus need not show either.
    reached(row.random === undefined && row.corpus === 0 ? undefined : row.corpus),
    reached(row.random),
    row.situation,
  ]);
  const sides = ['right', 'right'] as const;
  return columns(['corpus', 'random', 'situation that invariants are about'], lines, sides, paint);
}

function swept(summary: Summary, paint: Paint): string {
  if (summary.swept.length === 0) return '';
  const lines = summary.swept.map((row) => [
    row.trace,
    count(row.steps),
    count(row.points),
    count(row.runs),
  ]);
  const sides = ['left', 'right', 'right', 'right'] as const;
  return columns(['swept trace', 'steps', 'fault points', 'runs'], lines, sides, paint);
}

/** Reasons, and how much each keeps from being run. */
function absent(summary: Summary, paint: Paint): string {
  const reasons = new Map<string, string[]>();
  for (const { what, why } of summary.absent)
    reasons.set(why, [...(reasons.get(why) ?? []), what.replace(/^.*\//u, '')]);
  if (reasons.size === 0) return '';
  const lines = [...reasons].map(([why, names]) => [
    count(names.length),
    why,
    names.length > FEW ? `${names.slice(0, FEW).join(', ')}, ...` : names.join(', '),
  ]);
  return columns(['n/a', 'the subject has no', 'environments and traces'], lines, ['right'], paint);
}

function accepted(summary: Summary, paint: Paint): string {
  if (summary.accepted.length === 0) return '';
  return [paint.strong('accepted'), ...summary.accepted].join('\n');
}

/** So many names that fit on a line. */
const FEW = 3;

function expected(summary: Summary, paint: Paint): string {
  if (summary.expected.length === 0) return '';
  const shown = summary.expected.filter((row) => row.times > 0 || row.replayed === false);
  if (shown.length === 0) return '';
  const lines = shown.map((row) => [
    row.replayed === false ? paint.bad('gone') : count(row.times),
    row.fn,
    row.trace.replace(/^.*\//u, ''),
  ]);
  return columns(['seen', 'call', 'expected finding'], lines, ['right'], paint);
}

function amounts(summary: Summary): string {
  const { corpus, random, seconds } = summary;
  const steps = corpus.steps + random.steps;
  const rate = seconds > 0 ? `, ${count(Math.round(steps / seconds))} steps per second` : '';
  const lines = [`${summary.command === 'sweep' ? 'swept: ' : 'corpus:'} ${amount(corpus)}`];
  if (random.traces > 0) lines.push(`random: ${amount(random)}`);
  if (summary.learned !== undefined) lines.push(...learned(summary.learned));
  return [...lines, `time:   ${seconds.toFixed(1)} s${rate}`].join('\n');
}

function learned({ workers, kept, features, chance, folder }: Learned): readonly string[] {
  const one = chance > 0 ? `1 in ${count(Math.round(1 / chance))}` : 'none that was seen';
  return [
    `kept:   ${countOf(kept, 'trace')} that showed one of ${countOf(features, 'feature')} first, in ${folder}`,
    `next:   the chance that one more trace shows something new is ${one}`,
    `by:     ${countOf(workers, 'worker')}`,
  ];
}

function amount({ traces, steps, faults }: Amount): string {
  return [
    countOf(traces, 'trace'),
    countOf(steps, 'step'),
    `${countOf(faults, 'fault')} fired`,
  ].join(', ');
}

function conclusion(summary: Summary, paint: Paint): readonly string[] {
  const lines: string[] = [];
  if (summary.ended === 'interrupted')
    lines.push(paint.bad('interrupted: this is what was done so far'));
  const missing = gone(summary).length;
  if (missing > 0) {
    lines.push(
      paint.bad(
        `${countOf(missing, 'expected finding')} no longer seen: take the trace off the expected list`,
      ),
    );
  }
  const never = unreached(summary).length;
  if (never > 0 && summary.ended === 'complete')
    lines.push(paint.bad(`never reached: ${countOf(never, 'situation')}`));
  const found = summary.findings.length;
  if (found > 0) lines.push(paint.bad(`not expected: ${countOf(found, 'finding')}`));
  if (found === 0) lines.push(summary.status === 0 ? paint.good(NOTHING) : NOTHING);
  return lines;
}

/** `1 trace`, `1,234 traces` */
export function countOf(n: number, what: string): string {
  return `${count(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** 1234567 as `1,234,567`, whatever the machine's language is. */
export function count(n: number): string {
  // toLocaleString() does it too, once a tenth of a second was spent on loading it.
  return String(n).replaceAll(/\B(?=(?:\d{3})+$)/gu, ',');
}
