// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts and their domains: kernel/irq/irqdomain.c and irqdesc.c, under their names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { blockOf, domainNamed, irqDataOf } from '../trace/look.ts';
import { ANY, FAILED } from '../trace/outcome.ts';
import type { IrqData } from '../trace/structs.ts';
import { firstFrom } from '../trace/tree.ts';
import { type Domain, type Draft, fails, lacks, splat, type Work } from './draft.ts';

/** The calls of this file. */
export const IRQ_CALLS: Readonly<Record<string, Work>> = {
  irq_domain_free_irqs: (d, { block }) =>
    d.picture.blockIrq[block] === 0 ? splat(d, 'WARN irq_domain_free_irqs 1') : 0,
  irq_domain_push_irq,
  irq_domain_pop_irq,
  irq_create_mapping_affinity,
  irq_create_fwspec_mapping: irq_create_mapping_affinity,
  irq_domain_associate,
  // An interrupt that map() refuses is left out, and nobody is told.
  irq_domain_create_legacy: (d) => Number(!fails(d)),
  irq_domain_remove: (d, { domain }) => irq_domain_remove(d, domainNamed(d.picture, domain)),
  irq_dispose_mapping,
};

/** Interrupts that are left behind point at freed memory then, and we stop there. */
export function irq_domain_remove(d: Draft, domain: Domain): number {
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
  if (domain - 1 !== handle) return Errno.EINVAL;
  return fails(d) ? FAILED : 0;
}

function irq_domain_pop_irq(d: Draft, { domain }: Call): number {
  const [data, handle] = outermost(d);
  if (data === undefined) return Errno.EINVAL;
  if (domain !== handle) return splat(d, 'WARN irq_domain_pop_irq 2', Errno.EINVAL);
  if (data.parent_data === 0) return splat(d, 'WARN irq_domain_pop_irq 4', Errno.EINVAL);
  return 0;
}

/** A number that is too large for the domain is heard of when there is an interrupt for it. */
function irq_create_mapping_affinity(d: Draft, call: Call): number {
  const { hwirq_max = 0 } = domainNamed(d.picture, call.domain) ?? {};
  if (call.hwirq < hwirq_max) return ANY;
  return lacks(d) ? 0 : splat(d, 'WARN irq_domain_associate_locked 1');
}

function irq_domain_associate(d: Draft, { domain, hwirq }: Call): number {
  const [data] = outermost(d);
  const warn = (nth: number): number =>
    splat(d, `WARN irq_domain_associate_locked ${nth}`, Errno.EINVAL);
  if (hwirq >= (domainNamed(d.picture, domain)?.hwirq_max ?? 0)) return warn(1);
  if (data === undefined) return warn(2);
  return data.domain === 0 ? ANY : warn(3);
}
