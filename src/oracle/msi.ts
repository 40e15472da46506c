// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts of descriptors, and domains of devices: kernel/irq/msi.c, under its names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import {
  BUS_TOKENS,
  DomainFlag,
  MSI_MAX_INDEX,
  MSI_XA_DOMAIN_SIZE,
  MsiFlag,
  PCI_TOKENS,
} from '../trace/flags.ts';
import { ANY, FAILED, type Slot } from '../trace/outcome.ts';
import { refusal } from '../trace/parent.ts';
import type { IrqDomain } from '../trace/structs.ts';
import { die, type Draft, fails, has, lacks, splat, type Work } from './draft.ts';
import { irq_domain_remove } from './irqdomain.ts';
import * as store from './store.ts';

const { locked } = store;

/** By name; an argument `lock` is for the caller. */
export const MSI_CALLS: Readonly<Record<string, Work>> = {
  msi_setup_device_data: (d) => (!d.data && fails(d) ? Errno.ENOMEM : 0),
  msi_lock_descs: store.msi_lock_descs,
  msi_unlock_descs: store.msi_unlock_descs,
  msi_domain_insert_msi_desc: store.insert,
  msi_domain_free_msi_descs_range: (d) => store.free(d, range(d)),
  msi_free_msi_descs: (d) => store.free(d, store.EVERY),
  msi_domain_first_desc: (d, { domid }) => store.first(d, domid),
  msi_next_desc: (d, { domid }) => store.iterate(d, 'msi_next_desc', domid),
  msi_domain_get_virq: getVirq,
  get_cached_msi_msg: () => ANY,
  msi_device_populate_sysfs: (d) =>
    store.each(d, store.slotsIn(d, store.EVERY, store.USED), true, () =>
      fails(d) ? Errno.ENOMEM : 0,
    ),
  msi_device_destroy_sysfs: (d) =>
    store.each(d, store.slotsIn(d, store.EVERY, store.ALL), true, () => 0),
  msi_create_irq_domain: create,
  msi_create_device_irq_domain,
  msi_remove_device_irq_domain: (d, { domid }) => remove(d, domid),
  msi_match_device_irq_domain: locked(match),
  msi_domain_alloc_irqs_range: locked((d) => alloc(d, range(d))),
  msi_domain_alloc_irqs_range_locked: (d) => alloc(d, range(d)),
  msi_domain_alloc_irqs_all_locked: (d) => alloc(d, whole(d)),
  msi_domain_alloc_irq_at: locked(msi_domain_alloc_irq_at),
  msi_domain_free_irqs_range: locked((d) => free(d, range(d))),
  msi_domain_free_irqs_range_locked: (d) => free(d, range(d)),
  msi_domain_free_irqs_all: locked((d) => free(d, whole(d))),
  msi_domain_free_irqs_all_locked: (d) => free(d, whole(d)),
  msi_add_msi_desc: store.insert,
  msi_free_msi_descs_range: (d, { filter }) => store.free(d, range(d), filter),
  msi_first_desc: (d) => store.first(d, 0),
  msi_next_desc_6_1: (d) => store.iterate(d, 'msi_next_desc', 0),
  msi_get_virq: getVirq,
  msi_domain_alloc_irqs: locked((d) => alloc(d, made(d))),
  msi_domain_alloc_irqs_descs_locked: (d) => alloc(d, made(d)),
  msi_domain_free_irqs: locked((d) => free(d, store.EVERY)),
  msi_domain_free_irqs_descs_locked: (d) => free(d, store.EVERY),
};

function range({ call: { first, last } }: Draft): store.Ctrl {
  return { first, last, nirqs: last + 1 - first };
}

function whole(d: Draft): store.Ctrl {
  return { first: 0, last: store.msi_domain_get_hwsize(d) - 1, nirqs: d.call.nirqs };
}

/** Before 6.2 only descriptors that are to be made have a range. */
function made({ call: { nirqs } }: Draft): store.Ctrl {
  return { ...store.EVERY, last: nirqs - 1 };
}

/** msi_domain_get_virq(), msi_get_virq() */
function getVirq(d: Draft, call: Call): number {
  const wrong = call.index > MSI_MAX_INDEX || d.stores[call.domid] === undefined;
  if (!d.data) return 0;
  if (d.profile.checksRange && wrong) return splat(d, 'WARN msi_domain_get_virq 1');
  return locked(() => ANY)(d, call);
}

function isPci({ environment }: Draft): boolean {
  return PCI_TOKENS.includes(environment.bus_token);
}

/** msi_check_reservation_mode() looks at the first descriptor, which need not be there. */
function msi_check_reservation_mode(d: Draft): void {
  const looks = isPci(d) && has(d, 'MSI_FLAG_MUST_REACTIVATE');
  if (!looks || has(d, 'MSI_FLAG_NO_MASK')) return;
  store.first(d, 0);
  if (d.stores[0]?.size === 0) die(d, 'NULL dereference msi_check_reservation_mode 1');
}

function overrides({ environment: { ops } }: Draft): boolean {
  return ops.includes('domain_alloc_irqs');
}

/** All of the device where an operation overrides; msi_for_each_desc() in 6.1, xa_for_each_range() since. */
function visit(d: Draft, ctrl: store.Ctrl, filter: number, work: (slot: Slot) => number): number {
  const iterates = !overrides(d) && !d.profile.storePerDomain;
  const scope = overrides(d) || iterates ? store.EVERY : ctrl;
  return store.each(d, store.slotsIn(d, scope, filter), iterates, work);
}

/** The default, a wrapper of it, or what overrides it and takes nothing but interrupt numbers. */
function domain_alloc_irqs(d: Draft, ctrl: store.Ctrl): number {
  const own = overrides(d);
  if (fails(d)) return FAILED;
  if (!own) msi_check_reservation_mode(d);
  let allocated = 0;
  return visit(d, ctrl, store.UNUSED, (slot) => {
    if (!own && allocated >= ctrl.nirqs)
      return splat(d, 'WARN __msi_domain_alloc_irqs 1', Errno.EINVAL);
    // While the mutex is held it makes no difference which of them fails.
    if ((allocated === 0 || !d.locked) && lacks(d)) return FAILED;
    allocated += 1;
    return setUsed(d, slot, true);
  });
}

function setUsed({ stores, call }: Draft, slot: Slot, used: boolean): number {
  stores[call.domid]?.set(slot.index, { ...slot, used });
  return 0;
}

/** Why not to begin; `fn` is what 6.1 begins with. */
function notReady(d: Draft, ctrl: store.Ctrl, fn: string): number {
  if (!d.profile.checksRange) store.held(d, fn);
  else if (!store.msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  else if (store.msi_get_device_domain(d) === undefined) return Errno.ENODEV;
  return 0;
}

/** msi_domain_alloc_locked(), msi_domain_alloc_irqs_descs_locked() */
function alloc(d: Draft, ctrl: store.Ctrl): number {
  const { checksRange } = d.profile;
  const simple =
    notReady(d, ctrl, 'msi_domain_alloc_irqs_descs_locked') || store.addSimple(d, ctrl);
  if (simple !== 0 && !checksRange) return simple;
  const ret = simple || domain_alloc_irqs(d, ctrl);
  if (ret !== 0) free(d, checksRange ? ctrl : store.EVERY);
  return ret;
}

/** msi_domain_free_locked(), msi_domain_free_irqs_descs_locked() */
function free(d: Draft, ctrl: store.Ctrl): number {
  if (notReady(d, ctrl, 'msi_domain_free_irqs_descs_locked') !== 0) return 0;
  visit(d, ctrl, store.USED, (slot) => setUsed(d, slot, false));
  return has(d, 'MSI_FLAG_FREE_MSI_DESCS') ? store.free(d, ctrl) : 0;
}

/** Adds a descriptor with its interrupt: the index or an errno. */
function msi_domain_alloc_irq_at(d: Draft, { index }: Call): number {
  if (store.msi_get_device_domain(d) === undefined) return Errno.ENODEV;
  if (fails(d)) return Errno.ENOMEM;
  const at = store.msi_insert_desc(d, { index, nvec: 1, used: false });
  if (at < 0) return at;
  const ctrl = { first: at, last: at, nirqs: 1 };
  const ret = domain_alloc_irqs(d, ctrl);
  if (ret !== 0) free(d, ctrl);
  return ret || at;
}

function is(domain: Readonly<IrqDomain> | undefined, flag: keyof typeof DomainFlag): boolean {
  return domain !== undefined && (domain.flags & DomainFlag[flag]) !== 0;
}

/** __msi_create_irq_domain(); 6.1 knows no sizes. */
function create(d: Draft, { hwsize }: Call): number {
  return (hwsize <= MSI_XA_DOMAIN_SIZE || !d.profile.checksRange) && !fails(d) ? 1 : 0;
}

/** The domain of a device gets the node of the device, whatever becomes of the flag. */
function asksForFwnode({ environment: { flags } }: Draft): boolean {
  return (flags & MsiFlag.MSI_FLAG_USE_DEV_FWNODE) !== 0;
}

function msi_create_device_irq_domain(d: Draft, call: Call): number {
  const { device, environment, picture } = d;
  if (device.msi_domain === 0) return die(d, 'NULL dereference irq_domain_is_msi_parent 1');
  const parent = picture.irq_domain.objects[device.msi_domain];
  if (!is(parent, 'IRQ_DOMAIN_FLAG_MSI_PARENT') || d.stores[call.domid] === undefined) return 0;
  if (asksForFwnode(d) && !environment.fwnode) return 0;
  if (fails(d)) return 0;
  d.data = true;
  return locked(() => {
    if (store.msi_get_device_domain(d) !== undefined)
      return splat(d, 'WARN msi_create_device_irq_domain 1');
    if (fails(d)) return 0;
    const nth = refusal(environment);
    return nth > 0 ? splat(d, `WARN msi_lib_init_dev_msi_info ${nth}`) : create(d, call);
  })(d, call);
}

/** The domain that the device has made for itself. */
function ownDomain(d: Draft, domid: number): Readonly<IrqDomain> | undefined {
  const domain = store.msi_get_device_domain(d, domid);
  return is(domain, 'IRQ_DOMAIN_FLAG_MSI_DEVICE') ? domain : undefined;
}

/** msi_remove_device_irq_domain() */
function remove(d: Draft, domid: number): number {
  store.msi_lock_descs(d);
  const domain = ownDomain(d, domid);
  irq_domain_remove(d, domain);
  if (domain && asksForFwnode(d)) splat(d, 'WARN irq_domain_free_fwnode 1');
  return store.msi_unlock_descs(d);
}

/** msi_match_device_irq_domain() */
function match(d: Draft, { domid, bus_token }: Call): number {
  const isOwn = ownDomain(d, domid) !== undefined;
  return Number(isOwn && BUS_TOKENS[bus_token] === d.environment.bus_token);
}

/** The release of the MSI data. Descriptors that are still there are lost, with their interrupts. */
export function msi_device_data_release(d: Draft): void {
  for (const [domid, slots] of d.stores.entries()) {
    if (d.profile.storePerDomain) remove(d, domid);
    if (slots.size > 0) splat(d, 'WARN msi_device_data_release 1');
    slots.clear();
  }
}
