// SPDX-License-Identifier: GPL-2.0-only
/** The calls of kernel/irq/msi.c, and what it does with the domains of a device. */
import type { Call } from '../trace/call.ts';
import { BUS_TOKENS } from '../trace/flags.ts';
import { ANY, die, type Draft, fails, splat, type Work } from './draft.ts';
import * as irqs from './interrupts.ts';
import { isParent, newDevice, newMsiDomain, NONE, own } from './model.ts';
import * as store from './store.ts';

const { locked } = store;

/** By name; an argument `lock` is for the caller. */
export const MSI_CALLS: Readonly<Record<string, Work>> = {
  msi_setup_device_data: (d) => (d.device.data ? 0 : fails(d, true) || setUp(d)),
  msi_lock_descs: store.msi_lock_descs,
  msi_unlock_descs: store.msi_unlock_descs,
  msi_domain_insert_msi_desc: store.insert,
  msi_domain_free_msi_descs_range: (d) => store.free(d, range(d)),
  msi_free_msi_descs: (d) => store.free(d, store.EVERY),
  msi_domain_first_desc: (d, { domid }) => store.first(d, domid),
  msi_next_desc: (d, { domid }) => store.iterate(d, 'msi_next_desc', domid),
  msi_domain_get_virq: irqs.getVirq,
  get_cached_msi_msg: () => ANY,
  msi_device_populate_sysfs: (d) => store.each(d, store.USED, () => fails(d, true)),
  msi_device_destroy_sysfs: (d) => store.each(d, store.ALL, () => 0),
  msi_create_irq_domain,
  msi_create_device_irq_domain,
  msi_remove_device_irq_domain: (d, { domid }) => remove(d, domid),
  msi_match_device_irq_domain: locked(match),
  msi_domain_alloc_irqs_range: locked((d) => irqs.alloc(d, range(d))),
  msi_domain_alloc_irqs_range_locked: (d) => irqs.alloc(d, range(d)),
  msi_domain_alloc_irqs_all_locked: (d) => irqs.alloc(d, whole(d)),
  msi_domain_alloc_irq_at: locked(irqs.msi_domain_alloc_irq_at),
  msi_domain_free_irqs_range: locked((d) => irqs.free(d, range(d))),
  msi_domain_free_irqs_range_locked: (d) => irqs.free(d, range(d)),
  msi_domain_free_irqs_all: locked((d) => irqs.free(d, whole(d))),
  msi_domain_free_irqs_all_locked: (d) => irqs.free(d, whole(d)),
  msi_add_msi_desc: store.insert,
  msi_free_msi_descs_range: (d, { filter }) => store.free(d, range(d), filter),
  msi_first_desc: (d) => store.first(d, 0),
  msi_next_desc_6_1: (d) => store.iterate(d, 'msi_next_desc', 0),
  msi_get_virq: irqs.getVirq,
  msi_domain_alloc_irqs: locked((d) => irqs.alloc(d, made(d))),
  msi_domain_alloc_irqs_descs_locked: (d) => irqs.alloc(d, made(d)),
  msi_domain_free_irqs: locked((d) => irqs.free(d, store.EVERY)),
  msi_domain_free_irqs_descs_locked: (d) => irqs.free(d, store.EVERY),
};

function range({ call: { domid, first, last } }: Draft): store.Ctrl {
  return { domid, first, last, nirqs: last + 1 - first };
}

function whole(d: Draft): store.Ctrl {
  const { domid, nirqs } = d.call;
  return { domid, first: 0, last: store.msi_domain_get_hwsize(d, domid) - 1, nirqs };
}

/** Before 6.2 only descriptors that are to be made have a range. */
function made({ call: { nirqs } }: Draft): store.Ctrl {
  return { ...store.EVERY, last: nirqs - 1 };
}

const GROUP = { release: 'devm_attr_group_remove', id: 0 } as const;
const DATA = { release: 'msi_device_data_release', id: 0 } as const;

/** A global domain is copied, a parent is not; 6.1 has nothing to copy it to. */
function setUp(d: Draft): number {
  const { device, world } = d;
  device.devres.push(GROUP, DATA);
  device.data = true;
  const [first] = device.stores;
  const copied = world.profile.storePerDomain && !isParent(world, device.msiDomain);
  if (first !== undefined && copied) first.domain = device.msiDomain;
  return 0;
}

function msi_create_irq_domain(d: Draft, { domain, hwsize }: Call): number {
  const fresh = newMsiDomain(hwsize, d.world.profile);
  if (fresh === undefined || fails(d, true) !== 0) return 0;
  d.world.domains[domain] = fresh;
  return 1;
}

function msi_create_device_irq_domain(d: Draft, call: Call): number {
  const { device, world } = d;
  if (device.msiDomain === NONE) return die(d, 'NULL dereference irq_domain_is_msi_parent 1');
  if (!isParent(world, device.msiDomain) || device.stores[call.domid] === undefined) return 0;
  if (store.has(d, 'MSI_FLAG_USE_DEV_FWNODE') && !world.environment.fwnode) return 0;
  if (fails(d, true) !== 0) return 0;
  if (!device.data) setUp(d);
  return locked(create)(d, call);
}

function create(d: Draft, { dev, domid, hwsize }: Call): number {
  const slot = d.device.stores[domid];
  if (store.msi_get_device_domain(d, domid) !== undefined || slot === undefined)
    return splat(d, 'WARN msi_create_device_irq_domain 1');
  const fresh = newMsiDomain(hwsize, d.world.profile);
  if (fresh === undefined || fails(d, true, 'init_dev_msi_info') !== 0) return 0;
  d.world.domains[own(dev, domid)] = fresh;
  slot.domain = own(dev, domid);
  return 1;
}

/** msi_remove_device_irq_domain() */
function remove(d: Draft, domid: number): number {
  store.msi_lock_descs(d);
  const domain = d.dead ? undefined : store.msi_get_device_domain(d, domid);
  const slot = d.device.stores[domid];
  if (domain !== undefined && slot?.domain === own(d.call.dev, domid)) {
    irq_domain_remove(d, slot.domain);
    slot.domain = NONE;
    if (store.has(d, 'MSI_FLAG_USE_DEV_FWNODE')) splat(d, 'WARN irq_domain_free_fwnode 1');
  }
  return d.dead ? 0 : store.msi_unlock_descs(d);
}

/** Interrupts that are left behind point at freed memory then, and we stop there. */
export function irq_domain_remove(d: Draft, domain: number): number {
  const old = d.world.domains[domain];
  d.world.domains[domain] = undefined;
  if ((old?.mapped.size ?? 0) > 0) splat(d, 'WARN irq_domain_remove 1');
  d.doomed ||= (old?.live ?? 0) > 0;
  return 0;
}

/** msi_match_device_irq_domain() */
function match(d: Draft, { dev, domid, bus_token }: Call): number {
  store.msi_get_device_domain(d, domid);
  const isOwn = d.device.stores[domid]?.domain === own(dev, domid);
  return Number(isOwn && BUS_TOKENS[bus_token] === d.world.environment.bus_token);
}

/** The release of the MSI data. Descriptors that are still there are lost, with their interrupts. */
export function msi_device_data_release(d: Draft): void {
  for (const [domid, { slots }] of d.device.stores.entries()) {
    if (d.world.profile.storePerDomain) remove(d, domid);
    if (slots.size > 0) splat(d, 'WARN msi_device_data_release 1');
  }
  const { alive, msiDomain, devres } = d.device;
  Object.assign(d.device, { ...newDevice(d.world), alive, msiDomain, devres });
}
