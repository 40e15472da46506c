// SPDX-License-Identifier: GPL-2.0-only
/** Checked changes for people: what is shown, how much of it, and that the trace can be pasted. */
import { describe, expect, test } from 'vitest';

import { RULES } from '../src/invariants/index.ts';
import { factText, ruleId } from '../src/report/objection.ts';
import type { Mark } from '../src/report/paint.ts';
import { printable } from '../src/report/printable.ts';
import { regressText } from '../src/report/regress-text.ts';
import { sideBySide } from '../src/report/side-by-side.ts';
import { touchedFunctions } from '../src/report/touched-functions.ts';
import { parseTrace } from '../src/trace/parse.ts';
import { EVERY, EVIDENCE, reportOf, TOUCHED, TRACE } from './regress-examples.ts';

const BROKEN = `msicheck regress, subject reference, seed msicheck, budget 15 s

patches/0002-genirq-msi-stop-early.patch: genirq/msi: Stop one too early
  verdict   broken
  rule      an interrupt had one successful msi_init more than msi_free while it is in an MSI domain, and else as many
  seen      interrupt 1: msi_init succeeded 1 times more than msi_free ran, not 0
  at        step 3, msi_domain_alloc_irqs_range
  faults    step 3 (fail: alloc_desc 3) (callback: msi_init 2 = -ENOMEM)
  source    kernel/irq/msi.c msi_domain_alloc(), msi_domain_free()
  found     random trace 12 of seed msicheck
  after     130 traces, 0.4 s
  kept      reports/findings/stop-early-12345678.trace
  again     npm run -s msicheck -- replay reports/findings/stop-early-12345678.trace --change a.patch
  promise   is broken, not same
  touched   msi_domain_alloc, src/subject/reference/msi/irqdomain.ts:41-42: executed
            msi_domain_free, src/subject/reference/msi/irqdomain.ts:60 (removed): not all executed
              never executed at 60: warn(irq)
  repairs   a descriptor is freed once: msi_domain_free_irqs (fuzz/corpus/expected/a.trace)
  covered   1,234 traces (60 of the corpus, 900 of its sweep, 274 random), 56,789 steps, 2.5 s

  trace of 3 steps

${TRACE.replaceAll(/^/gmu, '  ').trimEnd()}

  what they show, - base, + change

  step 3: msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=0) (callback: msi_init 2 = -ENOMEM)
      returns  -ENOSPC
      calls    alloc = 0
  -            msi_free(irq=1) = 0

1 change: 1 broken
`;

const TABLE = `
change                          verdict         rule                                  steps    ms
0001-genirq-msi-rename.patch    same                                                         2500
docs.patch                      same                                                         2500
0002-genirq-msi-stop-early.pa…  broken          an interrupt had one successful msi…      3  2500
0003-order.patch                different       the change shows what the base shows      3  2500
0004-unreached.patch            unreached       every changed line is executed               2500
0005-stale.patch                does not apply  hunk 2 finds no place                        2500
0006-typo.patch                 does not load   Unexpected token                             2500
`;

describe('the text', () => {
  test('of one change says everything about it', () => {
    expect(regressText(reportOf(EVERY.broken))).toBe(BROKEN);
    expect(regressText(reportOf(EVERY.same))).toContain(
      '  verdict   same\n  touched   msi_domain_alloc',
    );
  });

  test('of several is a table first, then those that are not the same', () => {
    const text = regressText({ ...reportOf(...Object.values(EVERY)), firstBad: 'b.patch' });
    expect(text).toContain(TABLE);
    const names = [...text.matchAll(/^(?<name>\S+): .*\n {2}verdict {3}/gmu)];
    expect(names.map(({ groups }) => groups?.['name'])).toEqual([
      EVERY.broken.name,
      EVERY.different.name,
      EVERY.unreached.name,
      EVERY.notApplied.name,
      EVERY.notLoaded.name,
    ]);
    expect(text.trimEnd().split('\n').slice(-2)).toEqual([
      'first bad change: b.patch',
      '8 changes: 1 broken, 1 different, 1 unreached, 1 does not apply, 1 does not load, 2 same, 1 n/a',
    ]);
  });

  test('has the place where a change does not apply', () => {
    expect(regressText(reportOf(EVERY.notApplied))).toContain(
      '  why       hunk 2 finds no place\n  at        0005-stale.patch:17\n',
    );
  });

  test('of what was not run, or not reached, says so once', () => {
    expect(regressText(reportOf(EVERY.notHere))).toContain(
      '\n  verdict   n/a\n  why       is for 6.12 and later; the tree is 6.1\n',
    );
    expect(regressText(reportOf(EVERY.untried))).toContain('\n  covered   nothing was run\n');
    expect(regressText(reportOf(EVERY.notLoaded))).toMatch(/\n {2}at {8}src\S+irqdomain\.ts\n/u);
    expect(regressText(reportOf(EVERY.unreached)).split('warn(irq)')).toHaveLength(2);
  });

  test('has each line of what was seen', () => {
    const evidence = { ...EVIDENCE, detail: 'one\ntwo' };
    const text = regressText(reportOf({ ...EVERY.broken, evidence }));
    expect(text).toContain('\n  seen      one\n            two\n  at        step 3');
  });

  test('has a trace that can be pasted as it is shown', () => {
    const block = /trace of 3 steps\n\n(?<trace>.*?\n)\n/su.exec(BROKEN)?.groups?.['trace'] ?? '';
    expect(block.replaceAll(/^ {2}/gmu, '')).toBe(TRACE);
    expect(parseTrace(block, 'pasted')).toEqual(parseTrace(TRACE, 'TRACE'));
  });

  test('is the same with colours, but for them', () => {
    const mark: Mark = (text) => `\u001b[1m${text}\u001b[22m`;
    const paint = { strong: mark, good: mark, bad: mark, faint: mark };
    const report = reportOf(...Object.values(EVERY));
    const painted = regressText(report, paint);
    expect(painted).not.toBe(regressText(report));
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(painted.replaceAll(/\u001b\[\d+m/gu, '')).toBe(regressText(report));
  });

  test.each(['x'.repeat(500), '日本'.repeat(100), '\u{1f600}'.repeat(100)])(
    'has a table of at most 100 columns',
    (long) => {
      const problem = { file: 'a', line: 1, message: long };
      const change = { ...EVERY.notApplied, name: long, problem, milliseconds: 1_234_567 };
      const table = regressText(reportOf(change, EVERY.broken)).split('\n\n')[1] ?? '';
      const width = (line: string): number =>
        Array.from(line).length + (line.match(/[^ -~…]/gu)?.length ?? 0);
      for (const line of table.split('\n')) expect(width(line)).toBeLessThanOrEqual(100);
    },
  );
});

describe('what base and change show', () => {
  const lines = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `line ${i}`);
  const step = { at: 0, step: 'call()' };

  test('has unchanged lines once, and those far from a difference counted', () => {
    const base = lines(20);
    expect(sideBySide([{ ...step, base, changed: base.with(10, 'other') }])).toEqual([
      'step 1: call()',
      '  ... 7 unchanged lines left out',
      '  line 7',
      '  line 8',
      '  line 9',
      '- line 10',
      '+ other',
      '  line 11',
      '  line 12',
      '  line 13',
      '  ... 6 unchanged lines left out',
    ]);
  });

  test('leaves no single line out', () => {
    const base = lines(14);
    const changed = base.with(3, 'a').with(11, 'b');
    expect(sideBySide([{ ...step, base, changed }]).join('\n')).not.toContain('left out');
  });

  test('is at most 60 lines, of which the last says how many there are more', () => {
    const shown = sideBySide([{ ...step, base: [], changed: lines(100) }]);
    expect(shown).toHaveLength(60);
    expect(shown.at(-1)).toBe('... 42 more lines left out');
    expect(shown.at(-2)).toBe('+ line 57');
  });

  test('is one line for a later step that shows no difference', () => {
    expect(sideBySide([{ ...step, base: lines(9), changed: lines(9) }])).toEqual([
      'step 1: call()',
      '  both show the same',
    ]);
  });

  test('shows all of it when only the base survives', () => {
    expect(sideBySide([{ ...step, base: lines(2), changed: [] }])).toEqual([
      'step 1: call()',
      '- line 0',
      '- line 1',
    ]);
  });
});

describe('touched functions', () => {
  const [first] = TOUCHED;

  test('have their lines as ranges', () => {
    const at = (line: number, what: 'changed' | 'removed'): object => ({ ...first, line, what });
    const touched = [at(3, 'changed'), at(4, 'changed'), at(6, 'changed'), at(9, 'removed')];
    expect(touchedFunctions(touched.map((line) => ({ ...EMPTY, ...line })))).toEqual([
      `msi_domain_alloc, ${first?.file}:3-4,6, 9 (removed): executed`,
    ]);
  });

  test('say what was not executed, eight pieces of it and how many more', () => {
    const missed = Array.from({ length: 11 }, (_, i) => `piece ${i}`);
    const shown = touchedFunctions([{ ...EMPTY, fn: '', missed }]);
    expect(shown).toHaveLength(10);
    expect(shown[0]).toBe('outside of functions, a.ts:1: not all executed');
    expect(shown[1]).toBe('  never executed at 1: piece 0');
    expect(shown[9]).toBe('  ... 3 more left out');
  });

  test('are told apart by their file, and long pieces are cut', () => {
    const missed = ['x'.repeat(100)];
    const shown = touchedFunctions([EMPTY, { ...EMPTY, file: 'b.ts', missed }]);
    expect(shown).toEqual([
      'f, a.ts:1: executed',
      'f, b.ts:1: not all executed',
      `  never executed at 1: ${'x'.repeat(71)}…`,
    ]);
  });
});

const EMPTY = { file: 'a.ts', line: 1, what: 'changed', fn: 'f', text: '', missed: [] } as const;

describe('texts of others', () => {
  test('have a picture for each control character but line end and tab', () => {
    expect(printable('\u0000\u001b\u007f\r\n\t\u0085\ud800\u202e\uffff')).toBe(
      '\u2400\u241b\u2421\u240d\n\t\ufffd\ufffd\ufffd\ufffd',
    );
    expect(printable('ü 日本 \u{1f600}')).toBe('ü 日本 \u{1f600}');
  });

  test('name each rule of the project differently', () => {
    const ids = RULES.map(({ name }) => ruleId(name));
    expect(new Set(ids).size).toBe(RULES.length);
    expect(ids.filter((id) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/u.test(id))).toEqual([]);
  });

  test('become names, and lines below a label', () => {
    expect(ruleId("a  msi_free's (rule)")).toBe('a-msi-free-s-rule');
    expect(ruleId('日本')).toBe('unnamed');
    expect(factText(['seen', 'one\ntwo'])).toBe('seen: one\n  two');
  });
});

test('a difference has no rule of its own but that both show the same', () => {
  const text = regressText(reportOf({ ...EVERY.different, evidence: undefined }));
  expect(text).toContain('rule      the change shows what the base shows');
  expect(text).not.toContain(EVIDENCE.rule);
});
