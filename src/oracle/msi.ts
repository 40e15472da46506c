// SPDX-License-Identifier: GPL-2.0-only
/** The calls of kernel/irq/msi.c, and what it does with the domains of a device. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { BUS_TOKENS } from '../trace/flags.ts';
import { die, type Draft, failure, fails, refuse, setDomain, splat, type Work } from './draft.ts';
import * as irqs from './interrupts.ts';
import { type Domain, isParent, newDevice, newMsiDomain, NONE, own, slotAt } from './model.ts';
import * as store from './store.ts';

const { asked, locked } = store;

/** Calls by name. */
export const MSI_CALLS: Readonly<Record<string, Work>> = {
  msi_setup_device_data,
  msi_lock_descs: store.msi_lock_descs,
  msi_unlock_descs: store.msi_unlock_descs,
  msi_domain_insert_msi_desc: asked(store.insert),
  msi_domain_free_msi_descs_range: asked((d) => store.msi_domain_free_descs(d, range(d))),
  msi_free_msi_descs: asked((d) => store.msi_domain_free_descs(d, irqs.EVERY)),
  msi_domain_first_desc: asked((d, { domid, filter }) => store.first(d, domid, filter)),
  msi_next_desc: asked((d, { domid, filter }) => store.next(d, domid, filter)),
  msi_domain_get_virq: irqs.getVirq,
  get_cached_msi_msg: (d, { domid, index }) => slotAt(d.device, domid, index)?.msg ?? 0,
  msi_device_populate_sysfs: asked(populate),
  msi_device_destroy_sysfs: asked((d) => store.each(d, store.ALL, () => 0)),
  msi_create_irq_domain,
  msi_create_device_irq_domain,
  msi_remove_device_irq_domain: (d, { domid }) => remove(d, domid),
  msi_match_device_irq_domain: locked(match),
  msi_domain_alloc_irqs_range: locked((d) => irqs.msi_domain_alloc_locked(d, range(d))),
  msi_domain_alloc_irqs_range_locked: asked((d) => irqs.msi_domain_alloc_locked(d, range(d))),
  msi_domain_alloc_irqs_all_locked: asked((d) => irqs.msi_domain_alloc_locked(d, whole(d))),
  msi_domain_alloc_irq_at: locked(irqs.msi_domain_alloc_irq_at),
  msi_domain_free_irqs_range: locked((d) => irqs.msi_domain_free_locked(d, range(d))),
  msi_domain_free_irqs_range_locked: asked((d) => irqs.msi_domain_free_locked(d, range(d))),
  msi_domain_free_irqs_all: locked((d) => irqs.msi_domain_free_locked(d, whole(d))),
  msi_domain_free_irqs_all_locked: asked((d) => irqs.msi_domain_free_locked(d, whole(d))),
  msi_add_msi_desc: asked(store.insert),
  msi_free_msi_descs_range: asked((d, { filter }) =>
    store.msi_free_msi_descs_range(d, range(d), filter),
  ),
  msi_first_desc: asked((d, { filter }) => store.first(d, 0, filter)),
  msi_next_desc_6_1: asked((d, { filter }) => store.next(d, 0, filter)),
  msi_get_virq: irqs.getVirq,
  msi_domain_alloc_irqs: locked(irqs.msi_domain_alloc_irqs_descs_locked),
  msi_domain_alloc_irqs_descs_locked: asked(irqs.msi_domain_alloc_irqs_descs_locked),
  msi_domain_free_irqs: locked(irqs.msi_domain_free_irqs_descs_locked),
  msi_domain_free_irqs_descs_locked: asked(irqs.msi_domain_free_irqs_descs_locked),
};

const createLocked = locked(create);

function range({ call: { domid, first, last } }: Draft): store.Ctrl {
  return { domid, first, last, nirqs: last + 1 - first };
}

function whole(d: Draft): store.Ctrl {
  const { domid, nirqs } = d.call;
  return { domid, first: 0, last: store.msi_domain_get_hwsize(d, domid) - 1, nirqs };
}

function populate(d: Draft): number {
  return store.each(d, store.USED, () => (fails(d, true) ? Errno.ENOMEM : 0));
}

function msi_setup_device_data(d: Draft): number {
  if (!d.device.data && fails(d, true)) return failure(d);
  setUp(d);
  return 0;
}

/** A global domain is copied, a parent is not; 6.1 has nothing to copy it to. */
function setUp({ device, world }: Draft): void {
  if (device.data) return;
  device.data = true;
  const group = { release: 'devm_attr_group_remove', id: 0 } as const;
  device.devres = [...device.devres, group, { release: 'msi_device_data_release', id: 0 }];
  const [first] = device.stores;
  const domain = isParent(world, device.msiDomain) ? NONE : device.msiDomain;
  if (world.profile.storePerDomain && first !== undefined)
    device.stores = device.stores.with(0, { ...first, domain });
}

function msi_create_irq_domain(d: Draft, { domain, hwsize }: Call): number {
  const made = newMsiDomain(hwsize, d.world.profile);
  if (made === undefined || fails(d, true)) return 0;
  setDomain(d, domain, made);
  return 1;
}

function msi_create_device_irq_domain(d: Draft, call: Call): number {
  const { device, world } = d;
  if (device.msiDomain === NONE) return die(d, 'NULL dereference irq_domain_is_msi_parent 1');
  if (!isParent(world, device.msiDomain) || device.stores[call.domid] === undefined) return 0;
  if (store.has(d, 'MSI_FLAG_USE_DEV_FWNODE') && !world.environment.fwnode) return 0;
  if (fails(d, true)) return 0;
  setUp(d);
  return createLocked(d, call);
}

function create(d: Draft, { domid, hwsize }: Call): number {
  const old = store.msi_get_device_domain(d, domid);
  if (old !== undefined) return refuse(d, 'WARN msi_create_device_irq_domain 1', 0);
  const made = newMsiDomain(hwsize, d.world.profile);
  if (made === undefined || fails(d, true, 'init_dev_msi_info')) return 0;
  setDomain(d, own(domid), made);
  return 1;
}

/** msi_remove_device_irq_domain() */
function remove(d: Draft, domid: number): number {
  store.msi_lock_descs(d);
  const domain = d.dead ? undefined : store.msi_get_device_domain(d, domid);
  if (domain !== undefined && d.device.stores[domid]?.domain === own(domid)) {
    setDomain(d, own(domid), undefined);
    removed(d, domain);
    if (store.has(d, 'MSI_FLAG_USE_DEV_FWNODE')) splat(d, 'WARN irq_domain_free_fwnode 1');
  }
  return d.dead ? 0 : store.msi_unlock_descs(d);
}

/** irq_domain_remove(). Interrupts that it leaves behind point at freed memory, and we stop there. */
export function removed(d: Draft, domain: Domain): void {
  if (domain.mapped.length > 0) splat(d, 'WARN irq_domain_remove 1');
  if (domain.live > 0) d.doomed = true;
}

/** msi_match_device_irq_domain() */
function match(d: Draft, { domid, bus_token }: Call): number {
  const domain = store.msi_get_device_domain(d, domid);
  const isOwn = domain !== undefined && d.device.stores[domid]?.domain === own(domid);
  return Number(isOwn && BUS_TOKENS[bus_token] === d.world.environment.bus_token);
}

/** The release of the MSI data. Descriptors that are still there are lost, with their interrupts. */
export function msi_device_data_release(d: Draft): void {
  for (let domid = 0; domid < d.device.stores.length; domid += 1) {
    if (d.world.profile.storePerDomain) remove(d, domid);
    const count = d.device.stores[domid]?.slots.length ?? 0;
    if (count > 0) splat(d, 'WARN msi_device_data_release 1');
  }
  const { data, locked: held, cursor, stores } = newDevice(d.world);
  Object.assign(d.device, { data, locked: held, cursor, stores });
}
