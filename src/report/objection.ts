// SPDX-License-Identifier: GPL-2.0-only
/** What is said against a change, the same in every format: which sentence, where, and what is known. */
import type { ChangeResult, Evidence, RegressReport, TouchedLine } from './change.ts';
import { frameText } from './finding.ts';
import { countOf } from './text.ts';

/** Something known about a change: a word for it, and the text, which may have several lines. */
export type Fact = readonly [label: string, text: string];

/** A place in a file; line 0 is the whole file. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** What is said against a change. */
export interface Objection {
  readonly level: 'error' | 'warning';
  /** The sentence that does not hold. */
  readonly rule: string;
  /** The objection on one line. */
  readonly headline: string;
  /** The first line that the reader should look at; `undefined` when nothing was touched. */
  readonly place: Place | undefined;
  readonly facts: readonly Fact[];
  /** The trace that shows it, '' where nothing was run. */
  readonly trace: string;
}

/** `undefined` for a change that behaves the same, or is for others. */
export function objectionTo(change: ChangeResult): Objection | undefined {
  switch (change.verdict) {
    case 'same':
    case 'n/a':
      return undefined;
    case 'broken':
      return shown(change, 'error');
    case 'different':
      return shown(change, 'warning');
    case 'unreached':
      return unreached(change);
    case 'does not apply':
      return refused(change, 'the change applies');
    case 'does not load':
      return refused(change, 'the changed sources load');
  }
}

/** The rule as a name that stays the same: lower case, words joined by `-`. */
export function ruleId(rule: string): string {
  return (
    rule
      .toLowerCase()
      .match(/[a-z0-9]+/gu)
      ?.join('-') ?? 'unnamed'
  );
}

/** What the header of the patch promises and did not happen. */
export function surprise({ surprise: text }: ChangeResult): readonly Fact[] {
  return text === '' ? [] : [['promise', text]];
}

/** Why a change is for others. */
export function notHere({ verdict, problem }: ChangeResult): readonly Fact[] {
  return verdict === 'n/a' ? [['why', problem?.message ?? 'unknown']] : [];
}

/** Type errors that the base has not, each with its place. */
export function typeFacts({ types = [] }: ChangeResult): readonly Fact[] {
  return types.map((problem) => ['types', `${placeText(problem)}: ${problem.message}`]);
}

/** What is missing from a report: changes that were not checked to their end, and types. */
export function gaps({ unfinished, untyped }: RegressReport): readonly Fact[] {
  return [
    ...(unfinished.length === 0
      ? []
      : [['not checked to the end', unfinished.join(', ')] as const]),
    ...(untyped === undefined ? [] : [['types not checked', untyped] as const]),
  ];
}

/** `label: text`, with the lines after the first indented below it. */
export function factText([label, text]: Fact): string {
  return `${label}: ${text.replaceAll('\n', '\n  ')}`;
}

/** `0.4 s`; milliseconds where that would be 0. */
export function duration(milliseconds: number): string {
  return milliseconds < 100 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function shown(change: ChangeResult, level: Objection['level']): Objection {
  const { evidence, touched, verdict } = change;
  const rule = evidence?.rule ?? 'the change shows what the base shows';
  return {
    level,
    rule,
    headline:
      verdict === 'broken' ? `does not hold: ${rule}` : 'shows something else than the base',
    place: touched[0],
    facts: [
      ['rule', rule],
      ...(evidence === undefined ? [] : evidenceFacts(evidence)),
      ...surprise(change),
    ],
    trace: evidence?.trace ?? '',
  };
}

function evidenceFacts(evidence: Evidence): readonly Fact[] {
  const { detail, at, fn, where, stack, source, found, traces, milliseconds } = evidence;
  const faults = faultsOf(evidence.trace);
  return [
    ['seen', detail],
    ['at', `step ${at + 1}, ${fn}`],
    ...(where === undefined ? [] : [['where', `${where.fn}(), ${placeText(where)}`] as const]),
    ...(stack.length === 0 ? [] : [['stack', stack.map(frameText).join('\n')] as const]),
    ...(faults === '' ? [] : [['faults', faults] as const]),
    ['source', source],
    ['found', found],
    ['after', `${countOf(traces, 'trace')}, ${duration(milliseconds)}`],
    ...keptFacts(evidence),
  ];
}

/** The file of the trace and a command that can be pasted, or why there is none. */
function keptFacts({ file, unsaved, again }: Evidence): readonly Fact[] {
  if (unsaved !== undefined) return [['not kept', unsaved]];
  return file === undefined
    ? []
    : [
        ['kept', file],
        ['again', again],
      ];
}

/** The faults that are armed in a trace, a step per line. */
function faultsOf(trace: string): string {
  const lines = trace.split('\n');
  const first = lines.findLastIndex((line) => /^(?:environment:|\s)/u.test(line)) + 1;
  return lines
    .slice(first)
    .filter((line) => line !== '')
    .flatMap((line, i) => {
      const faults = line.match(/\((?:fail|fail_nth|callback): [^)]*\)/gu);
      return faults === null ? [] : [`step ${i + 1} ${faults.join(' ')}`];
    })
    .join('\n');
}

function unreached(change: ChangeResult): Objection {
  const missed = change.touched.filter((line) => line.missed.length > 0);
  return {
    level: 'warning',
    rule: 'every changed line is executed',
    headline: `not executed, or not all of it: ${countOf(missed.length, 'changed line')}`,
    place: missed[0],
    facts: [...missed.map(missedFact), ...surprise(change)],
    trace: '',
  };
}

function missedFact({ file, line, fn, missed }: TouchedLine): Fact {
  const where = fn === '' ? '' : ` ${fn}`;
  return ['missed', [`${file}:${line}${where}`, ...missed].join('\n')];
}

function refused(change: ChangeResult, rule: string): Objection {
  const { problem, verdict } = change;
  const why = problem?.message ?? 'unknown';
  const at = problem === undefined ? [] : [['at', placeText(problem)] as const];
  return {
    level: 'error',
    rule,
    headline: `${verdict}: ${why}`,
    place: problem,
    facts: [['why', why], ...at, ...surprise(change)],
    trace: '',
  };
}

/** `file:line`, or the file alone. */
export function placeText({ file, line }: Place): string {
  return line === 0 ? file : `${file}:${line}`;
}
