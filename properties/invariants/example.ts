// SPDX-License-Identifier: GPL-2.0-only
/** A rule, and the smallest change to a world, or to a step, that breaks it. */
import type { Rule } from '../../src/invariants/rule.ts';
import type { Environment } from '../../src/trace/environment.ts';
import type { World } from './world.ts';

/** A rule and what breaks it. */
export interface Example {
  readonly rule: Rule;
  readonly change: (world: World) => void;
  /** A step before it. */
  readonly before?: (world: World) => void;
  readonly environment?: Partial<Environment>;
  /** The world is as at boot. */
  readonly empty?: true;
}

/** An example. */
export function example(
  rule: Rule,
  change: (world: World) => void,
  rest: Omit<Example, 'rule' | 'change'> = {},
): Example {
  return { rule, change, ...rest };
}

/** An example that is a sequence of operations. */
export function calls(rule: Rule, ...callbacks: World['callbacks']): Example {
  return example(rule, (world) => {
    world.callbacks = callbacks;
  });
}
