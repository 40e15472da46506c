// SPDX-License-Identifier: GPL-2.0-only
/** Copies of a kernel tree in which some files are changed: links to everything else. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Changes the text of a file; throws when it has nothing to change. */
export type Edit = (text: string) => string;

/** Makes the copy; files are named relative to the tree. */
export function copyTree(
  tree: string,
  copy: string,
  edits: Readonly<Record<string, Edit>>,
): string {
  mkdirSync(copy, { recursive: true });
  const source = realpathSync(tree);
  link(source, copy);
  for (const [name, edit] of Object.entries(edits)) {
    open(source, copy, dirname(name));
    const path = join(copy, name);
    unlinkSync(path);
    writeFileSync(path, edit(readFileSync(join(source, name), 'utf8')));
  }
  return copy;
}

/** Replaces once, and says so when there is nothing to replace. */
export function replacing(pattern: RegExp, by: string): Edit {
  return (text) => {
    const out = text.replace(pattern, by);
    if (out === text) throw new Error(`nothing matches ${String(pattern)}`);
    return out;
  };
}

/** Makes a folder out of a link to one, and out of those above it. */
function open(source: string, copy: string, folder: string): void {
  if (folder === '.') return;
  open(source, copy, dirname(folder));
  const path = join(copy, folder);
  if (realpathSync(path) === path) return;
  unlinkSync(path);
  mkdirSync(path);
  link(join(source, folder), path);
}

function link(from: string, to: string): void {
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
}
