// SPDX-License-Identifier: GPL-2.0-only
/**
 * Complaints: WARN, BUG, lockdep, and what the machine itself objects to. WARN_ON_ONCE complains
 * every time, so that nothing depends on history.
 *
 * Source: include/asm-generic/bug.h, include/linux/lockdep.h.
 */
import type { Splat } from '../../trace/observation.ts';
import type { Kernel } from './kernel.ts';

/** Unwinds out of a kernel that does not survive the step. The splat is already recorded, so nobody reads its stack. */
export class KernelDeath extends Error {}

function death(why: string): KernelDeath {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const made = new KernelDeath(why);
  Error.stackTraceLimit = limit;
  return made;
}

/** `WARN_ON(condition)`, the `nth` one of `fn` in source order; hands the condition back. */
export function WARN_ON(k: Kernel, condition: boolean, fn: string, nth: number): boolean {
  if (condition) splat(k, 'WARN', fn, nth);
  return condition;
}

/** `BUG_ON(condition)`, the `nth` one of `fn`. */
export function BUG_ON(k: Kernel, condition: boolean, fn: string, nth: number): void {
  if (!condition) return;
  splat(k, 'BUG', fn, nth);
  throw death(`BUG in ${fn}`);
}

/** `lockdep_assert_held()`, the `nth` one of `fn`; the kernel goes on. */
export function lockdep_assert_held(k: Kernel, held: number, fn: string, nth: number): void {
  if (held === 0) splat(k, 'lockdep', fn, nth);
}

/** Takes a mutex that nobody but the caller itself can hold: the second time is a deadlock. */
export function mutex_lock(k: Kernel, held: number, fn: string): 1 {
  if (held === 0) return 1;
  splat(k, 'deadlock', fn, 1);
  throw death(`deadlock in ${fn}`);
}

/** Releases a mutex; one that is not held is reported. */
export function mutex_unlock(k: Kernel, held: number, fn: string): 0 {
  if (held === 0) splat(k, 'lockdep', fn, 1);
  return 0;
}

/** A bad pointer: the kernel function is the one that followed or freed it. */
export function oops(k: Kernel, kind: Splat['kind'], what: string): never {
  k.splats.push({ kind, fn: faultingFunction(), nth: 1, what });
  throw death(`${kind}: ${what}`);
}

function splat(k: Kernel, kind: Splat['kind'], fn: string, nth: number): void {
  k.splats.push({ kind, fn, nth, what: '' });
}

/** Accessors do not count as the function that followed the pointer. */
const ACCESSORS = new Set(['at', 'kfree', 'msi_data', 'devDomain']);

/** The first function that is no accessor. It is among the first callers of oops(); more of them cost time, and so does their text. */
function faultingFunction(): string {
  const { stackTraceLimit } = Error;
  const written: unknown = Reflect.get(Error, 'prepareStackTrace');
  const seen: { readonly stack: readonly NodeJS.CallSite[] } = { stack: [] };
  Error.stackTraceLimit = 5;
  Error.prepareStackTrace = (_, callers) => callers;
  Error.captureStackTrace(seen, oops);
  const names = seen.stack.map((caller) => caller.getFunctionName() ?? '');
  Error.stackTraceLimit = stackTraceLimit;
  Reflect.set(Error, 'prepareStackTrace', written);
  return names.find((name) => name !== '' && !ACCESSORS.has(name)) ?? 'unknown';
}
