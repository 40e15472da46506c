// SPDX-License-Identifier: GPL-2.0-only
/**
 * Complaints: WARN, BUG, lockdep, and what the machine itself objects to. WARN_ON_ONCE complains
 * every time, so that nothing depends on history.
 *
 * Source: include/asm-generic/bug.h, include/linux/lockdep.h.
 */
import type { Splat } from '../../trace/observation.ts';
import type { Kernel } from './kernel.ts';

/** Unwinds out of a kernel that does not survive the step. The splat is already recorded. */
export class KernelDeath extends Error {}

/** `WARN_ON(condition)`, the `nth` one of `fn` in source order; hands the condition back. */
export function WARN_ON(k: Kernel, condition: boolean, fn: string, nth: number): boolean {
  if (condition) splat(k, 'WARN', fn, nth);
  return condition;
}

/** `BUG_ON(condition)`, the `nth` one of `fn`. */
export function BUG_ON(k: Kernel, condition: boolean, fn: string, nth: number): void {
  if (!condition) return;
  splat(k, 'BUG', fn, nth);
  throw new KernelDeath(`BUG in ${fn}`);
}

/** `lockdep_assert_held()`, the `nth` one of `fn`; the kernel goes on. */
export function lockdep_assert_held(k: Kernel, held: number, fn: string, nth: number): void {
  if (held === 0) splat(k, 'lockdep', fn, nth);
}

/** Takes a mutex that nobody but the caller itself can hold: the second time is a deadlock. */
export function mutex_lock(k: Kernel, held: number, fn: string): 1 {
  if (held === 0) return 1;
  splat(k, 'deadlock', fn, 1);
  throw new KernelDeath(`deadlock in ${fn}`);
}

/** Releases a mutex; one that is not held is reported. */
export function mutex_unlock(k: Kernel, held: number, fn: string): 0 {
  if (held === 0) splat(k, 'lockdep', fn, 1);
  return 0;
}

/** A bad pointer: the kernel function is the one that followed or freed it. */
export function oops(k: Kernel, kind: Splat['kind'], what: string): never {
  const death = deathWithFrames(`${kind}: ${what}`);
  k.splats.push({ kind, fn: faultingFunction(death.stack ?? ''), nth: 1, what });
  throw death;
}

/** The function that is looked for is among the first frames; more of them cost time. */
function deathWithFrames(what: string): KernelDeath {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 7;
  const death = new KernelDeath(what);
  Error.stackTraceLimit = limit;
  return death;
}

function splat(k: Kernel, kind: Splat['kind'], fn: string, nth: number): void {
  k.splats.push({ kind, fn, nth, what: '' });
}

/** Accessors do not count as the function that followed the pointer. */
const ACCESSORS = new Set([
  'oops',
  'at',
  'kfree',
  'msi_data',
  'devDomain',
  'deathWithFrames',
  'KernelDeath',
]);

function faultingFunction(stack: string): string {
  for (const line of stack.split('\n').slice(1)) {
    const name = /\bat (?:async |new )?(?:[\w$]+\.)*([\w$]+) /u.exec(line)?.[1] ?? '';
    if (name !== '' && !ACCESSORS.has(name)) return name;
  }
  return 'unknown';
}
