// SPDX-License-Identifier: GPL-2.0-only
/** Mutex and descriptors of a device: kernel/irq/msi.c, under its names. Checks are numbered in their function, by kind. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { MSI_ANY_INDEX, MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE, MsiFlag } from '../trace/flags.ts';
import { ANY, die, type Draft, edit, fails, splat, type Work } from './draft.ts';
import { type Domain, NONE, type Slot } from './model.ts';

/** `struct msi_ctrl`. */
export interface Ctrl {
  readonly domid: number;
  readonly first: number;
  readonly last: number;
  readonly nirqs: number;
}

/** All there is, for functions that know no ranges. */
export const EVERY: Ctrl = { domid: 0, first: 0, last: MSI_MAX_INDEX, nirqs: Infinity };

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

/** Releases it, which ends an iteration. */
export function msi_unlock_descs(d: Draft): number {
  if (held(d, 'msi_unlock_descs')) Object.assign(d.device, { locked: false, ended: true });
  return 0;
}

/** With the mutex. */
export function locked(work: Work): Work {
  return (d, call) => {
    msi_lock_descs(d);
    const ret = d.dead ? 0 : work(d, call);
    msi_unlock_descs(d);
    return ret;
  };
}

/** The domain at a domain id. */
export function msi_get_device_domain(d: Draft, domid: number): Domain | undefined {
  if (!held(d, 'msi_get_device_domain')) return undefined;
  const store = d.device.stores[domid];
  if (store === undefined) splat(d, 'WARN msi_get_device_domain 1');
  return d.world.domains[store?.domain ?? NONE];
}

/** Slots of a domain id; 6.1 has no limit. */
export function msi_domain_get_hwsize(d: Draft, domid: number): number {
  const domain = d.world.profile.checksRange ? msi_get_device_domain(d, domid) : undefined;
  return domain?.size ?? MSI_XA_DOMAIN_SIZE;
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

/** Puts a descriptor into a free slot: the index of that, or an errno. */
export function msi_insert_desc(d: Draft, domid: number, slot: Slot): number {
  const size = msi_domain_get_hwsize(d, domid);
  const slots = d.device.stores[domid]?.slots;
  if (slots === undefined) return die(d, 'wild access msi_insert_desc 1');
  const any = slot.index === MSI_ANY_INDEX;
  let index = any ? 0 : slot.index;
  while (any && slots.has(index)) index += 1;
  if (index >= size) return any ? Errno.EBUSY : Errno.ERANGE;
  if (slots.has(index)) return Errno.EBUSY;
  const failure = d.device.locked ? 0 : fails(d, true);
  if (failure === 0) edit(d, domid).set(index, { ...slot, index });
  return failure === 0 ? index : failure;
}

/** msi_domain_insert_msi_desc(), msi_add_msi_desc() */
export function insert(d: Draft, { fn, domid, index, nvec_used: nvec, affinity }: Call): number {
  if (!held(d, fn)) return 0;
  const slot = { index: index & MSI_MAX_INDEX, nvec, affinity, used: false };
  return fails(d, true) || Math.min(0, msi_insert_desc(d, domid, slot));
}

/** What is in a range and passes a filter, ascending. */
export function slotsIn(d: Draft, { domid, first, last }: Ctrl, filter: number): readonly Slot[] {
  const found: Slot[] = [];
  for (const slot of d.device.stores[domid]?.slots.values() ?? []) {
    const matches = filter === ALL || slot.used === (filter === USED);
    if (matches && slot.index >= first && slot.index <= last) found.push(slot);
  }
  return found.length < 2 ? found : found.toSorted((a, b) => a.index - b.index);
}

/** Frees descriptors. One with interrupts is dropped with them, and nobody will ever free them. */
export function free(d: Draft, ctrl: Ctrl, filter: number = ALL): number {
  const { checksRange } = d.world.profile;
  if (!held(d, checksRange ? 'msi_domain_free_descs' : 'msi_free_msi_descs_range')) return 0;
  if (checksRange && !msi_ctrl_valid(d, ctrl)) return 0;
  for (const { index, used } of slotsIn(d, ctrl, filter)) {
    if (used && checksRange) splat(d, 'WARN msi_domain_free_descs 1');
    if (!used || !d.plan.strict) edit(d, ctrl.domid).delete(index);
  }
  return 0;
}

/** Descriptors for a domain that wants them made: msi_domain_add_simple_msi_descs(). */
export function addSimple(d: Draft, ctrl: Ctrl): number {
  if (!has(d, 'MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS')) return 0;
  const { checksRange } = d.world.profile;
  held(d, checksRange ? 'msi_domain_add_simple_msi_descs' : 'msi_add_simple_msi_descs');
  if (checksRange && !msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  let ret = 0;
  for (let index = ctrl.first; index <= ctrl.last && ret >= 0; index += 1) {
    ret = fails(d, mayLack(d, index - ctrl.first + 1));
    const slot = { index, nvec: 1, affinity: d.call.affinity, used: false };
    if (ret === 0) ret = msi_insert_desc(d, ctrl.domid, slot);
  }
  if (ret < 0) free(d, ctrl, checksRange ? ALL : UNUSED);
  return Math.min(0, ret);
}

/**
 * Whether the n-th descriptor of a call may be the one without memory. A fault of msi_alloc_desc() says
 * which; of the others it makes no difference while the mutex is held.
 */
function mayLack({ plan: { memory }, device: { locked: isHeld } }: Draft, nth: number): boolean {
  return memory.some(({ site, nth: failing }) =>
    site === 'msi_alloc_desc' ? failing === nth : nth === 1 || !isHeld,
  );
}

/** One step of an iteration; a rule says where it leads. -1 without a store. */
export function iterate(d: Draft, fn: string, domid: number): number {
  const there = d.device.data && d.device.stores[domid] !== undefined;
  if (!there) return splat(d, `WARN ${fn} 1`, -1);
  const nothing = d.device.ended && fn === 'msi_next_desc';
  if (held(d, fn)) d.device.ended = nothing;
  return nothing ? -1 : ANY;
}

/** msi_domain_first_desc(), msi_first_desc() */
export function first(d: Draft, domid: number): number {
  const { storePerDomain } = d.world.profile;
  return iterate(d, storePerDomain ? 'msi_domain_first_desc' : 'msi_first_desc', domid);
}

/** msi_for_each_desc() in the default domain; a visit that returns something ends it. */
export function each(d: Draft, filter: number, visit: (slot: Slot) => number): number {
  if (first(d, 0) !== ANY) return 0;
  for (const slot of slotsIn(d, EVERY, filter)) {
    const ret = visit(slot);
    if (ret !== 0) return ret;
    iterate(d, 'msi_next_desc', 0);
  }
  return 0;
}
