// SPDX-License-Identifier: GPL-2.0-only
/** How a call may end, as the oracle says it. What becomes of the state is for rules to say. */

/** Stand for any value, and for any but 0: a rule says which. */
export const ANY: number = Number.POSITIVE_INFINITY;
export const FAILED: number = Number.NEGATIVE_INFINITY;

/** One way in which a call may end. */
export interface Outcome {
  /** What the function returns, ANY or FAILED for what a rule knows. */
  readonly ret: number;
  /** `WARN msi_ctrl_valid 1`: kind, function and number of the check in it, in order. */
  readonly splats: readonly string[];
  /** Only a fault that was reached leads there. */
  readonly fault: boolean;
  /** No step follows: the kernel is dead, or what follows is undefined. */
  readonly last: boolean;
}
