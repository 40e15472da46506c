// SPDX-License-Identifier: GPL-2.0-only
/** Mutex and descriptors of a device: kernel/irq/msi.c, under its names. Checks are numbered in their function, by kind. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { MSI_ANY_INDEX, MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { ANY, type Slot } from '../trace/outcome.ts';
import type { IrqDomain } from '../trace/structs.ts';
import { die, type Draft, fails, has, splat, type Work } from './draft.ts';

/** `struct msi_ctrl`; the domain id is that of the call. */
export interface Ctrl {
  readonly first: number;
  readonly last: number;
  readonly nirqs: number;
}

/** All there is, for functions that know no ranges. */
export const EVERY: Ctrl = { first: 0, last: MSI_MAX_INDEX, nirqs: Infinity };

/** MSI_DESC_ALL, MSI_DESC_NOTASSOCIATED, MSI_DESC_ASSOCIATED. */
export const ALL = 0;
export const UNUSED = 1;
export const USED = 2;

/** lockdep_assert_held(); there may be not even a mutex. */
export function held(d: Draft, fn: string): void {
  if (!d.data) die(d, `NULL dereference ${fn} 1`);
  else if (!d.locked) splat(d, `lockdep ${fn} 1`);
}

/** Takes the mutex. */
export function msi_lock_descs(d: Draft): number {
  if (!d.data) die(d, 'NULL dereference msi_lock_descs 1');
  else if (d.locked) die(d, 'deadlock msi_lock_descs 1');
  d.locked = true;
  return 0;
}

/** Releases it. */
export function msi_unlock_descs(d: Draft): number {
  held(d, 'msi_unlock_descs');
  d.locked = false;
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
export function msi_get_device_domain(
  d: Draft,
  domid: number = d.call.domid,
): Readonly<IrqDomain> | undefined {
  held(d, 'msi_get_device_domain');
  if (d.stores[domid] === undefined) splat(d, 'WARN msi_get_device_domain 1');
  return d.domains[domid];
}

/** Slots of a domain id; 6.1 has no limit. */
export function msi_domain_get_hwsize(d: Draft): number {
  const domain = d.profile.checksRange ? msi_get_device_domain(d) : undefined;
  const info = d.picture.msi_domain_info.objects[domain?.host_data ?? 0];
  return info?.hwsize ?? MSI_XA_DOMAIN_SIZE;
}

/** Whether a range makes sense. */
export function msi_ctrl_valid(d: Draft, { first, last }: Ctrl): boolean {
  const { device, call, stores, domains } = d;
  const exists = stores[call.domid] !== undefined;
  const wantsDomain = device.msi_domain !== 0;
  if (exists && wantsDomain && !d.data) held(d, 'msi_ctrl_valid');
  if (!exists || (wantsDomain && domains[call.domid] === undefined)) {
    splat(d, 'WARN msi_ctrl_valid 1');
    return false;
  }
  const inside = last < msi_domain_get_hwsize(d) && first <= last;
  if (!inside) splat(d, 'WARN msi_ctrl_valid 2');
  return inside && !d.dead;
}

/** Puts a descriptor into a free slot: the index of that, or an errno. */
export function msi_insert_desc(d: Draft, slot: Slot): number {
  const size = msi_domain_get_hwsize(d);
  const slots = d.stores[d.call.domid];
  if (slots === undefined) return die(d, 'wild access msi_insert_desc 1');
  const any = slot.index === MSI_ANY_INDEX;
  let index = any ? 0 : slot.index;
  while (any && slots.has(index)) index += 1;
  if (index >= size && !any) return Errno.ERANGE;
  if (index >= size || slots.has(index)) return Errno.EBUSY;
  // While the mutex is held it makes no difference whether the descriptor or a node of the store had no memory.
  if (!d.locked && fails(d)) return Errno.ENOMEM;
  slots.set(index, { ...slot, index });
  return index;
}

/** msi_domain_insert_msi_desc(), msi_add_msi_desc() */
export function insert(d: Draft, { fn, index, nvec_used: nvec }: Call): number {
  held(d, fn);
  const slot = { index: index & MSI_MAX_INDEX, nvec, used: false };
  return fails(d) ? Errno.ENOMEM : Math.min(0, msi_insert_desc(d, slot));
}

/** What is in a range and passes a filter, ascending. */
export function slotsIn(d: Draft, { first, last }: Ctrl, filter: number): readonly Slot[] {
  const found: Slot[] = [];
  for (const slot of d.stores[d.call.domid]?.values() ?? []) {
    const matches = filter === ALL || slot.used === (filter === USED);
    if (matches && slot.index >= first && slot.index <= last) found.push(slot);
  }
  return found.toSorted((a, b) => a.index - b.index);
}

/** Frees descriptors. One with interrupts is dropped with them, and nobody will ever free them. */
export function free(d: Draft, ctrl: Ctrl, filter: number = ALL): number {
  const { checksRange } = d.profile;
  held(d, checksRange ? 'msi_domain_free_descs' : 'msi_free_msi_descs_range');
  if (checksRange && !msi_ctrl_valid(d, ctrl)) return 0;
  for (const { index, used } of slotsIn(d, ctrl, filter)) {
    if (used && checksRange) splat(d, 'WARN msi_domain_free_descs 1');
    d.stores[d.call.domid]?.delete(index);
  }
  return 0;
}

/** Descriptors for a domain that wants them made: msi_domain_add_simple_msi_descs(). */
export function addSimple(d: Draft, ctrl: Ctrl): number {
  if (!has(d, 'MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS')) return 0;
  const { checksRange } = d.profile;
  held(d, checksRange ? 'msi_domain_add_simple_msi_descs' : 'msi_add_simple_msi_descs');
  if (checksRange && !msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  let ret = 0;
  for (let index = ctrl.first; index <= ctrl.last && ret >= 0; index += 1) {
    const slot = { index, nvec: 1, used: false };
    ret = fails(d, index - ctrl.first + 1) ? Errno.ENOMEM : msi_insert_desc(d, slot);
  }
  if (ret < 0) free(d, ctrl, checksRange ? ALL : UNUSED);
  return Math.min(0, ret);
}

/** One step of an iteration; a rule says where it leads. -1 without a store. */
export function iterate(d: Draft, fn: string, domid: number): number {
  if (!d.data || d.stores[domid] === undefined) return splat(d, `WARN ${fn} 1`, -1);
  held(d, fn);
  return ANY;
}

/** msi_domain_first_desc(), msi_first_desc() */
export function first(d: Draft, domid: number): number {
  const { storePerDomain } = d.profile;
  return iterate(d, storePerDomain ? 'msi_domain_first_desc' : 'msi_first_desc', domid);
}

/** Visits slots until a visit returns something; msi_for_each_desc() iterates over the default domain. */
export function each(
  d: Draft,
  slots: readonly Slot[],
  iterates: boolean,
  visit: (slot: Slot) => number,
): number {
  if (iterates && first(d, 0) !== ANY) return 0;
  for (const slot of slots) {
    const ret = visit(slot);
    if (ret !== 0) return ret;
    if (iterates) iterate(d, 'msi_next_desc', 0);
  }
  return 0;
}
