// SPDX-License-Identifier: GPL-2.0-only
/** What this machine has for tests of the kernel's own C: clang, and the trees that MSICHECK_TREES names. */
import { describe } from 'vitest';

import { compilerVersion } from '../src/subject/kernel-c/build/run.ts';
import { registeredTrees, type Tree } from '../src/subject/kernel-c/build/trees.ts';

/** The version of a clang that makes WebAssembly; '' without one. */
export const clang: string = await compilerVersion().catch(() => '');

/** The trees that can be built. */
export const trees: readonly Tree[] = clang === '' ? [] : registeredTrees();

const NONE: Tree = { name: 'none', path: '' };

/** The trees; without any the tests of one are skipped, for a file that has no test is an error. */
export const describeTrees: (title: string, tests: (tree: Tree) => void) => void =
  trees.length === 0 ? describe.skip.each([NONE]) : describe.each(trees);

/** True for trees that are named after both series. */
export const hasBoth: boolean = ['6.12', '6.1'].every((series) =>
  trees.some(({ name }) => name === series),
);
