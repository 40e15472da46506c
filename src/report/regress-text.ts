// SPDX-License-Identifier: GPL-2.0-only
/** Checked changes for people: a table of several, then what was found, then one line that says how it ended. */
import type { ChangeResult, Covered, RegressReport, VerdictKind } from './change.ts';
import { columns } from './columns.ts';
import {
  duration,
  type Fact,
  factText,
  gaps,
  notHere,
  objectionTo,
  surprise,
  typeFacts,
} from './objection.ts';
import { type Mark, type Paint, PLAIN } from './paint.ts';
import { clipped, oneLine, printable } from './printable.ts';
import { sideBySide } from './side-by-side.ts';
import { count, countOf } from './text.ts';
import { touchedFunctions } from './touched-functions.ts';

/** Columns of a table where there is no terminal. */
const USUAL_WIDTH = 100;

/** Everything, ending with a newline; `paint` gives colours, `width` is that of the table. */
export function regressText(
  report: RegressReport,
  paint: Paint = PLAIN,
  width: number = USUAL_WIDTH,
): string {
  const { changes } = report;
  const several = changes.length > 1;
  const told = changes.filter(isTold);
  const detailed = several ? told : changes;
  const parts = [
    heading(report, paint),
    several ? table(changes, paint, width) : '',
    ...detailed.map((change) => details(change, paint)),
    conclusion(report, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function heading({ subject, seed, budget }: RegressReport, paint: Paint): string {
  const words = ['msicheck regress', `subject ${subject}`, `seed ${seed}`, `budget ${budget}`];
  return paint.strong(oneLine(words.join(', ')));
}

/** What is known about it is more than its line in the table. */
function isTold({ verdict, since, types }: ChangeResult): boolean {
  return (verdict !== 'same' && verdict !== 'n/a' && since === '') || (types ?? []).length > 0;
}

/** Columns of a table that are for verdict and numbers, and those of the least that a name or rule needs. */
const FIXED = 34;
const LEAST = 12;
/** The part of the other columns that a name gets. */
const NAME_PART = 30 / 66;

function table(changes: readonly ChangeResult[], paint: Paint, width: number): string {
  const left = Math.max(2 * LEAST, width - FIXED);
  const nameWidth = Math.round(left * NAME_PART);
  const rows = changes.map((change) => [
    fitted(oneLine(labelOf(change)), nameWidth),
    markOf(change.verdict, paint)(change.verdict),
    fitted(oneLine(reasonOf(change)), left - nameWidth),
    change.evidence === undefined ? '' : count(change.evidence.steps),
    String(change.milliseconds),
  ]);
  const sides = ['left', 'left', 'left', 'right', 'right'] as const;
  return columns(['change', 'verdict', 'rule', 'steps', 'ms'], rows, sides, paint);
}

function reasonOf(change: ChangeResult): string {
  if (change.since !== '') return `as ${shortName(change.since)}`;
  const said = change.problem?.message ?? objectionTo(change)?.rule;
  const errors = change.types?.length ?? 0;
  return said ?? (errors === 0 ? '' : countOf(errors, 'type error'));
}

/** The hash of a commit says nothing to people. */
function labelOf({ name, title }: ChangeResult): string {
  return /^[0-9a-f]{12}$/u.test(name) ? `${name} ${title}` : shortName(name);
}

/** The end of a path tells patches of a series apart. */
function shortName(name: string): string {
  return name.replace(/^.*\/(?=[^/])/u, '');
}

/** What is not ASCII is taken to be two columns wide, as some of it is. */
function fitted(text: string, width: number): string {
  const wide = text.match(/[^ -~]/gu)?.length ?? 0;
  if (text.length + wide <= width) return text;
  return clipped(text, wide === 0 ? width : Math.floor(width / 2));
}

function markOf(verdict: VerdictKind, paint: Paint): Mark {
  switch (verdict) {
    case 'same':
      return paint.good;
    case 'different':
    case 'unreached':
      return paint.strong;
    case 'n/a':
      return paint.faint;
    case 'broken':
    case 'does not apply':
    case 'does not load':
      return paint.bad;
  }
}

function details(change: ChangeResult, paint: Paint): string {
  const objection = objectionTo(change);
  const facts = objection?.facts ?? [...notHere(change), ...surprise(change)];
  const verdict = markOf(change.verdict, paint)(change.verdict);
  const lines = [
    `${paint.strong(oneLine(change.name))}: ${oneLine(change.title)}`,
    `  verdict   ${verdict}`,
    // The pieces that were missed stand below their functions.
    ...facts.filter(([label]) => label !== 'missed').flatMap(factLines),
    ...labelled('types', typesText(change)),
    ...labelled('touched', touchedText(change)),
    ...labelled('repairs', change.repairs),
    ...labelled('covered', [coveredText(change)]),
  ];
  return [lines.join('\n'), ...evidenceParts(change, paint)].join('\n\n');
}

/** What was edited may have been another file, so that nothing was touched is said. */
function touchedText({ touched, verdict }: ChangeResult): readonly string[] {
  if (touched.length > 0) return touchedFunctions(touched);
  return verdict === 'same' ? ['no line with code'] : [];
}

/** Type errors that are shown; the rest is counted. */
const MOST_ERRORS = 5;

function typesText(change: ChangeResult): readonly string[] {
  const lines = typeFacts(change).map(([, text]) => text);
  const more = lines.length - MOST_ERRORS;
  return more > 0 ? [...lines.slice(0, MOST_ERRORS), `${count(more)} more`] : lines;
}

function factLines([label, text]: Fact): readonly string[] {
  return labelled(label, text.split('\n'));
}

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(10)}${oneLine(line)}`.trimEnd());
}

function coveredText({ covered, milliseconds }: ChangeResult): string {
  const { traces, steps, corpus, sweep, random }: Covered = covered;
  if (traces === 0) return 'nothing was run';
  const parts = `${count(corpus)} of the corpus, ${count(sweep)} of its sweep, ${count(random)} random`;
  return `${countOf(traces, 'trace')} (${parts}), ${countOf(steps, 'step')}, ${duration(milliseconds)}`;
}

/** What the two show, and the trace as it can be pasted: its reader skips the indentation. */
function evidenceParts({ evidence }: ChangeResult, paint: Paint): readonly string[] {
  if (evidence === undefined) return [];
  const compared = sideBySide(evidence.differences).map((line) => compareLine(line, paint));
  const trace = printable(evidence.trace).trimEnd().split('\n');
  const parts = [`  trace of ${countOf(evidence.steps, 'step')}`, indented(trace)];
  if (compared.length > 0)
    parts.push(`  what they show, ${paint.bad('- base')}, ${paint.good('+ change')}`);
  return compared.length > 0 ? [...parts, indented(compared)] : parts;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`.trimEnd()).join('\n');
}

function compareLine(line: string, paint: Paint): string {
  const text = oneLine(line);
  if (text.startsWith('-')) return paint.bad(text);
  return text.startsWith('+') ? paint.good(text) : text;
}

const ORDER = [
  'broken',
  'different',
  'unreached',
  'does not apply',
  'does not load',
  'same',
  'n/a',
] as const;

function conclusion(report: RegressReport, paint: Paint): string {
  const { changes, firstBad } = report;
  const counts = ORDER.flatMap((verdict) => {
    const times = changes.filter((change) => change.verdict === verdict).length;
    return times === 0 ? [] : [markOf(verdict, paint)(`${count(times)} ${verdict}`)];
  });
  const lines = [
    `${countOf(changes.length, 'change')}: ${counts.length === 0 ? 'none was checked to its end' : counts.join(', ')}`,
  ];
  lines.push(...gaps(report).map((gap) => oneLine(factText(gap))));
  if (firstBad !== undefined) lines.unshift(`first bad change: ${paint.bad(oneLine(firstBad))}`);
  return lines.join('\n');
}
