// SPDX-License-Identifier: GPL-2.0-only
/** What the minimiser does not run again is what a run from the beginning would show. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { traceArbitrary } from '../src/generate/arbitrary.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { replays } from '../src/run/minimise/replay.ts';
import { withStep } from '../src/run/minimise/search.ts';
import { smallCalls } from '../src/run/minimise/small.ts';
import { startSession } from '../src/run/session.ts';
import type { SubjectFactory } from '../src/subject/subject.ts';
import { Errno } from '../src/trace/errno.ts';
import type { Fault, Trace } from '../src/trace/step.ts';
import type { Finding } from '../src/trace/verdict.ts';
import { altered } from './altered.ts';

/** Fails late: a full store, and a fault that was reached, are reported as success. */
const generous = altered('generous', (seen) =>
  seen.ret === Errno.ERANGE || seen.fired.length > 0 ? { ...seen, ret: 0 } : seen,
);
const options = { factory: generous, spec: 'kernel', precise: true } as const;

function fresh({ environment, steps }: Trace, factory: SubjectFactory): Finding | undefined {
  const session = startSession(environment, { ...options, factory });
  for (const step of steps) session.apply(step);
  return session.finish();
}

const FAULTS: readonly Fault[] = [
  { kind: 'memory', site: 'xa_node', nth: 1, count: 1 },
  { kind: 'memory', site: 'alloc_dr', nth: 3, count: 2 },
  { kind: 'memory', site: 'any', nth: 4, count: 0 },
  { kind: 'callback', op: 'msi_init', nth: 1, ret: Errno.ENOMEM },
  { kind: 'callback', op: 'alloc', nth: 2, ret: Errno.ENOSPC },
];

/** The trace with another step at each place: the call with a fault, or another call. */
function variations(trace: Trace): readonly (readonly [Trace, number])[] {
  const calls = smallCalls(trace.environment);
  return trace.steps.flatMap(({ call }, at) => [
    ...FAULTS.map((fault) => [withStep(trace, at, { call, faults: [fault] }), at] as const),
    ...calls
      .filter((_, index) => index % 61 === at)
      .map((small) => [withStep(trace, at, { call: small, faults: [] }), at] as const),
  ]);
}

const traces = fc
  .sample(traceArbitrary(ENVIRONMENTS), { seed: 11, numRuns: 8 })
  .map(({ environment, steps }) => ({ environment, steps: steps.slice(0, 8) }));

describe('a trace that shares steps with another one', () => {
  test('shows what it shows when it is run from the beginning, whatever was accepted before', () => {
    let found = 0;
    for (const start of traces) {
      let best = start;
      let seen: Finding | undefined;
      const same = (finding: Finding): boolean => {
        seen = finding;
        found += 1;
        return found % 3 === 0;
      };
      const { holds } = replays(start, same, options);
      for (const [{ steps }, at] of variations(start)) {
        const candidate = { ...best, steps: [...best.steps.slice(0, at), ...steps.slice(at)] };
        seen = undefined;
        if (holds(candidate, at)) best = candidate;
        expect(seen).toEqual(fresh(candidate, generous));
      }
    }
    expect(found).toBeGreaterThan(50);
  });

  test('also does so in another environment', () => {
    for (const start of traces) {
      let seen: Finding | undefined;
      const same = (finding: Finding): boolean => {
        seen = finding;
        return false;
      };
      const { holds } = replays(start, same, options);
      const environment = { ...start.environment, nr_irqs: 8 };
      for (const [{ steps }] of variations(start)) {
        seen = undefined;
        holds({ environment, steps }, -1);
        expect(seen).toEqual(fresh({ environment, steps }, generous));
      }
    }
  });

  test('is accepted only when the baseline passes it', () => {
    const some = altered('some', (seen) =>
      seen.fired.some(({ where }) => where === 'alloc_dr') ? { ...seen, ret: 0 } : seen,
    );
    const counts = { accepted: 0, refused: 0 };
    for (const start of traces) {
      const { holds } = replays(start, () => true, options, some);
      for (const [candidate] of variations(start)) {
        const fails = fresh(candidate, generous) !== undefined;
        const wanted = fails && fresh(candidate, some) === undefined;
        expect(holds(candidate, 0)).toBe(wanted);
        if (wanted) counts.accepted += 1;
        else if (fails) counts.refused += 1;
      }
    }
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(5);
  });
});

describe('a trace that stands for another one', () => {
  test('shows the same, for a step that is refused or a fault that is not reached changes nothing', () => {
    let stood = 0;
    for (const start of traces) {
      const { holds, equivalent } = replays(start, () => false, options);
      for (const [candidate, at] of variations(start)) {
        holds(candidate, at);
        const other = equivalent?.(candidate, at);
        if (other === undefined) continue;
        stood += 1;
        const [a, b] = [fresh(candidate, generous), fresh(other, generous)];
        expect([b?.rule, b?.detail]).toEqual([a?.rule, a?.detail]);
      }
    }
    expect(stood).toBeGreaterThan(50);
  });
});
