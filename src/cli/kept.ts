// SPDX-License-Identifier: GPL-2.0-only
/** The corpus and the expected list, which is a part of it. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Spec } from '../run/strict.ts';
import { type Expected, isExpected, parseExpected } from '../run/expected.ts';
import { PROFILES } from '../trace/profile.ts';
import type { Finding } from '../trace/verdict.ts';
import { CORPUS, readCorpus, type TraceFile, TREES } from './files.ts';
import { mistake } from './mistake.ts';
import type { Target } from './target.ts';

/** Folder of the expected list inside a corpus. */
const EXPECTED = 'expected';

/** Every kept trace, and what is known about some. */
export interface Kept {
  readonly traces: readonly TraceFile[];
  readonly expected: readonly Expected[];
}

/** Reads a corpus; throws a mistake for a file that is no trace or whose header is incomplete. */
export function readKept(folder: string = CORPUS): Kept {
  const traces = readCorpus(folder);
  const expected = traces.flatMap((file) => {
    if (basename(dirname(file.path)) !== EXPECTED) return [];
    return [entryOf(file)];
  });
  return { traces, expected };
}

/**
 * What is kept for a subject: on a tree the entries of its series count for its profile, and those that
 * only trees show, in a folder of the series, are added. An own entry takes the place of one that is the same.
 */
export function keptFor(kept: Kept, { tree }: Target, trees: string = TREES): Kept {
  if (tree === undefined) return kept;
  const { release: series } = PROFILES[tree.profile];
  const folder = join(trees, series);
  const files = existsSync(folder) ? readCorpus(folder) : [];
  const own = files.map(entryOf);
  const others = kept.expected.filter(
    (entry) => entry.release === series && !own.some((mine) => same(mine, entry)),
  );
  return {
    traces: [...kept.traces, ...files],
    expected: [...own, ...others].map((entry) => ({ ...entry, release: tree.profile })),
  };
}

/** The same finding: a tree may need other faults of the same sites for it than the reference. */
function same(a: Expected, b: Expected): boolean {
  return (
    a.rule === b.rule &&
    a.fn === b.fn &&
    a.detail === b.detail &&
    a.fired.join(' ') === b.fired.join(' ')
  );
}

function entryOf(file: TraceFile): Expected {
  const entry = parseExpected(file.path, file.text);
  if (typeof entry === 'string') throw mistake(entry);
  return entry;
}

/** The entry that explains a finding. The list is about level `kernel`: at `strict` every departure is news. */
export function explains(kept: Kept, spec: Spec, finding: Finding): Expected | undefined {
  return spec === 'strict' ? undefined : isExpected(kept.expected, finding);
}
