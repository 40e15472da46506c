// SPDX-License-Identifier: GPL-2.0-only
/** Domains come and go. Source: kernel/irq/irqdomain.c (creation, names, firmware nodes, removal), v6.12. */
import { type BusToken, BUS_TOKENS, DomainFlag } from '../../trace/flags.ts';
import type { DomainKind, IrqDomain } from '../../trace/structs.ts';
import { mutex_lock, mutex_unlock, WARN_ON } from './bug.ts';
import { irq_domain_associate } from './irqdomain-map.ts';
import type { Kernel } from './kernel.ts';
import { at, kfree, kzalloc, site } from './slab.ts';
import { xa_empty, xa_init } from './xarray.ts';

/** `struct irq_domain_info`, as far as anybody here uses it. */
export interface DomainInfo {
  readonly kind: DomainKind;
  /** Index into DOMAINS, -1 for per-device domains. */
  readonly handle: number;
  /** Slots of the linear map. */
  readonly size: number;
  readonly hwirq_max: number;
  readonly flags: number;
  readonly fwnode: number;
  readonly host_data: number;
  readonly parent: number;
  /** Legacy domains: first interrupt and hardware number, and how many are associated. */
  readonly legacy?: {
    readonly first_irq: number;
    readonly first_hwirq: number;
    readonly size: number;
  };
}

/** Largest hardware number of a domain without a linear map. */
export const HWIRQ_MAX = 0xffff_ffff;

/** A named node for an irqchip; 0 without memory. Both requests are made before either is looked at. */
export function irq_domain_alloc_named_fwnode(k: Kernel, text: string): number {
  const fwid = kzalloc(k, k.fwnode, site.__irq_domain_alloc_fwnode, { type: 'named', name: 0 });
  const name = kzalloc(k, k.name, site.__irq_domain_alloc_fwnode, { text });
  if (fwid === 0 || name === 0) {
    kfree(k, k.fwnode, fwid);
    kfree(k, k.name, name);
    return 0;
  }
  at(k, k.fwnode, fwid).name = name;
  return fwid;
}

/** Frees a named node; a device's own node is refused with a WARN. */
export function irq_domain_free_fwnode(k: Kernel, fwnode: number): void {
  if (fwnode === 0) return;
  const fwid = at(k, k.fwnode, fwnode);
  if (WARN_ON(k, fwid.type !== 'named', 'irq_domain_free_fwnode', 1)) return;
  kfree(k, k.name, fwid.name);
  kfree(k, k.fwnode, fwnode);
}

/** Creates and publishes a domain; 0 without memory. Source: __irq_domain_instantiate(). */
export function irq_domain_instantiate(k: Kernel, info: DomainInfo): number {
  const addr = __irq_domain_create(k, info);
  if (addr === 0) return 0;
  const domain = at(k, k.irq_domain, addr);
  domain.flags |= info.flags;
  if (info.parent !== 0) {
    domain.root = at(k, k.irq_domain, info.parent).root;
    domain.parent = info.parent;
  }
  k.irq_domain_mutex = mutex_lock(k, k.irq_domain_mutex, '__irq_domain_publish');
  if (info.handle >= 0) k.domains[info.handle] = addr;
  k.irq_domain_mutex = mutex_unlock(k, k.irq_domain_mutex, '__irq_domain_publish');
  if (info.legacy !== undefined) {
    const { first_irq, first_hwirq, size } = info.legacy;
    for (let i = 0; i < size; i += 1) irq_domain_associate(k, addr, first_irq + i, first_hwirq + i);
  }
  return addr;
}

/** Removes a domain; one that still has numbers in its tree is WARNed about and removed all the same. */
export function irq_domain_remove(k: Kernel, addr: number): void {
  const domain = at(k, k.irq_domain, addr);
  k.irq_domain_mutex = mutex_lock(k, k.irq_domain_mutex, 'irq_domain_remove');
  WARN_ON(k, !xa_empty(domain.revmap_tree), 'irq_domain_remove', 1);
  if (domain.handle >= 0) k.domains[domain.handle] = 0;
  k.irq_domain_mutex = mutex_unlock(k, k.irq_domain_mutex, 'irq_domain_remove');
  irq_domain_free(k, addr);
}

/** Changes the token and appends it to the name; without memory the old name stays. */
export function irq_domain_update_bus_token(k: Kernel, addr: number, bus_token: BusToken): void {
  const domain = at(k, k.irq_domain, addr);
  if (domain.bus_token === bus_token) return;
  k.irq_domain_mutex = mutex_lock(k, k.irq_domain_mutex, 'irq_domain_update_bus_token');
  domain.bus_token = bus_token;
  const text = `${domain.name}-${k.profile.busTokens[BUS_TOKENS.indexOf(bus_token)] ?? 0}`;
  const name = kzalloc(k, k.name, site.irq_domain_update_bus_token, { text });
  if (name !== 0) {
    if ((domain.flags & DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED) !== 0)
      kfree(k, k.name, domain.nameAddr);
    domain.flags |= DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED;
    domain.name = text;
    domain.nameAddr = name;
  }
  k.irq_domain_mutex = mutex_unlock(k, k.irq_domain_mutex, 'irq_domain_update_bus_token');
}

function __irq_domain_create(k: Kernel, info: DomainInfo): number {
  const revmap: number[] = [];
  for (let i = 0; i < info.size; i += 1) revmap.push(0);
  const addr = kzalloc(k, k.irq_domain, site.__irq_domain_create, {
    handle: info.handle,
    kind: info.kind,
    name: '',
    nameAddr: 0,
    flags: 0,
    host_data: info.host_data,
    bus_token: 'DOMAIN_BUS_ANY',
    hwirq_max: info.hwirq_max,
    revmap,
    revmap_tree: xa_init(),
    mapcount: 0,
    parent: 0,
    root: 0,
    fwnode: info.fwnode,
    dev: 0,
    mutex: 0,
    vectors: [],
  });
  if (addr === 0) return 0;
  const domain = at(k, k.irq_domain, addr);
  if (!irq_domain_set_name(k, domain)) {
    kfree(k, k.irq_domain, addr);
    return 0;
  }
  domain.root = addr;
  if (info.kind !== 'wired') domain.flags |= DomainFlag.IRQ_DOMAIN_FLAG_HIERARCHY;
  return addr;
}

/** False without memory. Source: irq_domain_set_name(), alloc_name(), alloc_fwnode_name(), alloc_unknown_name(). */
function irq_domain_set_name(k: Kernel, domain: IrqDomain): boolean {
  const fwid = domain.fwnode === 0 ? undefined : at(k, k.fwnode, domain.fwnode);
  // A node of the firmware is named after its place there, which ours has none of.
  const named = fwid !== undefined && fwid.name !== 0;
  if (!named) k.unknown_domains += 1;
  const text = named ? at(k, k.name, fwid.name).text : `unknown-${k.unknown_domains}`;
  const name = kzalloc(k, k.name, site.irq_domain_set_name, { text });
  if (name === 0) return false;
  domain.name = text;
  domain.nameAddr = name;
  domain.flags |= DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED;
  return true;
}

function irq_domain_free(k: Kernel, addr: number): void {
  const domain = at(k, k.irq_domain, addr);
  // fwnode_handle_put() looks at the node, which is the caller's and still there.
  at(k, k.fwnode, domain.fwnode);
  if ((domain.flags & DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED) !== 0)
    kfree(k, k.name, domain.nameAddr);
  kfree(k, k.irq_domain, addr);
}
