// SPDX-License-Identifier: GPL-2.0-only
/**
 * A unit of a round: some traces, drawn or changed, that are run with what was known when the round began.
 * What comes out of it depends on nothing else, so that any worker may do it.
 */
import { type RunBatch, startBatches } from '../src/generate/batch.ts';
import { startBits } from '../src/generate/bits.ts';
import { type Plan, planFor } from '../src/generate/plan.ts';
import { seedFromText } from '../src/generate/seed.ts';
import { type Reach, startReach } from '../src/run/reach.ts';
import { key } from '../src/run/finding.ts';
import { type Options, runTrace } from '../src/run/session.ts';
import type { Environment } from '../src/trace/environment.ts';
import type { Trace } from '../src/trace/step.ts';
import type { Finding } from '../src/trace/verdict.ts';
import { mutate } from './mutate.ts';
import { type Novelty, startNovelty } from './novelty.ts';
import { type Member, pickMember, pickOther, type Population } from './population.ts';

/** Traces of a unit. It is part of what a seed means. */
export const UNIT = 32;
/** Units of a round. */
export const ROUND = 32;
/** Members that there must be before any is changed. */
const ENOUGH = 64;

/** What a campaign runs. */
export interface Ground {
  readonly options: Pick<Options, 'factory' | 'spec' | 'expected'>;
  readonly environments: readonly Environment[];
  readonly seed: string;
  /** False for one that only draws. */
  readonly guided: boolean;
}

/** A failing trace, and how many of the unit show the same. */
export interface Failure {
  readonly trace: Trace;
  readonly finding: Finding;
  /** Number of the trace in its unit, from 0. */
  readonly nth: number;
  times: number;
}

/** What came out of a unit. */
export interface UnitResult {
  readonly reach: Reach;
  /** Traces with a feature that nothing had shown before, in order. */
  readonly news: readonly (Member & { readonly nth: number })[];
  /** Features, and by how many traces of the unit each was shown. */
  readonly features: Uint32Array;
  readonly times: Uint32Array;
  /** By what makes findings the same. */
  readonly failures: readonly Failure[];
}

/** Runs units, one after the other. */
export type RunUnit = (population: Population, which: Unit) => UnitResult;

/** A unit by its place in a campaign. */
export interface Unit {
  readonly round: number;
  readonly unit: number;
  readonly size: number;
}

/** A trace that was run, without the steps that were refused or came after its end. */
export function kept({ environment }: Trace, { steps, states, features }: Novelty): Member {
  return {
    trace: { environment, steps: [...steps] },
    states: [...states],
    features: [...features],
  };
}

/** Prepares to run units. */
export function startUnits({ options, environments, seed, guided }: Ground): RunUnit {
  const batches = startBatches(environments, seed);
  const plans = new Map(environments.map((each) => [each.name, planFor(each)]));
  const novelty = startNovelty();
  return (population, { round, unit, size }) => {
    const number = round * ROUND + unit;
    const changes = guided && unit % 2 === 1 && population.members.length >= ENOUGH;
    const draw = changes ? changing(population, plans, seed) : batches;
    return runUnit({ population, novelty, options }, (each) => {
      draw(number, size, each);
    });
  };
}

/** Traces that are changes of members, as `RunBatch` draws fresh ones. */
function changing(
  population: Population,
  plans: ReadonlyMap<string, Plan>,
  seed: string,
): RunBatch {
  return (batch, size, run) => {
    const bits = startBits(seedFromText(`${seed} x`, batch), seedFromText(`${seed} y`, batch));
    for (let i = 0; i < size; i += 1) {
      const parent = pickMember(population, bits);
      const plan = parent && plans.get(parent.trace.environment.name);
      if (parent === undefined || plan === undefined) continue;
      const other = pickOther(population, parent, bits);
      if (!run(mutate({ bits, plan, parent, other }))) return;
    }
  };
}

function runUnit(
  {
    population,
    novelty,
    options,
  }: {
    readonly population: Population;
    readonly novelty: Novelty;
    readonly options: Ground['options'];
  },
  draw: (run: (trace: Trace) => boolean) => void,
): UnitResult {
  const reach = startReach();
  const times = new Map<number, number>();
  const news: (Member & { readonly nth: number })[] = [];
  const failures = new Map<string, Failure>();
  const watched: Options = { ...options, reach, seen: novelty.step };
  let nth = 0;
  draw((trace) => {
    novelty.begin();
    const verdict = runTrace(trace, watched);
    const { features } = novelty;
    let isNew = false;
    for (const feature of features) {
      const before = times.get(feature) ?? 0;
      isNew ||= before === 0 && population.shown[feature] === 0;
      times.set(feature, before + 1);
    }
    if (verdict.kind === 'finding') {
      const name = key(verdict.finding);
      const same = failures.get(name);
      if (same === undefined)
        failures.set(name, { trace, finding: verdict.finding, nth, times: 1 });
      else same.times += 1;
    } else if (isNew) news.push({ ...kept(trace, novelty), nth });
    nth += 1;
    return true;
  });
  return {
    reach,
    news,
    features: Uint32Array.from(times.keys()),
    times: Uint32Array.from(times.values()),
    failures: [...failures.values()],
  };
}
