// SPDX-License-Identifier: GPL-2.0-only
/** Changed code that means harm, or is only very wrong: what it throws, what it answers, what it can reach. */
import { describe, expect, test } from 'vitest';

import { checkChange } from '../src/regress/check.ts';
import type { ChangeResult } from '../src/report/change.ts';
import { runTrace } from '../src/run/session.ts';
import { referenceSources } from '../src/subject/changed/sources.ts';
import { ALLOC, CREATE, FREE, INSERT, trace } from './altered.ts';
import { atBegin, budgetOf, check, type Edit, edited, loaded } from './changed.ts';

const WHOLE = trace(CREATE, INSERT, ALLOC, FREE);

describe('changed code', () => {
  test('may throw anything, also what cannot be read', () => {
    for (const [thrown, text] of [
      ['null', 'null'],
      ["Symbol('odd')", 'Symbol(odd)'],
      ['Object.create(null)', 'something that cannot be read'],
      ['new Proxy({}, { has() { throw 1; } })', 'something that cannot be read'],
      [
        "Object.defineProperty(Error(), 'message', { get() { throw 1; } })",
        'something that cannot',
      ],
      ["'x'.repeat(1e6)", 'x'.repeat(500)],
    ] as const) {
      const { factory } = loaded(atBegin(`  throw ${thrown};`));
      const verdict = runTrace(WHOLE, { factory, spec: 'kernel' });
      const detail = verdict.kind === 'finding' ? verdict.finding.detail : '';
      expect(detail.startsWith(`threw: ${text}`), thrown).toBe(true);
      expect(detail.length).toBeLessThan(510);
    }
  });

  test('has no way to our objects, to code without fuel, or to what happens later', () => {
    const { factory } = loaded(
      atBegin(`  step.call.__proto__.odd = 1;
  step.faults.__proto__.map = () => 0;
  Promise.resolve().then(() => { for (;;); });
  let made = '';
  for (const code of [() => eval('1'), () => new Function('')]) try { code(); made += '!'; } catch {}
  if (made !== '') throw new Error(made);`),
    );
    const { call } = WHOLE.steps[0] ?? {};
    const verdict = runTrace(WHOLE, { factory, spec: 'kernel' });
    expect(verdict.kind === 'finding' ? verdict.finding.detail : '').not.toMatch(/!/u);
    expect('odd' in {} || 'odd' in (call ?? {})).toBe(false);
    expect([1].map((one) => one + 1)).toEqual([2]);
  });
});

describe('a change', () => {
  test('whose answers throw when they are read is broken, with the trace and the step', () => {
    const shows = (replace: string): Edit => ({
      file: 'index.ts',
      find: '    callbacks: k.callbacks,\n',
      replace: `    callbacks: ${replace} as any,\n`,
    });
    for (const [answer, why] of [
      ['k.now < 3 ? k.callbacks : undefined', 'TypeError: '],
      ["new Proxy([], { get() { throw new Error('no'); } })", 'Error: no'],
      ['new Proxy([], { get() { for (;;); } })', 'more than'],
    ] as const) {
      const { verdict, evidence } = check(shows(answer), [WHOLE]);
      expect([verdict, evidence?.rule], answer).toEqual([
        'broken',
        'the subject answers every step',
      ]);
      expect(evidence?.detail).toMatch(/^answered with what cannot be read: /u);
      expect(evidence?.detail).toContain(why);
      expect(evidence?.steps).toBe(WHOLE.steps.length);
    }
    expect(check(shows('k.now < 3 ? k.callbacks : undefined'), [WHOLE]).evidence).toMatchObject({
      at: 2,
      fn: WHOLE.steps[2]?.call.fn,
    });
  });

  test('that shows a text of any length has a part of it in its evidence', () => {
    const long = {
      file: 'index.ts',
      find: '    ret,\n',
      replace: "    ret: 'x'.repeat(1e5) as any,\n",
    };
    const { evidence } = check(long, [WHOLE]);
    expect(evidence?.detail).toMatch(/x… 9\d+ more characters left out$/u);
    const lines = evidence?.differences.flatMap(({ changed }) => changed) ?? [];
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(1100);
  });

  test('is told what it found before that is minimised, the first of each kind', () => {
    const found: string[] = [];
    const base = referenceSources();
    const code = '  if (k.now > 1) k.now += 1;\n  if (k.now > 4) k.xa_node.live += 1;';
    const change = { name: 'a', title: '', base, before: base, changed: edited(atBegin(code)) };
    checkChange(change, {
      ...budgetOf([WHOLE, WHOLE], 0),
      found: ({ finding }) => found.push(finding.rule),
    });
    expect(found).toEqual(['the change shows what the base shows', expect.any(String)]);
  });

  test('cannot be checked on a base that does not load, or that nobody can read', () => {
    const changed = referenceSources();
    const on = (edit: Edit): ChangeResult => {
      const base = edited(edit);
      return checkChange(
        { name: 'a', title: '', base, before: base, changed },
        budgetOf([WHOLE], 0),
      );
    };
    expect(on(atBegin('  const = 1;'))).toMatchObject({
      verdict: 'does not load',
      problem: { message: expect.stringMatching(/^what it is compared with: /u) },
    });
    const unreadable = { file: 'index.ts', find: '    callbacks: k.callbacks,\n', replace: '' };
    expect(on(unreadable)).toMatchObject({
      verdict: 'does not load',
      problem: { message: expect.stringContaining('what it is compared with: cannot be checked') },
    });
  });
});
