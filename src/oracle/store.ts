// SPDX-License-Identifier: GPL-2.0-only
/** Mutex and descriptors of a device: kernel/irq/msi.c, under its names. Checks are numbered in their function, by kind. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { ANY } from '../trace/outcome.ts';
import type { MsiDesc } from '../trace/structs.ts';
import { die, type Domain, type Draft, fails, has, splat, type Work } from './draft.ts';

/** The slots of `struct msi_ctrl`; the domain id is that of the call. */
export type Ctrl = Pick<Call, 'first' | 'last'>;

/** lockdep_assert_held(); there may be not even a mutex. A function that complains once has said everything. */
export function held(d: Draft, fn: string): void {
  const text = `lockdep ${fn} 1`;
  if (!d.data) die(d, `NULL dereference ${fn} 1`);
  else if (!d.locked && !d.splats.includes(text)) splat(d, text);
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
export function msi_get_device_domain(d: Draft, domid: number = d.call.domid): Domain {
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

/** msi_domain_insert_msi_desc(), msi_add_msi_desc() */
export function insert(d: Draft, { fn }: Call): number {
  held(d, fn);
  if (fails(d)) return Errno.ENOMEM;
  msi_domain_get_hwsize(d);
  return d.stores[d.call.domid] === undefined ? die(d, 'wild access msi_insert_desc 1') : ANY;
}

/** What was in the store, or in a range of it, with interrupts or without. */
export function descs(d: Draft, used?: boolean, ctrl?: Ctrl): readonly MsiDesc[] {
  const all = d.stores[d.call.domid] ?? [];
  return all.filter(
    ({ msi_index, irq }) =>
      (ctrl === undefined || (msi_index >= ctrl.first && msi_index <= ctrl.last)) &&
      (used === undefined || (irq !== 0) === used),
  );
}

/** Frees descriptors. Those that have interrupts are dropped with them, and nobody will ever free them. */
export function free(d: Draft, ctrl: Ctrl, used: number = descs(d, true, ctrl).length): number {
  const { checksRange } = d.profile;
  held(d, checksRange ? 'msi_domain_free_descs' : 'msi_free_msi_descs_range');
  if (!checksRange || !msi_ctrl_valid(d, ctrl)) return 0;
  for (let i = 0; i < used; i += 1) splat(d, 'WARN msi_domain_free_descs 1');
  return 0;
}

/** Descriptors for a domain that wants them made: msi_domain_add_simple_msi_descs(). */
export function addSimple(d: Draft, ctrl: Ctrl): number {
  if (!has(d, 'MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS')) return 0;
  const { checksRange } = d.profile;
  held(d, checksRange ? 'msi_domain_add_simple_msi_descs' : 'msi_add_simple_msi_descs');
  if (checksRange && !msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  const [taken] = descs(d, undefined, ctrl);
  const failed = fails(d, (taken?.msi_index ?? ctrl.last) + 1 - ctrl.first);
  if (!failed && taken === undefined) return 0;
  free(d, ctrl);
  return failed ? Errno.ENOMEM : Errno.EBUSY;
}

/** One step of an iteration; a rule says where it leads. -1 without a store. */
export function iterate(d: Draft, { fn, domid }: Pick<Call, 'fn' | 'domid'>): number {
  const name = fn.replace(d.profile.checksRange ? '' : /_6_1|_domain/u, '');
  if (!d.data || d.stores[domid] === undefined) return splat(d, `WARN ${name} 1`, -1);
  held(d, name);
  return ANY;
}
