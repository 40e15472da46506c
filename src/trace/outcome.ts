// SPDX-License-Identifier: GPL-2.0-only
/** How a call may end, as the oracle says it. */

/** Stand for any value, where a rule says which, and for any interrupt number above 0. */
export const ANY: number = Number.POSITIVE_INFINITY;
export const VIRQ: number = Number.MAX_SAFE_INTEGER;

/** A descriptor. */
export interface Slot {
  readonly index: number;
  readonly nvec: number;
  /** It asks for CPUs and names none. */
  readonly nowhere: boolean;
  /** It has interrupts. */
  readonly used: boolean;
}

/** One way in which a call may end. */
export interface Outcome {
  /** What the function returns, ANY for what a rule knows, or VIRQ for any interrupt number. */
  readonly ret: number;
  /** `WARN msi_ctrl_valid 1`: kind, function and number of the check in it, in order. */
  readonly splats: readonly string[];
  /** Only a fault that was reached leads there. */
  readonly fault: boolean;
  /** No step follows: the kernel is dead, or what follows is undefined. */
  readonly last: boolean;
  /** Descriptors of the device by domain id and index. */
  readonly stores: readonly ReadonlyMap<number, Slot>[];
}
