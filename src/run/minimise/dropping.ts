// SPDX-License-Identifier: GPL-2.0-only
/** Passes of the minimiser that make a trace shorter, or order its steps. */
import { BLOCKS, type Call, type CallField, RESOURCES } from '../../trace/call.ts';
import { SIGNATURES } from '../../trace/signatures.ts';
import type { Step, Trace } from '../../trace/step.ts';
import { type Search, withSteps } from './search.ts';

/** Steps in chunks that halve, from the end; what fails late needs little of what came early. */
export function dropChunks(search: Search): boolean {
  let dropped = false;
  for (let size = search.best().steps.length >> 1; size > 0; size >>= 1) {
    for (let end = search.best().steps.length - (size > 1 ? 1 : 0); end > 0; end -= size) {
      const best = search.best();
      const start = Math.max(0, end - size);
      if (search.attempt(withSteps(best, best.steps.toSpliced(start, end - start)), start))
        dropped = true;
    }
  }
  return dropped;
}

/** Two steps at once, such as a creation and its removal. */
export function dropPairs(search: Search): boolean {
  for (let last = search.best().steps.length - 1; last > 0; last -= 1) {
    for (let first = last - 1; first >= 0; first -= 1) {
      const best = search.best();
      const steps = best.steps.toSpliced(last, 1).toSpliced(first, 1);
      if (search.attempt(withSteps(best, steps), first)) return true;
    }
  }
  return false;
}

/** A msi_lock_descs with its msi_unlock_descs; the calls between them lock for themselves. */
export function dropLocks(search: Search): boolean {
  const { steps } = search.best();
  for (let at = steps.length - 1; at >= 0; at -= 1) {
    const locked = steps[at]?.call;
    if (locked?.fn !== 'msi_lock_descs') continue;
    if (search.attempt(withSteps(search.best(), unlocked(steps, at, locked.dev)), at)) return true;
  }
  return false;
}

function unlocked(steps: readonly Step[], at: number, dev: number): readonly Step[] {
  const until = steps.findIndex(
    ({ call }, i) => i > at && call.fn === 'msi_unlock_descs' && call.dev === dev,
  );
  const end = until === -1 ? steps.length : until;
  return steps.flatMap((step, i) => {
    if (i === at || i === until) return [];
    const takes =
      i > at &&
      i < end &&
      step.call.dev === dev &&
      SIGNATURES[step.call.fn].args.some(({ field }) => field === 'lock');
    return takes ? [{ ...step, call: { ...step.call, lock: 1 } }] : [step];
  });
}

/** Neighbours in the simpler order. */
export function swapNeighbours(search: Search): boolean {
  let swapped = false;
  for (let at = 0; at + 1 < search.best().steps.length; at += 1) {
    const best = search.best();
    const [left, right] = [best.steps[at], best.steps[at + 1]];
    if (left === undefined || right === undefined) break;
    if (search.attempt(withSteps(best, best.steps.toSpliced(at, 2, right, left)), at))
      swapped = true;
  }
  return swapped;
}

const HANDLES: readonly (readonly [CallField, number])[] = [
  ['dev', 3],
  ['block', BLOCKS],
  ['res', RESOURCES],
];

/** Two handles exchange their names, so that the lowest come first. */
export function renameHandles(search: Search): boolean {
  let renamed = false;
  for (const [field, count] of HANDLES) {
    for (let low = 0; low < count; low += 1) {
      for (let high = low + 1; high < count; high += 1) {
        const best = search.best();
        const steps = best.steps.map((step) => ({
          ...step,
          call: exchanged(step.call, field, [low, high]),
        }));
        if (search.attempt(withSteps(best, steps), 0)) renamed = true;
      }
    }
  }
  return renamed;
}

function exchanged(call: Call, field: CallField, [low, high]: readonly [number, number]): Call {
  const value = call[field];
  if (
    (value !== low && value !== high) ||
    !SIGNATURES[call.fn].args.some((arg) => arg.field === field)
  )
    return call;
  return { ...call, [field]: value === low ? high : low };
}

/** The trace without the step. */
export function withoutStep(trace: Trace, at: number): Trace {
  return withSteps(trace, trace.steps.toSpliced(at, 1));
}
