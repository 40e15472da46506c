// SPDX-License-Identifier: GPL-2.0-only
/**
 * The reverse map, and interrupts of domains without hierarchy.
 *
 * Source: kernel/irq/irqdomain.c irq_domain_set_mapping(), irq_domain_associate(),
 * irq_create_mapping_affinity(), irq_dispose_mapping(), v6.12.
 */
import type { AffinityEntry } from '../../trace/affinity.ts';
import { Errno } from '../../trace/errno.ts';
import { DomainFlag } from '../../trace/flags.ts';
import type { IrqDomain } from '../../trace/structs.ts';
import { lockdep_assert_held, mutex_lock, mutex_unlock, WARN_ON } from './bug.ts';
import { irq_alloc_descs, irq_free_descs, irq_get_irq_data, irq_to_desc } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import { opMap, opUnmap } from './operations.ts';
import { at } from './slab.ts';
import {
  radix_tree_delete,
  radix_tree_insert,
  radix_tree_lookup,
  radix_tree_replace_slot,
} from './radix-tree.ts';

/** Interrupt number of a hardware number, 0 when there is none. Source: __irq_resolve_mapping(). */
export function irq_find_mapping(k: Kernel, addr: number, hwirq: number): number {
  const domain = at(k, k.irq_domain, addr);
  const data =
    hwirq < domain.revmap.length
      ? (domain.revmap[hwirq] ?? 0)
      : radix_tree_lookup(k, domain.revmap_tree, hwirq);
  return data === 0 ? 0 : at(k, k.irq_data, data).irq;
}

/** Enters an irq_data; a failed insertion into the tree is ignored. */
export function irq_domain_set_mapping(
  k: Kernel,
  addr: number,
  hwirq: number,
  irq_data: number,
): void {
  const domain = at(k, k.irq_domain, addr);
  lockdep_assert_held(k, at(k, k.irq_domain, domain.root).mutex, 'irq_domain_set_mapping', 1);
  if (hwirq < domain.revmap.length) domain.revmap[hwirq] = irq_data;
  else radix_tree_insert(k, domain.revmap_tree, hwirq, irq_data);
}

/** Removes whatever the map has for a hardware number. */
export function irq_domain_clear_mapping(k: Kernel, addr: number, hwirq: number): void {
  const domain = at(k, k.irq_domain, addr);
  lockdep_assert_held(k, at(k, k.irq_domain, domain.root).mutex, 'irq_domain_clear_mapping', 1);
  if (hwirq < domain.revmap.length) domain.revmap[hwirq] = 0;
  else radix_tree_delete(k, domain.revmap_tree, hwirq);
}

/** An irq_data moved: the map follows. */
export function irq_domain_fix_revmap(k: Kernel, irq_data: number): void {
  const data = at(k, k.irq_data, irq_data);
  const domain = at(k, k.irq_domain, data.domain);
  lockdep_assert_held(k, at(k, k.irq_domain, domain.root).mutex, 'irq_domain_fix_revmap', 1);
  if (data.hwirq < domain.revmap.length) domain.revmap[data.hwirq] = irq_data;
  else radix_tree_replace_slot(k, domain.revmap_tree, data.hwirq, irq_data);
}

/** -EINVAL, with a WARN: number too large, interrupt missing or associated already; or what `map` returns. */
export function irq_domain_associate(
  k: Kernel,
  domain: number,
  virq: number,
  hwirq: number,
): number {
  lock(k, domain, 'irq_domain_associate');
  const ret = irq_domain_associate_locked(k, domain, virq, hwirq);
  unlock(k, domain, 'irq_domain_associate');
  return ret;
}

/** Interrupt number of a hardware number, made when it is missing; 0 on failure. */
export function irq_create_mapping_affinity(
  k: Kernel,
  domain: number,
  hwirq: number,
  affinity: readonly AffinityEntry[] | undefined,
): number {
  lock(k, domain, 'irq_create_mapping_affinity');
  const virq =
    irq_find_mapping(k, domain, hwirq) ||
    irq_create_mapping_affinity_locked(k, domain, hwirq, affinity);
  unlock(k, domain, 'irq_create_mapping_affinity');
  return virq;
}

/** The same with the domain's mutex held. */
export function irq_create_mapping_affinity_locked(
  k: Kernel,
  domain: number,
  hwirq: number,
  affinity: readonly AffinityEntry[] | undefined,
): number {
  const hint = Math.max(1, hwirq % k.env.nr_irqs);
  let virq = irq_alloc_descs(k, { irq: -1, from: hint, cnt: 1, affinity });
  if (virq <= 0 && hint > 1) virq = irq_alloc_descs(k, { irq: -1, from: 1, cnt: 1, affinity });
  if (virq <= 0) return 0;
  if (irq_domain_associate_locked(k, domain, virq, hwirq) !== 0) {
    irq_free_descs(k, virq, 1);
    return 0;
  }
  return virq;
}

/** Undoes an association; the interrupt number stays. */
export function irq_domain_disassociate(k: Kernel, addr: number, irq: number): void {
  const irq_data = irq_get_irq_data(k, irq);
  if (
    WARN_ON(
      k,
      irq_data === 0 || at(k, k.irq_data, irq_data).domain !== addr,
      'irq_domain_disassociate',
      1,
    )
  )
    return;
  const data = at(k, k.irq_data, irq_data);
  const { hwirq } = data;
  lock(k, addr, 'irq_domain_disassociate');
  resetChipAndHandler(k, irq);
  opUnmap(k, addr, irq);
  data.domain = 0;
  data.hwirq = 0;
  at(k, k.irq_domain, addr).mapcount -= 1;
  irq_domain_clear_mapping(k, addr, hwirq);
  unlock(k, addr, 'irq_domain_disassociate');
}

/** irq_set_status_flags(IRQ_NOREQUEST) and irq_set_chip_and_handler(NULL, NULL). Source: kernel/irq/chip.c. */
export function resetChipAndHandler(k: Kernel, irq: number): void {
  const desc = at(k, k.irq_desc, irq_to_desc(k, irq));
  desc.norequest = true;
  desc.handler = '';
  at(k, k.irq_data, desc.irq_data).chip = 'none';
}

/** Takes the mutex of the domain's root. */
export function lock(k: Kernel, addr: number, fn: string): void {
  const root = at(k, k.irq_domain, at(k, k.irq_domain, addr).root);
  root.mutex = mutex_lock(k, root.mutex, fn);
}

/** Releases it. */
export function unlock(k: Kernel, addr: number, fn: string): void {
  const root = at(k, k.irq_domain, at(k, k.irq_domain, addr).root);
  root.mutex = mutex_unlock(k, root.mutex, fn);
}

/** Source: include/linux/irqdomain.h irq_domain_is_hierarchy(). */
export function irq_domain_is_hierarchy(domain: IrqDomain): boolean {
  return (domain.flags & DomainFlag.IRQ_DOMAIN_FLAG_HIERARCHY) !== 0;
}

function irq_domain_associate_locked(k: Kernel, addr: number, virq: number, hwirq: number): number {
  const domain = at(k, k.irq_domain, addr);
  const fn = 'irq_domain_associate_locked';
  if (WARN_ON(k, hwirq >= domain.hwirq_max, fn, 1)) return Errno.EINVAL;
  const irq_data = irq_get_irq_data(k, virq);
  if (WARN_ON(k, irq_data === 0, fn, 2)) return Errno.EINVAL;
  const data = at(k, k.irq_data, irq_data);
  if (WARN_ON(k, data.domain !== 0, fn, 3)) return Errno.EINVAL;
  data.hwirq = hwirq;
  data.domain = addr;
  const ret = opMap(k, addr, virq, hwirq);
  if (ret !== 0) {
    data.domain = 0;
    data.hwirq = 0;
    return ret;
  }
  domain.mapcount += 1;
  irq_domain_set_mapping(k, addr, hwirq, irq_data);
  at(k, k.irq_desc, data.common).norequest = false;
  return 0;
}
