// SPDX-License-Identifier: GPL-2.0-only
/**
 * Chains of irq_data: one per level of the hierarchy, the outermost embedded in the irq_desc.
 *
 * Source: kernel/irq/irqdomain.c, the part under CONFIG_IRQ_DOMAIN_HIERARCHY, v6.12.
 */
import { Errno } from '../../trace/errno.ts';
import type { Chip, IrqData } from '../../trace/structs.ts';
import {
  irq_domain_clear_mapping,
  irq_domain_set_mapping,
  resetChipAndHandler,
} from './irqdomain-map.ts';
import { oops } from './bug.ts';
import { irq_get_irq_data, irq_to_desc } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import { opAlloc, opFree } from './operations.ts';
import { at, kfree, kzalloc, site } from './slab.ts';

/** Address of the irq_data of an interrupt in a domain, 0 when it has none there. */
export function irq_domain_get_irq_data(k: Kernel, domain: number, virq: number): number {
  let addr = irq_get_irq_data(k, virq);
  while (addr !== 0) {
    const data = at(k, k.irq_data, addr);
    if (data.domain === domain) return addr;
    addr = data.parent_data;
  }
  return 0;
}

/** -ENOENT: the interrupt is not in the domain. */
export function irq_domain_set_hwirq_and_chip(
  k: Kernel,
  domain: number,
  virq: number,
  what: { readonly hwirq: number; readonly chip: Chip; readonly chip_data: number },
): number {
  const addr = irq_domain_get_irq_data(k, domain, virq);
  if (addr === 0) return Errno.ENOENT;
  const data = at(k, k.irq_data, addr);
  data.hwirq = what.hwirq;
  data.chip = what.chip;
  data.chip_data = what.chip_data;
  return 0;
}

/** Marks the levels from `domain` on inwards as not connected. -EINVAL: the interrupt is not in the domain. */
export function irq_domain_disconnect_hierarchy(k: Kernel, domain: number, virq: number): number {
  const addr = irq_domain_get_irq_data(k, domain, virq);
  if (addr === 0) return Errno.EINVAL;
  at(k, k.irq_data, addr).chip = 'notconn';
  return 0;
}

/** Makes the chains of a block; -ENOMEM, with what was made undone. */
export function irq_domain_alloc_irq_data(
  k: Kernel,
  domain: number,
  virq: number,
  nr_irqs: number,
): number {
  for (let i = 0; i < nr_irqs; i += 1) {
    let child = irq_get_irq_data(k, virq + i);
    at(k, k.irq_data, child).domain = domain;
    let parent = at(k, k.irq_domain, domain).parent;
    while (parent !== 0) {
      child = irq_domain_insert_irq_data(k, parent, child);
      if (child === 0) {
        irq_domain_free_irq_data(k, virq, i + 1);
        return Errno.ENOMEM;
      }
      parent = at(k, k.irq_domain, parent).parent;
    }
  }
  return 0;
}

/** Frees the inner parts of the chains of a block. */
export function irq_domain_free_irq_data(k: Kernel, virq: number, nr_irqs: number): void {
  for (let i = 0; i < nr_irqs; i += 1) {
    const data = at(k, k.irq_data, irq_get_irq_data(k, virq + i));
    const inner = data.parent_data;
    data.parent_data = 0;
    data.domain = 0;
    __irq_domain_free_hierarchy(k, inner);
  }
}

/**
 * Cuts off the levels that are marked as not connected. -EINVAL: no chip at the outermost level, a
 * chip behind the mark, or none before it.
 */
export function irq_domain_trim_hierarchy(k: Kernel, virq: number): number {
  let outer = at(k, k.irq_data, irq_get_irq_data(k, virq));
  if (outer.chip === 'null' || outer.chip === 'notconn') return Errno.EINVAL;
  let tail: IrqData | undefined;
  for (let addr = outer.parent_data; addr !== 0; addr = outer.parent_data) {
    const data = at(k, k.irq_data, addr);
    if (data.chip !== 'null' && tail !== undefined) return Errno.EINVAL;
    if (data.chip === 'null' && tail === undefined) return Errno.EINVAL;
    if (data.chip === 'notconn') tail = outer;
    outer = data;
  }
  if (tail === undefined) return 0;
  const inner = tail.parent_data;
  tail.parent_data = 0;
  __irq_domain_free_hierarchy(k, inner);
  return 0;
}

/** Enters an interrupt into the maps of all its domains. */
export function irq_domain_insert_irq(k: Kernel, virq: number): void {
  let addr = irq_get_irq_data(k, virq);
  while (addr !== 0) {
    const data = at(k, k.irq_data, addr);
    at(k, k.irq_domain, data.domain).mapcount += 1;
    irq_domain_set_mapping(k, data.domain, data.hwirq, addr);
    addr = data.parent_data;
  }
  at(k, k.irq_desc, irq_to_desc(k, virq)).norequest = false;
}

/** Takes it out again. */
export function irq_domain_remove_irq(k: Kernel, virq: number): void {
  resetChipAndHandler(k, virq);
  let addr = irq_get_irq_data(k, virq);
  while (addr !== 0) {
    const data = at(k, k.irq_data, addr);
    at(k, k.irq_domain, data.domain).mapcount -= 1;
    irq_domain_clear_mapping(k, data.domain, data.hwirq);
    addr = data.parent_data;
  }
}

/** Lets the operation of a domain allocate a block. -ENOSYS: it has none. */
export function irq_domain_alloc_irqs_hierarchy(
  k: Kernel,
  domain: number,
  block: Block,
  arg: AllocArg,
): number {
  if (at(k, k.irq_domain, domain).kind === 'wired') return Errno.ENOSYS;
  return opAlloc(k, domain, block, arg);
}

/** Lets the operation of a domain free each interrupt of a block that it has. */
export function irq_domain_free_irqs_hierarchy(
  k: Kernel,
  domain: number,
  irq_base: number,
  nr_irqs: number,
): void {
  if (at(k, k.irq_domain, domain).kind === 'wired') return;
  for (let i = 0; i < nr_irqs; i += 1) {
    if (irq_domain_get_irq_data(k, domain, irq_base + i) !== 0) opFree(k, domain, irq_base + i);
  }
}

/** The same for the parent; -ENOSYS: there is none. */
export function irq_domain_alloc_irqs_parent(
  k: Kernel,
  domain: number,
  block: Block,
  arg: AllocArg,
): number {
  const { parent } = at(k, k.irq_domain, domain);
  return parent === 0 ? Errno.ENOSYS : irq_domain_alloc_irqs_hierarchy(k, parent, block, arg);
}

/** The same for the parent. */
function irq_domain_free_irqs_parent(
  k: Kernel,
  domain: number,
  irq_base: number,
  nr_irqs: number,
): void {
  const { parent } = at(k, k.irq_domain, domain);
  if (parent !== 0) irq_domain_free_irqs_hierarchy(k, parent, irq_base, nr_irqs);
}

/** Resets a level's irq_data, then frees the parent's part. */
export function irq_domain_free_irqs_common(
  k: Kernel,
  domain: number,
  virq: number,
  nr_irqs: number,
): void {
  for (let i = 0; i < nr_irqs; i += 1) {
    const addr = irq_domain_get_irq_data(k, domain, virq + i);
    if (addr !== 0) irq_domain_reset_irq_data(at(k, k.irq_data, addr));
  }
  irq_domain_free_irqs_parent(k, domain, virq, nr_irqs);
}

/** Resets handlers too: for the outermost level. */
export function irq_domain_free_irqs_top(
  k: Kernel,
  domain: number,
  virq: number,
  nr_irqs: number,
): void {
  for (let i = 0; i < nr_irqs; i += 1) {
    const desc = at(k, k.irq_desc, irq_to_desc(k, virq + i));
    desc.handler_data = 0;
    mask_ack_irq(k, desc.irq_data);
    desc.handler = '';
  }
  irq_domain_free_irqs_common(k, domain, virq, nr_irqs);
}

/** A handler goes: what it may have left is acknowledged. Source: kernel/irq/chip.c __irq_do_set_handler(). */
function mask_ack_irq(k: Kernel, irq_data: number): void {
  const { chip, domain, parent_data } = at(k, k.irq_data, irq_data);
  if (chip !== 'msi') return;
  const { host_data } = at(k, k.irq_domain, domain);
  if (at(k, k.msi_domain_info, host_data).irq_ack) irq_chip_ack_parent(k, parent_data);
}

/** Calls `irq_ack` of the parent's chip, which that need not have. Source: kernel/irq/chip.c. */
function irq_chip_ack_parent(k: Kernel, parent_data: number): void {
  const { chip } = at(k, k.irq_data, parent_data);
  if (chip === 'null' || !k.env.irq_ack) oops(k, 'NULL dereference', 'irq_ack');
}

/** Source: irq_domain_reset_irq_data(). */
export function irq_domain_reset_irq_data(data: IrqData): void {
  data.hwirq = 0;
  data.chip = 'none';
  data.chip_data = 0;
}

/** A block of interrupts. */
export interface Block {
  readonly virq: number;
  readonly nr_irqs: number;
}

/** `msi_alloc_info_t`, or what a driver hands to irq_domain_alloc_irqs(). */
export interface AllocArg {
  desc: number;
  hwirq: number;
  /**
   * What a level does about its parent: lets it allocate; marks it with irq_domain_disconnect_hierarchy();
   * or nothing, for an interrupt that is there already (irq_domain_push_irq()).
   */
  inner: 'allocate' | 'disconnect' | 'present';
}

function irq_domain_insert_irq_data(k: Kernel, domain: number, child: number): number {
  const outer = at(k, k.irq_data, child);
  const addr = kzalloc(k, k.irq_data, site.irq_domain_insert_irq_data, {
    irq: outer.irq,
    hwirq: 0,
    common: outer.common,
    chip: 'null',
    chip_data: 0,
    domain,
    parent_data: 0,
  });
  if (addr !== 0) outer.parent_data = addr;
  return addr;
}

function __irq_domain_free_hierarchy(k: Kernel, from: number): void {
  let addr = from;
  while (addr !== 0) {
    const inner = at(k, k.irq_data, addr).parent_data;
    kfree(k, k.irq_data, addr);
    addr = inner;
  }
}
