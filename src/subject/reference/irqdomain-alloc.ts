// SPDX-License-Identifier: GPL-2.0-only
/**
 * Allocation, release and activation of interrupts in a hierarchy, and domains pushed on top.
 *
 * Source: kernel/irq/irqdomain.c irq_domain_alloc_irqs_locked(), irq_domain_free_irqs(),
 * irq_domain_push_irq(), irq_domain_activate_irq(), irq_create_fwspec_mapping(), v6.12.
 */
import type { AffinityEntry } from '../../trace/affinity.ts';
import { Errno } from '../../trace/errno.ts';
import { WARN_ON } from './bug.ts';
import {
  type AllocArg,
  irq_domain_alloc_irq_data,
  irq_domain_alloc_irqs_hierarchy,
  irq_domain_free_irq_data,
  irq_domain_free_irqs_hierarchy,
  irq_domain_get_irq_data,
  irq_domain_insert_irq,
  irq_domain_remove_irq,
  irq_domain_trim_hierarchy,
} from './irqdomain-hierarchy.ts';
import {
  irq_create_mapping_affinity_locked,
  irq_domain_clear_mapping,
  irq_domain_disassociate,
  irq_domain_fix_revmap,
  irq_domain_is_hierarchy,
  irq_domain_set_mapping,
  irq_find_mapping,
  lock,
  unlock,
} from './irqdomain-map.ts';
import { irq_alloc_descs, irq_free_descs, irq_get_irq_data, irq_to_desc } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import { opActivate, opDeactivate, opTranslate } from './operations.ts';
import { at, kfree, kzalloc, site } from './slab.ts';

/** What irq_domain_alloc_irqs() is asked for. */
export interface AllocRequest {
  readonly nr_irqs: number;
  readonly affinity: readonly AffinityEntry[] | undefined;
  readonly arg: AllocArg;
}

/** First interrupt of the block, or a negative errno: -ENOMEM, -EINVAL (trimming), or what the operation returned. */
export function irq_domain_alloc_irqs(k: Kernel, domain: number, request: AllocRequest): number {
  lock(k, domain, '__irq_domain_alloc_irqs');
  const ret = irq_domain_alloc_irqs_locked(k, domain, request);
  unlock(k, domain, '__irq_domain_alloc_irqs');
  return ret;
}

function irq_domain_alloc_irqs_locked(
  k: Kernel,
  domain: number,
  { nr_irqs, affinity, arg }: AllocRequest,
): number {
  const virq = irq_alloc_descs(k, { irq: -1, from: 1, cnt: nr_irqs, affinity });
  if (virq < 0) return virq;
  let ret = irq_domain_alloc_irq_data(k, domain, virq, nr_irqs);
  if (ret !== 0) {
    irq_free_descs(k, virq, nr_irqs);
    return ret;
  }
  ret = irq_domain_alloc_irqs_hierarchy(k, domain, { virq, nr_irqs }, arg);
  if (ret >= 0) {
    ret = trim(k, virq, nr_irqs);
    if (ret === 0) {
      for (let i = 0; i < nr_irqs; i += 1) irq_domain_insert_irq(k, virq + i);
      return virq;
    }
    if (k.profile.trimFailureFrees) irq_domain_free_irqs_hierarchy(k, domain, virq, nr_irqs);
  }
  irq_domain_free_irq_data(k, virq, nr_irqs);
  irq_free_descs(k, virq, nr_irqs);
  return ret;
}

function trim(k: Kernel, virq: number, nr_irqs: number): number {
  for (let i = 0; i < nr_irqs; i += 1) {
    const ret = irq_domain_trim_hierarchy(k, virq + i);
    if (ret !== 0) return ret;
  }
  return 0;
}

/** Frees a block in every level; WARNs and does nothing when the outermost level cannot free. */
export function irq_domain_free_irqs(k: Kernel, virq: number, nr_irqs: number): void {
  const data = irq_get_irq_data(k, virq);
  const domain = data === 0 ? 0 : at(k, k.irq_data, data).domain;
  const unable = domain === 0 || !irq_domain_is_hierarchy(at(k, k.irq_domain, domain));
  if (WARN_ON(k, unable, 'irq_domain_free_irqs', 1)) return;
  lock(k, domain, 'irq_domain_free_irqs');
  for (let i = 0; i < nr_irqs; i += 1) irq_domain_remove_irq(k, virq + i);
  irq_domain_free_irqs_hierarchy(k, domain, virq, nr_irqs);
  unlock(k, domain, 'irq_domain_free_irqs');
  irq_domain_free_irq_data(k, virq, nr_irqs);
  irq_free_descs(k, virq, nr_irqs);
}

/** Undoes a mapping; an interrupt without a domain is WARNed about. */
export function irq_dispose_mapping(k: Kernel, virq: number): void {
  const data = virq === 0 ? 0 : irq_get_irq_data(k, virq);
  if (data === 0) return;
  const { domain } = at(k, k.irq_data, data);
  if (WARN_ON(k, domain === 0, 'irq_dispose_mapping', 1)) return;
  if (irq_domain_is_hierarchy(at(k, k.irq_domain, domain))) {
    irq_domain_free_irqs(k, virq, 1);
    return;
  }
  irq_domain_disassociate(k, domain, virq);
  irq_free_descs(k, virq, 1);
}

/** Puts an outer domain on top of one interrupt. -EINVAL: the domain's parent is not the interrupt's domain; -ENOMEM. */
export function irq_domain_push_irq(k: Kernel, domain: number, virq: number): number {
  const embedded = irq_get_irq_data(k, virq);
  if (embedded === 0) return Errno.EINVAL;
  const { parent } = at(k, k.irq_domain, domain);
  if (WARN_ON(k, !irq_domain_is_hierarchy(at(k, k.irq_domain, domain)), 'irq_domain_push_irq', 2))
    return Errno.EINVAL;
  const data = at(k, k.irq_data, embedded);
  if (parent !== data.domain) return Errno.EINVAL;
  const copy = kzalloc(k, k.irq_data, site.irq_domain_push_irq, { ...data });
  if (copy === 0) return Errno.ENOMEM;
  lock(k, domain, 'irq_domain_push_irq');
  Object.assign(data, { parent_data: copy, domain, hwirq: 0, chip: 'null', chip_data: 0 });
  const arg: AllocArg = { desc: 0, hwirq: 0, inner: 'present' };
  const ret = irq_domain_alloc_irqs_hierarchy(k, domain, { virq, nr_irqs: 1 }, arg);
  if (ret === 0) {
    irq_domain_fix_revmap(k, copy);
    irq_domain_set_mapping(k, domain, data.hwirq, embedded);
  } else {
    Object.assign(data, at(k, k.irq_data, copy));
    kfree(k, k.irq_data, copy);
  }
  unlock(k, domain, 'irq_domain_push_irq');
  return ret;
}

/** Takes the outermost domain off again. -EINVAL: it is not on top, or nothing is below it. */
export function irq_domain_pop_irq(k: Kernel, domain: number, virq: number): number {
  const fn = 'irq_domain_pop_irq';
  const embedded = irq_get_irq_data(k, virq);
  if (embedded === 0) return Errno.EINVAL;
  if (WARN_ON(k, irq_domain_get_irq_data(k, domain, virq) !== embedded, fn, 2)) return Errno.EINVAL;
  const data = at(k, k.irq_data, embedded);
  const inner = data.parent_data;
  if (WARN_ON(k, inner === 0, fn, 4)) return Errno.EINVAL;
  lock(k, domain, fn);
  data.parent_data = 0;
  irq_domain_clear_mapping(k, domain, data.hwirq);
  irq_domain_free_irqs_hierarchy(k, domain, virq, 1);
  Object.assign(data, at(k, k.irq_data, inner));
  irq_domain_fix_revmap(k, embedded);
  unlock(k, domain, fn);
  kfree(k, k.irq_data, inner);
  return 0;
}

/** Parents first; what was activated is rolled back when an outer level fails. Once is enough. */
export function irq_domain_activate_irq(k: Kernel, irq_data: number, reserve: boolean): number {
  const desc = at(k, k.irq_desc, at(k, k.irq_data, irq_data).common);
  const ret = desc.activated ? 0 : __irq_domain_activate_irq(k, irq_data, reserve);
  if (ret === 0) desc.activated = true;
  return ret;
}

/** Outermost first; nothing happens to an interrupt that is not activated. */
export function irq_domain_deactivate_irq(k: Kernel, irq_data: number): void {
  const desc = at(k, k.irq_desc, at(k, k.irq_data, irq_data).common);
  if (!desc.activated) return;
  __irq_domain_deactivate_irq(k, irq_data);
  desc.activated = false;
}

function __irq_domain_activate_irq(k: Kernel, irq_data: number, reserve: boolean): number {
  const { domain, parent_data } = at(k, k.irq_data, irq_data);
  if (domain === 0) return 0;
  if (parent_data !== 0) {
    const ret = __irq_domain_activate_irq(k, parent_data, reserve);
    if (ret !== 0) return ret;
  }
  const ret = opActivate(k, domain, irq_data, reserve);
  if (ret !== 0 && parent_data !== 0) __irq_domain_deactivate_irq(k, parent_data);
  return ret;
}

function __irq_domain_deactivate_irq(k: Kernel, irq_data: number): void {
  const { domain, parent_data } = at(k, k.irq_data, irq_data);
  if (domain === 0) return;
  opDeactivate(k, domain, irq_data);
  if (parent_data !== 0) __irq_domain_deactivate_irq(k, parent_data);
}

/** Maps through a firmware node: the number that exists, or a new one; 0 when the types differ or on failure. */
export function irq_create_fwspec_mapping(
  k: Kernel,
  domain: number,
  hwirq: number,
  wanted: number,
): number {
  const fn = 'irq_create_fwspec_mapping';
  if (opTranslate(k, domain, hwirq) !== 0) return 0;
  const drops = !k.profile.hasMsiTranslate && at(k, k.irq_domain, domain).kind === 'msi';
  const type = drops ? 0 : wanted;
  lock(k, domain, fn);
  let virq = irq_find_mapping(k, domain, hwirq);
  if (virq !== 0) {
    const desc = at(k, k.irq_desc, irq_to_desc(k, virq));
    if (type !== 0 && desc.trigger !== type) {
      if (desc.trigger === 0) desc.trigger = type;
      else virq = 0;
    }
    unlock(k, domain, fn);
    return virq;
  }
  if (irq_domain_is_hierarchy(at(k, k.irq_domain, domain))) {
    const arg: AllocArg = { desc: 0, hwirq, inner: 'allocate' };
    virq = Math.max(
      0,
      irq_domain_alloc_irqs_locked(k, domain, { nr_irqs: 1, affinity: undefined, arg }),
    );
  } else {
    virq = irq_create_mapping_affinity_locked(k, domain, hwirq, undefined);
  }
  if (virq !== 0) {
    const data = irq_get_irq_data(k, virq);
    if (WARN_ON(k, data === 0, fn, 2)) virq = 0;
    else at(k, k.irq_desc, at(k, k.irq_data, data).common).trigger = type;
  }
  unlock(k, domain, fn);
  return virq;
}
