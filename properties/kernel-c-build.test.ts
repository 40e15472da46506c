// SPDX-License-Identifier: GPL-2.0-only
/**
 * The kernel's own C as a WebAssembly module: it links, and the shims under it notice what they are
 * for. Needs clang and trees that MSICHECK_TREES names; without them only what is refused is tested.
 */
import {
  copyFileSync,
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { buildModule, type Built } from '../src/subject/kernel-c/build/build.ts';
import { TREE } from '../src/subject/kernel-c/build/sources.ts';
import { releaseName, releaseOf, versionCode } from '../src/subject/kernel-c/build/release.ts';
import { treesOf } from '../src/subject/kernel-c/build/trees.ts';
import { SITES } from '../src/trace/sites.ts';
import { type Kernel, kernelOf } from './kernel-c-module.ts';
import { clang, trees } from './machine-trees.ts';

const GFP_KERNEL = 0xcc0;
/** What a build looks for before it looks for tools. */
const HOLLOW = ['Makefile', ...TREE];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a machine with clang and registered trees builds them', ({ skip }) => {
  if (clang === '') skip('no clang that makes WebAssembly is installed');
  if (trees.length === 0) skip('MSICHECK_TREES names no kernel tree: NAME=PATH, joined with ":"');
  expect(trees.length).toBeGreaterThan(0);
});

describe('a folder that is no kernel tree', () => {
  test('is refused with what was expected there', async () => {
    const request = { tree: folder, out: join(folder, 'x.wasm'), kasan: true, coverage: false };
    await expect(buildModule(request)).rejects.toThrow(/Makefile: not found; expected the top/u);
  });

  test('is refused when its Makefile names no release', () => {
    writeFileSync(join(folder, 'Makefile'), 'all:\n');
    expect(() => releaseOf(folder)).toThrow(/no line "VERSION = NUMBER"/u);
  });

  test('is refused when a source file is missing, by its name', async () => {
    writeFileSync(join(folder, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n');
    const request = { tree: folder, out: join(folder, 'x.wasm'), kasan: true, coverage: false };
    await expect(buildModule(request)).rejects.toThrow(/the tree must have kernel\/irq\/msi\.c/u);
  });
});

describe('a machine without the tools', () => {
  afterEach(() => vi.unstubAllEnvs());
  const build = (): Promise<Built> => {
    const tree = join(folder, 'hollow');
    for (const name of HOLLOW) {
      mkdirSync(dirname(join(tree, name)), { recursive: true });
      writeFileSync(join(tree, name), 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n');
    }
    return buildModule({ tree, out: join(folder, 'x.wasm'), kasan: true, coverage: false });
  };

  test('is told to install clang', async () => {
    vi.stubEnv('PATH', folder);
    await expect(build()).rejects.toThrow(/^clang: not found; install clang, 14 or later/u);
  });

  test('is told to install a clang that knows wasm32, a newer one, or the linker', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
    pretend(join(bin, 'clang'), 'echo "clang version 13.0.1"');
    await expect(build()).rejects.toThrow(/^clang: version 13; install clang, 14 or later/u);
    pretend(join(bin, 'clang'), 'echo "clang version 15.0.0"');
    await expect(build()).rejects.toThrow(
      /^clang: knows no target wasm32; .* or --backend native$/u,
    );
    pretend(join(bin, 'clang'), 'echo "clang version 15.0.0"; echo "    wasm32  - WebAssembly"');
    pretend(join(bin, 'wasm-ld'), 'exit 1');
    await expect(build()).rejects.toThrow(/^wasm-ld: does not run; install lld/u);
  });
});

test('a release has the version code of its headers, whose last part ends at 255', () => {
  expect(versionCode({ version: 6, patchlevel: 12, sublevel: 117 })).toBe(0x06_0c_75);
  expect(versionCode({ version: 4, patchlevel: 9, sublevel: 337 })).toBe(0x04_09_ff);
  expect(releaseName({ version: 6, patchlevel: 1, sublevel: 192 })).toBe('6.1.192');
});

test('a list of trees is NAME=PATH, joined with a colon', () => {
  expect(treesOf('a=/x:b=/y=z')).toEqual([
    { name: 'a', path: '/x' },
    { name: 'b', path: '/y=z' },
  ]);
  expect(() => treesOf('/x')).toThrow(/"\/x" is not NAME=PATH/u);
});

test.skipIf(trees.length === 0)(
  'a module that is built for coverage counts what it runs',
  async () => {
    const tree = trees[0]?.path ?? '';
    const out = join(folder, 'coverage.wasm');
    const built = await buildModule({ tree, out, kasan: false, coverage: true });
    expect(built.undefined).toEqual([]);
    const { boot, call, counters } = kernelOf(readFileSync(out));
    const atStart = counters();
    boot();
    const atBoot = counters();
    call('__irq_alloc_descs', -1, 1, 1, 0, 0, 0);
    expect(atBoot).toBeGreaterThan(atStart);
    expect(counters()).toBeGreaterThan(atBoot + 20);
  },
  600_000,
);

describe.each(trees)('the MSI core of $name', ({ name, path }) => {
  let built: Built | undefined;
  beforeAll(async () => {
    const out = join(folder, `${name}.wasm`);
    built = await buildModule({ tree: path, out, kasan: true, coverage: false });
  }, 600_000);
  const kernel = (): Kernel => kernelOf(readFileSync(built?.module ?? ''));

  test('links without a missing symbol and without one of another type', () => {
    expect(built?.undefined).toEqual([]);
    expect(built?.mismatched).toEqual([]);
  });

  test('is compiled again for what was edited, and for nothing else', async () => {
    const tree = editable(resolve(path), join(folder, `${name}-tree`));
    const request = { tree, out: join(folder, 'edited.wasm'), kasan: true, coverage: false };
    expect((await buildModule(request)).compiled).toEqual([]);
    appendFileSync(join(tree, 'kernel/irq/msi.c'), `/* ${process.pid} ${Math.random()} */\n`);
    expect((await buildModule(request)).compiled).toEqual(['kernel/irq/msi.c']);
  });

  test('is built with other texts for some of its files, and keeps its own', async () => {
    const source = readFileSync(join(path, 'kernel/irq/msi.c'), 'utf8');
    const header = readFileSync(join(path, 'kernel/irq/internals.h'), 'utf8');
    const odd = `${source}int kc_odd(void) { return KC_ODD; } /* ${Math.random()} */\n`;
    const request = { tree: resolve(path), kasan: true, coverage: false };
    const changed = { ...request, out: join(folder, 'changed.wasm') };
    const without = new Map([['kernel/irq/msi.c', odd]]);
    await expect(buildModule({ ...changed, overlay: without })).rejects.toThrow(
      /^kernel\/irq\/msi\.c: does not compile\n.*\/kernel\/irq\/msi\.c:\d+:.*KC_ODD/u,
    );
    const overlay = new Map([
      ...without,
      ['kernel/irq/internals.h', `${header}#define KC_ODD 7 /* ${Math.random()} */\n`],
    ]);
    const { compiled, undefined: missing } = await buildModule({ ...changed, overlay });
    expect(compiled).toContain('kernel/irq/msi.c');
    expect(compiled).toContain('kernel/irq/irqdesc.c');
    expect(compiled).not.toContain('lib/xarray.c');
    expect(missing).toEqual([]);
    expect(kernelOf(readFileSync(changed.out)).call('kc_odd')).toBe(7);
    expect((await buildModule({ ...changed, overlay })).compiled).toEqual([]);
    const own = join(folder, 'own.wasm');
    expect((await buildModule({ ...request, out: own })).compiled).toEqual([]);
    expect(readFileSync(own).equals(readFileSync(built?.module ?? ''))).toBe(true);
  });

  test('does not build without a header of the tree, which is named', async () => {
    const tree = editable(resolve(path), join(folder, `${name}-headless`));
    unlinkSync(join(tree, 'kernel/irq/internals.h'));
    const request = { tree, out: join(folder, 'x.wasm'), kasan: true, coverage: false };
    await expect(buildModule(request)).rejects.toThrow(
      /^kernel\/irq\/\w+\.c: does not compile[\s\S]*internals\.h is missing/u,
    );
  });

  test('does not build when a function is called that nothing declares', async () => {
    const tree = editable(resolve(path), join(folder, `${name}-undeclared`));
    appendFileSync(join(tree, 'kernel/irq/msi.c'), 'int kc_odd(void) { return kc_even(); }\n');
    const request = { tree, out: join(folder, 'x.wasm'), kasan: true, coverage: false };
    await expect(buildModule(request)).rejects.toThrow(/msi\.c: does not compile\n.*kc_even/u);
  });

  test('dies of an access to NULL, to freed memory and beyond an object, each told apart', () => {
    const { call, ended } = kernel();
    const text = call('kc_alloc', 8, SITES.length, 0);
    expect(ended('strlen', text)).toBeUndefined();
    expect(ended('strlen', 0)).toEqual({ kind: 'NULL', at: 'strlen', address: 0 });
    expect(ended('memset', text, 1, 9)).toMatchObject({ kind: 'WILD', address: text + 8 });
    call('memset', text, 1, 8);
    expect(ended('strlen', text)).toEqual({ kind: 'WILD', at: 'strlen', address: text + 8 });
    call('kfree', text);
    expect(ended('strlen', text)).toMatchObject({ kind: 'USE_AFTER_FREE', address: text });
    expect(ended('kfree', text)).toMatchObject({ kind: 'DOUBLE_FREE', address: text });
    expect(ended('kfree', text + 4)).toMatchObject({ kind: 'WILD', address: text + 4 });
  });

  test('dies of a mutex that is taken twice, and complains about one that is not held', () => {
    const { call, ended, splats } = kernel();
    const mutex = call('kc_alloc', 64, SITES.length, 0);
    call('__mutex_init', mutex, 0, 0);
    call('mutex_unlock', mutex);
    expect(splats()).toMatchObject([{ kind: 'LOCKDEP' }]);
    call('mutex_lock', mutex);
    expect(call('mutex_is_locked', mutex)).toBe(1);
    expect(ended('mutex_lock', mutex)).toMatchObject({ kind: 'DEADLOCK', address: mutex });
  });

  test('formats what names of domains are made of', () => {
    const { call, read, write } = kernel();
    const buf = call('kc_alloc_quiet', 128);
    const format = (text: string, ...args: readonly number[]): string => {
      const list = call('kc_alloc_quiet', 64);
      for (const [i, arg] of args.entries()) call('memset', list + 4 * i, arg, 1);
      call('snprintf', buf, 128, write(text), list);
      return read(buf);
    };
    expect(format('%s-%d', 0, 7)).toBe('(null)-7');
    expect(format('unknown-%d-%d%%', 12, 3)).toBe('unknown-12-3%');
    expect(format('%5u|%-4d|%03x|%#x|%c', 42, 7, 10, 255, 65)).toBe('   42|7   |00a|0xff|A');
  });

  test('names the node of a tree that has no memory, and is whole afterwards', () => {
    const { call, boot, fail, fired, live } = kernel();
    boot();
    const before = live();
    fail('xa_node', 1, 2);
    const xa = call('kc_alloc_quiet', 64);
    call('__raw_spin_lock_init', xa, 0, 0, 2);
    const index = 100;
    expect(call('xa_store', xa, index, (before + 4) & ~3, GFP_KERNEL) >>> 0).toBe(
      ((-12 << 2) | 2) >>> 0,
    );
    expect(fired()).toEqual(['xa_node 1', 'xa_node 2']);
    expect(call('xa_load', xa, index)).toBe(0);
    expect(call('xa_store', xa, index, 4, GFP_KERNEL)).toBe(0);
    expect(call('xa_load', xa, index)).toBe(4);
    call('xa_destroy', xa);
    call('kc_rcu_barrier');
    expect(live()).toBe(before);
  });

  test('allocates and frees interrupt numbers, and undoes a block that is short of memory', () => {
    const { call, boot, fail, fired, live } = kernel();
    boot();
    const before = live();
    const irq = call('__irq_alloc_descs', -1, 1, 3, 0, 0, 0);
    expect(irq).toBeGreaterThan(0);
    expect(call('irq_to_desc', irq + 2)).not.toBe(0);
    call('irq_free_descs', irq, 3);
    call('kc_rcu_barrier');
    expect(call('irq_to_desc', irq)).toBe(0);
    fail('init_desc', 5, 1);
    expect(call('__irq_alloc_descs', -1, 1, 3, 0, 0, 0)).toBe(-12);
    expect(fired()).toEqual(['init_desc 5']);
    call('kc_rcu_barrier');
    expect(live()).toBe(before);
  });
});

/** A program of the shell. */
function pretend(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** A tree of links whose msi.c is a file of its own. */
function editable(tree: string, copy: string): string {
  mkdirSync(join(copy, 'kernel/irq'), { recursive: true });
  for (const name of ['Makefile', 'include', 'lib', 'drivers'])
    symlinkSync(join(tree, name), join(copy, name));
  for (const name of readdirSync(join(tree, 'kernel/irq')))
    symlinkSync(join(tree, 'kernel/irq', name), join(copy, 'kernel/irq', name));
  unlinkSync(join(copy, 'kernel/irq/msi.c'));
  copyFileSync(join(tree, 'kernel/irq/msi.c'), join(copy, 'kernel/irq/msi.c'));
  return copy;
}
