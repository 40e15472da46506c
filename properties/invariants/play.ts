// SPDX-License-Identifier: GPL-2.0-only
/** Plays an example: the steps of the world before it, the change, and what the rule says. */
import { checkRule } from '../../src/invariants/check.ts';
import { fold, type History, startHistory } from '../../src/invariants/history.ts';
import type { Broken } from '../../src/invariants/rule.ts';
import type { Environment } from '../../src/trace/environment.ts';
import type { Example } from './example.ts';
import { allocate, boot, ENVIRONMENT, insert } from './scenes.ts';
import { begin, observe, type World } from './world.ts';

/** Folds the step that the world shows. */
export function take(world: World, history: History): void {
  fold(history, observe(world), world);
}

/** The world and its history up to the step that a test changes. */
export function prepare(
  environment: Partial<Environment> = {},
  empty: boolean = false,
): { world: World; history: History } {
  const world = boot();
  const history = startHistory({ ...ENVIRONMENT, ...environment });
  for (const step of empty ? [begin] : [insert, allocate]) {
    step(world);
    take(world, history);
  }
  begin(world);
  return { world, history };
}

/** What the rule of an example says. */
export function broken({ rule, change, before, environment, empty }: Example): Broken | undefined {
  const { world, history } = prepare(environment, empty);
  if (before !== undefined) {
    before(world);
    take(world, history);
    begin(world);
  }
  change(world);
  take(world, history);
  return checkRule(rule, observe(world), history, []);
}

/** The rules of examples, and what they say. */
export function report(examples: readonly Example[]): string {
  return examples
    .map((one) => `${one.rule.name}\n    ${broken(one)?.detail ?? 'holds'}`)
    .join('\n');
}
