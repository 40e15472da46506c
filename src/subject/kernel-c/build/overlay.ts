// SPDX-License-Identifier: GPL-2.0-only
/** Files that the compiler sees in place of a tree's own, so that a change is built without a copy of the tree. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { freshName } from './fresh.ts';
import { hash, type Overlaid } from './compile.ts';

/** Texts by path relative to the tree; the tree itself stays as it is. */
export type Overlay = ReadonlyMap<string, string>;

/** Writes the texts below `cache`, under a name that says what they are. */
export function writeOverlay(tree: string, overlay: Overlay, cache: string): Overlaid {
  const hashes = new Map<string, string>();
  for (const [path, text] of overlay)
    hashes.set(join(tree, path), hash([Buffer.from(text).toString('latin1')]));
  if (hashes.size === 0) return { flags: [], hashes };
  const folder = join(cache, hash([...hashes].flat()));
  const list = join(folder, 'overlay.json');
  if (!existsSync(list)) {
    for (const [path, text] of overlay) write(join(folder, 'files', path), text);
    write(list, listText(tree, [...overlay.keys()], join(folder, 'files')));
  }
  return { flags: ['-ivfsoverlay', list], hashes };
}

/** In the words of clang; names stay those of the tree. */
function listText(tree: string, paths: readonly string[], files: string): string {
  const roots = paths.map((path) => ({
    type: 'file',
    name: join(tree, path),
    'external-contents': join(files, path),
  }));
  return JSON.stringify({
    version: 0,
    'case-sensitive': 'true',
    'use-external-names': 'false',
    roots,
  });
}

/** Whole or not at all: others may write the same. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = freshName(path);
  try {
    writeFileSync(fresh, text);
    renameSync(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}
