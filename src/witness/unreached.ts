// SPDX-License-Identifier: GPL-2.0-only
/** What nothing reached of a file: whole functions, and the ways that conditions of the others never went. */
import type { CodeMark } from '../subject/kernel-c/ran.ts';
import type { KernelMap } from '../trees/map.ts';

/** A function that never ran. */
export interface UnreachedFunction {
  readonly name: string;
  /** Where it begins. */
  readonly line: number;
}

/** A way that a condition of a function never went, though the function ran. */
export interface UntakenWay {
  readonly function: string;
  readonly line: number;
  readonly column: number;
  /** Where it would have gone to; `anywhere` for a condition that never ran, `elsewhere` where that is not known. */
  readonly to: string;
}

/** Since the map was loaded, in the order of the file. */
export function unreachedOf(
  map: KernelMap,
  file: string,
): { readonly functions: readonly UnreachedFunction[]; readonly ways: readonly UntakenWay[] } {
  const marks = map.marks.filter((mark) => mark.file === file);
  const ran = new Set(marks.filter((mark) => map.waysEver(mark) !== 0).map(nameOf));
  const functions = new Map<string, UnreachedFunction>();
  const ways = new Map<string, UntakenWay>();
  for (const mark of marks.toSorted((a, b) => a.line - b.line || a.column - b.column)) {
    const { line, column, kind } = mark;
    if (!ran.has(nameOf(mark)))
      functions.set(nameOf(mark), { name: mark.function, line: mark.start });
    else if (kind === 'condition')
      for (const to of untaken(mark, map.waysEver(mark)))
        ways.set(`${line}:${column} ${to}`, { function: mark.function, line, column, to });
  }
  return {
    functions: [...functions.values()].toSorted((a, b) => a.line - b.line),
    ways: [...ways.values()],
  };
}

function untaken({ to }: CodeMark, taken: number): readonly string[] {
  if (taken === 0) return ['anywhere'];
  return [FALSE, TRUE].flatMap((way, index) => {
    if ((taken & way) !== 0) return [];
    const place = to[index];
    return [place === undefined ? 'elsewhere' : `${place.line}:${place.column}`];
  });
}

/** Bits of the ways that a condition went. */
const FALSE = 1;
const TRUE = 2;

function nameOf({ function: name, start }: CodeMark): string {
  return `${start} ${name}`;
}
