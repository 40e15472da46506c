// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts of descriptors, and domains of devices: kernel/irq/msi.c, under its names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { BUS_TOKENS, DomainFlag, MSI_XA_DOMAIN_SIZE, MsiFlag, PCI_TOKENS } from '../trace/flags.ts';
import { ANY, FAILED } from '../trace/outcome.ts';
import { refusal } from '../trace/parent.ts';
import { die, type Domain, type Draft, fails, has, lacks, splat, type Work } from './draft.ts';
import { irq_domain_remove } from './irqdomain.ts';
import * as store from './store.ts';

/** By name. */
export const MSI_CALLS: Readonly<Record<string, Work>> = {
  msi_setup_device_data: (d) => (!d.data && fails(d) ? Errno.ENOMEM : 0),
  msi_lock_descs: store.msi_lock_descs,
  msi_unlock_descs: store.msi_unlock_descs,
  msi_domain_insert_msi_desc: store.insert,
  msi_add_msi_desc: store.insert,
  msi_domain_free_msi_descs_range: (d) => store.free(d, rangeOf(d)),
  msi_free_msi_descs: (d) => store.free(d, { first: 0, last: MSI_XA_DOMAIN_SIZE - 1 }),
  msi_free_msi_descs_range: (d) => store.free(d, rangeOf(d)),
  msi_domain_first_desc: store.iterate,
  msi_first_desc: store.iterate,
  msi_next_desc: store.iterate,
  msi_next_desc_6_1: store.iterate,
  msi_domain_get_virq: getVirq,
  msi_get_virq: getVirq,
  msi_device_populate_sysfs: (d) =>
    forEach(d, store.descs(d, true).length, fails) ? Errno.ENOMEM : 0,
  msi_device_destroy_sysfs: (d) => Number(forEach(d, store.descs(d).length, () => false)),
  msi_create_irq_domain: create,
  msi_create_device_irq_domain,
  msi_remove_device_irq_domain: (d, { domid }) => remove(d, domid),
  msi_match_device_irq_domain: match,
  msi_domain_alloc_irqs_range: alloc,
  msi_domain_alloc_irqs_range_locked: alloc,
  msi_domain_alloc_irqs_all_locked: alloc,
  msi_domain_alloc_irq_at,
  msi_domain_free_irqs_range: (d) => freeRange(d, rangeOf(d)),
  msi_domain_free_irqs_range_locked: (d) => freeRange(d, rangeOf(d)),
  msi_domain_free_irqs_all: (d) => freeRange(d, rangeOf(d)),
  msi_domain_free_irqs_all_locked: (d) => freeRange(d, rangeOf(d)),
  msi_domain_alloc_irqs: alloc,
  msi_domain_alloc_irqs_descs_locked: alloc,
  msi_domain_free_irqs: (d) => freeRange(d, rangeOf(d)),
  msi_domain_free_irqs_descs_locked: (d) => freeRange(d, rangeOf(d)),
};

/** The slots that a call names; before 6.2 only those of descriptors that are to be made are named. */
function rangeOf(d: Draft): store.Ctrl {
  const { fn, first, last, nirqs } = d.call;
  if (!d.profile.checksRange) return { first: 0, last: nirqs - 1 };
  if (fn.includes('_range')) return { first, last };
  return { first: 0, last: store.msi_domain_get_hwsize(d) - 1 };
}

/** msi_domain_get_virq(), msi_get_virq() */
function getVirq(d: Draft, call: Call): number {
  const wrong = call.index >= MSI_XA_DOMAIN_SIZE || d.stores[call.domid] === undefined;
  if (!d.data) return 0;
  if (d.profile.checksRange && wrong) return splat(d, 'WARN msi_domain_get_virq 1');
  return store.locked(() => ANY)(d, call);
}

/** msi_check_reservation_mode() looks at the first descriptor, which need not be there. */
function msi_check_reservation_mode(d: Draft, added: number): void {
  const looks = PCI_TOKENS.includes(d.environment.bus_token) && has(d, 'MSI_FLAG_MUST_REACTIVATE');
  if (!looks || has(d, 'MSI_FLAG_NO_MASK') || overrides(d)) return;
  store.iterate(d, { fn: 'msi_domain_first_desc', domid: 0 });
  const isThere = d.stores[0]?.length !== 0 || (added > 0 && d.call.domid === 0);
  if (!isThere) die(d, 'NULL dereference msi_check_reservation_mode 1');
}

function overrides({ environment: { ops } }: Draft): boolean {
  return ops.includes('domain_alloc_irqs');
}

/** msi_for_each_desc(): whether work on the first of so many fails, or on a later one. */
function forEach(d: Draft, count: number, work: (d: Draft) => boolean): boolean {
  const found = store.iterate(d, { fn: 'msi_domain_first_desc', domid: 0 });
  if (found !== ANY || count === 0) return false;
  if (work(d)) return true;
  store.iterate(d, { fn: 'msi_next_desc', domid: 0 });
  return count > 1 && work(d);
}

/** Why not to begin; `fn` is what 6.1 begins with. */
function notReady(d: Draft, ctrl: store.Ctrl, fn: string): number {
  if (!d.profile.checksRange) store.held(d, fn);
  else if (!store.msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  else if (store.msi_get_device_domain(d) === undefined) return Errno.ENODEV;
  return 0;
}

/** msi_domain_alloc_locked(), msi_domain_alloc_irqs_descs_locked(): rules know what a failure says. */
function alloc(d: Draft): number {
  const { checksRange } = d.profile;
  const ctrl = rangeOf(d);
  const simple =
    notReady(d, ctrl, 'msi_domain_alloc_irqs_descs_locked') || store.addSimple(d, ctrl);
  if (simple !== 0 && !checksRange) return simple;
  const ret = simple || domain_alloc_irqs(d, ctrl);
  return ret === ANY ? ret : freeRange(d, ctrl) || ret;
}

/** The default, a wrapper of it, or what overrides it. Where it ends makes no difference while the mutex is held. */
function domain_alloc_irqs(d: Draft, ctrl: store.Ctrl): number {
  const added = has(d, 'MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS') ? ctrl.last + 1 - ctrl.first : 0;
  const iterates = !overrides(d) && !d.profile.checksRange;
  const count = store.descs(d, false, overrides(d) || iterates ? undefined : ctrl).length + added;
  if (fails(d)) return FAILED;
  msi_check_reservation_mode(d, added);
  const { fn, nirqs } = d.call;
  const many = fn === 'msi_domain_alloc_irqs_all_locked' && !overrides(d) && count > nirqs;
  const mayFail = (): boolean => (many || !d.locked) && lacks(d);
  if (iterates ? forEach(d, count, mayFail) : count > 0 && mayFail()) return FAILED;
  return many ? splat(d, 'WARN __msi_domain_alloc_irqs 1', Errno.EINVAL) : ANY;
}

/** msi_domain_free_locked(), msi_domain_free_irqs_descs_locked() */
function freeRange(d: Draft, ctrl: store.Ctrl): number {
  if (notReady(d, ctrl, 'msi_domain_free_irqs_descs_locked') !== 0) return 0;
  if (!overrides(d) && !d.profile.storePerDomain)
    forEach(d, store.descs(d, true).length, () => false);
  return has(d, 'MSI_FLAG_FREE_MSI_DESCS') ? store.free(d, ctrl, 0) : 0;
}

/** Adds a descriptor with its interrupt: the index or an errno, which rules know. */
function msi_domain_alloc_irq_at(d: Draft): number {
  if (store.msi_get_device_domain(d) === undefined) return Errno.ENODEV;
  if (d.stores[0]?.length === 0 && lacks(d)) return FAILED;
  msi_check_reservation_mode(d, 1);
  return ANY;
}

function is(domain: Domain, flag: keyof typeof DomainFlag): boolean {
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
  return store.locked(() => {
    if (store.msi_get_device_domain(d) !== undefined)
      return splat(d, 'WARN msi_create_device_irq_domain 1');
    if (fails(d)) return 0;
    const nth = refusal(environment);
    return nth > 0 ? splat(d, `WARN msi_lib_init_dev_msi_info ${nth}`) : create(d, call);
  })(d, call);
}

/** The domain that the device has made for itself. */
function ownDomain(d: Draft, domid: number): Domain {
  const domain = store.msi_get_device_domain(d, domid);
  return is(domain, 'IRQ_DOMAIN_FLAG_MSI_DEVICE') ? domain : undefined;
}

/** msi_remove_device_irq_domain() */
function remove(d: Draft, domid: number): number {
  const domain = ownDomain(d, domid);
  irq_domain_remove(d, domain);
  return domain && asksForFwnode(d) ? splat(d, 'WARN irq_domain_free_fwnode 1') : 0;
}

/** msi_match_device_irq_domain() */
function match(d: Draft, { domid, bus_token }: Call): number {
  const isOwn = ownDomain(d, domid) !== undefined;
  return Number(isOwn && BUS_TOKENS[bus_token] === d.environment.bus_token);
}

/** The release of the MSI data. Descriptors that are still there are lost, with their interrupts. */
export function msi_device_data_release(d: Draft): void {
  for (const [domid, slots] of d.stores.entries()) {
    if (d.profile.storePerDomain) store.locked(() => remove(d, domid))(d, d.call);
    if (slots.length > 0) splat(d, 'WARN msi_device_data_release 1');
  }
}
