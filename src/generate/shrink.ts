// SPDX-License-Identifier: GPL-2.0-only
/** Smaller traces for fast-check, which only drop steps and faults; the minimiser proper is in `run`. */
import type { Trace } from '../trace/step.ts';

/**
 * The trace without ever smaller runs of its steps, then with one fault less.
 *
 * @yields traces that are smaller by at least one step or fault
 */
export function* fewerSteps({ environment, steps }: Trace): IterableIterator<Trace> {
  for (let size = steps.length; size >= 1; size = size >> 1) {
    for (let from = 0; from + size <= steps.length; from += size) {
      yield { environment, steps: [...steps.slice(0, from), ...steps.slice(from + size)] };
    }
  }
  for (const [at, step] of steps.entries()) {
    for (const fault of step.faults) {
      const less = { call: step.call, faults: step.faults.filter((other) => other !== fault) };
      yield { environment, steps: steps.with(at, less) };
    }
  }
}
