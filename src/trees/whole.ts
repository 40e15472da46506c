// SPDX-License-Identifier: GPL-2.0-only
/** Whether a module of a tree can be run: the linker makes one of a tree that the shims do not fit, too. */
import type { Built } from '../subject/kernel-c/build/build.ts';
import { PROFILES } from '../trace/profile.ts';
import { NoTree } from './no-tree.ts';

/** Throws `NoTree` with what is missing. */
export function requireWhole(path: string, built: Pick<Built, 'mismatched' | 'undefined'>): void {
  const { mismatched, undefined: missing } = built;
  const wrong = [
    ...(missing.length > 0 ? [`nothing defines ${missing.join(', ')}`] : []),
    ...(mismatched.length > 0
      ? [`declared with other parameters than the shims have: ${mismatched.join(', ')}`]
      : []),
  ];
  if (wrong.length === 0) return;
  throw new NoTree(
    `${path}: the module is not whole: ${wrong.join('; ')}; ` +
      `expected the code of a release that is known (${Object.keys(PROFILES).join(', ')})`,
  );
}
