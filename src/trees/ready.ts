// SPDX-License-Identifier: GPL-2.0-only
/** A registered tree, built and ready to run: its module is made again when anything in it has changed. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { buildModule, type Built } from '../subject/kernel-c/build/build.ts';
import { hash } from '../subject/kernel-c/build/compile.ts';
import { cacheFolder } from '../subject/kernel-c/build/folders.ts';
import type { Config } from '../subject/kernel-c/build/flags.ts';
import type { Overlay } from '../subject/kernel-c/build/overlay.ts';
import { releaseName } from '../subject/kernel-c/build/release.ts';
import type { Backend } from '../subject/kernel-c/build/run.ts';
import { kernelC, nativeC } from '../subject/kernel-c/index.ts';
import { fitTree, type FittedTree } from './fit.ts';
import type { NamedTree } from './registry.ts';
import { requireWhole } from './whole.ts';

/** How a tree is built. */
export interface BuildOptions {
  /** Texts that stand in place of the tree's own. */
  readonly overlay?: Overlay;
  /** A WebAssembly module, unless it says otherwise. */
  readonly backend?: Backend;
  /** Called when something has to be compiled. */
  readonly compiling?: () => void;
}

/** A tree that can be run. */
export interface ReadyTree extends FittedTree {
  readonly tree: NamedTree;
  readonly built: Built;
  /** The release as its Makefile says, such as `6.12.117`. */
  readonly release: string;
}

/** Builds a tree, or takes its module from the cache. Throws `NoTree` or `NoModule`. */
export async function readyTree(tree: NamedTree, options: BuildOptions = {}): Promise<ReadyTree> {
  const { overlay = new Map(), compiling, backend = 'wasm' } = options;
  const out = moduleFile(tree, overlay, backend);
  const native = backend === 'native';
  const { path, config = 'usual' } = tree;
  const request = { tree: path, out, overlay, kasan: true, coverage: false, config, native };
  const built = await buildModule(compiling === undefined ? request : { ...request, compiling });
  requireWhole(path, built);
  if (overlay.size > 0) prune(dirname(out));
  const source = { name: `tree:${tree.name}`, path, module: built.module, overlay };
  const { factory, profile } = fitTree(native ? nativeC(source) : kernelC(source));
  const release = releaseName(built.release);
  return {
    tree,
    built,
    release,
    profile,
    factory: { ...factory, build: textOf(built, config, backend) },
  };
}

/** Where the module of a tree is kept, or that of the tree with other texts for some files. */
export function moduleFile(
  { name, path }: NamedTree,
  overlay: Overlay,
  backend: Backend = 'wasm',
): string {
  const folder = join(cacheFolder(), overlay.size === 0 ? 'modules' : 'modules/changed');
  return join(folder, `${name}-${hash([path, ...[...overlay].flat()])}.${backend}`);
}

/** How many modules of changes are kept; each has one that is fast and one that notes its lines. */
const KEPT = 64;

function prune(folder: string): void {
  const files = readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => ({ path, age: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((one, other) => other.age - one.age);
  for (const { path } of files.slice(KEPT)) rmSync(path, { force: true });
}

/** What tells the sets of options apart. */
const OPTIONS: Readonly<Record<Config, string>> = {
  usual: 'reservation, Xen',
  fallbacks: 'architecture fallbacks, no reservation',
};

const MACHINES: Readonly<Record<Backend, string>> = {
  wasm: '--target=wasm32, KASAN',
  native: 'native, ASan and UBSan',
};

/** How the module was built, on one line, for those who want to see the same. */
export function textOf({ compiler, release }: Built, config: Config, backend: Backend): string {
  const version = /clang version [\d.]+/u.exec(compiler)?.[0] ?? compiler;
  return `Linux ${releaseName(release)}, ${version} ${MACHINES[backend]}, SMP with 4 CPUs, sparse irqs, no PREEMPT, ${OPTIONS[config]}`;
}
