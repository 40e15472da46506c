// SPDX-License-Identifier: GPL-2.0-only
/** The functions that a change touched: their lines, and what of them no trace executed. */
import type { TouchedLine } from './change.ts';
import { clipped } from './printable.ts';

/** Pieces that were not executed, of one function; the rest is counted. */
const MOST = 8;
/** Characters of such a piece. */
const WIDEST = 72;

/** A line for each function, and indented below it one for each piece that was not executed. */
export function touchedFunctions(touched: readonly TouchedLine[]): readonly string[] {
  const functions = Map.groupBy(touched, ({ file, fn }) => `${file}\n${fn}`);
  return [...functions.values()].flatMap((lines) => {
    const missed = lines.flatMap(({ line, missed: pieces }) =>
      pieces.map((piece) => `  never executed at ${line}: ${clipped(piece, WIDEST)}`),
    );
    const more = missed.length - MOST;
    return [
      functionLine(lines),
      ...missed.slice(0, MOST),
      ...(more > 0 ? [`  ... ${more} more left out`] : []),
    ];
  });
}

function functionLine(lines: readonly TouchedLine[]): string {
  const [first] = lines;
  const executed = lines.every(({ missed }) => missed.length === 0);
  const fn = first === undefined || first.fn === '' ? 'outside of functions' : first.fn;
  return `${fn}, ${first?.file ?? ''}:${linesText(lines)}: ${executed ? 'executed' : 'not all executed'}`;
}

/** `41,43-45, 60 (removed)` */
function linesText(lines: readonly TouchedLine[]): string {
  const numbers = (what: TouchedLine['what']): readonly number[] =>
    lines.filter((line) => line.what === what).map(({ line }) => line);
  const removed = ranges(numbers('removed'));
  return [ranges(numbers('changed')), removed === '' ? '' : `${removed} (removed)`]
    .filter((text) => text !== '')
    .join(', ');
}

function ranges(numbers: readonly number[]): string {
  const found: { first: number; last: number }[] = [];
  for (const line of new Set(numbers)) {
    const open = found.at(-1);
    if (open?.last === line - 1) open.last = line;
    else found.push({ first: line, last: line });
  }
  return found
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`))
    .join(',');
}
