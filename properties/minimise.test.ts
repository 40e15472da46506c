// SPDX-License-Identifier: GPL-2.0-only
/** The minimiser: one simplest trace per defect, wherever it starts. */
import { describe, expect, test } from 'vitest';

import { AGREE } from '../src/run/judge.ts';
import { minimise, minimiseWith } from '../src/run/minimise/minimise.ts';
import { SAME } from '../src/run/session.ts';
import { reference } from '../src/subject/reference/index.ts';
import type { Snapshot, SubjectFactory } from '../src/subject/subject.ts';
import { call } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { Errno } from '../src/trace/errno.ts';
import { formatTrace } from '../src/trace/format.ts';
import type { Fault, Step, Trace } from '../src/trace/step.ts';
import { ALLOC, altered, CREATE, finding, FREE, INSERT, trace } from './altered.ts';

const unchanged = { factory: reference, spec: 'kernel' } as const;

describe('the minimiser', () => {
  /** Numbers from 0 to below-1, always the same ones. */
  function dice(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
  }

  function pick<T>(list: readonly [T, ...T[]], roll: (below: number) => number): T {
    return list[roll(list.length)] ?? list[0];
  }

  function noise(seed: number, length: number): Trace {
    const roll = dice(seed);
    const steps = Array.from({ length }, (): Step => {
      const fn = pick(
        [
          'msi_create_device_irq_domain',
          'msi_domain_alloc_irqs_range',
          'msi_domain_alloc_irqs_range_locked',
          'msi_domain_free_irqs_range',
          'devres_add',
        ] as const,
        roll,
      );
      const first = roll(6);
      const site = pick(['any', 'xa_node', 'alloc_dr'] as const, roll);
      const fault: Fault = {
        kind: 'memory',
        site,
        nth: 1 + roll(4),
        count: pick([0, 1, 2] as const, roll),
      };
      const args = {
        dev: roll(2),
        domid: roll(2),
        first,
        last: first + roll(3),
        lock: fn.endsWith('locked') ? 1 : 0,
      };
      return { call: call(fn, args), faults: roll(2) === 0 ? [] : [fault] };
    });
    return {
      environment: { ...DEFAULT_ENVIRONMENT, name: 'noise', devices: 2, levels: 1, vectors: 16 },
      steps,
    };
  }

  /** A toy: a fault while a range is added that overlaps an older one, not at its first slot. */
  function overlaps({ steps }: Trace): boolean {
    const stores = new Map<string, Set<number>>();
    for (const {
      call: { fn, dev, domid, first, last },
      faults,
    } of steps) {
      const name = `${dev} ${domid}`;
      if (fn === 'msi_create_device_irq_domain' && !stores.has(name)) stores.set(name, new Set());
      const store = stores.get(name);
      if (store === undefined || !/^msi_domain_(?:alloc|free)_irqs_range/u.test(fn)) continue;
      for (let slot = first; slot <= last; slot += 1) {
        if (fn === 'msi_domain_free_irqs_range') store.delete(slot);
        else if (
          store.has(slot) &&
          slot > first &&
          faults.some(
            (fault) =>
              fault.kind === 'memory' && (fault.site === 'any' || fault.site === 'xa_node'),
          )
        )
          return true;
        else store.add(slot);
      }
    }
    return false;
  }

  test('comes to one trace from wherever it starts', () => {
    const starts = Array.from({ length: 150 }, (_, seed) => noise(seed + 1, 40)).filter(overlaps);
    expect(starts.length).toBeGreaterThan(20);
    const forms = new Set(starts.map((start) => formatTrace(minimiseWith(start, overlaps).trace)));
    expect([...forms]).toEqual([
      formatTrace(
        trace(
          'msi_create_device_irq_domain(dev=0, domid=0, hwsize=1)',
          'msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=1)',
          'msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=1) (fail: xa_node 1)',
        ),
      ),
    ]);
  });

  test('raises an argument when that makes a trace shorter', () => {
    const total = ({ steps }: Trace): boolean =>
      steps.reduce(
        (sum, { call: { fn, nirqs } }) => sum + (fn === 'irq_alloc_descs' ? nirqs : 0),
        0,
      ) >= 4;
    const start = trace(
      ...[0, 1, 2].map((block) => `irq_alloc_descs(cnt=2, affinity=none, block=${block})`),
    );
    expect(formatTrace(minimiseWith(start, total).trace)).toBe(
      formatTrace(trace('irq_alloc_descs(cnt=4, affinity=none, block=0)')),
    );
  });

  test('runs no more traces than it is told', () => {
    const start = noise(3, 40);
    const long40 = ({ steps }: Trace): boolean => steps.length >= 40;
    expect(minimiseWith(start, long40, { budget: 7 }).runs).toBe(7);
    expect(minimiseWith(start, long40, { budget: 0 })).toMatchObject({
      runs: 0,
      trace: { steps: start.steps },
    });
  });

  /** Forgets to fail when the store is full, whatever else happens. */
  const generous = altered('generous', (seen) =>
    seen.ret === Errno.ERANGE ? { ...seen, ret: 0 } : seen,
  );
  const long = trace(
    'devres_add(dev=0, res=1)',
    CREATE,
    'msi_setup_device_data(dev=0)',
    INSERT,
    'msi_lock_descs(dev=0)',
    'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=9, nvec_used=2, affinity=0x3, msi_attrib=msix, lock=no) (fail: xa_node 3)',
    'msi_unlock_descs(dev=0)',
    ALLOC,
    FREE,
  );

  test('keeps the finding and nothing else', () => {
    const found = finding(long, generous);
    const { trace: least, finding: kept } = minimise(long, found, {
      ...unchanged,
      factory: generous,
    });
    expect(kept).toMatchObject({ rule: found.rule, fired: [] });
    expect(formatTrace(least)).toBe(
      formatTrace(
        trace(
          'msi_create_device_irq_domain(dev=0, domid=0, hwsize=1)',
          'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=1, nvec_used=1, affinity=none, msi_attrib=none)',
        ),
      ),
    );
  });

  test('does not slip to a finding that is expected', () => {
    const match = 'msi_match_device_irq_domain';
    const two = altered('two', (seen, { call: { fn } }) =>
      fn === 'devres_add' || fn === match ? { ...seen, ret: 5 } : seen,
    );
    const late = trace(CREATE, INSERT, `${match}(dev=0, domid=0, bus_token=DOMAIN_BUS_PCI_MSI)`);
    const found = finding(late, two);
    const expected = [
      {
        trace: 'known.trace',
        why: '',
        release: '6.12',
        rule: AGREE,
        fn: 'devres_add',
        fired: [],
        detail: '',
      },
    ];
    const slipped = minimise(late, found, { ...unchanged, factory: two });
    const kept = minimise(late, found, { ...unchanged, factory: two, expected });
    expect(slipped.finding.fn).toBe('devres_add');
    expect(kept.finding.fn).toBe(match);
    expect(kept.trace.steps.length).toBe(2);
  });

  test('leaves what a baseline does too alone', () => {
    const base = altered('base', (seen, { call: { fn } }) =>
      fn === 'devres_add' ? { ...seen, ret: 5 } : seen,
    );
    const worse = altered('worse', (seen, { call: { fn } }) =>
      fn === 'devres_add' || seen.ret === Errno.ERANGE ? { ...seen, ret: 5 } : seen,
    );
    const late = trace(
      CREATE,
      'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=9, nvec_used=1, affinity=none, msi_attrib=none)',
    );
    const found = finding(late, worse);
    const options = { ...unchanged, factory: worse, keep: 'any' } as const;
    expect(minimise(late, found, options).finding.fn).toBe('devres_add');
    expect(minimise(late, found, { ...options, baseline: base }).finding.fn).toBe(
      'msi_domain_alloc_irq_at',
    );
  });

  test('also takes a trace that does not behave the same way twice', () => {
    let starts = 0;
    const forgetful: SubjectFactory = {
      name: 'forgetful',
      start: (environment) => {
        starts += 1;
        const virq = starts;
        const subject = reference.start(environment);
        return {
          ...subject,
          apply: (step) =>
            step.call.fn === 'devres_add'
              ? { ...subject.apply(step), virq, ret: -1 }
              : subject.apply(step),
        };
      },
    };
    const found = finding(long, forgetful);
    expect(found.rule).toBe(SAME);
    const { trace: least } = minimise(long, found, { ...unchanged, factory: forgetful });
    expect(formatTrace(least)).toBe(formatTrace(trace('devres_add(dev=0, res=0)')));
  });

  test('goes back to snapshots without being told apart from fresh runs', () => {
    const snapshots: Snapshot[] = [];
    const counted: SubjectFactory = {
      name: 'counted',
      start: (environment) => {
        const subject = generous.start(environment);
        const snapshot = (): Snapshot => {
          const taken = subject.snapshot();
          snapshots.push(taken);
          return taken;
        };
        return { ...subject, snapshot };
      },
    };
    const found = finding(long, counted);
    expect(minimise(long, found, { ...unchanged, factory: counted }).trace).toEqual(
      minimise(long, found, { ...unchanged, factory: generous }).trace,
    );
    expect(snapshots.length).toBeGreaterThan(0);
  });
});
