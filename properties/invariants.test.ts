// SPDX-License-Identifier: GPL-2.0-only
/** Every rule holds in a small world made by hand, and for every rule one change breaks it. */
import { describe, expect, test } from 'vitest';

import { checkAll, checkEnd, checkTouched } from '../src/invariants/check.ts';
import { copyHistory, startHistory } from '../src/invariants/history.ts';
import { RULES, SITUATIONS } from '../src/invariants/index.ts';
import { call } from '../src/trace/call.ts';
import { broken, prepare, take } from './invariants/play.ts';
import { allocate, boot, ENVIRONMENT, insert } from './invariants/scenes.ts';
import { ANSWERS } from './invariants/operations.ts';
import { COMPLAINTS, DESCRIPTORS, INTERRUPTS } from './invariants/states.ts';
import { PARENTS } from './invariants/parents.ts';
import { MEMORY, OPERATIONS, OWNERS } from './invariants/steps.ts';
import { begin, observe } from './invariants/world.ts';

const EXAMPLES = [
  ...COMPLAINTS,
  ...DESCRIPTORS,
  ...INTERRUPTS,
  ...OPERATIONS,
  ...ANSWERS,
  ...OWNERS,
  ...PARENTS,
  ...MEMORY,
];

test('every rule holds after each step of the world made by hand', () => {
  const world = boot();
  const history = startHistory(ENVIRONMENT);
  for (const step of [begin, insert, allocate, begin]) {
    step(world);
    take(world, history);
    expect(checkTouched(observe(world), history, [])).toBeUndefined();
    expect(checkAll(observe(world), history, [])).toBeUndefined();
    expect(checkEnd(observe(world), history)).toBeUndefined();
  }
});

describe('the table of contents', () => {
  test('has no rule that no example breaks', () => {
    const shown = new Set(EXAMPLES.map(({ rule }) => rule));
    expect(RULES.filter((rule) => !shown.has(rule)).map(({ name }) => name)).toEqual([]);
    expect(EXAMPLES.filter(({ rule }) => !RULES.includes(rule))).toEqual([]);
  });

  test('names each rule once, and each situation once', () => {
    expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
    const situations = new Set(RULES.flatMap(({ sometimes }) => sometimes));
    expect([...situations].map(({ name }) => name).toSorted()).toEqual(
      SITUATIONS.map(({ name }) => name).toSorted(),
    );
  });

  test('gives each rule a source and at least one situation that puts it to the test', () => {
    expect(
      RULES.filter(({ source, sometimes }) => source === '' || sometimes.length === 0),
    ).toEqual([]);
  });
});

test.for(EXAMPLES)('one wrong thing breaks it: $rule.name', (one) => {
  expect(broken(one)?.rule).toBe(one.rule.name);
});

describe('a complaint', () => {
  const warn = { kind: 'WARN', fn: 'msi_ctrl_valid', nth: 1, what: '' } as const;

  function complain(times: number, named: readonly string[] | undefined): string | undefined {
    const { world, history } = prepare();
    world.splats = Array.from({ length: times }, () => warn);
    take(world, history);
    return checkAll(observe(world), history, named)?.detail;
  }

  test('that is named as often as it is made breaks no rule', () => {
    expect(complain(1, ['WARN msi_ctrl_valid 1'])).toBeUndefined();
    expect(complain(2, ['WARN msi_ctrl_valid 1'])).toBe('WARN msi_ctrl_valid 1');
  });

  test('is not judged where nobody says which ones are right', () => {
    expect(complain(2, undefined)).toBeUndefined();
  });
});

test('a copy of the history leads a life of its own', () => {
  const { world, history } = prepare();
  const copy = copyHistory(history);
  expect(copy).toEqual(history);
  world.call = call('msi_lock_descs');
  take(world, copy);
  expect(copy.held).toEqual([true, false, false]);
  expect(history.held).toEqual([false, false, false]);
});
