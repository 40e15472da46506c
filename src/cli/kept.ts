// SPDX-License-Identifier: GPL-2.0-only
/** The corpus and the expected list, which is a part of it. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Spec } from '../oracle/oracle.ts';
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
 * only trees show, in a folder of the series, are added.
 */
export function keptFor(kept: Kept, { tree }: Target, folder: string = TREES): Kept {
  if (tree === undefined) return kept;
  const { release: series } = PROFILES[tree.profile];
  const own = join(folder, series);
  const shown = existsSync(own) ? readCorpus(own) : [];
  return {
    traces: [...kept.traces, ...shown],
    expected: [
      ...kept.expected.filter(({ release }) => release === series),
      ...shown.map(entryOf),
    ].map((entry) => ({ ...entry, release: tree.profile })),
  };
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
