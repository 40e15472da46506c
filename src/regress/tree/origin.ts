// SPDX-License-Identifier: GPL-2.0-only
/** Changes of a kernel tree: patches of its files, another tree beside it, and commits of its repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Sources } from '../../subject/changed/sources.ts';
import { type Change, copyOf, NOTHING_PROMISED } from '../change.ts';
import type { Origin } from '../gather.ts';
import { treeGround } from '../ground.ts';
import { NoChange } from '../no-change.ts';
import { git, linesOf } from '../git.ts';
import { textsAt } from './git.ts';

/** Where what the module is made from is. */
const FOLDERS = ['include', 'lib', 'kernel', 'drivers/base', 'drivers/irqchip'] as const;
const CODE = /\.[chS]$/u;

/** Of the tree at `path`; `files` are those that its module is made from. */
export function treeOrigin(path: string, files: ReadonlySet<string>): Origin {
  const ground = treeGround(path);
  return {
    ground,
    commitsOf: (range, each) => commitsOf(path, range, each),
    copyIn: (folder) => copyIn(folder, ground.base([...files])),
  };
}

/** Each commit of a range that touches code is compared with what was before the range, or with its own parent. */
function commitsOf(tree: string, range: string, each: boolean): readonly Change[] {
  const commits = linesOf(
    git(
      ['rev-list', '--reverse', '--no-merges', range, '--', ...FOLDERS],
      'expected a range of commits of that work tree, like v6.12..HEAD',
      tree,
    ),
  );
  const first = commits[0];
  if (first === undefined)
    throw new NoChange(
      `${range}: no commit in it touches ${FOLDERS.join(', ')}; expected one that does`,
    );
  const all = [`${first}~`, ...commits];
  const keys = new Set(all.flatMap((commit) => differing(tree, commit)));
  const versions = new Map<string, Sources>();
  const at = (commit: string): Sources => {
    const known = versions.get(commit) ?? textsAt(tree, commit, [...keys]);
    versions.set(commit, known);
    return known;
  };
  return commits.map((commit, index) => {
    const before = at(all[index] ?? '');
    return {
      name: commit.slice(0, 12),
      named: [`${(each ? commit : first).slice(0, 12)}~..${commit.slice(0, 12)}`],
      title: git(['log', '-1', '--format=%s', commit], '', tree).trim(),
      base: each ? before : at(`${first}~`),
      before,
      expects: NOTHING_PROMISED,
      outcome: { kind: 'sources', sources: at(commit) },
    };
  });
}

/** Code in which the work tree is not what a commit has. */
function differing(tree: string, commit: string): readonly string[] {
  const names = git(
    ['diff', '--name-only', '--no-renames', commit, '--', ...FOLDERS],
    'expected a commit that git can compare',
    tree,
  );
  return linesOf(names).filter((name) => CODE.test(name));
}

/** A folder with the files of a tree, some of which were edited. */
function copyIn(folder: string, base: Sources): Change {
  if (!existsSync(join(folder, 'kernel/irq')))
    throw new NoChange(
      `${folder}: neither patches nor a copy of the tree in it; expected *.patch, *.edit, a file "series", or kernel/irq/*.c`,
    );
  const sources = new Map(base);
  for (const key of base.keys()) {
    const path = join(folder, key);
    if (existsSync(path)) sources.set(key, readFileSync(path, 'utf8'));
  }
  return copyOf(folder, base, { kind: 'sources', sources });
}
