// SPDX-License-Identifier: GPL-2.0-only
/** Interrupt numbers and their descriptors. Source: kernel/irq/irqdesc.c, v6.12, with CONFIG_SPARSE_IRQ and SMP. */
import { type AffinityEntry, NR_CPUS } from '../../trace/affinity.ts';
import { Errno } from '../../trace/errno.ts';
import { mutex_lock, mutex_unlock } from './bug.ts';
import type { Kernel } from './kernel.ts';
import { at, kfree, kzalloc, place, site } from './slab.ts';
import { delete_irq_desc, irq_find_free_area, irq_insert_desc, markTaken } from './sparse-irqs.ts';

const ALL_CPUS = (1 << NR_CPUS) - 1;

/** A request for interrupt numbers. */
export interface DescRequest {
  /** The first number, or -1 for any. */
  readonly irq: number;
  /** Lowest number to hand out. */
  readonly from: number;
  readonly cnt: number;
  readonly affinity: readonly AffinityEntry[] | undefined;
}

/** Address of the irq_desc of a number, 0 when there is none. */
export function irq_to_desc(k: Kernel, irq: number): number {
  return k.sparse_irqs[irq] ?? 0;
}

/** Address of the outermost irq_data of a number, 0 when there is none. */
export function irq_get_irq_data(k: Kernel, irq: number): number {
  const desc = irq_to_desc(k, irq);
  return desc === 0 ? 0 : at(k, k.irq_desc, desc).irq_data;
}

/** Address of the MSI descriptor of a number, 0 when there is none. Source: include/linux/irq.h. */
export function irq_get_msi_desc(k: Kernel, irq: number): number {
  const desc = irq_to_desc(k, irq);
  return desc === 0 ? 0 : at(k, k.irq_desc, desc).msi_desc;
}

/** Source: kernel/irq/chip.c irq_set_msi_desc_off(). */
export function irq_set_msi_desc_off(
  k: Kernel,
  irq_base: number,
  irq_offset: number,
  entry: number,
): number {
  const desc = irq_to_desc(k, irq_base + irq_offset);
  if (desc === 0) return Errno.EINVAL;
  at(k, k.irq_desc, desc).msi_desc = entry;
  if (entry !== 0 && irq_offset === 0) at(k, k.msi_desc, entry).irq = irq_base;
  return 0;
}

/**
 * Allocates a block; returns its first number. -EINVAL: no interrupts asked for, or an empty mask;
 * -EEXIST: the number is taken; -ENOMEM: memory, or no block is free below MAX_SPARSE_IRQS.
 */
export function irq_alloc_descs(k: Kernel, request: DescRequest): number {
  const { irq, cnt } = request;
  if (cnt === 0 || (irq >= 0 && request.from > irq)) return Errno.EINVAL;
  k.sparse_irq_lock = mutex_lock(k, k.sparse_irq_lock, '__irq_alloc_descs');
  const start = irq_find_free_area(k, irq >= 0 ? irq : request.from, cnt);
  let ret: number;
  if (irq >= 0 && start !== irq) ret = Errno.EEXIST;
  else if (start < 0) ret = Errno.ENOMEM;
  else ret = alloc_descs(k, start, request);
  k.sparse_irq_lock = mutex_unlock(k, k.sparse_irq_lock, '__irq_alloc_descs');
  return ret;
}

/** Frees a block; the memory goes at the end of the step (call_rcu()). */
export function irq_free_descs(k: Kernel, from: number, cnt: number): void {
  if (from >= k.env.nr_irqs || from + cnt > k.env.nr_irqs) return;
  k.sparse_irq_lock = mutex_lock(k, k.sparse_irq_lock, 'irq_free_descs');
  for (let i = 0; i < cnt; i += 1) free_desc(k, from + i);
  markTaken(k, from, cnt, false);
  k.sparse_irq_lock = mutex_unlock(k, k.sparse_irq_lock, 'irq_free_descs');
}

/** Runs the RCU callbacks. Source: delayed_free_desc(), irq_kobj_release(). */
export function rcu_barrier(k: Kernel): void {
  for (const addr of k.rcu.splice(0)) {
    const desc = at(k, k.irq_desc, addr);
    kfree(k, k.kstat_irqs, desc.kstat_irqs);
    kfree(k, k.irq_data, desc.irq_data);
    kfree(k, k.irq_desc, addr);
  }
}

function alloc_descs(k: Kernel, start: number, { cnt, affinity }: DescRequest): number {
  if (affinity !== undefined) {
    for (let i = 0; i < cnt; i += 1) if (affinity[i]?.mask === 0) return Errno.EINVAL;
  }
  for (let i = 0; i < cnt; i += 1) {
    const desc = alloc_desc(k, start + i, affinity?.[i]);
    if (desc === 0) {
      for (let done = i - 1; done >= 0; done -= 1) free_desc(k, start + done);
      return Errno.ENOMEM;
    }
    irq_insert_desc(k, start + i, desc);
  }
  markTaken(k, start, cnt, true);
  return start;
}

function alloc_desc(k: Kernel, irq: number, affinity: AffinityEntry | undefined): number {
  const is_managed = affinity?.is_managed ?? false;
  const addr = kzalloc(k, k.irq_desc, site.alloc_desc, {
    irq,
    irq_data: 0,
    kstat_irqs: 0,
    msi_desc: 0,
    handler: '',
    handler_data: 0,
    affinity: affinity?.mask ?? ALL_CPUS,
    is_managed,
    affinitySet: affinity !== undefined,
    managedShutdown: is_managed,
    activated: false,
    can_reserve: false,
    norequest: true,
    trigger: 0,
  });
  if (addr === 0) return 0;
  const kstat_irqs = kzalloc(k, k.kstat_irqs, site.init_desc, { irq });
  if (kstat_irqs === 0) {
    kfree(k, k.irq_desc, addr);
    return 0;
  }
  const desc = at(k, k.irq_desc, addr);
  desc.kstat_irqs = kstat_irqs;
  desc.irq_data = place(k, k.irq_data, {
    irq,
    hwirq: 0,
    common: addr,
    chip: 'none',
    chip_data: 0,
    domain: 0,
    parent_data: 0,
  });
  return addr;
}

function free_desc(k: Kernel, irq: number): void {
  const addr = irq_to_desc(k, irq);
  irq_sysfs_del(k, addr);
  delete_irq_desc(k, irq);
  k.rcu.push(addr);
}

/** Looks at the descriptor, and is the first to do so. Source: irq_sysfs_del(). */
function irq_sysfs_del(k: Kernel, desc: number): void {
  at(k, k.irq_desc, desc);
}
