// SPDX-License-Identifier: GPL-2.0-only
/** Texts of files of a kernel's work tree, as they were. */
import { execFileSync } from 'node:child_process';

import { LARGEST } from '../git.ts';

/** The texts of files as they were in a commit; those that it has not are left out. */
export function textsAt(
  tree: string,
  commit: string,
  paths: readonly string[],
): ReadonlyMap<string, string> {
  const output = execFileSync('git', ['-C', tree, 'cat-file', '--batch'], {
    input: paths.map((path) => `${commit}:${path}\n`).join(''),
    maxBuffer: LARGEST,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const texts = new Map<string, string>();
  let at = 0;
  for (const path of paths) {
    const end = output.indexOf('\n', at);
    const [, type, size] = output.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (type !== 'blob') continue;
    texts.set(path, output.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}
