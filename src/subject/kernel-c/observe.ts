// SPDX-License-Identifier: GPL-2.0-only
/** Reads the log of a step: what the C side counted and complained about (struct kc_log, shim/kc.h). */
import { type Callback, type Fired, type Splat, SPLAT_KINDS } from '../../trace/observation.ts';
import { OP_NAMES, SITES } from '../../trace/sites.ts';
import { FIRED_OP, OBJECT_SIZE } from './codes.ts';
import type { Checks } from './lines.ts';
import type { Death } from './machine.ts';
import { type Memory, textAt } from './memory.ts';

/** Operations of the environment that were called. Throws when there were more than are kept. */
export function readCallbacks({ words, at }: Memory): readonly Callback[] {
  const count = words[(at.log >> 2) + 2] ?? 0;
  if (at.callback + count * 24 > at.logEnd)
    throw new Error(`a step called ${count} operations, more than the log of the module holds`);
  const callbacks: Callback[] = [];
  for (let i = 0, from = at.callback >> 2; i < count; i += 1, from += 6) {
    callbacks.push({
      op: OP_NAMES[words[from] ?? 0] ?? 'release',
      domain: words[from + 1] ?? 0,
      dev: words[from + 2] ?? 0,
      irq: words[from + 3] ?? 0,
      arg: words[from + 4] ?? 0,
      ret: words[from + 5] ?? 0,
    });
  }
  return callbacks;
}

/** Faults that were reached. */
export function readFired({ words, at }: Memory): readonly Fired[] {
  const count = Math.min(words[(at.log >> 2) + 1] ?? 0, (at.callback - at.fire) / 8);
  const fired: Fired[] = [];
  for (let i = 0, from = at.fire >> 2; i < count; i += 1, from += 2) {
    const where = words[from] ?? 0;
    const name = where >= FIRED_OP ? OP_NAMES[where - FIRED_OP] : SITES[where];
    if (name !== undefined) fired.push({ where: name, nth: words[from + 1] ?? 0 });
  }
  return fired;
}

/** Requests for memory per site. */
export function readRequests({ words, at }: Memory): readonly number[] {
  const from = at.requests >> 2;
  return [...words.subarray(from, from + SITES.length)];
}

/** The object that an address lies in, by the function that asked for it and the step that it was made in; '' for none. */
function objectAt(memory: Memory, address: number): string {
  const { words, at } = memory;
  if (address < at.heap) return '';
  const count = words[at.objectCount >> 2] ?? 0;
  for (
    let i = count - 1, from = (at.objects + i * OBJECT_SIZE) >> 2;
    i >= 0;
    i -= 1, from -= OBJECT_SIZE >> 2
  ) {
    const start = (words[from] ?? 0) >>> 0;
    if (address < start || address >= start + Math.max(1, words[from + 1] ?? 0)) continue;
    const fn = textAt(memory, words[from + 3] ?? 0);
    return fn === '' ? '' : `memory of ${fn} made in step ${words[from + 4] ?? 0}`;
  }
  return '';
}

/** Complaints; `death` has the function on top of the stack, for those that have none of their own. */
export function readSplats(
  memory: Memory,
  checks: Checks,
  death: Death | undefined,
): readonly Splat[] {
  const { words, at } = memory;
  const count = Math.min(words[at.log >> 2] ?? 0, (at.fire - at.splat) / 20);
  const splats: Splat[] = [];
  for (let i = 0, from = at.splat >> 2; i < count; i += 1, from += 5) {
    const kind = SPLAT_KINDS[words[from] ?? 0] ?? 'BUG';
    const file = textAt(memory, words[from + 2] ?? 0);
    const line = words[from + 3] ?? 0;
    const what = objectAt(memory, (words[from + 4] ?? 0) >>> 0);
    const place = file === '' ? undefined : `${file}:${line}`;
    const fn = textAt(memory, words[from + 1] ?? 0);
    if (fn === '') splats.push(onTop({ kind, what, place }, death));
    else splats.push(placed({ kind, fn, nth: checks.nth(kind, file, line), what }, place));
  }
  if (death?.trap !== undefined) splats.push(onTop({ ...death.trap, place: undefined }, death));
  if (death?.ended !== undefined)
    splats.push(placed({ kind: 'BUG', fn: death.fn, nth: 1, what: death.ended }, death.place));
  return splats;
}

/** A complaint that says nothing of its function. */
interface Nameless {
  readonly kind: Splat['kind'];
  readonly what: string;
  readonly place: string | undefined;
}

function onTop({ kind, what, place }: Nameless, death: Death | undefined): Splat {
  const about = what === '' ? (death?.what ?? '') : what;
  return placed({ kind, fn: death?.fn ?? '', nth: 1, what: about }, place ?? death?.place);
}

function placed(splat: Splat, place: string | undefined): Splat {
  return place === undefined ? splat : { ...splat, place };
}
