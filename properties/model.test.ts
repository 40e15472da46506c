// SPDX-License-Identifier: GPL-2.0-only
/** The whole method driven by fast-check's own model runner: commands, a model, a subject. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readKept } from '../src/cli/kept.ts';
import { commandsArbitrary } from '../src/generate/commands.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { isExpected, mayBeExpected } from '../src/run/expected.ts';
import { startSession } from '../src/run/session.ts';
import { DEFECTS, plant } from '../src/subject/planted/index.ts';
import { reference } from '../src/subject/reference/index.ts';
import type { SubjectFactory } from '../src/subject/subject.ts';
import type { Environment } from '../src/trace/environment.ts';
import type { Step } from '../src/trace/step.ts';

const { expected } = readKept();

/** Throws at the first finding that nobody expects, as a command of a model run does. */
function property(factory: SubjectFactory, environment: Environment): fc.IProperty<unknown> {
  return fc.property(commandsArbitrary(environment), (commands) => {
    fc.modelRun(() => {
      const session = startSession(environment, { factory, spec: 'kernel' });
      const apply = (step: Step): void => {
        const result = session.apply(step);
        if (result.kind !== 'finding') return;
        const { finding } = result;
        if ((isExpected(expected, finding) ?? mayBeExpected(expected, finding)) === undefined)
          throw new Error(`${finding.rule}: ${finding.detail}`);
      };
      return { model: {}, real: { apply } };
    }, commands);
  });
}

describe('through fc.commands and fc.modelRun', () => {
  test.for(ENVIRONMENTS)('subject, oracle and rules agree in $name', (environment) => {
    fc.assert(property(reference, environment), { seed: 6, numRuns: 60 });
  });

  test('a planted defect fails the run, and fast-check shrinks it', () => {
    const defect = DEFECTS.find(({ name }) => name === 'affinity-not-freed');
    const environment = ENVIRONMENTS.find(({ name }) => name === 'per-device');
    if (defect === undefined || environment === undefined) throw new Error('renamed?');
    const result = fc.check(property(plant(defect), environment), { seed: 6, numRuns: 500 });
    expect(result.failed).toBe(true);
    expect(result.numShrinks).toBeGreaterThan(0);
  });
});
