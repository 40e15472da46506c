// SPDX-License-Identifier: GPL-2.0-only
/** What `witness` says: how each return and each `goto` of a file of a kernel tree is reached, two trees side by side. */
import { CALL_NAMES } from '../trace/call.ts';
import { formatErrno } from '../trace/errno.ts';
import { formatTrace } from '../trace/format.ts';
import type { Trace } from '../trace/step.ts';
import { columns } from './columns.ts';
import type { Paint } from './paint.ts';
import { count } from './text.ts';

/** What a `return` returns, as far as it is constant. */
type Value =
  | { readonly kind: 'number' | 'ERR_PTR'; readonly number: number }
  | { readonly kind: 'NULL' | 'true' | 'false' };

/** A `return` or a `goto`; what is not known before it runs has one entry for the error and one for the rest. */
export interface ExitRow {
  readonly function: string;
  /** Among the exits of its function, from 1. */
  readonly nth: number;
  readonly kind: 'return' | 'goto';
  readonly outcome: 'error' | 'good' | 'any';
  readonly value: Value | undefined;
  readonly line: number;
  /** Line that a `goto` goes to. */
  readonly target: number | undefined;
  readonly built: boolean;
  /** The shortest that was found, and where it is kept. */
  readonly witness: { readonly trace: Trace; readonly saved: string } | undefined;
}

/** What was found in a tree. */
export interface WitnessTree {
  readonly name: string;
  readonly build: string;
  readonly environments: readonly string[];
  readonly ran: { readonly traces: number; readonly steps: number; readonly faults: number };
  /** In the order of the file. */
  readonly exits: readonly ExitRow[];
  /** Functions that never ran. */
  readonly functions: readonly { readonly name: string; readonly line: number }[];
  /** Ways that conditions of the other functions never went. */
  readonly ways: readonly {
    readonly function: string;
    readonly line: number;
    readonly column: number;
    /** `LINE:COLUMN`, or a word. */
    readonly to: string;
  }[];
}

/** A run of `witness`: one tree or two. */
export interface WitnessReport {
  readonly file: string;
  readonly seed: string;
  readonly trees: readonly WitnessTree[];
  readonly interrupted: boolean;
}

/** For people. */
export function witnessText(
  { file, seed, trees, interrupted }: WitnessReport,
  paint: Paint,
): string {
  const parts = [
    [
      paint.strong(`msicheck witness, ${file} of ${trees.map(({ name }) => name).join(' and ')}`),
      ...trees.map(({ name, build }) => `${name}: ${build}`),
      ...trees.map(
        ({ name, environments }) => `environments of ${name}: ${environments.join(', ')}`,
      ),
      `seed: ${seed}`,
    ].join('\n'),
    exitTable(trees, paint),
    ...trees.map((tree) => unreachedText(tree, paint)),
    ...(trees.length > 1 ? [onlyText(trees)] : []),
    trees.map((tree) => sums(tree)).join('\n'),
    ...(interrupted ? [paint.bad('interrupted: what is not reached may be reachable')] : []),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A row for each exit, known again in the other tree by its function and its number there. */
function exitTable(trees: readonly WitnessTree[], paint: Paint): string {
  const rows = keysOf(trees).map((key) => {
    const [fn = '', nth = ''] = key.split(' ');
    const cells = trees.flatMap(({ exits }) => {
      const exit = exits.find((each) => keyOf(each) === key);
      return exit === undefined
        ? ['-', '-', '-']
        : [String(exit.line), exitText(exit), reachedText(exit, paint)];
    });
    return [fn, nth, ...cells];
  });
  const heading = trees.flatMap(({ name }) => [`line in ${name}`, 'exit', 'reached by']);
  const sides = trees.flatMap(() => ['right', 'left', 'left'] as const);
  return columns(['function', 'n', ...heading], rows, ['left', 'right', ...sides], paint);
}

function reachedText({ built, witness }: ExitRow, { bad, faint }: Paint): string {
  if (!built) return faint('not built');
  if (witness === undefined) return bad('not reached');
  const { steps } = witness.trace;
  const faults = faultsOf(witness.trace);
  const words = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`;
  if (faults === 0) return words;
  return `${words}, ${faults} ${faults === 1 ? 'fault' : 'faults'}`;
}

/** Injected ones, and what the world does against the driver. */
function faultsOf({ environment, steps }: Trace): number {
  return steps.reduce((sum, { faults }) => sum + faults.length, environment.hostile.length);
}

/** What the exit is, in words that the source need not be read for. */
function exitText({ kind, outcome, value, target }: ExitRow): string {
  if (kind === 'goto') return target === undefined ? 'goto' : `goto line ${target}`;
  if (outcome !== 'any') return outcome === 'error' ? 'return, an error' : 'return, no error';
  if (value === undefined) return 'return';
  if (value.kind === 'number') return `return ${formatErrno(value.number)}`;
  return value.kind === 'ERR_PTR'
    ? `return ERR_PTR(${formatErrno(value.number)})`
    : `return ${value.kind}`;
}

/** Whether the exit is one for errors, as far as it says so itself. */
function isError({ outcome, value }: ExitRow): boolean {
  if (outcome === 'error') return true;
  if (value?.kind === 'number') return value.number < 0;
  return value?.kind === 'ERR_PTR' || value?.kind === 'NULL';
}

/** Keys in the order of the first tree; what the second one alone has comes behind its function, or at the end. */
function keysOf(trees: readonly WitnessTree[]): readonly string[] {
  const functions = new Set(trees.flatMap(({ exits }) => exits.map((exit) => exit.function)));
  const all = trees.flatMap(({ exits }) => exits);
  return [...functions].flatMap((fn) => {
    const own = all.filter((exit) => exit.function === fn && isShown(exit, all));
    const sorted = own.toSorted(
      (a, b) => a.nth - b.nth || OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome),
    );
    return [...new Set(sorted.map(keyOf))];
  });
}

const OUTCOMES: readonly ExitRow['outcome'][] = ['any', 'error', 'good'];

/** That a result which is returned when it is an error is never a good one is no news. */
function isShown(exit: ExitRow, all: readonly ExitRow[]): boolean {
  if (exit.outcome !== 'good') return true;
  return all.some((other) => keyOf(other) === keyOf(exit) && other.witness !== undefined);
}

function keyOf(exit: ExitRow): string {
  return `${exit.function} ${exit.nth} ${exit.outcome}`;
}

function unreachedText({ name, functions, ways }: WitnessTree, paint: Paint): string {
  const lost = functions.map((each) => [
    each.name,
    String(each.line),
    isCall(each.name) ? 'yes' : 'no',
  ]);
  const never = ways.map((way) => [way.function, String(way.line), String(way.column), way.to]);
  const calls = [`functions of ${name} that nothing reached`, 'line', 'a call of traces'];
  const places = [`conditions of ${name} in functions that ran`, 'line', 'column', 'never go to'];
  const parts = [
    lost.length === 0 ? '' : columns(calls, lost, ['left', 'right'], paint),
    never.length === 0 ? '' : columns(places, never, ['left', 'right', 'right'], paint),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Whether traces name the function; some names have the release behind them. */
function isCall(name: string): boolean {
  return CALL_NAMES.some((fn) => fn.replace(/_6_1$/u, '') === name);
}

/** Functions with exits that one of the trees has alone, and functions that have another number of exits there. */
function onlyText([one, other]: readonly WitnessTree[]): string {
  if (one === undefined || other === undefined) return '';
  const [left, right] = [exitCounts(one), exitCounts(other)];
  const alone = (tree: WitnessTree, has: Counts, lacks: Counts): readonly string[] => {
    const names = [...has.keys()].filter((name) => !lacks.has(name));
    return names.length === 0 ? [] : [`exits of ${tree.name} alone are in: ${names.join(', ')}`];
  };
  const unlike = [...left].flatMap(([name, exits]) => {
    const there = right.get(name);
    return there === undefined || there === exits ? [] : [`${name} (${exits} and ${there})`];
  });
  return [
    ...alone(one, left, right),
    ...alone(other, right, left),
    ...(unlike.length === 0 ? [] : [`another number of exits is in: ${unlike.join(', ')}`]),
  ].join('\n');
}

type Counts = ReadonlyMap<string, number>;

function exitCounts({ exits }: WitnessTree): Counts {
  const counts = new Map<string, number>();
  for (const exit of exits) counts.set(exit.function, exit.nth);
  return counts;
}

function part(what: string, some: readonly ExitRow[]): string {
  return `${some.filter(({ witness }) => witness !== undefined).length} of ${some.length} ${what}`;
}

function sums(tree: WitnessTree): string {
  const { name, exits, functions, ways, ran } = tree;
  const returns = exits.filter(({ kind, outcome }) => kind === 'return' && outcome !== 'good');
  const parts = [
    part('error returns', returns.filter(isError)),
    part(
      'other returns',
      returns.filter((exit) => !isError(exit)),
    ),
    part(
      'gotos',
      exits.filter(({ kind }) => kind === 'goto'),
    ),
  ];
  return (
    `${name}: reached ${parts.join(', ')}; ${functions.length} functions not reached, ` +
    `${ways.length} ways of conditions not taken; ` +
    `${count(ran.traces)} traces, ${count(ran.steps)} steps, ${count(ran.faults)} faults`
  );
}

/** For programs. */
export function witnessJson({ file, seed, trees, interrupted }: WitnessReport): object {
  return {
    command: 'witness',
    file,
    seed,
    interrupted,
    trees: trees.map((tree) => ({
      ...tree,
      functions: tree.functions.map((each) => ({ ...each, call: isCall(each.name) })),
      exits: tree.exits.map((exit) => ({
        function: exit.function,
        nth: exit.nth,
        line: exit.line,
        kind: exit.kind,
        what: exitText(exit),
        error: isError(exit),
        built: exit.built,
        target: exit.target,
        reached: exit.witness !== undefined,
        steps: exit.witness?.trace.steps.length,
        faults: exit.witness === undefined ? undefined : faultsOf(exit.witness.trace),
        trace: exit.witness === undefined ? undefined : formatTrace(exit.witness.trace),
        saved: exit.witness?.saved,
      })),
    })),
  };
}
