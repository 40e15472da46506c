// SPDX-License-Identifier: GPL-2.0-only
/**
 * Tables of a picture, one after the other: what C shows in the same words as before is the same record, for
 * most of what exists is not touched by a step and to read it again costs more than all that the step does.
 */
import type { ObjectKind, Picture, Table } from '../../trace/observation.ts';

/** Where a record is among the words: behind its head, which ends with its length. */
export interface Found {
  readonly number: number;
  readonly at: number;
}

/** The words that a picture was read from. */
export interface Source {
  readonly words: Int32Array;
  readonly found: Readonly<Record<ObjectKind, readonly Found[]>>;
}

/** A picture and what it was read from. */
export interface Shown {
  readonly picture: Picture;
  readonly source: Source;
}

/** What there is of a table, and how a record is read. */
export interface Reading<T> {
  readonly birth: readonly number[];
  readonly read: (at: number) => T;
}

/** Makes the table; `now` has its own number of words, of which nothing is kept. */
export function tableOf<T extends object>(
  kind: ObjectKind,
  now: Source,
  before: { readonly table: Table<T>; readonly source: Source } | undefined,
  { birth, read }: Reading<T>,
): Table<T> {
  const found = now.found[kind];
  const old = before?.source.found[kind] ?? [];
  const objects: (Readonly<T> | undefined)[] = [];
  for (let i = 0; i < birth.length; i += 1) objects.push(undefined);
  const touched: number[] = [];
  let next = 0;
  for (const { number, at } of found) {
    // Both are in the order of allocation, in which nothing appears but at the end.
    let same = next;
    while (same < old.length && old[same]?.number !== number) same += 1;
    const was = old[same];
    if (was !== undefined) next = same + 1;
    const known =
      was !== undefined &&
      before !== undefined &&
      sameWords(now.words, at, before.source.words, was.at)
        ? before.table.objects[number]
        : undefined;
    objects[number] = known ?? read(at);
    touched.push(number);
  }
  for (const { number } of old) if (objects[number] === undefined) touched.push(number);
  const births = before?.table.birth.length === birth.length ? before.table.birth : [...birth];
  return { name: kind, objects, birth: births, live: found.length, touched };
}

function sameWords(words: Int32Array, at: number, others: Int32Array, other: number): boolean {
  const length = words[at - 1] ?? 0;
  if (length !== others[other - 1]) return false;
  for (let i = 0; i < length; i += 1) if (words[at + i] !== others[other + i]) return false;
  return true;
}
