// SPDX-License-Identifier: GPL-2.0-only
/** What a report says beside the verdicts: type errors, and what was not checked. */
import { describe, expect, test } from 'vitest';

import { typeErrors } from '../src/regress/types.ts';
import { regressGithub } from '../src/report/regress-github.ts';
import { regressJunit } from '../src/report/regress-junit.ts';
import { regressKtap } from '../src/report/regress-ktap.ts';
import { regressSarif } from '../src/report/regress-sarif.ts';
import { regressText } from '../src/report/regress-text.ts';
import { referenceSources } from '../src/subject/changed/sources.ts';
import { atBegin, edited } from './changed.ts';
import { EVERY, NASTY, reportOf } from './regress-examples.ts';

const PRINTED = { regressText, regressJunit, regressGithub, regressKtap };
const WRITERS = { ...PRINTED, regressSarif };
const TYPES = [{ file: 'src/a.ts', line: 7, message: 'no such field' }];
const REPORT = {
  ...reportOf({ ...EVERY.same, types: TYPES }),
  unfinished: ['0007.patch', '0008.patch'],
  untyped: 'TypeScript is not installed',
};

test.each(Object.entries(WRITERS))('%s has type errors, and what was not checked', (_, write) => {
  const text = write(REPORT);
  expect(text).toContain('no such field');
  expect(text).toMatch(/src\/a\.ts(?::|,line=|".*?startLine": )7/su);
  expect(text).toContain('0007.patch, 0008.patch');
  expect(text).toContain('TypeScript is not installed');
});

test.each(Object.entries(PRINTED))('%s keeps control characters out of them', (_, write) => {
  const types = [{ file: NASTY, line: 7, message: NASTY }];
  const text = write({
    ...reportOf({ ...EVERY.same, types }),
    unfinished: [NASTY],
    untyped: NASTY,
  });
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0008\u001b\u007f\u202e]/u);
});

describe('the text', () => {
  test('of several changes tells those that have type errors, five of each', () => {
    const many = Array.from({ length: 7 }, (_, i) => ({ ...TYPES[0], line: i + 1 }));
    const types = many.map((error) => ({ file: 'src/a.ts', message: 'wrong', ...error }));
    const text = regressText(reportOf(EVERY.same, { ...EVERY.untried, types }));
    expect(text).toMatch(/^docs\.patch +same +7 type errors +2500$/mu);
    expect(text).toMatch(/^ {2}types {5}src\/a\.ts:1: no such field\n/mu);
    expect(text).toContain('src/a.ts:5: ');
    expect(text).toMatch(/^ {12}2 more$/mu);
    expect(text).not.toContain('src/a.ts:6: ');
  });

  test('has the subject of a commit beside its hash', () => {
    const commit = { ...EVERY.same, name: '0123456789ab', title: 'genirq: Rename' };
    const text = regressText(reportOf(commit, EVERY.same));
    expect(text).toMatch(/^0123456789ab genirq: Rename +same/mu);
  });

  test.each([80, 100, 120])('has a table of at most %i columns where the terminal has', (width) => {
    const name = 'n'.repeat(200);
    const problem = { file: 'a', line: 1, message: 'm'.repeat(200) };
    const change = { ...EVERY.notApplied, name, problem, milliseconds: 1_234_567 };
    const text = regressText(reportOf(change, EVERY.broken), undefined, width);
    const lines = (text.split('\n\n')[1] ?? '').split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBe(width);
  });
});

describe('types', () => {
  const base = referenceSources();
  const wrong = edited(atBegin('  k.nowhere = 1;'));
  const changes = [
    { base, changed: wrong },
    { base, changed: edited(atBegin('  const unused = 1;')) },
    { base: wrong, changed: edited(atBegin('  k.nowhere = 1;\n  k.neither = 1;')) },
    { base, changed: base },
  ];
  const line = (wrong.get('subject/reference/index.ts') ?? '')
    .split('\n')
    .indexOf('  k.nowhere = 1;');
  const error = (field: string, at: number): object => ({
    file: 'src/subject/reference/index.ts',
    line: at,
    message: `Property '${field}' does not exist on type 'Kernel'.`,
  });

  test('of changed sources are checked, each error that the base has not with its place', async () => {
    expect(await typeErrors(changes, new AbortController().signal)).toEqual({
      kind: 'checked',
      errors: [[error('nowhere', line + 1)], [], [error('neither', line + 2)], []],
    });
  });

  test('that nobody could check have the reason', async () => {
    expect(await typeErrors(changes, AbortSignal.abort())).toMatchObject({ kind: 'unchecked' });
  });
});
