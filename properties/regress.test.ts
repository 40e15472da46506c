// SPDX-License-Identifier: GPL-2.0-only
/** Checking changes of the reference: patches, loading, what was executed, and the verdicts. */
import { describe, expect, test } from 'vitest';

import { bisect } from '../src/regress/bisect.ts';
import { checkChange } from '../src/regress/check.ts';
import { markSince } from '../src/regress/since.ts';
import { bisectStatus, regressStatus } from '../src/regress/status.ts';
import type { ChangeResult, VerdictKind } from '../src/report/change.ts';
import { ANSWERS } from '../src/run/apply.ts';
import { runTrace, SAME, transcript } from '../src/run/session.ts';
import { REFERENCE, referenceSources } from '../src/subject/changed/sources.ts';
import { reference } from '../src/subject/reference/index.ts';
import { ALLOC, CREATE, FREE, INSERT, trace } from './altered.ts';
import { atBegin, budgetOf, check, type Edit, edited, load, loaded } from './changed.ts';

const WHOLE = trace(CREATE, INSERT, ALLOC, FREE);

const NOW = atBegin('  k.now += 0;');

describe('changed code', () => {
  test('that does not parse names file and line', () => {
    const line = (edited(NOW).get(`${REFERENCE}/index.ts`) ?? '')
      .split('\n')
      .indexOf('  k.now += 0;');
    expect(load(atBegin('  const = 1;'))).toMatchObject({
      file: `${REFERENCE}/index.ts`,
      line: line + 1,
    });
  });

  test('that lost a function is refused where the function is used', () => {
    const gone = { file: 'index.ts', find: 'function begin(', replace: 'function started(' };
    expect(load(gone)).toMatchObject({ message: 'uses begin, which is not declared' });
    const unexported = {
      file: 'boot.ts',
      find: 'export function boot(',
      replace: 'function boot(',
    };
    expect(load(unexported)).toMatchObject({
      file: `${REFERENCE}/index.ts`,
      message: `imports boot, which ${REFERENCE}/boot.ts does not export`,
    });
  });

  test('that throws or loops while it is loaded does not load', () => {
    const top = (code: string): Edit => ({ ...NOW, replace: `${code}\n${NOW.find}` });
    const begin = (edited(NOW).get(`${REFERENCE}/index.ts`) ?? '').split('\n');
    expect(load(top('throw new Error("no");'))).toEqual({
      file: `${REFERENCE}/index.ts`,
      line: begin.findIndex((line) => line.startsWith('function begin(')) + 1,
      message: 'threw while it was loaded: Error: no',
    });
    expect(load(top('for (;;);'))).toMatchObject({
      message: expect.stringContaining('rounds of loops'),
    });
  });

  test('that loops for ever ends at the same point every time', () => {
    for (const code of [
      '  for (;;) k.now += 1;',
      '  while (k.now < Infinity);',
      '  for (;;) try { while (true) k.now += 1; } catch { k.now = 0; }',
    ]) {
      const { factory } = loaded(atBegin(code));
      const [once, again] = [1, 2].map(() => transcript(WHOLE, { factory, spec: 'kernel' }));
      expect(once).toEqual(again);
      expect(once, code).toEqual([
        'finding',
        expect.stringMatching(
          /^the subject answers every step: .* rounds of loops .*index\.ts:\d+$/u,
        ),
      ]);
    }
  });

  test('that calls itself for ever, or throws, is a finding with its words', () => {
    const detail = (code: string): unknown => {
      const { factory } = loaded(atBegin(code));
      const verdict = runTrace(WHOLE, { factory, spec: 'kernel' });
      return verdict.kind === 'finding' ? verdict.finding.detail : undefined;
    };
    expect(detail('  begin(k, step);')).toBe('threw: RangeError: Maximum call stack size exceeded');
    expect(detail('  throw new Error("no");')).toBe('threw: Error: no in begin');
    expect(detail('  throw Error;')).toMatch(/^threw: /u);
    expect(detail('  process.exit(0);')).toBe(
      'threw: ReferenceError: process is not defined in begin',
    );
  });

  test('has globals and prototypes of its own', () => {
    const code = '  Array.prototype.push = () => 0; Object.prototype.odd = 1; Object.keys = 0;';
    const subject = loaded(atBegin(code)).factory.start(WHOLE.environment);
    expect(() => WHOLE.steps.map((step) => subject.apply(step))).not.toThrow();
    expect(runTrace(WHOLE, { factory: reference, spec: 'kernel' }).kind).toBe('ok');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect([0].push(1)).toBe(2);
  });
});

describe('a change', () => {
  test('that changes nothing is the same, and its lines were executed', () => {
    const result = check(NOW, [WHOLE]);
    expect(result).toMatchObject({ verdict: 'same', evidence: undefined });
    expect(result.touched).toMatchObject([
      { file: `src/${REFERENCE}/index.ts`, what: 'changed', fn: 'begin', missed: [] },
    ]);
    const { sweep } = result.covered;
    expect(sweep).toBeGreaterThan(5);
    const traces = 1 + sweep;
    const steps = WHOLE.steps.length * traces;
    expect(result.covered).toEqual({ traces, steps, corpus: 1, sweep, random: 0 });
  });

  test('with a line that no trace executes cannot be the same', () => {
    const result = check(atBegin('  if (k.now > 1e9) k.now = 0;'), [WHOLE]);
    expect(result.verdict).toBe('unreached');
    expect(result.touched[0]?.missed).toEqual(['k.now = 0;']);
  });

  test('whose missed piece is on a line of its own names that line alone', () => {
    const { touched } = check(atBegin('  if (k.now > 1e9)\n    k.now = 0;'), [WHOLE]);
    expect(touched.map(({ text, missed }) => [text, missed.length])).toEqual([
      ['if (k.now > 1e9)', 0],
      ['k.now = 0;', 1],
    ]);
  });

  test('that removes what the base never executed cannot be the same', () => {
    const find = "  splat(k, 'deadlock', fn, 1);\n";
    const { verdict, touched } = check({ file: 'bug.ts', find, replace: '' }, [WHOLE]);
    expect(verdict).toBe('unreached');
    expect(touched).toMatchObject([
      { what: 'removed', fn: 'mutex_lock', missed: ["splat(k, 'deadlock', fn, 1);"] },
    ]);
  });

  test('that removes lines asks whether the base executed them', () => {
    const removed = { file: 'index.ts', find: '  k.requestsTotal = 0;\n', replace: '' };
    const { touched } = check(removed, [WHOLE]);
    expect(touched).toMatchObject([
      { what: 'removed', fn: 'begin', text: 'k.requestsTotal = 0;', missed: [] },
    ]);
  });

  test('of comments and types alone touches no line with code', () => {
    const { verdict, touched } = check(atBegin('  // why\n  /* how */'), [WHOLE]);
    expect({ verdict, touched }).toEqual({ verdict: 'same', touched: [] });
  });

  test('that shows something else without breaking a rule is different, with the first step that shows it', () => {
    const code = 'k.requests[0] = (k.requests[0] ?? 0) + 1;';
    const asks = {
      file: 'index.ts',
      find: '  k.fired = [];\n',
      replace: `  k.fired = [];\n  ${code}\n`,
    };
    const result = check(asks, [WHOLE]);
    expect(result.verdict).toBe('different');
    expect(result.evidence).toMatchObject({ rule: 'the change shows what the base shows' });
    expect(result.evidence?.differences[0]?.base).not.toEqual(
      result.evidence?.differences[0]?.changed,
    );
  });

  test('that breaks a rule is broken, even where something else was different before', () => {
    const code = '  if (k.now > 1) k.now += 1;\n  if (k.now > 4) k.xa_node.live += 1;';
    const result = check(atBegin(code), [WHOLE]);
    expect(result).toMatchObject({ verdict: 'broken', evidence: { found: '1.trace' } });
    expect(result.evidence?.trace).toMatch(/^msicheck trace 1\n/u);
  });

  test.for([
    ['sweep of 1.trace', ANSWERS, atBegin('  if (step.faults.length > 0) throw new Error("no");')],
    [
      'sweep of 1.trace',
      SAME,
      {
        file: 'snapshot.ts',
        find: 'devices: [...k.devices]',
        replace: 'now: k.now + 1, devices: [...k.devices]',
      },
    ],
    [
      'random trace',
      ANSWERS,
      atBegin("  if (step.call.fn === 'devres_open_group') throw new Error('no');"),
    ],
  ] as const)('that only a %s shows is found there: %s', ([found, rule, edit]) => {
    const base = referenceSources();
    const change = { name: 'edit', title: 'edit', base, before: base, changed: edited(edit) };
    const { verdict, evidence } = checkChange(change, budgetOf([WHOLE], 64));
    expect([verdict, evidence?.rule, evidence?.found]).toEqual([
      'broken',
      rule,
      expect.stringContaining(found),
    ]);
  });

  test('that is broken is not looked at any further', () => {
    const { covered } = check(atBegin('  throw new Error("no");'), [WHOLE, WHOLE]);
    const steps = WHOLE.steps.length;
    expect(covered).toEqual({ traces: 1, steps, corpus: 1, sweep: 0, random: 0 });
  });

  test('is broken also behind the first difference of a sweep', () => {
    const code = `if (step.faults.length > 0) {
    k.requests[0] = 1 + (k.requests[0] ?? 0);
    if (step.faults[0].nth > 1) throw new Error('no');
  }`;
    const replace = `  k.fired = [];\n  ${code}\n`;
    const edit = { file: 'index.ts', find: '  k.fired = [];\n', replace };
    const { verdict, evidence } = check(edit, [WHOLE]);
    expect([verdict, evidence?.found]).toEqual(['broken', 'sweep of 1.trace']);
  });

  test('that does not load is never run', () => {
    expect(check(atBegin('  const = 1;'), [WHOLE])).toMatchObject({
      verdict: 'does not load',
      problem: { file: `src/${REFERENCE}/index.ts` },
      covered: { traces: 0 },
    });
  });
});

describe('a change of a series', () => {
  test('is told from the ones before it: by its own lines, and by what they show already', () => {
    const base = referenceSources();
    const before = edited(NOW);
    const path = `${REFERENCE}/slab.ts`;
    const find = '  cache.touched.push(addr);\n';
    const text = (before.get(path) ?? '').replace(find, `${find}  cache.live += 0;\n`);
    const changed = new Map([...before, [path, text]]);
    const change = { name: 'b', title: '', base, before, changed };
    const { touched } = checkChange(change, budgetOf([WHOLE], 0));
    expect(touched.map(({ file }) => file)).toEqual([`src/${path}`]);
    const one = check(NOW, [WHOLE]);
    const evidence = check(atBegin('  throw new Error("no");'), [WHOLE]).evidence;
    const results = [one, { ...one, evidence, verdict: 'broken' as const, name: 'x' }];
    const marked = markSince([...results, ...results]);
    expect(marked.map(({ since }) => since)).toEqual(['', '', '', 'x']);
  });
});

describe('a bisection', () => {
  const untried = check(NOW, []);
  const result = (verdict: VerdictKind): ChangeResult => ({ ...untried, verdict });

  async function firstBad(verdicts: readonly VerdictKind[]): Promise<readonly number[]> {
    const found = await bisect(verdicts.length, (index) =>
      Promise.resolve(result(verdicts[index] ?? 'same')),
    );
    return found.firstBad;
  }

  test('finds the first bad change wherever it is', async () => {
    for (let bad = 0; bad < 7; bad += 1) {
      const verdicts = Array.from({ length: 7 }, (_, index) => (index < bad ? 'same' : 'broken'));
      expect(await firstBad(verdicts)).toEqual([bad]);
    }
  });

  test('names all that are left when some cannot be loaded, and none when the whole series is good', async () => {
    expect(await firstBad(['same', 'does not load', 'does not apply', 'broken'])).toEqual([
      1, 2, 3,
    ]);
    expect(await firstBad(['same', 'same'])).toEqual([]);
    expect(await firstBad(['same', 'different', 'broken'])).toEqual([2]);
    expect(await firstBad(['same', 'different', 'different'])).toEqual([1]);
  });

  test('answers in the statuses of git bisect', () => {
    const kinds = [
      'same',
      'different',
      'broken',
      'unreached',
      'does not apply',
      'does not load',
      'n/a',
    ] as const;
    expect(kinds.map((kind) => regressStatus([result(kind)]))).toEqual([0, 1, 1, 3, 2, 2, 2]);
    expect(kinds.map((kind) => bisectStatus([result(kind)]))).toEqual([
      0, 1, 1, 125, 125, 125, 125,
    ]);
    expect(regressStatus([result('does not load'), result('broken')])).toBe(1);
    expect(regressStatus([result('n/a'), result('same')])).toBe(0);
    expect(regressStatus([result('n/a'), result('unreached')])).toBe(3);
  });
});
