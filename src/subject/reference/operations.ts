// SPDX-License-Identifier: GPL-2.0-only
/**
 * The operations of the domains that an environment brings along: the root with its vectors, the
 * levels above it, and the domain `wired`. Their like in the kernel are arch/x86/kernel/apic/vector.c
 * and the irqchip drivers; what they do here is said in docs/environments.md.
 */
import { Errno } from '../../trace/errno.ts';
import { forced, seen } from './callback.ts';
import {
  type AllocArg,
  type Block,
  irq_domain_alloc_irqs_parent,
  irq_domain_disconnect_hierarchy,
  irq_domain_free_irqs_common,
  irq_domain_get_irq_data,
  irq_domain_reset_irq_data,
  irq_domain_set_hwirq_and_chip,
} from './irqdomain-hierarchy.ts';
import { irq_to_desc } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import {
  msi_domain_activate,
  msi_domain_alloc,
  msi_domain_deactivate,
  msi_domain_free,
  msi_domain_translate,
} from './msi-domain.ts';
import { at } from './slab.ts';

/** Hardware number of an interrupt whose inner levels are not connected. */
const UNCONNECTED = 1_000_000;

/** `irq_domain_ops::alloc`. */
export function opAlloc(k: Kernel, domain: number, block: Block, arg: AllocArg): number {
  const { kind } = at(k, k.irq_domain, domain);
  if (kind === 'msi') return msi_domain_alloc(k, domain, block, arg);
  const force = forced(k, 'alloc');
  let ret = force ?? 0;
  if (force === undefined || force >= 0) {
    const own =
      kind === 'vector' ? vectorAlloc(k, domain, block) : levelAlloc(k, domain, block, arg);
    if (own < 0) ret = own;
    else if (force === 0 && arg.inner === 'allocate') forgetChip(k, domain, block);
  }
  const { handle } = at(k, k.irq_domain, domain);
  return seen(k, 'alloc', { domain: handle, dev: -1, irq: block.virq, arg: block.nr_irqs }, ret);
}

/** What an operation does that is forced to return 0: all of its work, but that it sets no chip. */
function forgetChip(k: Kernel, domain: number, { virq, nr_irqs }: Block): void {
  for (let irq = virq; irq < virq + nr_irqs; irq += 1)
    at(k, k.irq_data, irq_domain_get_irq_data(k, domain, irq)).chip = 'null';
}

/** `irq_domain_ops::free`, of one interrupt. */
export function opFree(k: Kernel, domain: number, virq: number): void {
  const { kind, handle } = at(k, k.irq_domain, domain);
  if (kind === 'msi') {
    msi_domain_free(k, domain, virq, 1);
    return;
  }
  forced(k, 'free');
  if (kind === 'vector') vectorFree(k, domain, virq);
  else irq_domain_free_irqs_common(k, domain, virq, 1);
  seen(k, 'free', { domain: handle, dev: -1, irq: virq, arg: 1 }, 0);
}

/** `irq_domain_ops::activate`. */
export function opActivate(k: Kernel, domain: number, irq_data: number, reserve: boolean): number {
  const { kind, handle } = at(k, k.irq_domain, domain);
  if (kind === 'msi') return msi_domain_activate(k, irq_data);
  const ret = forced(k, 'activate') ?? 0;
  const { irq } = at(k, k.irq_data, irq_data);
  return seen(k, 'activate', { domain: handle, dev: -1, irq, arg: reserve ? 1 : 0 }, ret);
}

/** `irq_domain_ops::deactivate`. */
export function opDeactivate(k: Kernel, domain: number, irq_data: number): void {
  const { kind, handle } = at(k, k.irq_domain, domain);
  if (kind === 'msi') {
    msi_domain_deactivate(k, irq_data);
    return;
  }
  forced(k, 'deactivate');
  const { irq } = at(k, k.irq_data, irq_data);
  seen(k, 'deactivate', { domain: handle, dev: -1, irq, arg: 0 }, 0);
}

/** `irq_domain_ops::map` of the domains without hierarchy. */
export function opMap(k: Kernel, domain: number, virq: number, hwirq: number): number {
  const ret = forced(k, 'map') ?? 0;
  if (ret >= 0) {
    const desc = at(k, k.irq_desc, irq_to_desc(k, virq));
    at(k, k.irq_data, desc.irq_data).chip = 'wired';
    desc.handler = 'wired';
  }
  const { handle } = at(k, k.irq_domain, domain);
  return seen(k, 'map', { domain: handle, dev: -1, irq: virq, arg: hwirq }, ret);
}

/** `irq_domain_ops::unmap`. */
export function opUnmap(k: Kernel, domain: number, irq: number): void {
  forced(k, 'unmap');
  const { handle } = at(k, k.irq_domain, domain);
  seen(k, 'unmap', { domain: handle, dev: -1, irq, arg: 0 }, 0);
}

/** `irq_domain_ops::translate`: the number as it stands in the fwspec. */
export function opTranslate(k: Kernel, domain: number, hwirq: number): number {
  return at(k, k.irq_domain, domain).kind === 'msi' ? msi_domain_translate(k, domain, hwirq) : 0;
}

/** The lowest free vectors, one by one. -ENOSPC: fewer than `nr_irqs` are free, and none is taken. */
function vectorAlloc(k: Kernel, domain: number, { virq, nr_irqs }: Block): number {
  const { vectors } = at(k, k.irq_domain, domain);
  const free: number[] = [];
  for (let vector = 0; vector < vectors.length && free.length < nr_irqs; vector += 1) {
    if (vectors[vector] === 0) free.push(vector);
  }
  if (free.length < nr_irqs) return Errno.ENOSPC;
  free.forEach((vector, i) => {
    vectors[vector] = virq + i;
    irq_domain_set_hwirq_and_chip(k, domain, virq + i, {
      hwirq: vector,
      chip: 'vector',
      chip_data: 0,
    });
    at(k, k.irq_desc, irq_to_desc(k, virq + i)).can_reserve = true;
  });
  return 0;
}

function vectorFree(k: Kernel, domain: number, virq: number): void {
  const data = at(k, k.irq_data, irq_domain_get_irq_data(k, domain, virq));
  at(k, k.irq_domain, domain).vectors[data.hwirq] = 0;
  irq_domain_reset_irq_data(data);
}

/** The parent first, then its numbers moved up by 256 times the level. */
function levelAlloc(k: Kernel, addr: number, block: Block, arg: AllocArg): number {
  const domain = at(k, k.irq_domain, addr);
  if (arg.inner === 'allocate') {
    const ret = irq_domain_alloc_irqs_parent(k, addr, block, arg);
    if (ret < 0) return ret;
  }
  for (let virq = block.virq; virq < block.virq + block.nr_irqs; virq += 1) {
    const cut = arg.inner === 'disconnect';
    const inner = irq_domain_get_irq_data(k, domain.parent, virq);
    const hwirq = cut ? UNCONNECTED + virq : 256 * domain.handle + rootHwirq(k, inner);
    irq_domain_set_hwirq_and_chip(k, addr, virq, { hwirq, chip: 'level', chip_data: 0 });
    if (cut) irq_domain_disconnect_hierarchy(k, domain.parent, virq);
  }
  return 0;
}

/** Number in the innermost level, the root. */
function rootHwirq(k: Kernel, from: number): number {
  let data = at(k, k.irq_data, from);
  while (data.parent_data !== 0) data = at(k, k.irq_data, data.parent_data);
  return data.hwirq;
}
