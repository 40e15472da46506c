// SPDX-License-Identifier: GPL-2.0-only
/**
 * The flat arbitrary: fast-check asks it for one value, a whole trace. fast-check's seed decides
 * everything through two numbers per trace; drawing each field through an arbitrary of its own
 * would cost many times as much.
 */
import * as fc from 'fast-check';

import type { Environment } from '../trace/environment.ts';
import type { Trace } from '../trace/step.ts';
import { below, startBits } from './bits.ts';
import { type Plan, planFor } from './plan.ts';
import { fewerSteps } from './shrink.ts';
import { drawWorld, type Habits } from './stream.ts';

const USUAL: Habits = { swarm: true, faults: true, misuse: true, longest: 60 };

/** Traces in these environments, each as likely as the others; throws when there are none. */
export function traceArbitrary(
  environments: readonly Environment[],
  habits: Partial<Habits> = {},
): fc.Arbitrary<Trace> {
  if (environments.length === 0) throw new Error('no environment to draw traces in');
  return new TraceArbitrary(
    environments.map((environment) => planFor(environment, habits.calls)),
    { ...USUAL, ...habits },
  );
}

/** fast-check takes arbitraries only as subclasses of its own class. */
class TraceArbitrary extends fc.Arbitrary<Trace> {
  readonly #plans: readonly Plan[];
  readonly #habits: Habits;

  constructor(plans: readonly Plan[], habits: Habits) {
    super();
    this.#plans = plans;
    this.#habits = habits;
  }

  override generate(mrng: fc.Random): fc.Value<Trace> {
    const bits = startBits(mrng.nextInt(), mrng.nextInt());
    const plan = this.#plans[below(bits, this.#plans.length)];
    if (plan === undefined) throw new Error('a number below the number of plans names none');
    const { steps } = drawWorld(plan, bits, this.#habits);
    return new fc.Value({ environment: plan.facts.environment, steps }, undefined);
  }

  /** Every trace is one that it could have drawn, as far as shrinking is concerned. */
  override canShrinkWithoutContext(value: unknown): value is Trace {
    return (
      typeof value === 'object' && value !== null && 'environment' in value && 'steps' in value
    );
  }

  override shrink(value: Trace): fc.Stream<fc.Value<Trace>> {
    return fc.stream(fewerSteps(value)).map((trace) => new fc.Value(trace, undefined));
  }
}
