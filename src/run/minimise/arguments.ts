// SPDX-License-Identifier: GPL-2.0-only
/** Passes of the minimiser that make calls and their arguments simpler, without another number of steps. */
import { affinityArg } from '../../trace/affinity.ts';
import { DOMAINS, DOMIDS } from '../../trace/call.ts';
import type { Environment } from '../../trace/environment.ts';
import { BUS_TOKENS, MSI_ANY_INDEX, MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE } from '../../trace/flags.ts';
import { type Arg, type ArgKind, SIGNATURES } from '../../trace/signatures.ts';
import type { Step, Trace } from '../../trace/step.ts';
import { rankOfArg } from './order.ts';
import { type Search, withStep, withSteps } from './search.ts';

const AFFINITIES: readonly number[] = [
  0,
  affinityArg(1, false),
  affinityArg(2, false),
  affinityArg(3, false),
  affinityArg(1, true),
  affinityArg(2, true),
  affinityArg(3, true),
  affinityArg(0, false),
  affinityArg(0, true),
];
/** Kinds whose values are few: all of them are tried. */
const FEW: Readonly<Partial<Record<ArgKind, readonly number[]>>> = {
  affinity: AFFINITIES,
  attrib: [0, 1, 2, 3],
  filter: [0, 1, 2],
  yes: [0, 1],
  domid: upTo(DOMIDS),
  domain: upTo(DOMAINS.length),
  token: upTo(BUS_TOKENS.length),
  type: [0, 1, 4],
};

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, value) => value);
}

/** The simplest value of an argument that is a number. */
function leastOf(arg: Arg): number {
  return arg.kind === 'nvec' || arg.kind === 'hwsize' ? 1 : 0;
}

/** From here on one less is not worth a try: that would be a long way down. */
const FAR = 80;

/** Values that are simpler than the one there is, the simplest first; a few of them where there are many. */
export function simplerValues(arg: Arg, value: number): readonly number[] {
  const few = FEW[arg.kind];
  if (few !== undefined) {
    return few
      .filter((other) => rankOfArg(arg, other) < rankOfArg(arg, value))
      .toSorted((a, b) => rankOfArg(arg, a) - rankOfArg(arg, b));
  }
  const rank = rankOfArg(arg, value);
  const small = upTo(Math.min(rank, 9)).filter((other) => other >= leastOf(arg));
  const middle = [value >> 1, value - (value >> 2), value - 1].filter(
    (other) => other > 8 && other < (value > FAR ? value - 1 : value) && other <= MSI_MAX_INDEX,
  );
  return [...small, ...middle];
}

/** Values that are larger than the one there is and that may do the work of another step. */
export function largerValues(arg: Arg, value: number, env: Environment): readonly number[] {
  const few = FEW[arg.kind];
  if (few !== undefined)
    return few.filter((other) => rankOfArg(arg, other) > rankOfArg(arg, value));
  const near = [value + 1, value + 2, value + 3];
  if (arg.kind === 'slot' || arg.kind === 'anySlot') {
    const any = arg.kind === 'anySlot' ? [MSI_ANY_INDEX] : [];
    return above(value, [...near, env.hwsize - 1, env.hwsize, ...any]);
  }
  if (arg.kind === 'hwsize') return above(value, [...near, MSI_XA_DOMAIN_SIZE + 1]);
  const vectors = [...near, env.vectors, env.vectors + 1];
  if (arg.kind === 'nvec') return above(value, [...vectors, 32]).filter((other) => other <= 32);
  if (arg.kind === 'nirqs') return above(value, [...vectors, 8]).filter((other) => other <= 32);
  return near;
}

function above(value: number, values: readonly number[]): readonly number[] {
  return [...new Set(values)].filter((other) => other > value);
}

/** Each argument of each step, on its own. */
export function lowerArguments(search: Search): boolean {
  let lowered = false;
  for (let at = search.best().steps.length - 1; at >= 0; at -= 1) {
    const fn = search.best().steps[at]?.call.fn;
    if (fn === undefined) continue;
    for (const arg of SIGNATURES[fn].args) if (lowerArgument(search, at, arg)) lowered = true;
  }
  return lowered;
}

function lowerArgument(search: Search, at: number, arg: Arg): boolean {
  const best = search.best();
  const step = best.steps[at];
  if (step === undefined) return false;
  return simplerValues(arg, step.call[arg.field]).some((value) =>
    search.attempt(withStep(best, at, withArg(step, arg, value)), at),
  );
}

/** A step with one argument replaced. */
export function withArg(step: Step, arg: Arg, value: number): Step {
  return { ...step, call: { ...step.call, [arg.field]: value } };
}

/** Arguments that mean the same thing, so that lowering one alone would lose the connection. */
const SAME_THING: readonly (readonly ArgKind[])[] = [
  ['slot', 'anySlot'],
  ['domid'],
  ['domain'],
  ['hwirq'],
  ['nvec', 'nirqs'],
  ['hwsize'],
  ['affinity'],
  ['vec'],
];

/** One value wherever it stands for the same thing: slot 5 of an insertion and of a later range. */
export function lowerTogether(search: Search): boolean {
  let lowered = false;
  for (const kinds of SAME_THING) {
    for (const value of valuesOf(search.best(), kinds)) {
      const arg = { field: 'index', kind: kinds[0] ?? 'slot', name: '' } as const;
      const found = simplerValues(arg, value).some((lower) => {
        const best = search.best();
        const changed = mapArgs(best, kinds, (old) => (old === value ? lower : old));
        return search.attempt(changed, firstChange(best, changed));
      });
      if (found) lowered = true;
    }
  }
  return lowered;
}

/** The trace with the lowest domain id wherever it names another one; the same trace when it does not. */
export function withLowestDomid(trace: Trace): Trace {
  return mapArgs(trace, ['domid'], () => 0);
}

/** Two numbers that are equal or one apart go down together: a slot and the size that it is the end of. */
export function lowerLinked(search: Search): boolean {
  let lowered = false;
  const count = numbersOf(search.best()).length;
  for (let left = 0; left < count; left += 1) {
    for (let right = left + 1; right < count; right += 1) {
      if (lowerPair(search, left, right)) lowered = true;
    }
  }
  return lowered;
}

function lowerPair(search: Search, left: number, right: number): boolean {
  const best = search.best();
  const numbers = numbersOf(best);
  const [a, b] = [numbers[left], numbers[right]];
  if (a === undefined || b === undefined || Math.abs(a.value - b.value) > 1) return false;
  return simplerValues(a.arg, a.value).some((value) => {
    const other = b.value + value - a.value;
    if (other < leastOf(b.arg)) return false;
    const changed = withNumber(withNumber(best, a, value), b, other);
    return search.attempt(changed, a.at);
  });
}

/** A numeric argument of a trace. */
interface Numeric {
  readonly at: number;
  readonly arg: Arg;
  readonly value: number;
}

const NUMERIC: readonly ArgKind[] = ['slot', 'anySlot', 'nvec', 'nirqs', 'hwsize', 'hwirq'];

function numbersOf(trace: Trace): readonly Numeric[] {
  return trace.steps.flatMap(({ call }, at) =>
    SIGNATURES[call.fn].args
      .filter(({ kind, field }) => NUMERIC.includes(kind) && call[field] !== MSI_ANY_INDEX)
      .map((arg) => ({ at, arg, value: call[arg.field] })),
  );
}

function withNumber(trace: Trace, { at, arg }: Numeric, value: number): Trace {
  const step = trace.steps[at];
  return step === undefined ? trace : withStep(trace, at, withArg(step, arg, value));
}

/** Every slot, or every slot of one step, moved down by the same distance. */
export function shiftSlots(search: Search): boolean {
  let shifted = false;
  for (let at = -1; at < search.best().steps.length; at += 1) {
    const step = search.best().steps[at];
    const scope = step === undefined ? search.best().steps : [step];
    const lowest = Math.min(
      ...scope.flatMap(({ call }) =>
        SIGNATURES[call.fn].args.filter(isSlot).map(({ field }) => call[field]),
      ),
    );
    if (!Number.isFinite(lowest)) continue;
    for (const by of new Set([lowest, lowest >> 1, 1])) {
      const best = search.best();
      const changed = mapArgs(best, ['slot', 'anySlot'], (old, i) =>
        at === -1 || i === at ? moved(old, by) : old,
      );
      if (by > 0 && search.attempt(changed, firstChange(best, changed))) shifted = true;
    }
  }
  return shifted;
}

function isSlot(arg: Arg): boolean {
  return arg.kind === 'slot' || arg.kind === 'anySlot';
}

function moved(slot: number, by: number): number {
  return slot === MSI_ANY_INDEX ? slot : Math.max(0, slot - by);
}

function valuesOf(trace: Trace, kinds: readonly ArgKind[]): readonly number[] {
  const values = trace.steps.flatMap(({ call }) =>
    SIGNATURES[call.fn].args
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ field }) => call[field]),
  );
  return [...new Set(values)].toSorted((a, b) => b - a);
}

function mapArgs(
  trace: Trace,
  kinds: readonly ArgKind[],
  change: (value: number, at: number) => number,
): Trace {
  return withSteps(
    trace,
    trace.steps.map((step, at) => {
      let changed = step;
      for (const arg of SIGNATURES[step.call.fn].args) {
        const value = kinds.includes(arg.kind)
          ? change(changed.call[arg.field], at)
          : changed.call[arg.field];
        if (value !== changed.call[arg.field]) changed = withArg(changed, arg, value);
      }
      return changed;
    }),
  );
}

/** Number of leading steps that two traces share. */
function firstChange(a: Trace, b: Trace): number {
  const at = a.steps.findIndex((step, i) => step !== b.steps[i]);
  return at === -1 ? a.steps.length : at;
}
