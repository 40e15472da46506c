// SPDX-License-Identifier: GPL-2.0-only
/**
 * Mutex and descriptors of a device: kernel/irq/msi.c, under its names. Checks are numbered in their
 * function and by their kind, from 1.
 */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { MSI_ANY_INDEX, MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE, MsiFlag } from '../trace/flags.ts';
import { die, domainOf, type Draft, editSlots, failure, fails, splat, type Work } from './draft.ts';
import { type Domain, NONE, NOWHERE, type Slot, slotAt, slotIn } from './model.ts';

/** `struct msi_ctrl`. */
export interface Ctrl {
  readonly domid: number;
  readonly first: number;
  readonly last: number;
  readonly nirqs: number;
}

/** MSI_DESC_ALL, MSI_DESC_NOTASSOCIATED, MSI_DESC_ASSOCIATED. */
export const ALL = 0;
export const UNUSED = 1;
export const USED = 2;

/** Whether the MSI domains have a flag. */
export function has(d: Draft, flag: keyof typeof MsiFlag): boolean {
  return (d.world.environment.flags & MsiFlag[flag]) !== 0;
}

/** lockdep_assert_held(); false when there is not even a mutex. */
export function held(d: Draft, fn: string): boolean {
  if (!d.device.data) die(d, `NULL dereference ${fn} 1`);
  else if (!d.device.locked) splat(d, `lockdep ${fn} 1`);
  return d.device.data;
}

/** Takes the mutex. */
export function msi_lock_descs(d: Draft): number {
  if (!d.device.data) return die(d, 'NULL dereference msi_lock_descs 1');
  if (d.device.locked) return die(d, 'deadlock msi_lock_descs 1');
  d.device.locked = true;
  return 0;
}

/** Releases it, and the cursor is lost. */
export function msi_unlock_descs(d: Draft): number {
  if (!held(d, 'msi_unlock_descs')) return 0;
  d.device.locked = false;
  d.device.cursor = NOWHERE;
  return 0;
}

/** A call that takes the mutex itself. */
export function locked(work: Work): Work {
  return (d, call) => {
    msi_lock_descs(d);
    const ret = d.dead ? 0 : work(d, call);
    msi_unlock_descs(d);
    return ret;
  };
}

/** A call that wants the mutex held: the driver takes it, or not. */
export function asked(work: Work): Work {
  const wrapped = locked(work);
  return (d, call) => (call.lock === 1 ? wrapped(d, call) : work(d, call));
}

/** The domain at a domain id. */
export function msi_get_device_domain(d: Draft, domid: number): Domain | undefined {
  if (!held(d, 'msi_get_device_domain')) return undefined;
  const store = d.device.stores[domid];
  if (store === undefined) splat(d, 'WARN msi_get_device_domain 1');
  return domainOf(d, store?.domain ?? NONE);
}

/** Slots of a domain id; 6.1 has one store, and no limit. */
export function msi_domain_get_hwsize(d: Draft, domid: number): number {
  const { checksRange } = d.world.profile;
  return (checksRange ? msi_get_device_domain(d, domid)?.size : undefined) ?? MSI_XA_DOMAIN_SIZE;
}

/** Whether a range makes sense. */
export function msi_ctrl_valid(d: Draft, { domid, first, last }: Ctrl): boolean {
  const { stores, msiDomain, data } = d.device;
  const store = stores[domid];
  if (store !== undefined && msiDomain !== NONE && !data) held(d, 'msi_ctrl_valid');
  if (store === undefined || (msiDomain !== NONE && store.domain === NONE)) {
    splat(d, 'WARN msi_ctrl_valid 1');
    return false;
  }
  const inside = last < msi_domain_get_hwsize(d, domid) && first <= last;
  if (!inside) splat(d, 'WARN msi_ctrl_valid 2');
  return inside && !d.dead;
}

/** The index of the new descriptor, or an errno. */
export function msi_insert_desc(d: Draft, domid: number, slot: Slot): number {
  const size = msi_domain_get_hwsize(d, domid);
  const slots = d.device.stores[domid]?.slots;
  if (slots === undefined) return die(d, 'wild access msi_insert_desc 1');
  const any = slot.index === MSI_ANY_INDEX;
  let index = any ? 0 : slot.index;
  while (any && slots[index]?.index === index) index += 1;
  if (index >= size) return any ? Errno.EBUSY : Errno.ERANGE;
  if (slotAt(d.device, domid, index) !== undefined) return Errno.EBUSY;
  if (!d.device.locked && fails(d, true)) return failure(d);
  editSlots(d, domid).splice(slotIn(slots, index), 0, { ...slot, index });
  return index;
}

/** A descriptor for a call. */
export function newSlot({ call }: Draft, index: number, nvec: number): Slot {
  return {
    index,
    nvec,
    affinity: call.affinity,
    attrib: call.msi_attrib,
    icookie: call.icookie,
    vectors: undefined,
    domain: NONE,
    msg: 0,
    active: false,
  };
}

/** msi_domain_insert_msi_desc(), msi_add_msi_desc() */
export function insert(d: Draft, { fn, domid, index, nvec_used }: Call): number {
  if (!held(d, fn)) return 0;
  if (fails(d, true)) return failure(d);
  return Math.min(0, msi_insert_desc(d, domid, newSlot(d, index & MSI_MAX_INDEX, nvec_used)));
}

function matches(slot: Slot, filter: number): boolean {
  return filter === ALL || (slot.vectors === undefined) === (filter === UNUSED);
}

/** Erases descriptors. One with interrupts is dropped with them, and nobody will ever free them. */
function erase(d: Draft, { domid, first, last }: Ctrl, filter: number): void {
  const old = d.device.stores[domid]?.slots ?? [];
  let kept = slotIn(old, first);
  if ((old[kept]?.index ?? Infinity) > last) return;
  const slots = editSlots(d, domid);
  for (const slot of slots.slice(kept)) {
    const goes = slot.index <= last && matches(slot, filter);
    const abandoned = goes && slot.vectors !== undefined;
    if (abandoned) d.difference = 'abandoned descriptor';
    if (abandoned && d.world.profile.checksRange) splat(d, 'WARN msi_domain_free_descs 1');
    if (goes && !(abandoned && d.plan.strict)) continue;
    slots[kept] = slot;
    kept += 1;
  }
  slots.length = kept;
}

/** Frees the descriptors of a range, 6.12. */
export function msi_domain_free_descs(d: Draft, ctrl: Ctrl): number {
  if (held(d, 'msi_domain_free_descs') && msi_ctrl_valid(d, ctrl)) erase(d, ctrl, ALL);
  return 0;
}

/** The same, 6.1. */
export function msi_free_msi_descs_range(d: Draft, ctrl: Ctrl, filter: number): number {
  if (held(d, 'msi_free_msi_descs_range')) erase(d, ctrl, filter);
  return 0;
}

/** Descriptors for a domain that wants them made, 6.12 and 6.1. */
export function addSimple(d: Draft, ctrl: Ctrl): number {
  if (!has(d, 'MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS')) return 0;
  const { checksRange } = d.world.profile;
  held(d, checksRange ? 'msi_domain_add_simple_msi_descs' : 'msi_add_simple_msi_descs');
  if (checksRange && !msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  let ret = 0;
  for (let index = ctrl.first; index <= ctrl.last && ret >= 0; index += 1) {
    // While the mutex is held it makes no difference which of them fails.
    const fault = (index === ctrl.first || !d.device.locked) && fails(d, true);
    ret = fault ? failure(d) : msi_insert_desc(d, ctrl.domid, newSlot(d, index, 1));
  }
  if (ret >= 0) return 0;
  if (checksRange) msi_domain_free_descs(d, ctrl);
  else msi_free_msi_descs_range(d, ctrl, UNUSED);
  return ret;
}

/** msi_domain_first_desc(), msi_first_desc(): the index, or -1. */
export function first(d: Draft, domid: number, filter: number): number {
  const fn = d.world.profile.storePerDomain ? 'msi_domain_first_desc' : 'msi_first_desc';
  return find(d, fn, 0, { domid, filter });
}

/** msi_next_desc(): the same from the cursor on. */
export function next(d: Draft, domid: number, filter: number): number {
  return find(d, 'msi_next_desc', d.device.cursor + 1, { domid, filter });
}

function find(
  d: Draft,
  fn: string,
  from: number,
  { domid, filter }: Pick<Call, 'domid' | 'filter'>,
): number {
  const slots = d.device.stores[domid]?.slots;
  if (!d.device.data || slots === undefined) splat(d, `WARN ${fn} 1`);
  if (!d.device.data || slots === undefined || !held(d, fn) || from > NOWHERE) return -1;
  let at = slotIn(slots, from);
  for (let slot = slots[at]; slot !== undefined && !matches(slot, filter); slot = slots[at])
    at += 1;
  d.device.cursor = slots[at]?.index ?? NOWHERE;
  return slots[at]?.index ?? -1;
}

/** What is done to a slot; other than 0 it ends the walk. */
type Visit = (slot: Slot, at: number) => number;

/** msi_for_each_desc() */
export function each(d: Draft, filter: number, visit: Visit): number {
  for (let index = first(d, 0, filter); index >= 0; index = next(d, 0, filter)) {
    const at = slotIn(d.device.stores[0]?.slots ?? [], index);
    const slot = d.device.stores[0]?.slots[at];
    const ret = slot === undefined ? 0 : visit(slot, at);
    if (ret !== 0) return ret;
  }
  return 0;
}

/** xa_for_each_range() */
export function eachIn(d: Draft, ctrl: Ctrl, filter: number, visit: Visit): number {
  for (let at = slotIn(d.device.stores[ctrl.domid]?.slots ?? [], ctrl.first); ; at += 1) {
    const slot = d.device.stores[ctrl.domid]?.slots[at];
    if (slot === undefined || slot.index > ctrl.last) return 0;
    const ret = matches(slot, filter) ? visit(slot, at) : 0;
    if (ret !== 0) return ret;
  }
}
