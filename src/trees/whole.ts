// SPDX-License-Identifier: GPL-2.0-only
/** Whether a module of a tree can be run: the linker makes one of a tree that the shims do not fit, too. */
import type { Built } from '../subject/kernel-c/build/build.ts';
import { PROFILES } from '../trace/profile.ts';
import { NoTree } from './no-tree.ts';

/** Throws `NoTree` with what is missing. */
export function requireWhole(path: string, built: Built): void {
  if (built.mismatched.length === 0 && built.undefined.length === 0) return;
  throw new NoTree(
    `${path}: the module is not whole; nothing defines ${listed(built.undefined)}, and ` +
      `${listed(built.mismatched)} are declared with other parameters than the shims have; ` +
      `expected a tree of a release that is known (${Object.keys(PROFILES).join(', ')})`,
  );
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(' ');
}
