// SPDX-License-Identifier: GPL-2.0-only
/** What a campaign reached: counts that are cheap to take at every step and that can be added up. */
import { SITUATIONS } from '../invariants/index.ts';
import type { History } from '../invariants/history.ts';
import type { Environment } from '../trace/environment.ts';
import { type Call, CALL_NAMES, type CallName } from '../trace/call.ts';
import type { Observation } from '../trace/observation.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import { type Op, OP_NAMES, type Site, SITES } from '../trace/sites.ts';
import type { Step } from '../trace/step.ts';

/** Counts by index: of CALL_NAMES, of SITUATIONS, of SITES and, behind those, OP_NAMES. */
export interface Reach {
  traces: number;
  /** Steps that a subject ran. */
  steps: number;
  /** Steps that were refused before the subject saw them. */
  skipped: number;
  /** Steps that had at least one fault armed, and those of which at least one fired. */
  armed: number;
  armedAndFired: number;
  readonly calls: number[];
  readonly refused: number[];
  /** Per call, how often each value was returned; what is neither an errno nor a bool counts as 1 when it is positive. */
  readonly results: Map<number, number>[];
  readonly situations: number[];
  readonly fired: number[];
}

const callIndex: ReadonlyMap<CallName, number> = new Map(
  CALL_NAMES.map((fn, index) => [fn, index]),
);
/** Calls whose positive results mean something each: -ENOSPC laundered to a count is one of them. */
const exact: readonly boolean[] = CALL_NAMES.map(
  (fn) => SIGNATURES[fn].returns === 'errno' || SIGNATURES[fn].returns === 'bool',
);
const whereIndex: ReadonlyMap<Site | Op, number> = new Map(
  [...SITES, ...OP_NAMES].map((where, index) => [where, index]),
);

/** Nothing yet. */
export function startReach(): Reach {
  return {
    traces: 0,
    steps: 0,
    skipped: 0,
    armed: 0,
    armedAndFired: 0,
    calls: CALL_NAMES.map(() => 0),
    refused: CALL_NAMES.map(() => 0),
    results: CALL_NAMES.map(() => new Map()),
    situations: SITUATIONS.map(() => 0),
    fired: [...SITES, ...OP_NAMES].map(() => 0),
  };
}

/** Counts a step that was refused. */
export function countRefusal(reach: Reach, { fn }: Call): void {
  reach.skipped += 1;
  increment(reach.refused, callIndex.get(fn) ?? 0);
}

/** Counts a step that ran. */
export function countStep(reach: Reach, { call, faults }: Step, observation: Observation): void {
  const index = callIndex.get(call.fn) ?? 0;
  reach.steps += 1;
  increment(reach.calls, index);
  const results = reach.results[index];
  const ret = observation.ret > 0 && exact[index] === false ? 1 : observation.ret;
  if (results !== undefined) results.set(ret, (results.get(ret) ?? 0) + 1);
  if (faults.length > 0) reach.armed += 1;
  if (observation.fired.length === 0) return;
  if (faults.length > 0) reach.armedAndFired += 1;
  for (let i = 0; i < observation.fired.length; i += 1) {
    const fired = observation.fired[i];
    if (fired !== undefined) increment(reach.fired, whereIndex.get(fired.where) ?? 0);
  }
}

/** Counts the situations that a step produced; `history` is the one after it. */
export function countSituations(reach: Reach, observation: Observation, history: History): void {
  if (history.facts === 0) return;
  const possible = possibleIn(history.environment);
  for (let i = 0; i < SITUATIONS.length; i += 1) {
    const situation = SITUATIONS[i];
    if (situation === undefined || (situation.when & history.facts) === 0) continue;
    if (possible[i] !== true) continue;
    if (situation.reached(observation, history)) increment(reach.situations, i);
  }
}

const possibleSituations = new WeakMap<Environment, readonly boolean[]>();

/** Which situations belong to an environment: one that is about a kind of domain is not reached in another. */
function possibleIn(environment: Environment): readonly boolean[] {
  const known = possibleSituations.get(environment);
  if (known !== undefined) return known;
  const possible = SITUATIONS.map(({ needs }) => needs(environment));
  possibleSituations.set(environment, possible);
  return possible;
}

function increment(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

/** Adds the counts of `other`, of another worker or another part of a campaign. */
export function addReach(reach: Reach, other: Reach): void {
  reach.traces += other.traces;
  reach.steps += other.steps;
  reach.skipped += other.skipped;
  reach.armed += other.armed;
  reach.armedAndFired += other.armedAndFired;
  add(reach.calls, other.calls);
  add(reach.refused, other.refused);
  add(reach.situations, other.situations);
  add(reach.fired, other.fired);
  for (const [index, results] of other.results.entries()) {
    const own = reach.results[index];
    if (own !== undefined)
      for (const [ret, count] of results) own.set(ret, (own.get(ret) ?? 0) + count);
  }
}

function add(counts: number[], others: readonly number[]): void {
  for (const [index, count] of others.entries()) counts[index] = (counts[index] ?? 0) + count;
}

/** Faults that fired, by the name of the site or operation; those that never did are there with 0. */
export function firedByName(reach: Reach): ReadonlyMap<Site | Op, number> {
  return new Map([...SITES, ...OP_NAMES].map((where, index) => [where, reach.fired[index] ?? 0]));
}
