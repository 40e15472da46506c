// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts and their domains: kernel/irq/irqdomain.c and irqdesc.c, under their names. */
import { isNowhere } from '../trace/affinity.ts';
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { blockOf, domainNamed, findMapping, freeVectors, irqDataOf } from '../trace/look.ts';
import { ANY, VIRQ } from '../trace/outcome.ts';
import type { IrqData, IrqDomain } from '../trace/structs.ts';
import { firstFrom } from '../trace/tree.ts';
import { choose, type Draft, fails, splat, type Work } from './draft.ts';

/** The calls of this file. */
export const IRQ_CALLS: Readonly<Record<string, Work>> = {
  irq_alloc_descs: (d, call) =>
    fails(d, true) || take(d, call.nirqs, isNowhere(call.affinity), 0) || VIRQ,
  irq_free_descs: () => 0,
  irq_domain_alloc_irqs: (d, call) => allocHierarchy(d, call, 0),
  irq_domain_free_irqs: (d, { block }) =>
    d.picture.blockIrq[block] === 0 ? splat(d, 'WARN irq_domain_free_irqs 1') : 0,
  irq_domain_push_irq,
  irq_domain_pop_irq,
  irq_domain_disconnect_hierarchy: (d, call) => allocHierarchy(d, call, call.domain),
  irq_domain_activate_irq: (d) => fails(d, false, 'activate'),
  irq_domain_deactivate_irq: () => 0,
  irq_create_mapping_affinity,
  irq_create_fwspec_mapping,
  irq_domain_associate,
  // An interrupt that map() refuses is left out, and nobody is told.
  irq_domain_create_legacy: (d) => (fails(d, true) === 0 ? 1 : 0),
  irq_domain_remove: (d, { domain }) => irq_domain_remove(d, domainNamed(d.picture, domain)),
  irq_dispose_mapping,
  irq_find_mapping: () => ANY,
};

/** Takes interrupt numbers in a row, and vectors of the root: 0, or an errno when they are too few, or too scattered, or have no CPU. */
export function take(d: Draft, count: number, nowhere: boolean, vectors: number): number {
  const { nr_irqs } = d.environment;
  const left = nr_irqs - 1 - d.picture.irq_desc.live - d.numbers;
  const scattered = left <= (count - 1) * (nr_irqs - left);
  if (left < count || (scattered && choose(d, [1]) === 1)) return Errno.ENOMEM;
  if (nowhere) return Errno.EINVAL;
  if (vectors > freeVectors(d.picture) - d.vectors) return Errno.ENOSPC;
  d.numbers += count;
  d.vectors += vectors;
  return 0;
}

/** A hierarchy that is cut off above the root takes no vectors. */
function allocHierarchy(d: Draft, { nirqs, affinity }: Call, cut: number): number {
  const vectors = cut > 0 ? 0 : nirqs;
  return fails(d, true, 'alloc') || take(d, nirqs, isNowhere(affinity), vectors) || VIRQ;
}

/** Interrupts that are left behind point at freed memory then, and we stop there. */
export function irq_domain_remove(d: Draft, domain: Readonly<IrqDomain> | undefined): number {
  if (domain === undefined) return 0;
  const left = firstFrom(d.picture.radix_tree_node, domain.revmap_tree, 0, () => true);
  if (left >= 0) splat(d, 'WARN irq_domain_remove 1');
  d.last ||= domain.mapcount > 0;
  return 0;
}

/** An interrupt that was never mapped is not disposed of. */
function irq_dispose_mapping(d: Draft, { block }: Call): number {
  for (const irq of blockOf(d.picture, block))
    if (irqDataOf(d.picture, irq)?.domain === 0) splat(d, 'WARN irq_dispose_mapping 1');
  return 0;
}

/** Irq_data of a driver's first interrupt, and the handle of its domain. */
function outermost({ picture, call }: Draft): readonly [Readonly<IrqData> | undefined, number] {
  const data = irqDataOf(picture, picture.blockIrq[call.block] ?? 0);
  return [data, picture.irq_domain.objects[data?.domain ?? 0]?.handle ?? -1];
}

function irq_domain_push_irq(d: Draft, { domain }: Call): number {
  const [data, handle] = outermost(d);
  if (data === undefined) return Errno.EINVAL;
  if (domainNamed(d.picture, domain)?.kind === 'wired') splat(d, 'WARN irq_domain_push_irq 2');
  return domain - 1 === handle ? fails(d, true, 'alloc') : Errno.EINVAL;
}

function irq_domain_pop_irq(d: Draft, { domain }: Call): number {
  const [data, handle] = outermost(d);
  if (data === undefined) return Errno.EINVAL;
  if (domain !== handle) return splat(d, 'WARN irq_domain_pop_irq 2', Errno.EINVAL);
  if (data.parent_data === 0) return splat(d, 'WARN irq_domain_pop_irq 4', Errno.EINVAL);
  return 0;
}

function irq_create_mapping_affinity(d: Draft, call: Call): number {
  if (findMapping(d.picture, domainNamed(d.picture, call.domain), call.hwirq) !== undefined)
    return VIRQ;
  const failed = fails(d, true) || take(d, 1, isNowhere(call.affinity), 0) || associate(d, call, 0);
  return failed === 0 ? VIRQ : 0;
}

function irq_domain_associate(d: Draft, call: Call): number {
  const [data] = outermost(d);
  return associate(d, call, data?.domain);
}

/** Puts an interrupt into a domain; `old` is the one that it is in, 0 for none. */
function associate(d: Draft, { domain, hwirq }: Call, old: number | undefined): number {
  const warn = (nth: number): number =>
    splat(d, `WARN irq_domain_associate_locked ${nth}`, Errno.EINVAL);
  if (hwirq >= (domainNamed(d.picture, domain)?.hwirq_max ?? 0)) return warn(1);
  if (old === undefined) return warn(2);
  return old === 0 ? fails(d, false, 'map') : warn(3);
}

function irq_create_fwspec_mapping(d: Draft, call: Call): number {
  const domain = domainNamed(d.picture, call.domain);
  const isMsi = domain?.kind === 'msi';
  const { hasMsiTranslate } = d.profile;
  const type = isMsi && !hasMsiTranslate ? 0 : call.type;
  if (isMsi && hasMsiTranslate && !d.environment.ops.includes('msi_translate')) return 0;
  if (isMsi && fails(d, false, 'msi_translate') !== 0) return 0;
  const mapped = findMapping(d.picture, domain, call.hwirq);
  if (mapped !== undefined) {
    const trigger = d.picture.irq_desc.objects[mapped.common]?.trigger ?? 0;
    return type === 0 || trigger === 0 || type === trigger ? VIRQ : 0;
  }
  if (domain?.kind === 'wired') return irq_create_mapping_affinity(d, call);
  const failed = fails(d, true, 'alloc', 'msi_init') || take(d, 1, false, 1);
  return failed === 0 ? VIRQ : 0;
}
