// SPDX-License-Identifier: GPL-2.0-only
/**
 * What is asked of a canary, a subject with one known defect: that random traces find it, and that
 * they come down to the shortest trace there is. If the checks stop seeing one, or need a longer
 * trace to show it, the checks are broken.
 */
import { expect, test } from 'vitest';

import { hunt, WITHOUT_DEFECT } from '../src/cli/bench-canaries.ts';
import { CANARIES, readTrace } from '../src/cli/files.ts';
import { readKept } from '../src/cli/kept.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { seedFromText } from '../src/generate/seed.ts';
import { minimise } from '../src/run/minimise/minimise.ts';
import { runTrace } from '../src/run/session.ts';
import { type Defect, plant } from '../src/subject/planted/index.ts';
import { reference } from '../src/subject/reference/index.ts';
import { formatTrace } from '../src/trace/format.ts';

const spec = 'kernel';

/** Tests of these defects. */
export function testCanaries(defects: readonly Defect[]): void {
  const kept = readKept();

  test.for(defects)('$name shows in its shortest trace, which the reference passes', (defect) => {
    const { trace } = readTrace(`${CANARIES}/${defect.name}.trace`);
    expect(runTrace(trace, { factory: plant(defect), spec }).kind).toBe('finding');
    expect(runTrace(trace, { factory: reference, spec })).toMatchObject({ kind: 'ok' });
  });

  test.for(defects)('$name is found by random traces and comes down to the shortest', (defect) => {
    const factory = plant(defect);
    // Of a few seeds the one that finds all of them soonest; `npm run bench` runs many.
    const found = hunt(factory, seedFromText(defect.name, 9), kept);
    if (found === undefined) throw new Error(`${defect.name} was not found`);
    const { trace } = minimise(found.trace, found.finding, {
      factory,
      spec,
      environments: ENVIRONMENTS,
      expected: kept.expected,
      keep: 'any',
      baseline: WITHOUT_DEFECT,
    });
    const known = readTrace(`${CANARIES}/${defect.name}.trace`).trace;
    expect(formatTrace(trace)).toBe(formatTrace(known));
  });
}
