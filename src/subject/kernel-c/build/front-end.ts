// SPDX-License-Identifier: GPL-2.0-only
/** How one file of a tree is read by the compiler, for those who want to look at it without building it. */
import { join, resolve } from 'node:path';

import { makeArch } from './arch.ts';
import { compileFlags, type Variant } from './flags.ts';
import { cacheFolder } from './folders.ts';
import { NoModule } from './no-module.ts';
import { type Overlay, writeOverlay } from './overlay.ts';
import { releaseOf } from './release.ts';
import { sourcesOf } from './sources.ts';

/** A tree, files that stand in place of its own, and options that matter to the front end. */
export interface SourceTree extends Pick<Variant, 'config'> {
  readonly tree: string;
  readonly overlay?: Overlay;
}

/** The compiler's arguments for a file of a module, its path among them. Throws `NoModule` for one that is not built. */
export function frontEndFlags(source: SourceTree, name: string): readonly string[] {
  const tree = resolve(source.tree);
  const cache = cacheFolder();
  const built = sourcesOf(tree).find((each) => each.kernel && each.name === name);
  if (built === undefined)
    throw new NoModule(
      `${name}: not built; expected a file of the tree that a module is made from`,
    );
  const place = { tree, arch: makeArch(tree, releaseOf(tree), join(cache, 'arch')) };
  const { flags } = writeOverlay(tree, source.overlay ?? new Map(), join(cache, 'overlays'));
  const variant = { ...source, kasan: true, coverage: false };
  return [...flags, ...compileFlags(built, place, variant), built.path];
}
