// SPDX-License-Identifier: GPL-2.0-only
/** A new trace from one that showed something new: steps go, move, come from others; arguments and faults change. */
import { below, type Bits, nextBits, oneIn } from '../src/generate/bits.ts';
import type { Plan } from '../src/generate/plan.ts';
import type { Step, Trace } from '../src/trace/step.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import { changeArgument } from './mutate-argument.ts';
import { changeFaults } from './mutate-faults.ts';

/** A trace with the abstract state after each of its steps. */
export interface Parent {
  readonly trace: Trace;
  readonly states: readonly number[];
}

/** What a mutation has to work with. */
export interface Stock {
  readonly bits: Bits;
  /** Of the environment. */
  readonly plan: Plan;
  readonly parent: Parent;
  /** Another trace of the same environment, or the same one. */
  readonly other: Parent;
}

/** The longest trace that is made. */
const LONGEST = 64;
/** Steps that are taken out or copied at a time, at most. */
const STRETCH = 4;

type Mutation = (stock: Stock, steps: Step[]) => void;

/** As often as they stand here. */
const MUTATIONS: readonly Mutation[] = [
  argument,
  argument,
  argument,
  faults,
  faults,
  remove,
  duplicate,
  insert,
  insert,
  splice,
];

/** One to four mutations, one after the other. */
export function mutate(stock: Stock): Trace {
  const { bits, parent } = stock;
  let steps = [...parent.trace.steps];
  for (let times = 1 + (Math.clz32(nextBits(bits)) & 3); times > 0; times -= 1)
    MUTATIONS[below(bits, MUTATIONS.length)]?.(stock, steps);
  if (steps.length > LONGEST) steps = steps.slice(0, LONGEST);
  if (stock.plan.facts.simple) steps = steps.map(small);
  return { environment: parent.trace.environment, steps };
}

/** Descriptors that one call is let make. */
const MANY = 256;

/** Thousands of simple descriptors at once take a second and show nothing more than a few do. */
function small(step: Step): Step {
  const { hwsize, first, last, nirqs } = step.call;
  const sized = SIGNATURES[step.call.fn].args.some(({ kind }) => kind === 'hwsize');
  if (!sized && last - first < MANY && nirqs <= MANY) return step;
  const call = {
    ...step.call,
    hwsize: sized ? Math.min(hwsize === 0 ? MANY : hwsize, MANY) : 0,
    last: Math.min(last, first + MANY - 1),
    nirqs: Math.min(nirqs, MANY),
  };
  return { ...step, call };
}

function argument({ bits, parent }: Stock, steps: Step[]): void {
  const at = below(bits, Math.max(1, steps.length));
  const step = steps[at];
  if (step !== undefined)
    steps[at] = { ...step, call: changeArgument(bits, step.call, steps, parent.trace.environment) };
}

function faults({ bits, plan }: Stock, steps: Step[]): void {
  const at = below(bits, Math.max(1, steps.length));
  const step = steps[at];
  if (step !== undefined) steps[at] = { ...step, faults: changeFaults(bits, step, plan) };
}

function remove({ bits }: Stock, steps: Step[]): void {
  if (steps.length > 1) steps.splice(below(bits, steps.length), 1 + below(bits, STRETCH));
}

function duplicate({ bits }: Stock, steps: Step[]): void {
  const from = below(bits, Math.max(1, steps.length));
  const copies = steps.slice(from, from + 1 + below(bits, STRETCH));
  steps.splice(below(bits, steps.length + 1), 0, ...copies);
}

/** Steps of the other trace, anywhere. */
function insert({ bits, other }: Stock, steps: Step[]): void {
  const { steps: theirs } = other.trace;
  const from = below(bits, Math.max(1, theirs.length));
  const taken = theirs.slice(from, from + 1 + (oneIn(bits, 2) ? 0 : below(bits, STRETCH)));
  steps.splice(below(bits, steps.length + 1), 0, ...taken);
}

/** Goes on as another trace does from the same abstract state; anywhere when there is none. */
function splice({ bits, parent, other }: Stock, steps: Step[]): void {
  const at = below(bits, Math.max(1, Math.min(steps.length, parent.states.length)));
  const state = parent.states[at];
  const places = other.states.flatMap((theirs, index) => (theirs === state ? [index] : []));
  const from =
    places[below(bits, Math.max(1, places.length))] ?? below(bits, other.states.length + 1) - 1;
  steps.splice(at + 1, steps.length, ...other.trace.steps.slice(from + 1));
}
