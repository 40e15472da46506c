// SPDX-License-Identifier: GPL-2.0-only
/** Where a tree's source comes from: a git work tree with its commit, or files that somebody unpacked. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { run } from '../subject/kernel-c/build/run.ts';

/** `git work tree at v6.12-3-gabc1234-dirty`, or `unpacked source`. */
export async function sourceText(tree: string): Promise<string> {
  if (!existsSync(join(tree, '.git'))) return 'unpacked source';
  try {
    const { status, stdout } = await run('git', [
      '-C',
      tree,
      'describe',
      '--always',
      '--dirty',
      '--tags',
    ]);
    return status === 0 ? `git work tree at ${stdout.trim()}` : 'git work tree';
  } catch {
    return 'git work tree';
  }
}
