// SPDX-License-Identifier: GPL-2.0-only
/** How operations of the environment are counted, forced and seen. They are seen when they return. */
import { type Op, OP_NAMES } from '../../trace/sites.ts';
import type { Kernel } from './kernel.ts';

/** Number of each operation in the counters. */
const numberOf = new Map<string, number>(OP_NAMES.map((name, index) => [name, index]));

/**
 * Counts a call of an operation and returns the result that a fault of this step, or the
 * environment, forces on it; `undefined` when it is left alone. An operation that is forced does
 * nothing, but for positive results of those where only negative ones mean failure, and for an
 * `alloc` that is forced to 0, which does its work and forgets the chip, unless it cuts levels off or is pushed.
 */
export function forced(k: Kernel, op: Op): number | undefined {
  const index = numberOf.get(op) ?? 0;
  const nth = (k.opCalls[index] ?? 0) + 1;
  const total = (k.opTotal[index] ?? 0) + 1;
  k.opCalls[index] = nth;
  k.opTotal[index] = total;
  for (const fault of k.faults) {
    if (fault.kind !== 'callback' || fault.op !== op || fault.nth !== nth) continue;
    k.fired.push({ where: op, nth });
    return fault.ret;
  }
  for (const call of k.env.hostile) {
    if (call.op !== op || call.nth !== total || k.now === 0) continue;
    k.fired.push({ where: op, nth: total });
    return call.ret;
  }
  return undefined;
}

/** Records a call of an operation and hands its result back. */
export function seen(k: Kernel, op: Op, what: Seen, ret: number): number {
  k.callbacks.push({ op, domain: what.domain, dev: what.dev, irq: what.irq, arg: what.arg, ret });
  return ret;
}

/** The numbers of a Callback. */
interface Seen {
  readonly domain: number;
  readonly dev: number;
  readonly irq: number;
  readonly arg: number;
}
