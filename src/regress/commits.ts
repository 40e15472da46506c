// SPDX-License-Identifier: GPL-2.0-only
/** Commits of this repository as changes of the reference. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { REFERENCE, referenceSources, type Sources } from '../subject/changed/sources.ts';
import { type Change, mayChange, NOTHING_PROMISED, shownPath } from './change.ts';
import { git, linesOf } from './git.ts';
import { NoChange } from './no-change.ts';

const FOLDER = shownPath(REFERENCE);

/** True for `A..B`, either end of which may be left out. */
export function isRange(name: string): boolean {
  return /^[^.\s-][^\s]*\.\.(?!\.)[^\s]*$|^\.\.[^./\s-][^\s]*$/u.test(name);
}

/**
 * The commits of a range that touch the reference, oldest first. Each is compared with the commit
 * before the range, or, for `each`, with its own parent.
 */
export function commitsOf(range: string, each: boolean): readonly Change[] {
  const commits = linesOf(
    git(
      ['rev-list', '--reverse', '--no-merges', range, '--', FOLDER],
      'expected a range of commits of this repository, like v1..HEAD',
    ),
  );
  if (commits.length === 0)
    throw new NoChange(`${range}: no commit in it touches ${FOLDER}; expected one that does`);
  const first = sourcesAt(`${commits[0] ?? ''}~`);
  return commits.map((commit) => ({
    name: commit.slice(0, 12),
    named: [`${(each ? commit : (commits[0] ?? '')).slice(0, 12)}~..${commit.slice(0, 12)}`],
    title: git(['log', '-1', '--format=%s', commit]).trim(),
    base: each ? sourcesAt(`${commit}~`) : first,
    before: sourcesAt(`${commit}~`),
    expects: NOTHING_PROMISED,
    outcome: { kind: 'sources', sources: sourcesAt(commit) },
  }));
}

/** The reference as it was, with the `trace` of today, which the checks talk to it in. */
function sourcesAt(commit: string): Sources {
  const sources = new Map([...referenceSources()].filter(([path]) => !mayChange(path)));
  const names = git(['ls-tree', '--name-only', `${commit}:${FOLDER}`]).split('\n');
  for (const name of names) {
    if (name.endsWith('.ts'))
      sources.set(`${REFERENCE}/${name}`, git(['show', `${commit}:${FOLDER}/${name}`]));
  }
  return sources;
}

/** `git merge-file`: the text with what `theirs` changed in `base`, and marks where both changed the same. */
export function mergeFile(ours: string, base: string, theirs: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  try {
    const names = ['ours', 'base', 'theirs'].map((name) => join(folder, name));
    for (const [index, text] of [ours, base, theirs].entries())
      writeFileSync(names[index] ?? '', text);
    const { stdout, error } = spawnSync('git', ['merge-file', '-p', ...names], {
      encoding: 'utf8',
    });
    if (error !== undefined) throw new NoChange(`git merge-file: ${error.message}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
