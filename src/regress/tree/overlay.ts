// SPDX-License-Identifier: GPL-2.0-only
/** What the compiler is to see in place of a tree's files, for a version of some of them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Sources } from '../../subject/changed/sources.ts';

/** The texts of a version that are not those of the tree; a file that is gone says so to whoever includes it. */
export function overlayOf(tree: string, version: Sources, base: Sources): Sources {
  const overlay = new Map<string, string>();
  for (const [key, text] of version) if (textIn(tree, key) !== text) overlay.set(key, text);
  for (const key of base.keys())
    if (!version.has(key) && textIn(tree, key) !== undefined)
      overlay.set(key, '#error "the change removes this file"\n');
  return overlay;
}

function textIn(tree: string, key: string): string | undefined {
  const path = join(tree, key);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
