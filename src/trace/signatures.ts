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

/** Functions that take the mutex of a device, and release it, whatever comes of it. */
export const TAKING_MUTEX: readonly CallName[] = [
  'msi_remove_device_irq_domain',
  'msi_match_device_irq_domain',
  'msi_domain_alloc_irqs_range',
  'msi_domain_alloc_irq_at',
  'msi_domain_free_irqs_range',
  'msi_domain_free_irqs_all',
  'msi_domain_alloc_irqs',
  'msi_domain_free_irqs',
];

/** Every call that a trace can hold. */
export const SIGNATURES: Readonly<Record<CallName, Signature>> = {
  ...DEVICE,
  ...MSI_CALLS,
  ...OLD_CALLS,
  ...IRQ_CALLS,
};
