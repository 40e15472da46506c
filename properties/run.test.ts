// SPDX-License-Identifier: GPL-2.0-only
/** The runner: what is compared, what becomes of a difference, what is counted. */
import { describe, expect, test } from 'vitest';

import { ANSWERS } from '../src/run/apply.ts';
import { formatExpected, isExpected, mayBeExpected, parseExpected } from '../src/run/expected.ts';
import { key, kindOf } from '../src/run/finding.ts';
import { rangeIsDone } from '../src/invariants/slots.ts';
import { AGREE } from '../src/run/judge.ts';
import { addReach, firedByName, startReach } from '../src/run/reach.ts';
import { runTrace, SAME, startSession } from '../src/run/session.ts';
import { reference } from '../src/subject/reference/index.ts';
import type { Subject, SubjectFactory } from '../src/subject/subject.ts';
import { CALL_NAMES } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { Errno } from '../src/trace/errno.ts';
import type { Finding } from '../src/trace/verdict.ts';
import { ALLOC, altered, CREATE, finding, FREE, INSERT, trace } from './altered.ts';

const unchanged = { factory: reference, spec: 'kernel' } as const;
const whole = trace(CREATE, INSERT, ALLOC, FREE);

describe('a session', () => {
  test('finds nothing in the unchanged reference', () => {
    expect(runTrace(whole, unchanged)).toEqual({ kind: 'ok', steps: 4 });
  });

  test('skips a step that is refused, says why, and the subject never sees it', () => {
    const session = startSession(DEFAULT_ENVIRONMENT, unchanged);
    const [step] = trace('device_release(dev=2)').steps;
    if (step === undefined) throw new Error('no step');
    const result = session.apply(step);
    expect(result.kind).toBe('skipped');
    expect(result.kind === 'skipped' && result.why).not.toBe('');
    expect(session.observation()).toBeUndefined();
  });

  test('that only compares notices memory that no table shows, at the end', () => {
    const leaking: SubjectFactory = {
      name: 'leaking',
      start: (environment) => {
        const subject = reference.start(environment);
        return { ...bound(subject), leaks: () => ['f asked for 8 bytes'] };
      },
    };
    const found = (factory: SubjectFactory, against: SubjectFactory): string | undefined => {
      const options = { factory, against, spec: 'kernel', compareOnly: true } as const;
      const session = startSession(whole.environment, options);
      for (const step of whole.steps) session.apply(step);
      return session.finish()?.detail;
    };
    expect(found(leaking, reference)).toBe('base: leaks: []; then: ["f asked for 8 bytes"]');
    expect(found(leaking, leaking)).toBeUndefined();
    expect(found(reference, reference)).toBeUndefined();
  });

  test('finds a value that the oracle does not allow, and names both', () => {
    const liar = altered('liar', (seen, { call: { fn } }) =>
      fn === 'msi_create_device_irq_domain' ? { ...seen, ret: 0 } : seen,
    );
    expect(finding(whole, liar)).toMatchObject({
      at: 0,
      rule: AGREE,
      fn: 'msi_create_device_irq_domain',
      detail: 'returned: 0; allowed: 1',
      fired: [],
    });
  });

  test('finds a failure that no injected fault explains, although the step has one armed', () => {
    const armed = trace(CREATE, INSERT, `${ALLOC} (fail: devres_open_group 1)`);
    const moody = altered('moody', (seen, { call: { fn } }) =>
      fn === 'msi_domain_alloc_irqs_range' ? { ...seen, ret: Errno.ENOMEM } : seen,
    );
    expect(runTrace(armed, unchanged).kind).toBe('ok');
    expect(finding(armed, moody).rule).toBe(rangeIsDone.name);
  });

  test('finds a complaint that the oracle does not name', () => {
    const splat = { kind: 'WARN', fn: 'msi_domain_free_irqs', nth: 1, what: '' } as const;
    const noisy = altered('noisy', (seen, { call: { fn } }) =>
      fn === 'msi_domain_free_irqs_all' ? { ...seen, splats: [splat] } : seen,
    );
    expect(finding(whole, noisy)).toMatchObject({
      at: 3,
      rule: 'the kernel warns of misuse only',
      detail: 'WARN msi_domain_free_irqs 1',
    });
  });

  test('finds a subject that throws, with its message', () => {
    const broken = altered('broken', (seen, { call: { fn } }) => {
      if (fn === 'msi_domain_alloc_irqs_range') throw new TypeError('no such record');
      return seen;
    });
    const { rule, detail, at } = finding(whole, broken);
    expect({ rule, at }).toEqual({ rule: ANSWERS, at: 2 });
    expect(detail).toContain('TypeError: no such record');
  });

  test('finds a subject that answers differently the second time', () => {
    let starts = 0;
    const forgetful: SubjectFactory = {
      name: 'forgetful',
      start: (environment) => {
        starts += 1;
        const subject = reference.start(environment);
        const ret = -starts;
        return { ...subject, apply: (step) => ({ ...subject.apply(step), ret }) };
      },
    };
    expect(finding(whole, forgetful)).toMatchObject({
      at: 0,
      rule: SAME,
      fn: 'msi_create_device_irq_domain',
    });
  });
});

describe('what was reached', () => {
  test('is counted by call, result and fault', () => {
    const reach = startReach();
    runTrace(
      trace(CREATE, `${INSERT} (fail: msi_alloc_desc 1)`, INSERT, ALLOC, 'device_add(dev=0)'),
      { ...unchanged, reach },
    );
    const insert = CALL_NAMES.indexOf('msi_domain_insert_msi_desc');
    expect(reach).toMatchObject({ traces: 1, steps: 4, skipped: 1, armed: 1, armedAndFired: 1 });
    expect(reach.calls[insert]).toBe(2);
    expect([...(reach.results[insert] ?? [])]).toEqual([
      [Errno.ENOMEM, 1],
      [0, 1],
    ]);
    expect(firedByName(reach).get('msi_alloc_desc')).toBe(1);
    expect(reach.situations.some((count) => count > 0)).toBe(true);
  });

  test('adds up', () => {
    const [one, two, both] = [startReach(), startReach(), startReach()];
    runTrace(whole, { ...unchanged, reach: one });
    runTrace(trace(CREATE, INSERT), { ...unchanged, reach: two });
    runTrace(whole, { ...unchanged, reach: both });
    runTrace(trace(CREATE, INSERT), { ...unchanged, reach: both });
    addReach(one, two);
    expect(one).toEqual(both);
  });
});

describe('an expected finding', () => {
  const known: Finding = {
    release: '6.12',
    at: 3,
    rule: 'no descriptor leaks',
    source: '',
    detail: 'leaked: 2',
    fn: 'device_release',
    fired: [
      { where: 'xa_node', nth: 2 },
      { where: 'alloc_dr', nth: 1 },
      { where: 'xa_node', nth: 5 },
    ],
  };
  const parsed = parseExpected('known.trace', formatExpected('6.12 does so', known));

  test('is written and read as a header', () => {
    expect(parsed).toEqual({
      trace: 'known.trace',
      why: '6.12 does so',
      release: '6.12',
      rule: known.rule,
      fn: known.fn,
      fired: ['alloc_dr', 'xa_node'],
      detail: '',
    });
  });

  test('is known by rule, function and faults, not by numbers', () => {
    if (typeof parsed === 'string') throw new Error(parsed);
    const list = [parsed];
    expect(key(known)).toBe('no descriptor leaks | device_release | alloc_dr xa_node');
    expect(isExpected(list, { ...known, at: 1, detail: 'leaked: 7' })).toBe(parsed);
    expect(isExpected(list, { ...known, fn: 'device_add' })).toBeUndefined();
    expect(isExpected(list, { ...known, fired: [] })).toBeUndefined();
    expect(isExpected([{ ...parsed, detail: 'freed twice' }], known)).toBeUndefined();
    const more = { ...known, fired: [...known.fired, { where: 'msi_init' as const, nth: 1 }] };
    expect(isExpected(list, more)).toBe(parsed);
    const anywhere = [{ ...parsed, fn: 'any' }];
    expect(isExpected(anywhere, { ...known, fn: 'device_add' })).toBe(anywhere[0]);
  });

  test('that takes no fault is known for sure only where none fired', () => {
    if (typeof parsed === 'string') throw new Error(parsed);
    const quiet = { ...parsed, fired: [] };
    expect(isExpected([quiet], { ...known, fired: [] })).toBe(quiet);
    expect(isExpected([quiet], known)).toBeUndefined();
    expect(mayBeExpected([quiet], known)).toBe(quiet);
  });

  test('without a complete header is an error that names the line', () => {
    expect(parseExpected('bad.trace', '# release: 6.12\n# rule: x\n# fn: y\n# fired:\n')).toBe(
      'bad.trace:1: expected a line "# expected: ..." in the header',
    );
    expect(parseExpected('bad.trace', '# rule: x\n# rule: y\n')).toBe(
      'bad.trace:2: a second "# rule:", expected one',
    );
  });

  test('is of a kind that no number or name is part of', () => {
    const kind = (rule: string, detail: string): string => kindOf({ ...known, rule, detail });
    expect(kind(AGREE, 'returned: -ENOMEM; allowed: 0')).toBe('returned: -E');
    expect(kind(AGREE, 'returned: 17; allowed: 0')).toBe('returned: #');
    expect(kind(AGREE, 'state: slot 3 has 2 vectors, not 1')).toBe('state: slot # has # vectors');
    expect(kind('no descriptor leaks', 'msi_desc 3 is in no store')).toBe('msi_desc');
  });
});

/** The methods of a subject, apart from it. */
function bound(subject: Subject): Subject {
  return {
    apply: (step) => subject.apply(step),
    picture: () => subject.picture(),
    snapshot: () => subject.snapshot(),
    restore: (snapshot) => {
      subject.restore(snapshot);
    },
  };
}
