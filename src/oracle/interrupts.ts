// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts for descriptors: kernel/irq/msi.c, under its names. */
import { affinityArg } from '../trace/affinity.ts';
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE, PCI_TOKENS } from '../trace/flags.ts';
import { die, domainOf, type Draft, editSlots, failure, fails, map, refuse } from './draft.ts';
import { setVectors, takeNumbers, takeVectors } from './draft.ts';
import { mappedAt, NONE, type Slot, slotAt } from './model.ts';
import * as store from './store.ts';

const MANAGED = affinityArg(0, true) - affinityArg(0, false);
/** Data word of a message for root vector 0. */
const MSG_DATA = 0x4000;
/** All there is, for the functions of 6.1, which know no ranges. */
export const EVERY: store.Ctrl = { domid: 0, first: 0, last: MSI_MAX_INDEX, nirqs: Infinity };

/** msi_domain_get_virq(), msi_get_virq() */
export function getVirq(d: Draft, { domid, index }: Call): number {
  const { profile, environment } = d.world;
  const wrong = index > MSI_MAX_INDEX || d.device.stores[domid] === undefined;
  if (!d.device.data) return 0;
  if (profile.checksRange && wrong) return refuse(d, 'WARN msi_domain_get_virq 1', 0);
  const multi = environment.pci === 'msi' && domid === 0;
  store.msi_lock_descs(d);
  const slot = slotAt(d.device, domid, multi ? 0 : index);
  d.virq = slot?.vectors !== undefined && (!multi || index < slot.nvec);
  store.msi_unlock_descs(d);
  return Number(d.virq);
}

function isPci({ world: { environment, profile } }: Draft): boolean {
  const { bus_token } = environment;
  return profile.storePerDomain ? PCI_TOKENS.includes(bus_token) : bus_token === PCI_TOKENS[0];
}

function msi_check_reservation_mode(d: Draft): boolean {
  if (!isPci(d) || !store.has(d, 'MSI_FLAG_MUST_REACTIVATE')) return false;
  if (store.has(d, 'MSI_FLAG_NO_MASK')) return false;
  const first = store.first(d, 0, store.ALL);
  if (first < 0) die(d, 'NULL dereference msi_check_reservation_mode 1');
  return slotAt(d.device, 0, first)?.attrib !== 0;
}

/** What an allocation of interrupts that failed returns, whatever the reason was. */
function noSpace(d: Draft, { nvec }: Slot, allocated: number): number {
  const { ops } = d.world.environment;
  const old = ops.includes('handle_error') || ops.includes('msi_finish');
  if (old) return fails(d, false, 'handle_error') ? failure(d) : Errno.ENOSPC;
  if (!isPci(d) || (nvec === 1 && allocated === 0)) return Errno.ENOSPC;
  return nvec > 1 ? 1 : allocated;
}

function hwirqs(d: Draft, { index, nvec }: Slot): readonly number[] {
  const { hwirq } = d.world.environment;
  const base = hwirq === 'device' ? d.call.dev * MSI_XA_DOMAIN_SIZE : 0;
  const from = hwirq === 'overlap' ? index >> 1 : base + index;
  return nvec === 1 ? [from] : Array.from({ length: nvec }, (_, vec) => from + vec);
}

/** msi_domain_alloc() and everything below: root vectors, or undefined when something fails. */
function takeIrqs(d: Draft, slot: Slot, domain: number): readonly number[] | undefined {
  const numbers = hwirqs(d, slot);
  if (mappedAt(domainOf(d, domain)?.mapped ?? [], numbers[0] ?? 0) >= 0) return undefined;
  if (fails(d, true, 'alloc', 'msi_init')) return undefined;
  if (takeNumbers(d, slot.nvec, slot.affinity) !== 0) return undefined;
  const vectors = takeVectors(d, slot.nvec, d.world.environment.levels);
  if (vectors === undefined) d.world.irqs -= slot.nvec;
  else map(d, domain, numbers, 1);
  return vectors;
}

function __msi_domain_alloc_irqs(d: Draft, ctrl: store.Ctrl, domain: number): number {
  if (fails(d, false, 'msi_check', 'msi_prepare')) return failure(d);
  const { profile, environment } = d.world;
  const reserve = msi_check_reservation_mode(d);
  const early = store.has(d, 'MSI_FLAG_ACTIVATE_EARLY');
  let allocated = 0;
  const allocate = (slot: Slot, at: number): number => {
    if (allocated >= ctrl.nirqs) return refuse(d, 'WARN __msi_domain_alloc_irqs 1', Errno.EINVAL);
    const vectors = takeIrqs(d, slot, domain);
    if (vectors === undefined) return noSpace(d, slot, allocated);
    const managed = (slot.affinity & MANAGED) !== 0;
    const shut = managed && !reserve && (slot.affinity & environment.online) === 0;
    const msg = early && !shut ? MSG_DATA + (vectors[0] ?? 0) : slot.msg;
    const active = early && !shut && !reserve;
    editSlots(d, ctrl.domid)[at] = { ...slot, vectors, domain, msg, active };
    if (early && fails(d, false, 'activate')) return failure(d);
    if (store.has(d, 'MSI_FLAG_DEV_SYSFS') && fails(d, true)) return failure(d);
    allocated += 1;
    return 0;
  };
  if (d.dead) return 0;
  if (!profile.storePerDomain) return store.each(d, store.UNUSED, allocate);
  return store.eachIn(d, ctrl, store.UNUSED, allocate);
}

function __msi_domain_free_irqs(d: Draft, ctrl: store.Ctrl, domain: number): void {
  const free = (slot: Slot, at: number): number => {
    setVectors(d, slot.vectors ?? [], 0);
    map(d, slot.domain, hwirqs(d, slot), -1);
    d.world.irqs -= slot.nvec;
    const msg = slot.active && slot.domain === domain ? 0 : slot.msg;
    const freed = { vectors: undefined, domain: NONE, active: false };
    editSlots(d, ctrl.domid)[at] = { ...slot, ...freed, msg };
    return 0;
  };
  if (d.world.profile.storePerDomain) store.eachIn(d, ctrl, store.USED, free);
  else store.each(d, store.USED, free);
}

function overrides(d: Draft): boolean {
  return d.world.environment.ops.includes('domain_alloc_irqs');
}

/** Through `domain_alloc_irqs`, which is the default, a wrapper, or takes nothing but interrupt numbers. */
function allocIrqs(d: Draft, ctrl: store.Ctrl, domain: number): number {
  const forced = overrides(d) || d.world.environment.ops.includes('wrap_alloc');
  if (forced && fails(d, false, 'domain_alloc_irqs')) return failure(d);
  if (!overrides(d)) return __msi_domain_alloc_irqs(d, ctrl, domain);
  return store.eachIn(d, EVERY, store.UNUSED, (slot, at) => {
    if (fails(d, true)) return Errno.ENOMEM;
    const ret = takeNumbers(d, slot.nvec, slot.affinity);
    if (ret === 0) editSlots(d, 0)[at] = { ...slot, vectors: [] };
    const failed = ret === 0 && store.has(d, 'MSI_FLAG_DEV_SYSFS') && fails(d, true);
    return failed ? Errno.ENOMEM : ret;
  });
}

/** Through `domain_free_irqs`. That of an overriding domain has no range: it frees all of the device. */
function freeIrqs(d: Draft, ctrl: store.Ctrl, domain: number): void {
  if (!overrides(d)) return __msi_domain_free_irqs(d, ctrl, domain);
  store.eachIn(d, EVERY, store.USED, (slot, at) => {
    d.world.irqs -= slot.nvec;
    editSlots(d, 0)[at] = { ...slot, vectors: undefined };
    return 0;
  });
}

/** Frees interrupts, 6.12. */
export function msi_domain_free_locked(d: Draft, ctrl: store.Ctrl): number {
  if (!store.msi_ctrl_valid(d, ctrl)) return 0;
  if (store.msi_get_device_domain(d, ctrl.domid) === undefined) return 0;
  freeIrqs(d, ctrl, d.device.stores[ctrl.domid]?.domain ?? NONE);
  return store.has(d, 'MSI_FLAG_FREE_MSI_DESCS') ? store.msi_domain_free_descs(d, ctrl) : 0;
}

/** Allocates them, 6.12. */
export function msi_domain_alloc_locked(d: Draft, ctrl: store.Ctrl): number {
  const ret = allocLocked(d, ctrl);
  if (ret !== 0) msi_domain_free_locked(d, ctrl);
  return ret;
}

function allocLocked(d: Draft, ctrl: store.Ctrl): number {
  if (!store.msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  if (store.msi_get_device_domain(d, ctrl.domid) === undefined) return Errno.ENODEV;
  const ret = store.addSimple(d, ctrl);
  return ret === 0 ? allocIrqs(d, ctrl, d.device.stores[ctrl.domid]?.domain ?? NONE) : ret;
}

/** Adds a descriptor with its interrupt: the index or an errno. */
export function msi_domain_alloc_irq_at(d: Draft, { domid, index }: Call): number {
  if (store.msi_get_device_domain(d, domid) === undefined) return Errno.ENODEV;
  if (fails(d, true)) return failure(d);
  const at = store.msi_insert_desc(d, domid, store.newSlot(d, index, 1));
  if (at < 0) return at;
  const ctrl = { domid, first: at, last: at, nirqs: 1 };
  const ret = __msi_domain_alloc_irqs(d, ctrl, d.device.stores[domid]?.domain ?? NONE);
  d.virq = ret === 0;
  if (ret !== 0) msi_domain_free_locked(d, ctrl);
  return ret === 0 ? at : ret;
}

/** Allocates interrupts, 6.1. */
export function msi_domain_alloc_irqs_descs_locked(d: Draft, call: Call): number {
  if (!store.held(d, 'msi_domain_alloc_irqs_descs_locked')) return 0;
  const simple = store.addSimple(d, { ...EVERY, last: call.nirqs - 1 });
  if (simple !== 0) return simple;
  const ret = allocIrqs(d, EVERY, call.domain);
  if (ret !== 0) msi_domain_free_irqs_descs_locked(d, call);
  return ret;
}

/** Frees them, 6.1. */
export function msi_domain_free_irqs_descs_locked(d: Draft, { domain }: Call): number {
  if (!store.held(d, 'msi_domain_free_irqs_descs_locked')) return 0;
  freeIrqs(d, EVERY, domain);
  const frees = store.has(d, 'MSI_FLAG_FREE_MSI_DESCS');
  return frees ? store.msi_free_msi_descs_range(d, EVERY, store.ALL) : 0;
}
