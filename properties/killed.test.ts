// SPDX-License-Identifier: GPL-2.0-only
/** What `mutate` leaves for the kill matrix. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { MUTANTS, readKilled } from '../src/cli/killed.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the report of mutate names for each rule the first mutant that it objects to', () => {
  expect(readKilled(folder)).toBeUndefined();
  const mutants = [
    { name: 'x', rules: [] },
    { name: 'y', rules: ['a'] },
    { name: 'z', rules: ['b', 'a'] },
  ];
  writeFileSync(join(folder, MUTANTS), JSON.stringify({ mutants }));
  expect(readKilled(folder)).toEqual({
    mutants: 3,
    file: join(folder, MUTANTS),
    rules: new Map([
      ['a', 'y'],
      ['b', 'z'],
    ]),
  });
});

test('what is no such report is refused with what to do', () => {
  for (const text of ['{', 'null', '{"mutants":1}', '{"mutants":[{"name":"x"}]}']) {
    writeFileSync(join(folder, MUTANTS), text);
    expect(() => readKilled(folder), text).toThrow(/mutants\.json: .*; run it again$/u);
  }
});
