// SPDX-License-Identifier: GPL-2.0-only
/** The lines of the kernel's C that run. Needs clang and trees that MSICHECK_TREES names. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startBatches } from '../src/generate/batch.ts';
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../src/generate/environments.ts';
import { startSession, transcript } from '../src/run/session.ts';
import { fits, type SubjectFactory } from '../src/subject/subject.ts';
import { call, type Call } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Trace } from '../src/trace/step.ts';
import { type KernelMap, mapOf } from '../src/trees/map.ts';
import { readyTree } from '../src/trees/ready.ts';
import { clang, trees } from './machine-trees.ts';

const MSI = 'kernel/irq/msi.c';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the trees that MSICHECK_TREES names are mapped', ({ skip }) => {
  if (clang === '') skip('no clang that makes WebAssembly is installed');
  if (trees.length === 0) skip('MSICHECK_TREES names no kernel tree: NAME=PATH, joined with ":"');
  expect(trees.length).toBeGreaterThan(0);
});

/** Corpus and random traces that a tree can run. */
function tracesFor(factory: SubjectFactory): readonly Trace[] {
  const traces: Trace[] = [];
  for (const file of readdirSync('fuzz/corpus').filter((one) => one.endsWith('.trace'))) {
    const { trace } = parseTrace(readFileSync(`fuzz/corpus/${file}`, 'utf8'), file);
    if (fits(factory, trace.environment)) traces.push(trace);
  }
  const environments = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter((each) => fits(factory, each));
  startBatches(environments, 'map')(0, 300, (trace) => {
    traces.push(trace);
    return true;
  });
  return traces;
}

describe.each(trees)('the map of $name', { timeout: 600_000 }, ({ name, path }) => {
  const tree = resolve(path);
  const build = (overlay: ReadonlyMap<string, string> = new Map()): Promise<KernelMap> =>
    mapOf({ tree, name, overlay, out: join(folder, `${name}-${overlay.size}.wasm`) });
  let map: KernelMap | undefined;
  beforeAll(async () => {
    map = await build();
  }, 600_000);
  const mapped = (): KernelMap => {
    if (map === undefined) throw new Error('not built');
    return map;
  };
  /** A text in place of the tree's msi.c, and the line of a word in it. */
  const changed = (
    fn: string,
    body: string,
  ): { readonly overlay: Map<string, string>; readonly line: (word: string) => number } => {
    const old = readFileSync(join(tree, MSI), 'utf8');
    const text = old.replace(new RegExp(`^void ${fn}\\([^)]*\\)\\n\\{`, 'mu'), `$&\n${body}`);
    const lines = text.split('\n');
    expect(lines.length).toBeGreaterThan(old.split('\n').length);
    return {
      overlay: new Map([[MSI, text]]),
      line: (word) => lines.findIndex((line) => line.includes(word)) + 1,
    };
  };
  const run = (on: KernelMap, ...calls: readonly Call[]): ReadonlySet<number> => {
    const session = startSession(environment(on), { factory: on.factory, spec: 'kernel' });
    on.clear();
    for (const one of calls) session.apply({ call: one, faults: [] });
    return on.reached().get(MSI) ?? new Set();
  };
  const environment = ({ factory }: KernelMap): Trace['environment'] =>
    [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].find((each) => fits(factory, each)) ??
    DEFAULT_ENVIRONMENT;
  const SETUP = [call('msi_setup_device_data'), call('msi_lock_descs')];

  test('shows what the fast build shows, step by step', async () => {
    const { factory } = await readyTree({ name, path: tree, from: '' });
    const fast = { factory, spec: 'kernel' } as const;
    const slow = { factory: mapped().factory, spec: 'kernel' } as const;
    const traces = tracesFor(fast.factory);
    expect(traces.length).toBeGreaterThan(300);
    for (const trace of traces) expect(transcript(trace, slow)).toEqual(transcript(trace, fast));
  });

  test('has lines of the tree alone, and those that ran are among those that have code', () => {
    const { code, reached } = mapped();
    run(mapped(), ...SETUP);
    expect(
      [...code.keys()].filter((file) => !/^(?:include|kernel|lib|drivers)\//u.test(file)),
    ).toEqual([]);
    expect(code.get(MSI)?.size).toBeGreaterThan(400);
    const ran = [...reached()];
    expect(ran.length).toBeGreaterThan(5);
    for (const [file, lines] of ran)
      expect([...lines].filter((line) => code.get(file)?.has(line) !== true)).toEqual([]);
  });

  test('has nothing of what only looks at the state, and headers from whatever file they are used in', () => {
    const on = mapped();
    run(on, ...SETUP);
    const header = 'include/linux/xarray.h';
    const used = [...(on.reached().get(header) ?? [])].map((line) => on.functionAt(header, line));
    expect(used).toContain('xa_init_flags');
    const session = startSession(environment(on), { factory: on.factory, spec: 'kernel' });
    session.apply({ call: call('msi_setup_device_data'), faults: [] });
    on.clear();
    session.apply({ call: call('msi_lock_descs'), faults: [] });
    expect([...on.reached().keys()].filter((file) => file.startsWith('lib/'))).toEqual([]);
  });

  test('has the conditions of a macro apart, each where the macro is used', async () => {
    const { overlay, line } = changed(
      'msi_lock_descs',
      '#define KC_BOTH(a, b) ((a) && (b))\nif (KC_BOTH(dev, dev->msi.data)) /* both */\ndev->msi.data += 0;',
    );
    const { marks } = await build(overlay);
    const both = marks.filter(
      ({ kind, line: at }) => kind === 'condition' && at === line('/* both'),
    );
    expect(both.map(({ nth }) => nth)).toEqual([1, 2]);
    expect(new Set(both.map(({ column }) => column)).size).toBe(1);
  });

  test('tells an early return and a goto that are taken from those that are not', async () => {
    const { overlay, line } = changed(
      'msi_lock_descs',
      [
        'if (!dev)',
        'return; /* early 1 */',
        'if (dev)',
        'goto on; /* goto 1 */',
        'goto off; /* goto 2 */',
        'off: return; /* early 2 */',
        'on:',
      ].join('\n'),
    );
    const ran = run(await build(overlay), ...SETUP);
    expect(ran).toContain(line('if (!dev)'));
    expect(ran).toContain(line('goto 1'));
    for (const word of ['early 1', 'goto 2', 'early 2']) expect(ran).not.toContain(line(word));
  });

  test('does not take a line for one that ran when the kernel died on the line before', async () => {
    const { overlay, line } = changed(
      'msi_lock_descs',
      'int *gone = (int *)8; /* before */\n*gone = 1; /* here */\n*gone = 2; /* behind */',
    );
    const ran = run(await build(overlay), ...SETUP);
    for (const word of ['before', 'here']) expect(ran).toContain(line(`/* ${word}`));
    expect(ran).not.toContain(line('/* behind'));
  });

  test('names the function of a line, and knows no code behind the last one', () => {
    const { functionAt } = mapped();
    const lines = readFileSync(join(tree, MSI), 'utf8').split('\n');
    const at = lines.findIndex((line) => line.startsWith('void msi_lock_descs(')) + 1;
    expect(functionAt(MSI, at)).toBe('msi_lock_descs');
    expect(functionAt(MSI, at + 3)).toBe('msi_lock_descs');
    expect(functionAt(MSI, lines.length + 9)).toBeUndefined();
    expect(functionAt('kernel/irq/none.c', at)).toBeUndefined();
  });

  test('keeps what ran when the subject goes back to a snapshot, until it is cleared', () => {
    const on = mapped();
    const session = startSession(environment(on), { factory: on.factory, spec: 'kernel' });
    const before = session.snapshot();
    on.clear();
    expect(on.reached().size).toBe(0);
    session.apply({ call: call('msi_setup_device_data'), faults: [] });
    const ran = on.reached().get(MSI)?.size ?? 0;
    expect(ran).toBeGreaterThan(5);
    session.restore(before);
    expect(on.reached().get(MSI)?.size).toBe(ran);
    on.clear();
    session.apply({ call: call('msi_lock_descs'), faults: [] });
    expect(on.reached().get(MSI)?.size ?? 0).toBeLessThan(ran);
  });

  test('tells which ways a condition went', async () => {
    const { overlay, line } = changed(
      'msi_lock_descs',
      'static int kc_times;\nif (kc_times++ > 0) /* odd */\nkc_times = 100;',
    );
    const on = await build(overlay);
    const odd = line('/* odd');
    const mark = on.marks.find((each) => each.kind === 'condition' && each.line === odd);
    if (mark === undefined) throw new Error('no condition');
    const session = startSession(environment(on), { factory: on.factory, spec: 'kernel' });
    session.apply({ call: call('msi_setup_device_data'), faults: [] });
    expect(on.ways(mark)).toBe(0);
    session.apply({ call: call('msi_lock_descs'), faults: [] });
    expect(on.ways(mark)).toBe(1);
    session.apply({ call: call('msi_unlock_descs'), faults: [] });
    session.apply({ call: call('msi_lock_descs'), faults: [] });
    expect(on.ways(mark)).toBe(3);
  });
});
