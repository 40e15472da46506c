// SPDX-License-Identifier: GPL-2.0-only
/** The processes that check changes: what they answer, and what becomes of one that is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { type Pool, startPool } from '../src/cli/regress-pool.ts';
import { referenceSources, type Sources } from '../src/subject/changed/sources.ts';
import { ALLOC, CREATE, FREE, INSERT, trace } from './altered.ts';
import { atBegin, budgetOf, edited } from './changed.ts';

let interrupted = false;
let pool: Pool;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  pool = startPool(1, { wanted: () => interrupted, release: () => undefined });
});
afterAll(() => {
  pool.close();
  rmSync(folder, { recursive: true, force: true });
});

type Task = Parameters<Pool['check']>[0];

function taskOf(name: string, code: string): Task {
  const base: Sources = referenceSources();
  const { clock: _, progress: __, ...budget } = budgetOf([trace(CREATE, INSERT, ALLOC, FREE)], 0);
  return {
    change: { name, title: name, before: base, changed: edited(atBegin(code)) },
    base,
    budget,
    keeping: { name, named: [name], reports: folder, subject: 'reference' },
  };
}

const HARMLESS = '  k.now += 0;';

test('a process that asks for all memory at once is lost alone, and that is the verdict', async () => {
  const greedy = '  const all = []; for (;;) all.push(new Array(3e7).fill(0.5));';
  const [lost, other] = await Promise.all([
    pool.check(taskOf('greedy', greedy)),
    pool.check(taskOf('harmless', HARMLESS)),
  ]);
  expect(lost).toMatchObject({
    name: 'greedy',
    verdict: 'broken',
    evidence: { detail: expect.stringMatching(/^ended: .*memory.* in (?:trace 1 \(|loading)/u) },
  });
  expect(other).toMatchObject({ name: 'harmless', verdict: 'same' });
});

test('a process makes rows of the matrix, and nothing once the user wants the end', async () => {
  const leak = taskOf('leak', '  if (k.now === 3) k.msi_desc.live += 1;');
  const row = await pool.matrix({ ...leak, seeds: [] });
  expect(row).toMatchObject({ name: 'leak', corpus: 1, seeds: [] });
  interrupted = true;
  expect(await pool.check(leak)).toBeUndefined();
  expect(await pool.matrix({ ...leak, seeds: [] })).toBeUndefined();
  interrupted = false;
});
