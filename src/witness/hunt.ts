// SPDX-License-Identifier: GPL-2.0-only
/** Looks for the shortest trace that takes each exit: every trace that is run is looked at for all of them. */
import { minimiseWith } from '../run/minimise/minimise.ts';
import { compareTraces } from '../run/minimise/order.ts';
import { smallCalls } from '../run/minimise/small.ts';
import { type Options, startSession } from '../run/session.ts';
import { sweepTrace } from '../run/sweep.ts';
import { fits } from '../subject/subject.ts';
import type { Environment } from '../trace/environment.ts';
import type { Trace } from '../trace/step.ts';
import type { KernelMap } from '../trees/map.ts';
import type { Target } from './targets.ts';

/** What was run. */
export interface Ran {
  traces: number;
  steps: number;
  /** Faults that were reached. */
  faults: number;
}

/** What was found so far. */
export interface Hunt {
  /** Runs a trace that the tree can have, and keeps what it is the shortest one for; returns what it takes. */
  readonly see: (trace: Trace) => ReadonlySet<Target>;
  /** Fails everything that can fail in a trace, one at a time; yields after each run. */
  readonly sweep: (trace: Trace) => Generator<void, void, undefined>;
  /** Every small call alone in every environment, with everything that can fail in it; yields the share that is done. */
  readonly alone: () => Generator<number, void, undefined>;
  /** Makes the witness of a target as short as it gets within a number of runs. */
  readonly shorten: (target: Target, budget: number) => void;
  /** The shortest trace so far; without a step where the exit is taken when the world is made. */
  readonly witness: (target: Target) => Trace | undefined;
  readonly ran: Readonly<Ran>;
}

/** What a hunt works on. */
interface Ground {
  readonly map: KernelMap;
  readonly targets: readonly Target[];
  readonly environments: readonly Environment[];
  readonly options: Options;
  readonly witnesses: Map<Target, Trace>;
  readonly ran: Ran;
}

/** Starts; `environments` are those that the minimiser may take. */
export function startHunt(
  map: KernelMap,
  targets: readonly Target[],
  environments: readonly Environment[],
): Hunt {
  const ground: Ground = {
    map,
    targets,
    environments,
    options: { factory: map.factory, spec: 'kernel', compareOnly: true },
    witnesses: new Map(),
    ran: { traces: 0, steps: 0, faults: 0 },
  };
  return {
    see: (trace) => see(ground, trace),
    sweep: (trace) => sweep(ground, trace),
    alone: () => alone(ground),
    shorten: (target, budget) => shorten(ground, target, budget),
    witness: (target) => ground.witnesses.get(target),
    ran: ground.ran,
  };
}

function see({ map, targets, options, witnesses, ran }: Ground, trace: Trace): ReadonlySet<Target> {
  ran.traces += 1;
  map.clear();
  const session = startSession(trace.environment, options);
  const taken = new Set<Target>();
  for (let steps = 0; ; steps += 1) {
    for (const target of targets) {
      if (taken.has(target) || !target.taken()) continue;
      taken.add(target);
      offer(witnesses, target, { ...trace, steps: trace.steps.slice(0, steps) });
    }
    const step = trace.steps[steps];
    if (step === undefined || session.hasEnded()) return taken;
    if (session.apply(step).kind === 'skipped') continue;
    ran.steps += 1;
    ran.faults += session.observation()?.fired.length ?? 0;
  }
}

function* sweep(ground: Ground, trace: Trace): Generator<void, void, undefined> {
  const { map, targets, options, witnesses, ran } = ground;
  map.clear();
  for (const run of sweepTrace(trace, { ...options, unconfirmed: true })) {
    ran.traces += 1;
    ran.steps += trace.steps.length - run.at;
    ran.faults += run.armed.length;
    const isShorter = (target: Target): boolean => {
      const known = witnesses.get(target);
      return known === undefined || compareCosts(run.trace, known) < 0;
    };
    // What was taken since the last run may have been taken without the fault; a run from the start tells.
    if (targets.some((target) => isShorter(target) && target.taken())) see(ground, run.trace);
    map.clear();
    yield;
  }
}

function* alone(ground: Ground): Generator<number, void, undefined> {
  const { environments } = ground;
  for (const [index, environment] of environments.entries()) {
    for (const call of smallCalls(environment)) {
      const trace = { environment, steps: [{ call, faults: [] }] };
      see(ground, trace);
      for (const _ of sweep(ground, trace)) yield index / environments.length;
    }
  }
}

function shorten(ground: Ground, target: Target, budget: number): void {
  const { map, environments, witnesses } = ground;
  const start = witnesses.get(target);
  if (start === undefined) return;
  const holds = (trace: Trace): boolean =>
    fits(map.factory, trace.environment) &&
    compareCosts(trace, witnesses.get(target) ?? start) <= 0 &&
    see(ground, trace).has(target);
  minimiseWith(start, holds, { environments, budget });
}

function offer(witnesses: Map<Target, Trace>, target: Target, trace: Trace): void {
  const known = witnesses.get(target);
  if (known === undefined || compareWitnesses(trace, known) < 0) witnesses.set(target, trace);
}

/** Fewest steps, then fewest faults, then what the minimiser takes for simpler. */
function compareWitnesses(a: Trace, b: Trace): number {
  return compareCosts(a, b) || compareTraces(a, b);
}

function compareCosts(a: Trace, b: Trace): number {
  return a.steps.length - b.steps.length || faultsOf(a) - faultsOf(b);
}

/** What the world does against the driver counts as well. */
function faultsOf({ environment, steps }: Trace): number {
  return steps.reduce((sum, { faults }) => sum + faults.length, environment.hostile.length);
}
