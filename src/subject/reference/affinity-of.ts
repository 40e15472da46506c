// SPDX-License-Identifier: GPL-2.0-only
/** The masks of a descriptor as irq_alloc_descs() wants them. */
import type { AffinityEntry } from '../../trace/affinity.ts';
import type { MsiDesc } from '../../trace/structs.ts';
import type { Kernel } from './kernel.ts';
import { at } from './slab.ts';

/** `desc->affinity`, `undefined` for NULL. */
export function affinityOf(k: Kernel, desc: MsiDesc): readonly AffinityEntry[] | undefined {
  if (desc.affinity === 0) return undefined;
  const { mask, is_managed } = at(k, k.affinity, desc.affinity);
  return mask.map((bits, i) => ({ mask: bits, is_managed: is_managed[i] ?? false }));
}
