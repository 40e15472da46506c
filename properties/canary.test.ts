// SPDX-License-Identifier: GPL-2.0-only
/**
 * Subjects with one known defect each. If the checks stop seeing one, or need a longer trace to show
 * it, the checks are broken.
 */
import { readdirSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { hunt } from '../src/cli/bench-canaries.ts';
import { CANARIES, readTrace } from '../src/cli/files.ts';
import { readKept } from '../src/cli/kept.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { seedFromText } from '../src/generate/seed.ts';
import { minimise } from '../src/run/minimise.ts';
import { runTrace } from '../src/run/session.ts';
import { DEFECTS, plant } from '../src/subject/planted/index.ts';
import { reference } from '../src/subject/reference/index.ts';
import { formatTrace } from '../src/trace/format.ts';

const kept = readKept();
const SPEC = 'kernel';

describe('every planted defect', () => {
  test('has its known shortest trace, and no trace is left over', () => {
    const files = readdirSync(CANARIES).toSorted();
    expect(files).toEqual(DEFECTS.map(({ name }) => `${name}.trace`).toSorted());
  });

  test.for(DEFECTS)('$name shows in its shortest trace, which the reference passes', (defect) => {
    const { trace } = readTrace(`${CANARIES}/${defect.name}.trace`);
    expect(runTrace(trace, { factory: plant(defect), spec: SPEC }).kind).toBe('finding');
    expect(runTrace(trace, { factory: reference, spec: SPEC })).toMatchObject({ kind: 'ok' });
  });

  test.for(DEFECTS)('$name is found by random traces and comes down to the shortest', (defect) => {
    const factory = plant(defect);
    const found = hunt(factory, seedFromText(defect.name, 0), kept);
    if (found === undefined) throw new Error(`${defect.name} was not found`);
    const options = {
      factory,
      spec: SPEC,
      environments: ENVIRONMENTS,
      expected: kept.expected,
      keep: 'any',
    } as const;
    const { trace } = minimise(found.trace, found.finding, options);
    expect(formatTrace(trace)).toBe(
      formatTrace(readTrace(`${CANARIES}/${defect.name}.trace`).trace),
    );
  });
});
