// SPDX-License-Identifier: GPL-2.0-only
/** What is compared of a program that shows less than the reference, or numbers its interrupts in another way. */
import { describe, expect, test } from 'vitest';

import { noRenaming, unlikeShown } from '../src/conform/shown.ts';
import { type Answer, answerOf } from '../src/subject/process/answer.ts';
import { KINDS, SHOWS_ALL, type Shows } from '../src/subject/process/vocabulary.ts';
import { DEFECTS, plant } from '../src/subject/planted/index.ts';
import { reference } from '../src/subject/reference/index.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { parseStep } from '../src/trace/parse.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import { eachStep } from './observed-steps.ts';

describe('the comparison', () => {
  test('takes other interrupt numbers for the same', () => {
    let learned = 0;
    let renaming = noRenaming();
    eachStep(({ observation, step, first }) => {
      if (first) renaming = noRenaming();
      const answer = renamed(answerOf(observation, step.call.fn, SHOWS_ALL), (irq) => irq + 1000);
      expect(unlikeShown(observation, answer, renaming)).toBeUndefined();
      learned += renaming.theirs.size;
    });
    expect(learned).toBeGreaterThan(500);
  });

  test('sees one number that stands for two, and two that stand for one', () => {
    const differences = (change: (irq: number) => number): number => {
      let count = 0;
      let renaming = noRenaming();
      eachStep(({ observation, step, first }) => {
        if (first) renaming = noRenaming();
        const answer = renamed(answerOf(observation, step.call.fn, SHOWS_ALL), change);
        if (unlikeShown(observation, answer, renaming) !== undefined) count += 1;
      });
      return count;
    };
    expect(differences((irq) => irq)).toBe(0);
    expect(differences((irq) => Math.ceil(irq / 2))).toBeGreaterThan(100);
    let calls = 0;
    expect(differences(() => (calls += 1))).toBeGreaterThan(100);
  });

  test('sees every field of every item', () => {
    const unseen = new Set(
      Object.entries(KINDS).flatMap(([name, { fields }]) =>
        fields.map((field) => `${name}.${field}`),
      ),
    );
    eachStep(({ observation, step: { call } }) => {
      const answer = answerOf(observation, call.fn, SHOWS_ALL);
      for (const [name, [item, ...others]] of answer.items) {
        for (const field of item === undefined ? [] : KINDS[name].fields) {
          if (!unseen.has(`${name}.${field}`) || observation.dead) continue;
          const value =
            field === 'irq' ? String(Number(item?.[field] ?? 0) === 0 ? 1 : 0) : 'other';
          const items = new Map(answer.items).set(name, [{ ...item, [field]: value }, ...others]);
          const found = unlikeShown(observation, { ...answer, items }, noRenaming());
          expect(found?.where.split('.')[0], `${name}.${field}`).toBe(name);
          unseen.delete(`${name}.${field}`);
        }
      }
    });
    expect([...unseen]).toEqual([]);
  });

  test('sees what a copy with a defect leaks', () => {
    const defect = DEFECTS.find(({ name }) => name === 'failed-insert-leaks-descriptor');
    const insert = parseStep(
      'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=0, nvec_used=1, affinity=none, msi_attrib=none)',
    );
    const steps = [parseStep('msi_setup_device_data(dev=0)'), insert, insert];
    const one = reference.start(DEFAULT_ENVIRONMENT);
    const other = (defect === undefined ? reference : plant(defect)).start(DEFAULT_ENVIRONMENT);
    const found = steps.map((step) => {
      const answer = answerOf(other.apply(step), step.call.fn, SHOWS_ALL);
      return unlikeShown(one.apply(step), answer, noRenaming());
    });
    const unlike = { where: 'live.msi_desc', one: 'live(msi_desc=1)', other: 'live(msi_desc=2)' };
    expect(found).toEqual([undefined, undefined, unlike]);
  });

  test('looks at nothing that a program does not show', () => {
    const shows: Shows = {
      results: new Set(['ret']),
      kinds: new Map([['descriptor', ['dev', 'msi_index']]]),
    };
    eachStep(({ observation, step: { call } }) => {
      const { items, ...answer } = answerOf(observation, call.fn, shows);
      const few = new Map(
        [...items].map(([name, list]) => [
          name,
          list.map(({ dev = '', msi_index = '' }) => ({ dev, msi_index })),
        ]),
      );
      expect([...items.keys()].filter((name) => name !== 'descriptor')).toEqual([]);
      const other = { ...answer, items: few, virq: 99, dead: !observation.dead };
      expect(unlikeShown(observation, other, noRenaming())).toBeUndefined();
    });
  });
});

/** The answer of a program that numbers interrupts in its own way. */
function renamed(answer: Answer, change: (irq: number) => number): Answer {
  const other = (irq: number): number => (irq > 0 ? change(irq) : irq);
  const items = [...answer.items].map(
    ([name, list]) =>
      [
        name,
        list.map((item) =>
          item['irq'] === undefined ? item : { ...item, irq: String(other(Number(item['irq']))) },
        ),
      ] as const,
  );
  const isNumber = SIGNATURES[answer.fn].returns === 'virq';
  return {
    ...answer,
    ret: isNumber ? other(answer.ret) : answer.ret,
    virq: other(answer.virq),
    items: new Map(items),
  };
}
