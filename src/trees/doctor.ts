// SPDX-License-Identifier: GPL-2.0-only
/** What a machine and its trees need so that the kernel's C can be run, one look at each. */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { cacheFolder } from '../subject/kernel-c/build/folders.ts';
import { NoModule } from '../subject/kernel-c/build/no-module.ts';
import { releaseName, releaseOf } from '../subject/kernel-c/build/release.ts';
import { requireSanitizer } from '../subject/kernel-c/build/native.ts';
import {
  type Backend,
  compilerVersion,
  requireLinker,
  run,
} from '../subject/kernel-c/build/run.ts';
import { sourcesOf } from '../subject/kernel-c/build/sources.ts';
import { NoTree } from './no-tree.ts';
import { readyTree } from './ready.ts';
import { type NamedTree, readTrees, registryFile } from './registry.ts';
import { sourceText } from './source.ts';

/** What was looked at and what was seen. */
export interface Look {
  readonly good: boolean;
  readonly what: string;
  readonly seen: string;
}

/** Looks at the machine, then at the trees; what depends on something that is bad is not looked at. */
export async function* examine(
  trees: readonly NamedTree[],
  backend: Backend,
): AsyncGenerator<Look, void, undefined> {
  const machine = [
    await look('compiler', () => compilerVersion(backend)),
    await look('linker', backend === 'native' ? hostLinker : linker),
    await look('cache', () => Promise.resolve(cache())),
    await look('registry', () => Promise.resolve(`${registryFile()}: ${readTrees().length} trees`)),
  ];
  yield* machine;
  const canBuild = machine.every(({ good }) => good);
  for (const tree of trees) yield* examineTree(tree, canBuild ? backend : undefined);
}

async function* examineTree(
  tree: NamedTree,
  backend: Backend | undefined,
): AsyncGenerator<Look, void, undefined> {
  const { name, path } = tree;
  const source = await look(`tree ${name}`, async () => {
    const release = releaseName(releaseOf(path));
    return `${path}: Linux ${release}, ${await sourceText(path)}`;
  });
  yield source;
  if (!source.good) return;
  const files = await look(`tree ${name}`, () =>
    Promise.resolve(`${sourcesOf(path, backend === 'native').length} files to build`),
  );
  yield files;
  if (!files.good || backend === undefined) return;
  yield await look(`tree ${name}`, async () => {
    const ready = await readyTree(tree, { backend });
    const stale = ready.built.compiled.length;
    const state = stale === 0 ? 'up to date' : `was stale, ${stale} files were compiled`;
    return `module ${state}; profile ${ready.profile}; ${ready.factory.build ?? ''}`;
  });
}

async function look(what: string, see: () => Promise<string>): Promise<Look> {
  try {
    return { good: true, what, seen: await see() };
  } catch (error) {
    if (error instanceof NoModule || error instanceof NoTree)
      return { good: false, what, seen: error.message };
    throw error;
  }
}

async function linker(): Promise<string> {
  await requireLinker();
  return (await run('wasm-ld', ['--version'])).stdout.trim();
}

async function hostLinker(): Promise<string> {
  return `clang ${(await requireSanitizer()).join(' ')}`;
}

/** Bytes below the folder, which must take a file. */
function cache(): string {
  const folder = cacheFolder();
  const probe = join(folder, `probe.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new NoTree(
      `${folder}: ${error instanceof Error ? error.message : String(error)}; expected a folder that ` +
        'can be written to (XDG_CACHE_HOME names another)',
    );
  }
  const parts = ['objects', 'modules', 'arch'].map((part) => sizeBelow(join(folder, part)));
  const bytes = parts.reduce((sum, part) => sum + part, 0);
  return `${folder}: ${(bytes / 1024 / 1024).toFixed(1)} MB of objects and modules; removing it is safe`;
}

function sizeBelow(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}
