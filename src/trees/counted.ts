// SPDX-License-Identifier: GPL-2.0-only
/** A tree that counts its branches: a build of its own beside the usual one, and nearly as fast. */

import { type BuildRequest, buildModule } from '../subject/kernel-c/build/build.ts';
import { type Counters, startCounters } from '../subject/kernel-c/counters.ts';
import { kernelC } from '../subject/kernel-c/index.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import { fitTree } from './fit.ts';
import { moduleFile } from './ready.ts';
import type { NamedTree } from './registry.ts';
import { requireWhole } from './whole.ts';

/** A tree as a subject, and what ran of it since that was last cleared. */
export interface CountedTree extends Pick<Counters, 'counts' | 'clear'> {
  readonly factory: SubjectFactory;
}

/** Builds it, or takes it from what is kept. Throws `NoTree` or `NoModule`. */
export async function countedTree(
  tree: NamedTree,
  { overlay = new Map() }: Pick<BuildRequest, 'overlay'> = {},
): Promise<CountedTree> {
  const { name, path, config = 'usual' } = tree;
  const out = moduleFile(tree, overlay).replace(/wasm$/u, 'counted.wasm');
  const request = { tree: path, out, overlay, kasan: true, coverage: true, config };
  const built = await buildModule(request);
  requireWhole(path, built);
  const { watch, counts, clear } = startCounters();
  const source = { name: `tree:${name}`, path, module: built.module, overlay };
  return { factory: fitTree(kernelC(source, watch)).factory, counts, clear };
}
