// SPDX-License-Identifier: GPL-2.0-only
/** How each canary is found and minimised, over many seeds. */
import * as fc from 'fast-check';

import { traceArbitrary } from '../generate/arbitrary.ts';
import { ENVIRONMENTS } from '../generate/environments.ts';
import { seedFromText } from '../generate/seed.ts';
import { isExpected } from '../run/expected.ts';
import { minimise } from '../run/minimise/minimise.ts';
import { runTrace } from '../run/session.ts';
import { DEFECTS, plant, unplanted } from '../subject/planted/index.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import { formatTrace } from '../trace/format.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import { cpu, median } from './bench-rates.ts';
import { CANARIES, readTrace } from './files.ts';
import { type Kept, readKept } from './kept.ts';

/** One canary over all seeds. */
export interface CanaryFigures {
  readonly name: string;
  readonly seeds: number;
  /** Seeds whose minimised trace is the known shortest one. */
  readonly shortest: number;
  /** Different minimised traces. */
  readonly forms: number;
  readonly medianTraces: number;
  /** CPU milliseconds of minimising; the most is usually the first, which learns what short traces do. */
  readonly medianMs: number;
  readonly mostMs: number;
}

/** A defect found by random traces. */
export interface Hunt {
  readonly trace: Trace;
  readonly finding: Finding;
  /** Traces run until then. */
  readonly traces: number;
}

const MOST_TRACES = 50_000;

/** What a planted subject is compared with. */
export const WITHOUT_DEFECT: SubjectFactory = unplanted();

/** Runs random traces of a seed until one fails in a way that is not expected and that a subject without a defect does not. */
export function hunt(factory: SubjectFactory, seed: number, kept: Kept): Hunt | undefined {
  let traces = 0;
  let found: Hunt | undefined;
  const property = fc.property(traceArbitrary(ENVIRONMENTS), (trace) => {
    traces += 1;
    const verdict = runTrace(trace, { factory, spec: 'kernel' });
    if (verdict.kind === 'ok' || isExpected(kept.expected, verdict.finding) !== undefined)
      return true;
    if (runTrace(trace, { factory: WITHOUT_DEFECT, spec: 'kernel' }).kind === 'finding')
      return true;
    found = { trace, finding: verdict.finding, traces };
    return false;
  });
  fc.check(property, { seed, numRuns: MOST_TRACES, endOnFailure: true });
  return found;
}

/** The figures of each canary, one after the other. */
export function* canaryFigures(seeds: number): Generator<CanaryFigures> {
  const kept = readKept();
  for (const defect of DEFECTS) {
    const factory = plant(defect);
    const { trace: known } = readTrace(`${CANARIES}/${defect.name}.trace`);
    const wanted = formatTrace(known);
    const forms = new Map<string, number>();
    const costs: number[] = [];
    const traces: number[] = [];
    for (let seed = 0; seed < seeds; seed += 1) {
      const found = hunt(factory, seedFromText(`${defect.name} ${seed}`, 0), kept);
      if (found === undefined) continue;
      traces.push(found.traces);
      costs.push(
        cpu(() => {
          const options = {
            factory,
            spec: 'kernel',
            environments: ENVIRONMENTS,
            expected: kept.expected,
            keep: 'any',
            baseline: WITHOUT_DEFECT,
          } as const;
          const text = formatTrace(minimise(found.trace, found.finding, options).trace);
          forms.set(text, (forms.get(text) ?? 0) + 1);
        }) / 1000,
      );
    }
    yield {
      name: defect.name,
      seeds,
      shortest: forms.get(wanted) ?? 0,
      forms: forms.size,
      medianTraces: median(traces),
      medianMs: median(costs),
      mostMs: Math.max(...costs),
    };
  }
}
