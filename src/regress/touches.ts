// SPDX-License-Identifier: GPL-2.0-only
/** Which lines differ between two versions of a text. */
import { structuredPatch } from 'diff';

import type { TouchedLine } from '../report/change.ts';
import type { Sources } from '../subject/changed/sources.ts';

/** A line that was added or changed, or one that was taken away without a replacement. */
export interface Touch {
  /** In the changed file, and in the file that has the line. */
  readonly line: number;
  readonly own: number;
  readonly what: TouchedLine['what'];
  readonly text: string;
}

/** Lines that were added or replaced others, and lines that were taken away without a replacement. */
export function touchesOf(base: string, changed: string): readonly Touch[] {
  const { hunks } = structuredPatch('', '', base, changed, '', '', { context: 0 });
  return hunks.flatMap(({ lines, newStart, oldStart }) => {
    const added = lines.filter((line) => line.startsWith('+'));
    const what = added.length > 0 ? 'changed' : 'removed';
    const touched = what === 'changed' ? added : lines.filter((line) => line.startsWith('-'));
    return touched.map((line, i) => ({
      line: newStart + (what === 'changed' ? i : 0),
      own: (what === 'changed' ? newStart : oldStart) + i,
      what,
      text: line.slice(1).trim(),
    }));
  });
}

/** Of the lines that differ from the base those that the change itself touched. */
export function ownLines(
  touched: readonly TouchedLine[],
  { base, before, changed }: Readonly<Record<'base' | 'before' | 'changed', Sources>>,
  shown: (key: string) => string,
): readonly TouchedLine[] {
  if (before === base) return touched;
  const own = new Set(
    [...changed].flatMap(([key, text]) =>
      touchesOf(before.get(key) ?? '', text).map(({ line }) => `${shown(key)}:${line}`),
    ),
  );
  return touched.filter(({ file, line }) => own.has(`${file}:${line}`));
}
