// SPDX-License-Identifier: GPL-2.0-only
/** The kill matrix: which rules object to a defect, and how soon. */
import { describe, expect, test } from 'vitest';

import { matrixRow } from '../src/regress/matrix.ts';
import { matrixJson, matrixOf, type MatrixRow, matrixText } from '../src/report/matrix.ts';
import { referenceSources } from '../src/subject/changed/sources.ts';
import { reference } from '../src/subject/reference/index.ts';
import { ALLOC, CREATE, FREE, INSERT, trace } from './altered.ts';
import { budgetOf, type Edit, edited } from './changed.ts';

const WHOLE = trace(CREATE, INSERT, ALLOC, FREE);
const LEAK: Edit = {
  file: 'index.ts',
  find: '  k.fired = [];\n',
  replace: '  k.fired = [];\n  if (k.now === 4) k.msi_desc.live += 1;\n',
};

function row(edit: Edit, seeds: readonly string[] = ['1']): MatrixRow {
  const change = {
    name: 'a/b.patch',
    title: '',
    base: referenceSources(),
    before: referenceSources(),
    changed: edited(edit),
  };
  return matrixRow(change, reference, { ...budgetOf([WHOLE], 60), seeds });
}

describe('a row of the kill matrix', () => {
  test('names every rule that objects, the corpus and sweep that show it, and how soon each seed does', () => {
    const found = row(LEAK);
    const rules = found.rules.map(([rule]) => rule);
    expect(rules).toContain('as many descriptors live as stores hold and were dropped with a WARN');
    expect(found.corpus).toBe(1);
    expect(found.sweep).toBeGreaterThan(0);
    expect(found.seeds).toMatchObject([{ seed: '1', check: 0, steps: 4 }]);
  });

  test('without seeds is about the corpus alone', () => {
    const found = row(LEAK, []);
    expect(found.rules.length).toBeGreaterThan(0);
    expect(found).toMatchObject({ corpus: 1, sweep: 0, seeds: [] });
  });

  test('is empty for a change that nothing objects to', () => {
    const found = row({ ...LEAK, replace: `${LEAK.find}  k.now += 0;\n` });
    expect(found).toMatchObject({ rules: [], corpus: 0, sweep: 0 });
    expect(found.seeds.map(({ check, steps, traces }) => [check, steps, traces])).toEqual([
      [undefined, 0, 60],
    ]);
  });
});

describe('the kill matrix', () => {
  const seed = { seed: '1', check: 5, traces: 3, milliseconds: 7, steps: 2, rule: 'a' };
  const rows = [
    {
      name: 'x/one.patch',
      rules: [
        ['a', 2],
        ['b', 1],
      ],
      corpus: 1,
      sweep: 2,
      seeds: [seed],
    },
    { name: 'two', rules: [['a', 1]], corpus: 0, sweep: 0, seeds: [{ ...seed, check: undefined }] },
  ] as const;

  test('calls a rule useless that no defect breaks', () => {
    const matrix = matrixOf(rows, ['a', 'b', 'c']);
    expect(matrix.useless).toEqual(['c']);
    expect(matrix.mutants).toBeUndefined();
    expect(matrixOf(rows, ['a', 'b']).useless).toEqual([]);
    expect(JSON.parse(matrixJson(matrix))).toMatchObject({ useless: ['c'], rows: [{}, {}] });
  });

  test('counts the rules that kill mutants, and calls the others useless only then', () => {
    const killed = new Map([
      ['a', 'devres.ts f: x => y'],
      ['c', 'devres.ts g: x => y'],
    ]);
    const matrix = matrixOf(rows, ['a', 'b', 'c', 'd'], killed);
    expect(matrix).toMatchObject({ useless: ['d'], mutants: [['c', 'devres.ts g: x => y']] });
    const text = matrixText(matrix);
    expect(text).toContain('broken by a mutant alone: 1 rule\n  c\n    devres.ts g: x => y\n');
    expect(text).toMatch(
      /^useless, broken by no defect, no canary and no mutant: 1 rule\n {2}d\n$/mu,
    );
  });

  test('has numbers of the corpus alone for what was run without seeds', () => {
    const text = matrixText(matrixOf([{ ...rows[0], seeds: [] }], ['a', 'b']));
    expect(text).toMatch(/^one +1$/mu);
  });

  test('has a line for each defect, and for each rule the defects that break it', () => {
    const text = matrixText(matrixOf(rows, ['a', 'b', 'c']));
    expect(text).toMatch(/^one +1 +2 +1\/1 +5 +5 +1\/1 +3 +7 +7 +2$/mu);
    expect(text).toMatch(/^two +0 +0 +0\/1 +0 +0 +1\/1 /mu);
    expect(text).toMatch(/^a: 2\n {2}x\/one.patch\n {2}two\nb: 1\n {2}x\/one.patch\n/mu);
    expect(text).toMatch(/^broken by no defect and no canary: 1 rule; run mutate.*\n {2}c\n$/mu);
  });
});
