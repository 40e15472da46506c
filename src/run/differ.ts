// SPDX-License-Identifier: GPL-2.0-only
/** Whether two subjects show the same: every value of an observation, and every object that exists. */
import { LISTS, type Observation, type Picture, type Table, TABLES } from '../trace/observation.ts';

/** The rule that a changed subject breaks by showing something else than the unchanged one. */
export const SHOWS_THE_SAME = 'the change shows what the base shows';

const STEP = ['ret', 'virq', 'dead', 'callbacks', 'splats', 'fired', 'requests'] as const;

/**
 * What is shown differently, the base's first: what the step did, and the objects that either of them
 * touched; `everything` looks at all objects. `undefined` when nothing is.
 */
export function difference(
  base: Observation,
  changed: Observation,
  everything: boolean,
): string | undefined {
  const [one, other] = [placeless(base), placeless(changed)];
  for (const field of STEP) {
    if (!equal(one[field], other[field])) return describe(field, one[field], other[field]);
  }
  return pictureDifference(base.picture, changed.picture, everything);
}

/** Without the lines of complaints: an edit moves those below it. */
export function placeless(seen: Observation): Observation {
  if (seen.splats.every(({ place }) => place === undefined)) return seen;
  return {
    ...seen,
    splats: seen.splats.map(({ kind, fn, nth, what }) => ({ kind, fn, nth, what })),
  };
}

/** The same of what exists. */
export function pictureDifference(
  base: Picture,
  changed: Picture,
  everything: boolean,
): string | undefined {
  for (const name of TABLES) {
    const found = tableDifference(base[name], changed[name], everything);
    if (found !== undefined) return found;
  }
  for (const name of LISTS) {
    if (!equal(base[name], changed[name])) return describe(name, base[name], changed[name]);
  }
  return undefined;
}

/** The same of memory that no table shows. */
export function leakDifference(
  base: readonly string[],
  changed: readonly string[],
): string | undefined {
  return equal(base, changed) ? undefined : describe('leaks', base, changed);
}

function tableDifference(
  base: Table<object>,
  changed: Table<object>,
  everything: boolean,
): string | undefined {
  if (everything) {
    const last = Math.max(base.objects.length, changed.objects.length);
    for (let at = 1; at < last; at += 1) {
      const found = objectDifference(base, changed, at);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const at of base.touched) {
    const found = objectDifference(base, changed, at);
    if (found !== undefined) return found;
  }
  // Most of the time the same were touched in the same order.
  for (const [index, at] of changed.touched.entries()) {
    if (base.touched[index] === at) continue;
    const found = objectDifference(base, changed, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function objectDifference(
  base: Table<object>,
  changed: Table<object>,
  at: number,
): string | undefined {
  const one = base.objects[at];
  const other = changed.objects[at];
  if (equal(one, other) && (one === undefined || base.birth[at] === changed.birth[at]))
    return undefined;
  return describe(`${base.name} ${at}`, one, other);
}

function describe(what: string, one: unknown, other: unknown): string {
  return `${what}: ${text(one)}; then: ${text(other)}`;
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** Plain data, whatever global objects it was made with. */
function equal(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (isList(one)) return isList(other) && equalLists(one, other);
  if (!isRecord(one) || !isRecord(other)) return Object.is(one, other);
  for (const name in one) if (!equal(one[name], other[name])) return false;
  for (const name in other) if (!(name in one)) return false;
  return true;
}

function equalLists(one: ArrayLike<unknown>, other: ArrayLike<unknown>): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (!equal(one[at], other[at])) return false;
  return true;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
