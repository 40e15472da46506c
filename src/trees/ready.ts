// SPDX-License-Identifier: GPL-2.0-only
/** A registered tree, built and ready to run: its module is made again when anything in it has changed. */
import { join } from 'node:path';

import { buildModule, type Built } from '../subject/kernel-c/build/build.ts';
import { hash } from '../subject/kernel-c/build/compile.ts';
import { cacheFolder } from '../subject/kernel-c/build/folders.ts';
import { releaseName } from '../subject/kernel-c/build/release.ts';
import { kernelC } from '../subject/kernel-c/index.ts';
import { fitTree, type FittedTree } from './fit.ts';
import type { NamedTree } from './registry.ts';
import { requireWhole } from './whole.ts';

/** A tree that can be run. */
export interface ReadyTree extends FittedTree {
  readonly tree: NamedTree;
  readonly built: Built;
  /** The release as its Makefile says, such as `6.12.117`. */
  readonly release: string;
}

/** Builds a tree, or takes its module from the cache. Throws `NoTree` or `NoModule`. */
export async function readyTree(tree: NamedTree, compiling?: () => void): Promise<ReadyTree> {
  const out = join(cacheFolder(), 'modules', `${tree.name}-${hash([tree.path])}.wasm`);
  const request = { tree: tree.path, out, kasan: true, coverage: false };
  const built = await buildModule(compiling === undefined ? request : { ...request, compiling });
  requireWhole(tree.path, built);
  const name = `tree:${tree.name}`;
  const fitted = fitTree(kernelC({ name, path: tree.path, module: built.module }));
  return { tree, built, release: releaseName(built.release), ...fitted };
}

/** How the module was built, on one line, for those who want to see the same. */
export function buildText({ built, release }: ReadyTree): string {
  const compiler = /clang version [\d.]+/u.exec(built.compiler)?.[0] ?? built.compiler;
  return `Linux ${release}, ${compiler} --target=wasm32, KASAN, SMP with 4 CPUs, sparse irqs, no PREEMPT`;
}
