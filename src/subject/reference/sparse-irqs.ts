// SPDX-License-Identifier: GPL-2.0-only
/**
 * Which interrupt numbers are taken, and by what. 6.12 keeps a maple tree, which is an array here: each
 * insertion and each erasure asks for one node, twice when the first request fails, which is close to
 * what the real tree does but not its exact count. 6.1 keeps a radix tree and a bitmap.
 *
 * Source: kernel/irq/irqdesc.c irq_find_free_area(), irq_insert_desc(), delete_irq_desc(), v6.12; the
 * same and allocated_irqs, v6.1.
 */
import { Errno } from '../../trace/errno.ts';
import { WARN_ON } from './bug.ts';
import type { Kernel } from './kernel.ts';
import { should_fail, site } from './slab.ts';
import { erase, xas_store } from './xarray.ts';

/** The first of `cnt` free numbers in a row, at or after `from`; -ENOSPC: there are none below MAX_SPARSE_IRQS. */
export function irq_find_free_area(k: Kernel, from: number, cnt: number): number {
  let start = k.profile.mapleTree ? Math.max(from, k.irqHint) : from;
  for (let irq = start; irq < start + cnt; irq += 1) {
    if (irq >= k.env.nr_irqs) return Errno.ENOSPC;
    if (isTaken(k, irq)) start = irq + 1;
  }
  return start;
}

/** Marks a block in the bitmap, where there is one. */
export function markTaken(k: Kernel, from: number, cnt: number, taken: boolean): void {
  if (k.profile.mapleTree) return;
  for (let irq = from; irq < from + cnt; irq += 1) k.allocated_irqs[irq] = taken;
}

/** A failed insertion is not undone: the number has no descriptor, and the caller does not know. */
export function irq_insert_desc(k: Kernel, irq: number, desc: number): void {
  if (!stored(k, irq, desc)) {
    if (k.profile.mapleTree) WARN_ON(k, true, 'irq_insert_desc', 1);
    return;
  }
  while (k.sparse_irqs.length < irq) k.sparse_irqs.push(0);
  k.sparse_irqs[irq] = desc;
  if (irq === k.irqHint) k.irqHint = irq + 1;
}

/** A failed erasure leaves the number pointing to memory that is about to be freed; a radix tree needs none. */
export function delete_irq_desc(k: Kernel, irq: number): void {
  if (k.profile.mapleTree && mas_nomem(k)) return;
  if (!k.profile.mapleTree) erase(k, k.irqTreeNodes, k.irq_desc_tree, irq);
  k.sparse_irqs[irq] = 0;
  if (irq < k.irqHint) k.irqHint = irq;
}

function isTaken(k: Kernel, irq: number): boolean {
  if (k.profile.mapleTree) return (k.sparse_irqs[irq] ?? 0) !== 0;
  return k.allocated_irqs[irq] === true;
}

function stored(k: Kernel, irq: number, desc: number): boolean {
  if (k.profile.mapleTree) return !mas_nomem(k);
  return xas_store(k, k.irqTreeNodes, k.irq_desc_tree, { index: irq, entry: desc });
}

/** True when a node of the maple tree is missing after both requests. */
function mas_nomem(k: Kernel): boolean {
  return should_fail(k, site.maple_node) && should_fail(k, site.maple_node);
}
