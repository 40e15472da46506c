// SPDX-License-Identifier: GPL-2.0-only
/**
 * The traces that mutants are run on, each with the mutants that can make a difference in it: kept
 * traces, every fault point of them, and random ones.
 */
import { startBatches } from '../../generate/batch.ts';
import { type Expected, mayBeExpected } from '../../run/expected.ts';
import { runTrace, startSession } from '../../run/session.ts';
import { sweepTrace } from '../../run/sweep.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Environment } from '../../trace/environment.ts';
import type { Trace } from '../../trace/step.ts';
import type { Source } from '../budget.ts';
import type { Mutated } from './load.ts';
import { runsOnce } from './mutant.ts';
import { BEGINNING, type Place, startWatching, type Watched } from './watch.ts';

/** What there is to run, and how much of it. */
export interface Plan {
  readonly corpus: readonly Source[];
  readonly expected: readonly Expected[];
  /** The unchanged subject, which draws the faults that the sweep injects. */
  readonly base: SubjectFactory;
  readonly environments: readonly Environment[];
  readonly seed: string;
  /** Random traces, and runs of the sweep, for each mutant at most; 1 or more. */
  readonly runs: number;
}

/** A trace for some of the mutants. */
export interface Case {
  readonly found: string;
  readonly run: Watched;
  /** Up to this step they do what the reference does. */
  readonly from: Place;
}

/** Where a trace is from. */
export type Origin = 'corpus' | 'sweep' | 'random';

/** All traces, and by number of a mutant those that may kill it. */
export interface Suite {
  readonly size: Readonly<Record<Origin, number>>;
  /** Not 0 when some trace executed the place of the mutant. */
  readonly reached: Uint8Array;
  readonly cases: readonly Readonly<Record<Origin, readonly Case[]>>[];
  /** Findings of the reference that are not expected: there is nothing to compare with. */
  readonly unexpected: readonly string[];
}

/** Random traces that are drawn for each one that a mutant is run on at most. */
const DRAWN = 10;
const BATCH = 64;

/** Runs everything once on the unchanged reference. `progress` is told the share that is done. */
export function gatherSuite(
  mutated: Mutated,
  plan: Plan,
  progress: (share: number) => void,
): Suite {
  const { probed, mutants } = mutated;
  const size = { corpus: 0, sweep: 0, random: 0 };
  const unexpected: string[] = [];
  const cases = Array.from(probed.reached, () => empty());
  const once = new Set(mutants.filter(runsOnce).map(({ id }) => id));
  const { factory, read } = startWatching(mutated);
  const options = { factory, spec: 'kernel', expected: plan.expected } as const;
  const add = (origin: Origin, found: string, run: Watched): void => {
    size[origin] += 1;
    if (run.known) unexpected.push(...notExpected(found, run.trace, plan));
    for (const { place: from, ids } of run.firsts) {
      const one = { found, run, from };
      for (const id of ids) if (!once.has(id)) cases[id]?.[origin].push(one);
    }
    // Whatever they change is there before any step.
    for (const id of once) cases[id]?.[origin].push({ found, run, from: BEGINNING });
  };
  const whole = (trace: Trace): Watched => {
    const session = startSession(trace.environment, options);
    for (const step of trace.steps) session.apply(step);
    const known = session.finish() !== undefined;
    return read(trace, { known, ended: session.hasEnded() });
  };
  for (const { path, trace } of plan.corpus) add('corpus', path, whole(trace));
  for (const [index, { path, trace }] of plan.corpus.entries()) {
    progress((0.5 * index) / plan.corpus.length);
    for (const swept of sweepTrace(trace, { ...options, unconfirmed: true })) {
      const end = { known: swept.finding !== undefined, ended: swept.ended };
      add('sweep', `sweep of ${path}`, read(swept.trace, end));
    }
  }
  const wanted = plan.runs * DRAWN;
  const draw = startBatches(plan.environments, plan.seed);
  for (let batch = 0; size.random < wanted; batch += 1) {
    progress(0.5 + (0.5 * size.random) / wanted);
    draw(batch, Math.min(BATCH, wanted - size.random), (trace) => {
      add('random', `random trace ${size.random + 1} of seed ${plan.seed}`, whole(trace));
      return true;
    });
  }
  return { size, reached: probed.reached, cases, unexpected };
}

/** A finding of the reference that no entry of the list explains. */
function notExpected(found: string, trace: Trace, plan: Plan): readonly string[] {
  const { expected, base } = plan;
  const verdict = runTrace(trace, { factory: base, spec: 'kernel', expected });
  if (verdict.kind === 'ok' || mayBeExpected(expected, verdict.finding) !== undefined) return [];
  return [`${found}: the reference itself: ${verdict.finding.rule}`];
}

function empty(): Record<Origin, Case[]> {
  return { corpus: [], sweep: [], random: [] };
}

/** The traces for one mutant, the cheapest first; of too many, some from everywhere. */
export function casesFor({ cases }: Suite, id: number, runs: number): readonly Case[] {
  const own = cases[id] ?? empty();
  return [
    ...shortestFirst(own.corpus),
    ...shortestFirst(spread(own.sweep, runs)),
    ...spread(own.random, runs),
  ];
}

function shortestFirst(cases: readonly Case[]): readonly Case[] {
  return cases.toSorted((a, b) => a.run.trace.steps.length - b.run.trace.steps.length);
}

function spread(cases: readonly Case[], most: number): readonly Case[] {
  if (cases.length <= most) return cases;
  return Array.from(
    { length: most },
    (_, i) => cases[Math.floor((i * cases.length) / most)],
  ).filter((one) => one !== undefined);
}
