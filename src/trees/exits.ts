// SPDX-License-Identifier: GPL-2.0-only
/** The exits of the functions of a tree's file: where they return, and where they jump. */
import { basename, extname, join, resolve } from 'node:path';

import { type Exit, exitsOf } from '../subject/kernel-c/build/exits.ts';
import { frontEndFlags, type SourceTree } from '../subject/kernel-c/build/front-end.ts';
import { syntaxOf } from '../subject/kernel-c/build/syntax.ts';

/** In the order of the file. `functions` are those that it is known to have; the compiler is asked for them by their names. */
export async function exitsOfFile(
  source: SourceTree,
  file: string,
  functions: readonly string[],
): Promise<readonly Exit[]> {
  const flags = frontEndFlags(source, file);
  const path = join(resolve(source.tree), file);
  // Most names have the name of the file in them; a tree of everything that headers declare has half a gigabyte.
  const word = basename(file, extname(file));
  const asked = [word, ...functions.filter((name) => !name.includes(word))];
  const found = new Map<string, Exit>();
  for (const name of asked) {
    for (const exit of exitsOf(await syntaxOf(flags, name), path))
      found.set(`${exit.function} ${exit.nth}`, exit);
  }
  return [...found.values()].toSorted((a, b) => a.first.line - b.first.line || a.nth - b.nth);
}
