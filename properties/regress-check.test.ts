// SPDX-License-Identifier: GPL-2.0-only
/** What the check of a change runs, when it stops, and what it tells meanwhile. */
import { describe, expect, test } from 'vitest';

import { checkChange } from '../src/regress/check.ts';
import type { ChangeResult } from '../src/report/change.ts';
import { referenceSources, type Sources } from '../src/subject/changed/sources.ts';
import { ALLOC, CREATE, FREE, INSERT, trace } from './altered.ts';
import { budgetOf, check, edited, type Edit } from './changed.ts';

const WHOLE = trace(CREATE, INSERT, ALLOC, FREE);
const SHOWN = '    callbacks: k.callbacks,\n';

/** Shows no callbacks where a condition holds, so that whoever looks for them throws. */
function hides(condition: string): Edit {
  const replace = `    callbacks: (${condition} ? undefined : k.callbacks) as any,\n`;
  return { file: 'index.ts', find: SHOWN, replace };
}

interface Told {
  readonly result: ChangeResult;
  /** What was said before each trace. */
  readonly told: readonly (readonly [string, number])[];
}

function listened(base: Sources, changed: Sources, runs = 0): Told {
  const told: (readonly [string, number])[] = [];
  const result = checkChange(
    { name: 'a', title: '', base, before: base, changed },
    {
      ...budgetOf([WHOLE, WHOLE], runs),
      progress: (found, traces) => told.push([found, traces]),
    },
  );
  return { result, told };
}

describe('the check of a change', () => {
  const base = referenceSources();
  const renamed = { file: 'index.ts', find: SHOWN, replace: '    callbacks: (k.callbacks),\n' };

  test('tells of the corpus, its sweep and the random traces, and counts them', () => {
    const { result, told } = listened(base, edited(renamed), 3);
    const { corpus, sweep, random, traces } = result.covered;
    expect([result.verdict, corpus, random]).toEqual(['same', 2, 3]);
    expect(traces).toBe(corpus + sweep + random);
    expect(told.slice(0, 3)).toEqual([
      ['1.trace', 1],
      ['2.trace', 2],
      ['sweep of 1.trace', 2],
    ]);
    const swept = told.filter(([found]) => found.startsWith('sweep of '));
    // Once when a sweep begins, and once for each of its traces.
    expect(swept).toHaveLength(sweep + 2);
    expect(told.at(-1)).toEqual(['random trace 3 of seed test', traces]);
  });

  test('runs nothing where nothing was changed', () => {
    const { result, told } = listened(base, base, 3);
    expect(told).toEqual([]);
    expect(result).toMatchObject({ verdict: 'same', covered: { traces: 0, steps: 0 } });
  });

  test('ends with the first trace that a base cannot be read in', () => {
    const { result, told } = listened(edited(hides('true')), base, 3);
    expect(result.verdict).toBe('does not load');
    expect(told).toEqual([['1.trace', 1]]);
  });

  test('holds a change for broken whose answers cannot be read after a fault of the sweep', () => {
    const { verdict, evidence } = check(hides('k.fired.length > 0'), [WHOLE]);
    expect([verdict, evidence?.rule]).toEqual(['broken', 'the subject answers every step']);
    expect(evidence?.found).toBe('sweep of 1.trace');
  });
});
