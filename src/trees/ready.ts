// SPDX-License-Identifier: GPL-2.0-only
/** A registered tree, built and ready to run: its module is made again when anything in it has changed. */
import { join } from 'node:path';

import { buildModule, type Built } from '../subject/kernel-c/build/build.ts';
import { hash } from '../subject/kernel-c/build/compile.ts';
import { cacheFolder } from '../subject/kernel-c/build/folders.ts';
import { releaseName } from '../subject/kernel-c/build/release.ts';
import type { Backend } from '../subject/kernel-c/build/run.ts';
import { kernelC, nativeC } from '../subject/kernel-c/index.ts';
import { fitTree, type FittedTree } from './fit.ts';
import type { NamedTree } from './registry.ts';
import { requireWhole } from './whole.ts';

/** A tree that can be run. */
export interface ReadyTree extends FittedTree {
  readonly tree: NamedTree;
  readonly built: Built;
  readonly backend: Backend;
  /** The release as its Makefile says, such as `6.12.117`. */
  readonly release: string;
}

/** Builds a tree, or takes its module from the cache. Throws `NoTree` or `NoModule`. */
export async function readyTree(
  tree: NamedTree,
  compiling?: () => void,
  backend: Backend = 'wasm',
): Promise<ReadyTree> {
  const native = backend === 'native';
  const file = `${tree.name}-${hash([tree.path])}.${backend}`;
  const out = join(cacheFolder(), 'modules', file);
  const request = { tree: tree.path, out, kasan: true, coverage: false, native };
  const built = await buildModule(compiling === undefined ? request : { ...request, compiling });
  requireWhole(tree.path, built);
  const name = `tree:${tree.name}`;
  const source = { name, path: tree.path, module: built.module };
  const fitted = fitTree(native ? nativeC(source) : kernelC(source));
  return { tree, built, backend, release: releaseName(built.release), ...fitted };
}

/** How the module was built, on one line, for those who want to see the same. */
export function buildText({ built, backend, release }: ReadyTree): string {
  const compiler = /clang version [\d.]+/u.exec(built.compiler)?.[0] ?? built.compiler;
  const how = backend === 'native' ? 'native, ASan and UBSan' : '--target=wasm32, KASAN';
  return `Linux ${release}, ${compiler} ${how}, SMP with 4 CPUs, sparse irqs, no PREEMPT`;
}
