// SPDX-License-Identifier: GPL-2.0-only
/** The fault sweep: every fault point once, and each one fires. */
import { describe, expect, test } from 'vitest';

import { AGREE } from '../src/run/judge.ts';
import { firedByName, startReach } from '../src/run/reach.ts';
import { runTrace, startSession } from '../src/run/session.ts';
import { sweepAll, sweepTrace } from '../src/run/sweep.ts';
import { reference } from '../src/subject/reference/index.ts';
import { ALLOC, altered, CREATE, INSERT, trace } from './altered.ts';

const unchanged = { factory: reference, spec: 'kernel' } as const;

describe('a sweep', () => {
  const short = trace(CREATE, INSERT, ALLOC);

  test('reports only faults that fire when the trace is run from the beginning', () => {
    for (const { trace: swept, armed } of sweepTrace(short, unchanged)) {
      const reach = startReach();
      runTrace(swept, { ...unchanged, reach });
      for (const { fault } of armed)
        expect(
          firedByName(reach).get(fault.kind === 'memory' ? fault.site : fault.op),
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

  test('finds nothing in the unchanged reference, also with two faults', () => {
    const single = sweepAll(short, unchanged);
    const pairs = sweepAll(short, { ...unchanged, pairs: true });
    expect(single.findings).toEqual([]);
    expect(pairs.findings).toEqual([]);
    expect(pairs.runs).toBeGreaterThan(single.runs);
  });

  test('finds an error path that only one fault reaches', () => {
    const careless = altered('careless', (seen) =>
      seen.fired.some(({ where }) => where === 'msi_init') ? { ...seen, ret: 0 } : seen,
    );
    const { findings } = sweepAll(short, { ...unchanged, factory: careless });
    expect(findings.map(({ finding: { fn, rule } }) => ({ fn, rule }))).toEqual([
      { fn: 'msi_domain_alloc_irqs_range', rule: AGREE },
    ]);
  });

  test('stops when its reader does', () => {
    const runs = sweepTrace(short, unchanged);
    expect(runs.next().done).toBe(false);
    runs.return();
    expect(runs.next().done).toBe(true);
  });
});
