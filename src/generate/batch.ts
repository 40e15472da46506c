// SPDX-License-Identifier: GPL-2.0-only
/** Random traces, a batch for each number: the n-th batch of a seed is the same whatever ran before it. */
import * as fc from 'fast-check';

import { traceArbitrary } from './arbitrary.ts';
import type { Habits } from './stream.ts';
import { seedFromText } from './seed.ts';
import type { Environment } from '../trace/environment.ts';
import type { Trace } from '../trace/step.ts';

/** Runs the first `size` traces of a batch, until `run` returns false. */
export type RunBatch = (batch: number, size: number, run: (trace: Trace) => boolean) => void;

/** Prepares to draw traces in these environments. */
export function startBatches(
  environments: readonly Environment[],
  seed: string,
  habits: Partial<Habits> = {},
): RunBatch {
  const traces = traceArbitrary(environments, habits);
  return (batch, size, run) => {
    let broken: Error | undefined;
    const property = fc.property(traces, (trace) => {
      try {
        return run(trace);
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        return false;
      }
    });
    // Failing traces are minimised by our own rules, so fast-check need not shrink them.
    fc.check(property, { seed: seedFromText(seed, batch), numRuns: size, endOnFailure: true });
    if (broken !== undefined) throw broken;
  };
}
