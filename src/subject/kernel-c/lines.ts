// SPDX-License-Identifier: GPL-2.0-only
/**
 * The n-th check of a kind in its function, from the line that the compiler gave: lines move with every
 * edit, the number does not. Only positions are kept of the source that is read here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Splat } from '../../trace/observation.ts';

const CHECKS: Readonly<Partial<Record<Splat['kind'], RegExp>>> = {
  WARN: /\bWARN(?:_ON)?(?:_ONCE)?(?:_SMP)?\(/gu,
  BUG: /\bBUG(?:_ON)?\(/gu,
  lockdep: /\blockdep_assert\w*\(/gu,
};

/** Answers which check of its function is on a line, from 1. */
export interface Checks {
  readonly nth: (kind: Splat['kind'], file: string, line: number) => number;
}

/** Of the tree at a path, with other texts for some files; files are read when a line of theirs is asked about. */
export function checksOf(tree: string, overlay: ReadonlyMap<string, string> = new Map()): Checks {
  const files = new Map<string, readonly string[]>();
  for (const [path, text] of overlay) files.set(join(tree, path), text.split('\n'));
  const known = new Map<string, number>();
  return {
    nth: (kind, file, line) => {
      const pattern = CHECKS[kind];
      if (pattern === undefined || file === '') return 1;
      const key = `${kind} ${file} ${line}`;
      const nth = known.get(key) ?? count(linesOf(tree, file, files), line, pattern);
      known.set(key, nth);
      return nth;
    },
  };
}

function linesOf(
  tree: string,
  file: string,
  files: Map<string, readonly string[]>,
): readonly string[] {
  const path = file.startsWith('/') ? file : join(tree, file);
  let lines = files.get(path);
  if (lines === undefined) {
    try {
      lines = readFileSync(path, 'utf8').split('\n');
    } catch {
      lines = [];
    }
    files.set(path, lines);
  }
  return lines;
}

/** A function begins at the last line that is nothing but a brace. */
function count(lines: readonly string[], line: number, pattern: RegExp): number {
  let start = line - 1;
  while (start > 0 && lines[start] !== '{') start -= 1;
  let found = 0;
  for (let i = start; i < line; i += 1) found += [...(lines[i] ?? '').matchAll(pattern)].length;
  return Math.max(1, found);
}
