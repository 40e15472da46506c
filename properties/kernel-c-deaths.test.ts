// SPDX-License-Identifier: GPL-2.0-only
/**
 * What kills a kernel: each death is told with its line and its stack, by the program of the machine as by the
 * WebAssembly module where that notices too, and the next world lives. Needs clang and trees that MSICHECK_TREES names.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../src/generate/environments.ts';
import { buildModule } from '../src/subject/kernel-c/build/build.ts';
import { kernelC, nativeC } from '../src/subject/kernel-c/index.ts';
import { fitted, type Subject, type SubjectFactory } from '../src/subject/subject.ts';
import { call } from '../src/trace/call.ts';
import type { Observation, Splat } from '../src/trace/observation.ts';
import { fitTree } from '../src/trees/fit.ts';
import { BEFORE, DEATHS } from './c-deaths.ts';
import { describeTrees, trees } from './machine-trees.ts';
import { comparable } from './native-differences.ts';

const BOTH = ['module', 'program'] as const;
const MSI = 'kernel/irq/msi.c';
const GETTER = /^unsigned int msi_(?:domain_)?get_virq\([^)]*\)\n\{/mu;
const PLACE = /^kernel\/irq\/msi\.c:\d+$/u;
/** Milliseconds of processor time after which a step is ended. */
const LONGEST = 300;

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
afterAll(() => vi.resetConfig());

/** Both ways to run a tree, and the call that leads to the deaths. */
interface Pair {
  readonly module: SubjectFactory;
  readonly program: SubjectFactory;
  readonly getter: 'msi_domain_get_virq' | 'msi_get_virq';
  /** Of the changed file. */
  readonly lines: readonly string[];
}

describeTrees('the MSI core of $name, in which something kills it', ({ name, path: given }) => {
  const path = resolve(given);
  let folder = '';
  let built: Pair | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
    built = await buildPair(name, path, folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const pair = (): Pair => {
    if (built === undefined) throw new Error('not built');
    return built;
  };
  const ask = (subject: Subject, index: number): Observation =>
    subject.apply({ call: call(pair().getter, { index }), faults: [] });
  const dies = (of: 'module' | 'program', index: number): Observation =>
    ask(started(pair()[of]), index);
  const lineOf = (text: string): string =>
    `${MSI}:${pair().lines.findIndex((line) => line.startsWith(text)) + 1}`;
  const splatOf = (index: number): Splat | undefined => {
    const { dead, splats } = dies('program', index);
    expect(dead).toBe(true);
    expect(splats).toHaveLength(1);
    return splats[0];
  };

  test.each([
    [1, 'NULL dereference'],
    [2, 'use after free'],
    [3, 'wild access'],
    [4, 'double free'],
    [5, 'BUG'],
    [6, 'deadlock'],
    [7, 'use after free'],
    [8, 'wild access'],
    [9, 'wild access'],
    [20, 'NULL dereference'],
  ])('tells death %i, a %s, as the module does, and has its place', (index, kind) => {
    const splat = splatOf(index);
    expect(splat).toMatchObject({ kind, fn: pair().getter });
    expect(splat?.place).toBe(lineOf(`  case ${index}:`));
    const module = dies('module', index);
    expect(module.splats[0]?.place).toBe(splat?.place);
    expect(comparable(dies('program', index))).toBe(comparable(module));
  });

  test.each(BOTH)('a %s has the stack of each death, from the call in', (of) => {
    for (const index of [1, 2, 3, 4, 5, 6, 7, 8, 9, 20]) {
      const subject = started(pair()[of]);
      ask(subject, index);
      const where = { fn: pair().getter, place: lineOf(`  case ${index}:`) };
      expect(subject.stack?.(0)).toEqual([where]);
    }
  });

  test.each(BOTH)('a %s has the stack of a complaint that it survives', (of) => {
    const subject = started(pair()[of]);
    const { splats } = ask(subject, 22);
    expect(splats.map(({ kind, nth }) => [kind, nth])).toEqual([
      ['WARN', expect.any(Number)],
      ['WARN', expect.any(Number)],
    ]);
    const where = { fn: pair().getter, place: lineOf('  case 22:') };
    expect(subject.stack?.(1)).toEqual([where]);
    expect(ask(subject, 0)).toMatchObject({ dead: false, splats: [] });
  });

  test.each(BOTH)('a %s has the stack of the allocation of a leak, some steps later', (of) => {
    const subject = started(pair()[of]);
    expect(subject.stack?.('leak')).toEqual([]);
    ask(subject, 21);
    const before = subject.snapshot();
    ask(subject, 0);
    expect(subject.leaks?.()).toEqual([
      'msicheck_inner asked for 24 bytes in step 2, to which nothing refers',
    ]);
    const stack = [
      { fn: pair().getter, place: lineOf('  case 21:') },
      { fn: 'msicheck_outer', place: lineOf('  msicheck_inner();') },
      { fn: 'msicheck_inner', place: lineOf('static void *msicheck_inner') },
    ];
    expect(subject.stack?.('leak')).toEqual(stack);
    expect(ask(subject, 0)).toMatchObject({ dead: false, splats: [] });
    subject.restore(before);
    expect(subject.stack?.('leak')).toEqual(stack);
  });

  test.each(BOTH)('a %s has the line of a failed lockdep_assert_held()', (of) => {
    const { dead, splats } = dies(of, 23);
    expect(dead).toBe(false);
    const where = { fn: pair().getter, place: lineOf('  case 23:') };
    expect(splats).toMatchObject([{ kind: 'lockdep', nth: 1, ...where }]);
  });

  test.each([
    [15, 'divide by zero'],
    [25, 'unreachable'],
  ])('tells death %i, which the machine of the module notices: %s', (index, what) => {
    const where = { fn: pair().getter, place: lineOf(`  case ${index}:`) };
    expect(dies('module', index)).toMatchObject({
      dead: true,
      splats: [{ kind: 'BUG', nth: 1, what: `trap: ${what}`, ...where }],
    });
  });

  test('tells calls in the module that are nested without end', () => {
    const what = 'the calls were nested too deeply';
    expect(dies('module', 24).splats).toEqual([{ kind: 'BUG', fn: pair().getter, nth: 1, what }]);
    expect(dies('module', 0)).toMatchObject({ dead: false, splats: [] });
  });

  test.each([10, 11])('ends death %i in the module after as many rounds as ever', (index) => {
    const seen = dies('module', index);
    const what = 'the step had not ended after 50 million rounds of loops';
    expect(seen.splats).toMatchObject([{ kind: 'BUG', fn: pair().getter, nth: 1, what }]);
    expect(dies('module', index)).toEqual(seen);
    expect(dies('module', 0)).toMatchObject({ dead: false, splats: [] });
  });

  test.each([
    [12, 'behind a static array'],
    [13, 'behind an array on the stack'],
  ])('tells death %i, an access %s', (index) => {
    const splat = splatOf(index);
    expect(splat).toMatchObject({ kind: 'wild access', fn: pair().getter, what: '' });
    expect(splat?.place).toMatch(PLACE);
  });

  test.each([
    [14, 'array-index-out-of-bounds', 'wild access'],
    [15, 'division-overflow', 'BUG'],
    [16, 'unreachable', 'BUG'],
    [17, 'invalid-load', 'BUG'],
  ])('tells death %i, undefined behaviour, as the kernel does: %s', (index, what, kind) => {
    const splat = splatOf(index);
    expect(splat).toMatchObject({ kind, fn: pair().getter, what: `UBSAN: ${what}` });
    expect(splat?.place).toMatch(PLACE);
    const subject = started(pair().program);
    ask(subject, index);
    expect(subject.stack?.(0)).toMatchObject([{ fn: pair().getter }]);
  });

  test.each([
    [10, 'the step had not ended after 0.3 s of processor time'],
    [11, 'the step had not ended after 0.3 s of processor time'],
    [18, 'the process ended by itself'],
    [19, 'the process ended with signal 9'],
  ])('lives in the next world after death %i: %s', (index, what) => {
    expect(splatOf(index)).toEqual({ kind: 'BUG', fn: pair().getter, nth: 1, what });
    expect(dies('program', 0)).toMatchObject({ dead: false, splats: [] });
  });

  test('has no leaks when it is dead, and lives again at a snapshot', () => {
    const subject = started(pair().program);
    const before = subject.snapshot();
    expect(ask(subject, 1).dead).toBe(true);
    expect(subject.leaks?.()).toEqual([]);
    subject.restore(before);
    expect(ask(subject, 0)).toMatchObject({ dead: false, splats: [] });
  });
});

test.each(trees)(
  'a boot of $name that does not end is ended too',
  async ({ name, path: given }) => {
    const path = resolve(given);
    const folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
    try {
      const file = 'kernel/irq/irqdomain.c';
      const text = readFileSync(join(path, file), 'utf8').replace(
        /^struct fwnode_handle \*__irq_domain_alloc_fwnode\([^)]*\)\n\{/mu,
        '$&\n\tfor (;;) barrier();\n',
      );
      const overlay = new Map([[file, text]]);
      const out = join(folder, 'program');
      const request = { tree: path, out, overlay, kasan: true, coverage: false, native: true };
      const { module } = await buildModule(request);
      const { factory } = fitTree(nativeC({ name, path, module, overlay }, LONGEST));
      expect(() => started(factory)).toThrow(/BUG the boot, the step had not ended after 0\.3 s/u);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** A device with its MSI data. */
function started(factory: SubjectFactory): Subject {
  const worlds = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].map((each) => fitted(factory, each));
  const environment = worlds.find((each) => typeof each !== 'string');
  if (typeof environment !== 'object') throw new Error('no environment');
  const subject = factory.start(environment);
  subject.apply({ call: call('msi_setup_device_data'), faults: [] });
  return subject;
}

async function buildPair(name: string, path: string, folder: string): Promise<Pair> {
  const text = readFileSync(join(path, MSI), 'utf8').replace(GETTER, `${BEFORE}$&\n${DEATHS}`);
  const overlay = new Map([[MSI, text]]);
  const build = async (native: boolean): Promise<string> => {
    const out = join(folder, native ? 'program' : 'module');
    const request = { tree: path, out, overlay, kasan: true, coverage: false, native };
    return (await buildModule(request)).module;
  };
  const module = kernelC({ name, path, module: await build(false), overlay });
  const program = nativeC({ name, path, module: await build(true), overlay }, LONGEST);
  const getter = module.domids > 0 ? 'msi_domain_get_virq' : 'msi_get_virq';
  return {
    module: fitTree(module).factory,
    program: fitTree(program).factory,
    getter,
    lines: text.split('\n'),
  };
}
