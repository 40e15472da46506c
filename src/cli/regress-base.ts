// SPDX-License-Identifier: GPL-2.0-only
/** What changes are compared with: the reference, or a kernel tree, which is built first. */
import { type Origin, REFERENCE_ORIGIN } from '../regress/gather.ts';
import type { NamedTree } from '../trees/registry.ts';
import { keptFor, readKept } from './kept.ts';
import type { Flags } from './regress-flags.ts';
import type { Task } from './regress-worker.ts';
import { USUAL_SUBJECT } from './subjects.ts';
import { REFERENCE, type Target, type TreeTarget, usualEnvironments } from './target.ts';
import { note } from './terminal.ts';

/** The base of a run. */
export interface Base extends Pick<Task['budget'], 'corpus' | 'expected' | 'environments'> {
  /** As reports name it. */
  readonly subject: string;
  readonly origin: Origin;
  readonly tree: NamedTree | undefined;
}

/** Reads what is kept for it. Throws `NoTree` or `NoModule` for a tree that cannot be run. */
export async function baseOf({ tree, corpus }: Pick<Flags, 'tree' | 'corpus'>): Promise<Base> {
  const kept = readKept(corpus);
  if (tree !== undefined) {
    const target = await treeBase(tree);
    const { traces, expected } = keptFor(kept, target);
    return {
      subject: target.factory.name,
      origin: target.origin,
      tree: target.tree,
      corpus: traces,
      expected,
      environments: usualEnvironments(target),
    };
  }
  const environments = usualEnvironments(await REFERENCE.load());
  return {
    subject: USUAL_SUBJECT,
    origin: REFERENCE_ORIGIN,
    tree: undefined,
    corpus: kept.traces,
    expected: kept.expected,
    environments,
  };
}

/** A tree to change. */
export interface TreeBase extends Target {
  readonly tree: TreeTarget & NamedTree;
  readonly origin: Origin;
}

/** Builds it. Throws `NoTree` or `NoModule`. */
export async function treeBase(name: string): Promise<TreeBase> {
  const [{ readyTree }, { treeNamed }, { treeOrigin }] = await Promise.all([
    import('../trees/ready.ts'),
    import('../trees/registry.ts'),
    import('../regress/tree/origin.ts'),
  ]);
  const tree = treeNamed(name);
  const { factory, built, release, profile } = await readyTree(tree, {
    compiling: () => {
      note(`building ${tree.path}`);
    },
  });
  return {
    factory,
    tree: { ...tree, release, profile },
    origin: treeOrigin(tree.path, built.read),
  };
}
