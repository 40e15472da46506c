// SPDX-License-Identifier: GPL-2.0-only
/** A change of the reference: what it is called, and what the sources are before and after it. */
import type { VerdictKind } from '../report/change.ts';
import { type Problem, REFERENCE, type Sources } from '../subject/changed/sources.ts';

/** Changed sources, or the place that says why there are none: they cannot be made, or are for other releases. */
export type Outcome =
  | { readonly kind: 'sources'; readonly sources: Sources }
  | { readonly kind: 'does not apply' | 'n/a'; readonly problem: Problem };

/** A change that is to be checked. */
export interface Change {
  /** File of the patch, folder of the copy, or abbreviated hash of the commit. */
  readonly name: string;
  /** What it says about itself in one line. */
  readonly title: string;
  /** What to name so that it comes with the changes that it was made on. */
  readonly named: readonly string[];
  /** What it is compared with. */
  readonly base: Sources;
  /** What it was made on: the base, or what the changes before it in a series made of it. */
  readonly before: Sources;
  readonly outcome: Outcome;
  /** What the header of a patch promises. */
  readonly expects: Expects;
}

/** Paths of the sources that differ, those that are new or gone as well. */
export function changedFiles(base: Sources, changed: Sources): readonly string[] {
  const paths = new Set([...base.keys(), ...changed.keys()]);
  return [...paths].filter((path) => base.get(path) !== changed.get(path)).toSorted();
}

/** Path in the checkout of a path in `Sources`. */
export function shownPath(path: string): string {
  return `src/${path}`;
}

/** True for a path that a change may touch: `trace` belongs to oracle and rules as well. */
export function mayChange(path: string): boolean {
  return path.startsWith(`${REFERENCE}/`) && path.endsWith('.ts');
}

/** Where a change must be. */
export const ALLOWED: string = `${shownPath(REFERENCE)}/*.ts`;

/** What the header of a patch promises: `Verdict: same`, and a line `Objects: …` for each rule that objects. */
export interface Expects {
  readonly verdict: VerdictKind | undefined;
  readonly rules: readonly string[];
}

/** A change that promises nothing. */
export const NOTHING_PROMISED: Expects = { verdict: undefined, rules: [] };

/** A folder with a changed copy, which promises nothing. */
export function copyOf(folder: string, base: Sources, outcome: Outcome): Change {
  return {
    name: folder,
    named: [folder],
    title: `the copy in ${folder}`,
    base,
    before: base,
    expects: NOTHING_PROMISED,
    outcome,
  };
}
