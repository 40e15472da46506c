// SPDX-License-Identifier: GPL-2.0-only
/** The corpus and the expected list, which is a part of it. */
import { basename, dirname } from 'node:path';

import type { Spec } from '../run/strict.ts';
import { type Expected, isExpected, parseExpected } from '../run/expected.ts';
import type { Finding } from '../trace/verdict.ts';
import { CORPUS, readCorpus, type TraceFile } from './files.ts';
import { mistake } from './mistake.ts';

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
    const entry = parseExpected(file.path, file.text);
    if (typeof entry === 'string') throw mistake(entry);
    return [entry];
  });
  return { traces, expected };
}

/** The entry that explains a finding. The list is about level `kernel`: at `strict` every departure is news. */
export function explains(kept: Kept, spec: Spec, finding: Finding): Expected | undefined {
  return spec === 'strict' ? undefined : isExpected(kept.expected, finding);
}
