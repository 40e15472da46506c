// SPDX-License-Identifier: GPL-2.0-only
/** What this machine has for tests of the kernel's own C: clang, and the trees that MSICHECK_TREES names. */
import { compilerVersion } from '../src/subject/kernel-c/build/run.ts';
import { registeredTrees, type Tree } from '../src/subject/kernel-c/build/trees.ts';

/** The version of a clang that makes WebAssembly; '' without one. */
export const clang: string = await compilerVersion().catch(() => '');

/** The trees that can be built. */
export const trees: readonly Tree[] = clang === '' ? [] : registeredTrees();

/** True for trees that are named after both series. */
export const hasBoth: boolean = ['6.12', '6.1'].every((series) =>
  trees.some(({ name }) => name === series),
);
