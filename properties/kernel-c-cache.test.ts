// SPDX-License-Identifier: GPL-2.0-only
/** Where what is built is kept: a place that cannot be written to, and other builds that use it too. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import { buildModule } from '../src/subject/kernel-c/build/build.ts';
import { inCache } from '../src/subject/kernel-c/build/folders.ts';
import { describeTrees } from './machine-trees.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

test('a cache that cannot be written to is named, with what was expected and what to do', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  vi.stubEnv('XDG_CACHE_HOME', file);
  const write = async (cache: string): Promise<void> => {
    await Promise.resolve();
    mkdirSync(join(cache, 'arch'), { recursive: true });
  };
  const told = /^\S*a-file\/msicheck: not a directory; expected a place .* XDG_CACHE_HOME names/u;
  await expect(inCache(write)).rejects.toThrow(told);
  await expect(inCache(write)).rejects.toMatchObject({ name: 'NoModule' });
  vi.unstubAllEnvs();
  await expect(inCache(() => Promise.reject(new Error('mine')))).rejects.toThrow(/^mine$/u);
});

describeTrees('the MSI core of $name', ({ name, path }) => {
  test('is built although another build forgets an object before it is linked', async () => {
    const bin = join(folder, `${name}-bin`);
    mkdirSync(bin);
    const once = join(folder, `${name}-forgotten`);
    // The real linker is the next one on the path.
    const forget = 'for one; do case $one in *.o) rm "$one"; break;; esac; done';
    writeFileSync(
      join(bin, 'wasm-ld'),
      `#!/bin/sh
case $1 in --version) ;; *) [ -e ${once} ] || { : > ${once}; ${forget}; };; esac
PATH=\${PATH#*:} exec wasm-ld "$@"
`,
      { mode: 0o755 },
    );
    // An object of this test alone: other tests count on theirs.
    const source = readFileSync(join(path, 'kernel/irq/msi.c'), 'utf8');
    const overlay = new Map([['kernel/irq/msi.c', `${source}/* ${Math.random()} */\n`]]);
    const request = { tree: resolve(path), overlay, kasan: true, coverage: false };
    const out = join(folder, `${name}-again.wasm`);
    const built = await buildModule({ ...request, out: join(folder, `${name}.wasm`) });
    vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`);
    const again = await buildModule({ ...request, out });
    vi.unstubAllEnvs();
    expect(existsSync(once)).toBe(true);
    expect(again.compiled).toEqual(['kernel/irq/msi.c']);
    expect(readFileSync(out)).toEqual(readFileSync(built.module));
  });
});
