// SPDX-License-Identifier: GPL-2.0-only
/** Mutants: small changes of a script as kernel code gets them by mistake, each with its place and its text. */
import type { AnyNode, Program } from 'acorn';
import { fullAncestor } from 'acorn-walk';

import { conditions } from './conditions.ts';
import type { Draft, Visit } from './draft.ts';
import { loops } from './loops.ts';
import { statements } from './statements.ts';
import { values } from './values.ts';

/** One mutant. */
export interface Mutant {
  /** Number of its switch, from 1. */
  readonly id: number;
  /** Path below `src`. */
  readonly file: string;
  readonly line: number;
  /** The function around it, '' at the top of a file. */
  readonly fn: string;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  /** From 1: which of those that read the same in this function. */
  readonly nth: number;
  readonly draft: Draft;
}

/** A parsed script. */
export interface Parsed {
  readonly file: string;
  readonly source: string;
  readonly program: Program;
}

const OPERATORS: readonly ((visit: Visit) => readonly Draft[])[] = [
  statements,
  loops,
  conditions,
  values,
];

/** The mutants of a script in the order of their places, numbered from `first`. */
export function mutantsOf({ file, source, program }: Parsed, first: number): readonly Mutant[] {
  const found = new Map<string, { readonly draft: Draft; readonly fn: string }>();
  fullAncestor(program, (node, _, ancestors) => {
    const parent = ancestors.at(-2);
    for (const operator of OPERATORS) {
      for (const draft of operator({ node, parent, source })) {
        const key = `${draft.start} ${draft.end} ${plain(draft.text)}`;
        if (found.has(key) || plain(draft.text) === plain(source.slice(draft.start, draft.end)))
          continue;
        found.set(key, { draft, fn: functionOf(ancestors) });
      }
    }
  });
  const seen = new Map<string, number>();
  return [...found.values()].toSorted(compare).map(({ draft, fn }, index) => {
    const before = plain(draft.shown?.before ?? source.slice(draft.start, draft.end));
    const after = plain(draft.shown?.after ?? draft.text);
    const key = `${fn} ${draft.operator} ${before} ${after}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    const { operator } = draft;
    const line = source.slice(0, draft.start).split('\n').length;
    return { id: first + index, file, line, fn, operator, before, after, nth, draft };
  });
}

/** True for a mutant of what runs once, when the script is loaded. */
export function runsOnce({ fn }: Mutant): boolean {
  return fn === '';
}

/** On one line with single spaces. */
function plain(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

function compare(a: { readonly draft: Draft }, b: { readonly draft: Draft }): number {
  return (
    a.draft.start - b.draft.start ||
    b.draft.end - a.draft.end ||
    order(a.draft.operator, b.draft.operator) ||
    order(a.draft.text, b.draft.text)
  );
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function functionOf(ancestors: readonly AnyNode[]): string {
  const found = ancestors.findLast((node) => node.type === 'FunctionDeclaration');
  return found?.id?.name ?? '';
}
