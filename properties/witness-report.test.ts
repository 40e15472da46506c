// SPDX-License-Identifier: GPL-2.0-only
/** What is said of the exits of a file of a kernel tree, on made-up trees. */
import { describe, expect, test } from 'vitest';

import { PLAIN } from '../src/report/paint.ts';
import {
  type ExitRow,
  witnessJson,
  type WitnessReport,
  witnessText,
  type WitnessTree,
} from '../src/report/witness.ts';
import { call } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Step } from '../src/trace/step.ts';
import { exitsIn } from './witness-json.ts';

const MSI = 'kernel/irq/msi.c';
const FAULT = { kind: 'memory', site: 'alloc_dr', nth: 1, count: 1 } as const;

describe('the report', () => {
  const setup: Step = { call: call('msi_setup_device_data'), faults: [] };
  const exit = (fn: string, nth: number, more: Partial<ExitRow> = {}): ExitRow => ({
    function: fn,
    nth,
    kind: 'return',
    outcome: 'any',
    value: undefined,
    line: 10 * nth,
    target: undefined,
    built: true,
    witness: undefined,
    ...more,
  });
  const by = (...steps: readonly Step[]): ExitRow['witness'] => ({
    trace: { environment: DEFAULT_ENVIRONMENT, steps },
    saved: 'w.trace',
  });
  const tree = (name: string, exits: readonly ExitRow[]): WitnessTree => ({
    name,
    build: `Linux of ${name}`,
    environments: ['flat'],
    ran: { traces: 1234, steps: 5, faults: 6 },
    exits,
    functions: [],
    ways: [],
  });
  const text = (...reported: readonly WitnessTree[]): string =>
    witnessText({ file: MSI, seed: 's', trees: reported, interrupted: false }, PLAIN);
  const rows = (report: string): readonly string[] =>
    report
      .split('\n')
      .filter((line) => /^(?:f|g|h) /u.test(line))
      .map((line) => line.replaceAll(/ {2,}/gu, ' | '));

  test('has for each exit its line, what it is, and what it takes to take it', () => {
    const report = text(
      tree('tree:a', [
        exit('f', 1, { value: { kind: 'number', number: -22 }, witness: by(setup) }),
        exit('f', 2, {
          kind: 'goto',
          target: 77,
          witness: by(setup, { ...setup, faults: [FAULT] }),
        }),
        exit('f', 3, { value: { kind: 'ERR_PTR', number: -12 } }),
        exit('f', 4, { value: { kind: 'NULL' }, built: false }),
        exit('g', 1, { outcome: 'error', witness: by() }),
        exit('g', 1, { outcome: 'good', witness: by({ ...setup, faults: [FAULT, FAULT] }) }),
      ]),
    );
    expect(rows(report)).toEqual([
      'f | 1 | 10 | return -EINVAL | 1 step',
      'f | 2 | 20 | goto line 77 | 2 steps, 1 fault',
      'f | 3 | 30 | return ERR_PTR(-ENOMEM) | not reached',
      'f | 4 | 40 | return NULL | not built',
      'g | 1 | 10 | return, an error | 0 steps',
      'g | 1 | 10 | return, no error | 1 step, 2 faults',
    ]);
    expect(report).toMatch(
      /^tree:a: reached 2 of 4 error returns, 0 of 0 other returns, 1 of 1 gotos; 0 functions not/mu,
    );
    expect(report).toMatch(/; 1,234 traces, 5 steps, 6 faults$/mu);
  });

  test('counts what the world does against the driver as faults', () => {
    const hostile = [{ op: 'msi_init', nth: 1, ret: -12 }] as const;
    const trace = { environment: { ...DEFAULT_ENVIRONMENT, hostile }, steps: [setup] };
    const report = text(tree('tree:a', [exit('f', 1, { witness: { trace, saved: '' } })]));
    expect(rows(report)).toEqual(['f | 1 | 10 | return | 1 step, 1 fault']);
  });

  test('does not list that an error which is returned as such is never none, unless a tree shows it', () => {
    const both = (witness: ExitRow['witness']): readonly ExitRow[] => [
      exit('f', 1, { outcome: 'error' }),
      exit('f', 1, { outcome: 'good', witness }),
    ];
    expect(rows(text(tree('tree:a', both(undefined))))).toEqual([
      'f | 1 | 10 | return, an error | not reached',
    ]);
    expect(rows(text(tree('tree:a', both(undefined)), tree('tree:b', both(by()))))).toEqual([
      'f | 1 | 10 | return, an error | not reached | 10 | return, an error | not reached',
      'f | 1 | 10 | return, no error | not reached | 10 | return, no error | 0 steps',
    ]);
  });

  test('sets two trees side by side by function and number, and says what one has alone', () => {
    const report = text(
      tree('tree:a', [exit('f', 1), exit('f', 2, { witness: by(setup) }), exit('g', 1)]),
      tree('tree:b', [exit('f', 1, { line: 99 }), exit('h', 1, { witness: by() })]),
    );
    expect(rows(report)).toEqual([
      'f | 1 | 10 | return | not reached | 99 | return | not reached',
      'f | 2 | 20 | return | 1 step | - | - | -',
      'g | 1 | 10 | return | not reached | - | - | -',
      'h | 1 | - | - | - | 10 | return | 0 steps',
    ]);
    expect(report).toMatch(/^exits of tree:a alone are in: g$/mu);
    expect(report).toMatch(/^exits of tree:b alone are in: h$/mu);
    expect(report).toMatch(/^another number of exits is in: f \(2 and 1\)$/mu);
  });

  test('has the exits of a function in their order, whichever tree has them', () => {
    const report = text(
      tree('tree:a', [exit('f', 2)]),
      tree('tree:b', [exit('f', 1, { outcome: 'error' }), exit('f', 2, { outcome: 'error' })]),
    );
    expect(rows(report).map((row) => row.slice(0, 5))).toEqual(['f | 1', 'f | 2', 'f | 2']);
    expect(rows(report)[0]).toMatch(/^f \| 1 \| - \|/u);
  });

  test('says which functions and which ways of conditions nothing reached', () => {
    const report = text({
      ...tree('tree:a', [exit('f', 1)]),
      functions: [
        { name: 'msi_next_desc', line: 7 },
        { name: 'odd', line: 8 },
      ],
      ways: [
        { function: 'f', line: 3, column: 4, to: '4:5' },
        { function: 'f', line: 5, column: 6, to: 'anywhere' },
      ],
    });
    expect(report).toMatch(/^msi_next_desc +7 {2}yes\nodd +8 {2}no$/mu);
    expect(report).toMatch(/^f +3 +4 {2}4:5\nf +5 +6 {2}anywhere$/mu);
    expect(report).toMatch(/; 2 functions not reached, 2 ways of conditions not taken;/u);
  });

  test('says when it was interrupted', () => {
    const report = { file: MSI, seed: 's', trees: [], interrupted: true };
    expect(witnessText(report, PLAIN)).toMatch(/interrupted: what is not reached may be/u);
    expect(text(tree('tree:a', []))).not.toMatch(/interrupted/u);
  });

  test('has for programs the traces as text', () => {
    const report: WitnessReport = {
      file: MSI,
      seed: 's',
      trees: [tree('tree:a', [exit('f', 1, { witness: by(setup) }), exit('f', 2)])],
      interrupted: false,
    };
    const [first, second] = exitsIn(JSON.stringify(witnessJson(report)));
    expect(parseTrace(first?.trace ?? '', 'w').trace.steps).toEqual([setup]);
    expect(first).toMatchObject({ reached: true, steps: 1, faults: 0, saved: 'w.trace' });
    expect(second).toMatchObject({ reached: false, what: 'return', error: false });
  });
});
