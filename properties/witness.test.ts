// SPDX-License-Identifier: GPL-2.0-only
/** The shortest traces to the exits of the kernel's C. Needs clang and trees that MSICHECK_TREES names. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../src/generate/environments.ts';
import { fits } from '../src/subject/subject.ts';
import { call } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from '../src/trace/environment.ts';
import type { Trace } from '../src/trace/step.ts';
import { exitsOfFile } from '../src/trees/exits.ts';
import { type KernelMap, mapOf } from '../src/trees/map.ts';
import { type Hunt, startHunt } from '../src/witness/hunt.ts';
import { type Target, targetsOf } from '../src/witness/targets.ts';
import { unreachedOf } from '../src/witness/unreached.ts';
import { clang, trees } from './machine-trees.ts';

const MSI = 'kernel/irq/msi.c';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the trees that MSICHECK_TREES names are looked at', ({ skip }) => {
  if (clang === '') skip('no clang that makes WebAssembly is installed');
  if (trees.length === 0) skip('MSICHECK_TREES names no kernel tree: NAME=PATH, joined with ":"');
  expect(trees.length).toBeGreaterThan(0);
});

const FAULT = { kind: 'memory', site: 'alloc_dr', nth: 1, count: 1 } as const;

describe.each(trees)('witnesses in $name', { timeout: 600_000 }, ({ name, path }) => {
  const tree = resolve(path);
  /** A function that locks, with exits of ours in front, and one that nothing calls. */
  const changed = (): string => {
    const text = readFileSync(join(tree, MSI), 'utf8');
    const body =
      '\nstatic int odd(struct device *dev)\n{\n\tstatic int n;\n' +
      '\tif (!dev && n == 100)\n\t\treturn -22;\n' +
      '\tif (n++ == 2)\n\t\tgoto out;\n' +
      '\treturn dev->msi.data ? 7 : -5;\nout:\n\treturn -3;\n}\n' +
      'int odd_never(void);\nint odd_never(void)\n{\n\treturn -4;\n}\n';
    const out = text.replace(/^void msi_lock_descs\([^)]*\)\n\{/mu, `${body}$&\n\todd(dev);`);
    expect(out).not.toBe(text);
    return out;
  };
  interface Found {
    readonly map: KernelMap;
    readonly targets: readonly Target[];
    readonly environments: readonly Environment[];
    readonly hunt: () => Hunt;
  }
  let made: Found | undefined;
  beforeAll(async () => {
    const overlay = new Map([[MSI, changed()]]);
    const map = await mapOf({ tree, name, overlay, out: join(folder, `${name}.wasm`) });
    const exits = await exitsOfFile({ tree, overlay }, MSI, ['odd', 'odd_never']);
    const targets = targetsOf(map, MSI, exits);
    const environments = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter((each) =>
      fits(map.factory, each),
    );
    made = { map, targets, environments, hunt: () => startHunt(map, targets, environments) };
  }, 600_000);
  const found = (): Found => {
    if (made === undefined) throw new Error('not built');
    return made;
  };
  const target = (fn: string, nth: number, outcome = 'any'): Target => {
    const one = found().targets.find(
      ({ exit, ...each }) => exit.function === fn && exit.nth === nth && each.outcome === outcome,
    );
    if (one === undefined) throw new Error(`no exit ${nth} ${outcome} in ${fn}`);
    return one;
  };
  const trace = (count: number): Trace => {
    const lock = { call: call('msi_lock_descs'), faults: [] };
    const unlock = { call: call('msi_unlock_descs'), faults: [] };
    const setup = { call: call('msi_setup_device_data'), faults: [] };
    const steps = [setup, ...Array.from({ length: count }, () => [lock, unlock]).flat()];
    const [environment = DEFAULT_ENVIRONMENT] = found().environments;
    return { environment, steps };
  };

  test('are the first steps of a trace up to where the exit is taken', () => {
    const hunt = found().hunt();
    const taken = hunt.see(trace(4));
    expect(taken.has(target('odd', 3, 'good'))).toBe(true);
    expect(hunt.witness(target('odd', 3, 'good'))).toEqual({
      ...trace(4),
      steps: trace(4).steps.slice(0, 2),
    });
    expect(hunt.witness(target('odd', 2))?.steps.length).toBe(6);
    expect(hunt.witness(target('odd', 4))?.steps.length).toBe(6);
  });

  test('are none for what is not taken', () => {
    const hunt = found().hunt();
    hunt.see(trace(2));
    for (const one of [
      target('odd', 1),
      target('odd', 2),
      target('odd', 3, 'error'),
      target('odd_never', 1),
    ]) {
      expect(hunt.witness(one)).toBeUndefined();
      expect(one.built).toBe(true);
    }
    expect(hunt.ran).toEqual({ traces: 1, steps: 5, faults: 0 });
  });

  test('are replaced by shorter ones, and by those with fewer faults', () => {
    const hunt = found().hunt();
    const [setup, ...rest] = trace(1).steps;
    if (setup === undefined) throw new Error('no step');
    const twice = { ...trace(1), steps: [setup, setup, ...rest] };
    const failing = { ...trace(1), steps: [{ ...setup, faults: [FAULT] }, setup, ...rest] };
    const one = target('odd', 3, 'good');
    const seen = [failing, twice, trace(1), failing].map((each) => {
      hunt.see(each);
      return hunt.witness(one)?.steps.map(({ faults }) => faults.length);
    });
    expect(seen).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test('have rather fewer faults than a simpler world', () => {
    const { environment, steps } = trace(1);
    const armed = steps.slice(0, 2).map((step) => ({ ...step, faults: [FAULT] }));
    const simple = { environment, steps: [...steps.slice(0, 1), ...armed.slice(1)] };
    const plain = { environment: { ...environment, vectors: 9 }, steps: steps.slice(0, 2) };
    for (const traces of [
      [simple, plain],
      [plain, simple],
    ]) {
      const hunt = found().hunt();
      for (const each of traces) hunt.see(each);
      expect(hunt.witness(target('odd', 3, 'good'))).toEqual(plain);
    }
  });

  test('are found by a fault where a longer one is known', () => {
    const hunt = found().hunt();
    const one = target('msi_setup_device_data', 2);
    const { environment, steps } = trace(0);
    const two = { devices: 2, hwirq: 'device' } as const;
    const late = { call: call('msi_setup_device_data', { dev: 1 }), faults: [FAULT] };
    hunt.see({ environment: { ...environment, ...two }, steps: [...steps, late] });
    expect(hunt.witness(one)?.steps.length).toBe(2);
    for (const _ of hunt.sweep(trace(0)));
    expect(hunt.witness(one)?.steps.length).toBe(1);
  });

  test('are found by a fault where they need one', () => {
    const hunt = found().hunt();
    const one = target('msi_setup_device_data', 2);
    hunt.see(trace(0));
    expect(hunt.witness(one)).toBeUndefined();
    for (const _ of hunt.sweep(trace(0)));
    expect(hunt.witness(one)?.steps.map(({ faults }) => faults.length)).toEqual([1]);
    expect(hunt.ran.faults).toBeGreaterThan(1);
  });

  test('are shortened without losing the exit', () => {
    const hunt = found().hunt();
    const one = target('odd', 3, 'good');
    const { environment, steps } = trace(1);
    const [setup] = steps;
    if (setup === undefined) throw new Error('no step');
    hunt.see({ environment, steps: [setup, setup, setup, ...steps] });
    hunt.shorten(one, 300);
    const witness = hunt.witness(one);
    expect(witness?.steps.length).toBeLessThan(3);
    expect(witness === undefined ? undefined : found().hunt().see(witness).has(one)).toBe(true);
  });

  test('leave out what nothing reached: functions, and ways of conditions', () => {
    const { map, hunt } = found();
    hunt().see(trace(4));
    const { functions, ways } = unreachedOf(map, MSI);
    const names = functions.map((each) => each.name);
    expect(names).toContain('odd_never');
    expect(names).not.toContain('odd');
    const lines = changed().split('\n');
    const odd = ways.filter((way) => way.function === 'odd');
    const returns = lines.indexOf('\t\treturn -22;') + 1;
    const line = returns - 1;
    expect(odd).toEqual([
      { function: 'odd', line, column: 6, to: 'anywhere' },
      { function: 'odd', line, column: 11, to: `${line}:14` },
    ]);
    expect(functions).toEqual(functions.toSorted((a, b) => a.line - b.line));
  });

  test('of small calls alone have one step', () => {
    const { map, targets, environments } = found();
    const hunt = startHunt(map, targets, environments.slice(0, 1));
    let runs = 0;
    for (const _ of hunt.alone()) runs += 1;
    expect(runs).toBeGreaterThan(20);
    const lengths = targets.flatMap((one) => hunt.witness(one)?.steps.length ?? []);
    expect(lengths.length).toBeGreaterThan(5);
    expect(Math.max(...lengths)).toBe(1);
  });
});
