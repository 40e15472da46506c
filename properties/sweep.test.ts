// SPDX-License-Identifier: GPL-2.0-only
/** The fault sweep: every fault point once, and each one fires. */
import { describe, expect, test } from 'vitest';

import { readKept } from '../src/cli/kept.ts';
import { mayBeExpected } from '../src/run/expected.ts';
import { rangeIsDone } from '../src/invariants/slots.ts';
import { startReach } from '../src/run/reach.ts';
import { runTrace, startSession } from '../src/run/session.ts';
import { sweepAll, sweepTrace } from '../src/run/sweep.ts';
import { reference } from '../src/subject/reference/index.ts';
import { OP_NAMES, SITES } from '../src/trace/sites.ts';
import type { Finding } from '../src/trace/verdict.ts';
import { ALLOC, altered, CREATE, INSERT, trace } from './altered.ts';

const NAMES: readonly string[] = [...SITES, ...OP_NAMES];
const { expected } = readKept();

function isNew({ finding }: { readonly finding: Finding }): boolean {
  return mayBeExpected(expected, finding) === undefined;
}

const unchanged = { factory: reference, spec: 'kernel' } as const;

describe('a sweep', () => {
  const short = trace(CREATE, INSERT, ALLOC);

  test('reports only faults that fire when the trace is run from the beginning', () => {
    for (const { trace: swept, armed } of sweepTrace(short, unchanged)) {
      const reach = startReach();
      runTrace(swept, { ...unchanged, reach });
      for (const { fault } of armed)
        expect(
          reach.fired[NAMES.indexOf(fault.kind === 'memory' ? fault.site : fault.op)],
        ).toBeGreaterThan(0);
    }
  });

  test('reaches every request for memory and every call of an operation of each step', () => {
    const { points } = sweepAll(short, unchanged);
    const session = startSession(short.environment, unchanged);
    for (const [at, step] of short.steps.entries()) {
      session.apply(step);
      const called = new Set(session.observation()?.callbacks.map(({ op }) => op));
      const swept = points.filter((point) => point.at === at).map(({ where }) => where);
      for (const op of ['msi_prepare', 'msi_init', 'alloc', 'activate'] as const)
        expect(swept.includes(op)).toBe(called.has(op));
    }
    expect(points).toContainEqual({
      at: 1,
      fn: 'msi_domain_insert_msi_desc',
      where: 'msi_alloc_desc',
      last: 1,
    });
    expect(points).toContainEqual({
      at: 2,
      fn: 'msi_domain_alloc_irqs_range',
      where: 'msi_init',
      last: 1,
    });
  });

  test('finds nothing in the unchanged reference but what is expected, also with two faults', () => {
    const single = sweepAll(short, unchanged);
    const pairs = sweepAll(short, { ...unchanged, pairs: true });
    expect(single.findings.filter(isNew)).toEqual([]);
    expect(pairs.findings.filter(isNew)).toEqual([]);
    expect(pairs.runs).toBeGreaterThan(single.runs);
  });

  test('finds an error path that only one fault reaches', () => {
    const careless = altered('careless', (seen) =>
      seen.fired.some(({ where }) => where === 'msi_init') ? { ...seen, ret: 0 } : seen,
    );
    const { findings } = sweepAll(short, { ...unchanged, factory: careless });
    expect(findings.filter(isNew).map(({ finding: { fn, rule } }) => ({ fn, rule }))).toEqual([
      { fn: 'msi_domain_alloc_irqs_range', rule: rangeIsDone.name },
    ]);
  });

  test('stops when its reader does', () => {
    const runs = sweepTrace(short, unchanged);
    expect(runs.next().done).toBe(false);
    runs.return();
    expect(runs.next().done).toBe(true);
  });
});
