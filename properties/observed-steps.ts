// SPDX-License-Identifier: GPL-2.0-only
/** Steps of random traces with what the reference shows of them, for tests of what is said about it. */
import * as fc from 'fast-check';

import { traceArbitrary } from '../src/generate/arbitrary.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { startSession } from '../src/run/session.ts';
import { reference } from '../src/subject/reference/index.ts';
import type { Observation } from '../src/trace/observation.ts';
import type { Step, Trace } from '../src/trace/step.ts';

/** A step, and whether it is the first one of its trace. */
export interface Seen {
  readonly observation: Observation;
  readonly step: Step;
  readonly first: boolean;
}

/** The same steps for every test: random traces in every environment. */
const TRACES: readonly Trace[] = fc.sample(traceArbitrary(ENVIRONMENTS), {
  numRuns: 100,
  seed: 20_251_120,
});

/** Shows every step that the reference runs to `look`. */
export function eachStep(look: (seen: Seen) => void): void {
  for (const { environment, steps } of TRACES) {
    const session = startSession(environment, { factory: reference, spec: 'kernel' });
    let first = true;
    for (const step of steps) {
      const { kind } = session.apply(step);
      const observation = session.observation();
      if (kind === 'skipped' || observation === undefined) continue;
      look({ observation, step, first });
      first = false;
      if (kind !== 'applied') break;
    }
  }
}
