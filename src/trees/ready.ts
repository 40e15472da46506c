// SPDX-License-Identifier: GPL-2.0-only
/** A registered tree, built and ready to run: its module is made again when anything in it has changed. */
import { join } from 'node:path';

import { buildModule, type Built } from '../subject/kernel-c/build/build.ts';
import { hash } from '../subject/kernel-c/build/compile.ts';
import { cacheFolder } from '../subject/kernel-c/build/folders.ts';
import { releaseName } from '../subject/kernel-c/build/release.ts';
import { kernelC } from '../subject/kernel-c/index.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import { type Environment, impossible } from '../trace/environment.ts';
import { PROFILES, type Release } from '../trace/profile.ts';
import { profileOf } from './differs.ts';
import { NoTree } from './no-tree.ts';
import type { NamedTree } from './registry.ts';

/** A tree that can be run. */
export interface ReadyTree {
  readonly tree: NamedTree;
  readonly built: Built;
  /** The release as its Makefile says, such as `6.12.117`. */
  readonly release: string;
  /** What reference and oracle are told that it is. */
  readonly profile: Release;
  readonly factory: SubjectFactory;
  /** The world of a trace as the tree has it, or words that say why it cannot. */
  readonly fit: (environment: Environment) => Environment | string;
}

/** Builds a tree, or takes its module from the cache. Throws `NoTree` or `NoModule`. */
export async function readyTree(tree: NamedTree, compiling?: () => void): Promise<ReadyTree> {
  const out = join(cacheFolder(), 'modules', `${tree.name}-${hash([tree.path])}.wasm`);
  const request = { tree: tree.path, out, kasan: true, coverage: false };
  const built = await buildModule(compiling === undefined ? request : { ...request, compiling });
  if (built.mismatched.length > 0 || built.undefined.length > 0)
    throw new NoTree(
      `${tree.path}: the module is not whole; nothing defines ${listed(built.undefined)}, and ` +
        `${listed(built.mismatched)} are declared with other parameters than the shims have; ` +
        `expected a tree of a release that is known (${Object.keys(PROFILES).join(', ')})`,
    );
  const name = `tree:${tree.name}`;
  const { domids, ...subject } = kernelC({ name, path: tree.path, module: built.module });
  const profile = profileOf(domids);
  const fit = (environment: Environment): Environment | string => {
    if (PROFILES[environment.release].release !== PROFILES[profile].release)
      return `release ${environment.release}`;
    const adapted = { ...environment, release: profile };
    return impossible(adapted) ?? subject.missing(adapted) ?? adapted;
  };
  return { tree, built, release: releaseName(built.release), profile, factory: subject, fit };
}

/** How the module was built, on one line, for those who want to see the same. */
export function buildText({ built, release }: ReadyTree): string {
  const compiler = /clang version [\d.]+/u.exec(built.compiler)?.[0] ?? built.compiler;
  return `Linux ${release}, ${compiler} --target=wasm32, KASAN, SMP with 4 CPUs, sparse irqs, no PREEMPT`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(' ');
}
