// SPDX-License-Identifier: GPL-2.0-only
/** The unchanged reference: nothing unexpected in the corpus, its sweep, and random traces of one seed. */
import { describe, expect, test } from 'vitest';

import { readKept } from '../src/cli/kept.ts';
import { startBatches } from '../src/generate/batch.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { mayBeExpected } from '../src/run/expected.ts';
import { runTrace } from '../src/run/session.ts';
import { sweepTrace } from '../src/run/sweep.ts';
import { reference } from '../src/subject/reference/index.ts';
import type { Finding } from '../src/trace/verdict.ts';

const kept = readKept();
const OPTIONS = { factory: reference, spec: 'kernel', expected: kept.expected } as const;
const BATCHES = 20;

/** What is found, unless it may be known: it was not minimised. */
function news(finding: Finding | undefined): string | undefined {
  return finding === undefined || mayBeExpected(kept.expected, finding) !== undefined
    ? undefined
    : `${finding.rule}: ${finding.detail}`;
}

describe('the unchanged reference', () => {
  test('shows nothing unexpected in the corpus', () => {
    for (const { path, trace } of kept.traces) {
      const verdict = runTrace(trace, OPTIONS);
      expect(verdict.kind === 'finding' ? news(verdict.finding) : undefined, path).toBeUndefined();
    }
  });

  test('shows nothing unexpected at any fault point of the corpus', () => {
    for (const { path, trace } of kept.traces) {
      for (const { finding } of sweepTrace(trace, OPTIONS))
        expect(news(finding), path).toBeUndefined();
    }
  });

  test('shows nothing unexpected in random traces', () => {
    const draw = startBatches(ENVIRONMENTS, 'reference');
    for (let batch = 0; batch < BATCHES; batch += 1) {
      draw(batch, 64, (trace) => {
        const verdict = runTrace(trace, OPTIONS);
        expect(verdict.kind === 'finding' ? news(verdict.finding) : undefined).toBeUndefined();
        return true;
      });
    }
  });
});
