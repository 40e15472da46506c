// SPDX-License-Identifier: GPL-2.0-only
/** Carries patches over a refactoring of the reference: a three-way merge with the blobs that they name. */
import { createHash } from 'node:crypto';

import { createTwoFilesPatch, diffLines } from 'diff';

import { isProblem, type Problem, type Sources } from '../subject/changed/sources.ts';
import { changedFiles, shownPath } from './change.ts';
import { mergeFile } from './commits.ts';
import { git } from './git.ts';
import { NoChange } from './no-change.ts';
import { applyMail, parseMail, type Patch } from './patch.ts';

/** What became of a patch file. */
export type Refreshed =
  | { readonly kind: 'unchanged' | 'refreshed'; readonly text: string }
  | { readonly kind: 'conflict'; readonly problem: Problem };

/** The patch for the sources as they are now. Throws NoChange when git does not know a blob. */
export function refresh(name: string, text: string, sources: Sources): Refreshed {
  const patch = parseMail(name, text);
  if (isProblem(patch)) return { kind: 'conflict', problem: patch };
  const direct = applyMail(name, patch, sources);
  const changed = direct.kind === 'sources' ? direct.sources : merged(name, text, patch, sources);
  if (isProblem(changed)) return { kind: 'conflict', problem: changed };
  const fresh = `${withoutStat(patch.header)}${stat(sources, changed)}\n${diff(sources, changed)}-- \nmsicheck\n`;
  return { kind: fresh === text ? 'unchanged' : 'refreshed', text: fresh };
}

/** Each file from the blob that the patch was made for, changed there, merged with what it is now. */
function merged(name: string, text: string, patch: Patch, sources: Sources): Sources | Problem {
  const blobs = [...text.matchAll(/^index ([0-9a-f]{7,40})\.\./gmu)].map((match) => match[1] ?? '');
  const result = new Map(sources);
  for (const [index, file] of patch.files.entries()) {
    const path = (file.oldFileName ?? '').replace(/^[^/]+\/src\//u, '');
    const ours = sources.get(path);
    if (ours === undefined)
      return { file: name, line: 0, message: `there is no src/${path} any more` };
    const old = new Map([[path, blob(name, blobs[index])]]);
    const theirs = applyMail(name, { ...patch, files: [file] }, old);
    if (theirs.kind !== 'sources') return theirs.problem;
    const text3 = mergeFile(ours, old.get(path) ?? '', theirs.sources.get(path) ?? '');
    const conflict = text3.split('\n').findIndex((line) => line.startsWith('<<<<<<< '));
    if (conflict >= 0)
      return {
        file: shownPath(path),
        line: conflict + 1,
        message: 'changed here and in the patch; merge it by hand',
      };
    result.set(path, text3);
  }
  return result;
}

function blob(name: string, hash: string | undefined): string {
  if (hash === undefined)
    throw new NoChange(`${name}: has no line "index <blob>..<blob>"; expected a patch made by git`);
  return git(['cat-file', 'blob', hash]);
}

function withoutStat(header: string): string {
  const end = /^---$/mu.exec(header);
  return end === null ? `${header.trimEnd()}\n---\n` : `${header.slice(0, end.index)}---\n`;
}

/** ` src/subject/reference/msi-alloc.ts | 2 +-` */
function stat(base: Sources, changed: Sources): string {
  return changedFiles(base, changed)
    .map((path) => {
      const parts = diffLines(base.get(path) ?? '', changed.get(path) ?? '');
      const added = parts.reduce((sum, { added: is, count }) => sum + (is ? count : 0), 0);
      const removed = parts.reduce((sum, { removed: is, count }) => sum + (is ? count : 0), 0);
      return ` ${shownPath(path)} | ${added + removed} ${'+'.repeat(added)}${'-'.repeat(removed)}\n`;
    })
    .join('');
}

function diff(base: Sources, changed: Sources): string {
  return changedFiles(base, changed)
    .map((path) => {
      const [one, other] = [base.get(path) ?? '', changed.get(path) ?? ''];
      const name = shownPath(path);
      const lines = createTwoFilesPatch(
        `a/${name}`,
        `b/${name}`,
        one,
        other,
        undefined,
        undefined,
        {
          context: 3,
        },
      );
      const hunks = lines.slice(lines.indexOf('--- '));
      return `diff --git a/${name} b/${name}\nindex ${blobHash(one)}..${blobHash(other)} 100644\n${hunks}`;
    })
    .join('');
}

/** As `git hash-object` gives it. */
function blobHash(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
