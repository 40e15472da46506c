// SPDX-License-Identifier: GPL-2.0-only
/**
 * The table of calls: what `list calls` prints, what the text format reads and writes, and what the
 * generator and the minimiser may vary. One entry per kernel function.
 */
import type { CallName } from './call.ts';
import type { Signature } from './signature.ts';
import { DEVICE } from './signatures-device.ts';
import { IRQ_CALLS } from './signatures-irq.ts';
import { MSI_CALLS } from './signatures-msi.ts';
import { OLD_CALLS } from './signatures-old.ts';

export type { CallName } from './call.ts';
export type { Arg, ArgKind, Returns, Signature } from './signature.ts';

/** Every call that a trace can hold. */
export const SIGNATURES: Readonly<Record<CallName, Signature>> = {
  ...DEVICE,
  ...MSI_CALLS,
  ...OLD_CALLS,
  ...IRQ_CALLS,
};
