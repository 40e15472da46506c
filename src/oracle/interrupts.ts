// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts for descriptors: kernel/irq/msi.c, under its names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE, PCI_TOKENS } from '../trace/flags.ts';
import { ANY, die, type Draft, edit, fails, give, map, splat, take } from './draft.ts';
import { NONE, type Slot } from './model.ts';
import * as store from './store.ts';

type Ctrl = store.Ctrl;

/** msi_domain_get_virq(), msi_get_virq() */
export function getVirq(d: Draft, call: Call): number {
  const { profile } = d.world;
  const wrong = call.index > MSI_MAX_INDEX || d.device.stores[call.domid] === undefined;
  if (!d.device.data) return 0;
  if (profile.checksRange && wrong) return splat(d, 'WARN msi_domain_get_virq 1');
  return store.locked(() => ANY)(d, call);
}

function isPci({ world: { environment } }: Draft): boolean {
  return PCI_TOKENS.includes(environment.bus_token);
}

/** msi_check_reservation_mode() looks at the first descriptor, which need not be there. */
function msi_check_reservation_mode(d: Draft): void {
  const looks = isPci(d) && store.has(d, 'MSI_FLAG_MUST_REACTIVATE');
  if (!looks || store.has(d, 'MSI_FLAG_NO_MASK')) return;
  store.first(d, 0);
  if (d.device.stores[0]?.slots.size === 0) die(d, 'NULL dereference msi_check_reservation_mode 1');
}

/** What an allocation of interrupts that failed returns, whatever the reason was. */
function noSpace(d: Draft, nvec: number, allocated: number): number {
  const { ops } = d.world.environment;
  if (ops.includes('handle_error') || ops.includes('msi_finish'))
    return fails(d, false, 'handle_error') || Errno.ENOSPC;
  if (!isPci(d) || d.plan.strict || (nvec === 1 && allocated === 0)) return Errno.ENOSPC;
  return nvec > 1 ? 1 : allocated;
}

function hwirqs(d: Draft, { index, nvec }: Slot): readonly number[] {
  const { hwirq } = d.world.environment;
  const base = hwirq === 'device' ? d.call.dev * MSI_XA_DOMAIN_SIZE : 0;
  const from = hwirq === 'overlap' ? index >> 1 : base + index;
  return Array.from({ length: nvec }, (_, vec) => from + vec);
}

/** msi_domain_alloc() and everything below; only the first hardware number is looked at. */
function takeIrqs(d: Draft, slot: Slot, domain: number): boolean {
  const numbers = hwirqs(d, slot);
  if (d.world.domains[domain]?.mapped.has(numbers[0] ?? 0) === true) return false;
  if (fails(d, true, 'alloc', 'msi_init') !== 0) return false;
  if (take(d, slot.nvec, slot.affinity, slot.nvec) !== 0) return false;
  map(d, domain, numbers, 1);
  return true;
}

function overrides(d: Draft): boolean {
  return d.world.environment.ops.includes('domain_alloc_irqs');
}

/** All of the device where an operation overrides; msi_for_each_desc() in 6.1, xa_for_each_range() since. */
function visit(d: Draft, ctrl: Ctrl, filter: number, work: (slot: Slot) => number): number {
  if (!overrides(d) && !d.world.profile.storePerDomain) return store.each(d, filter, work);
  for (const slot of store.slotsIn(d, overrides(d) ? store.EVERY : ctrl, filter)) {
    const ret = work(slot);
    if (ret !== 0) return ret;
  }
  return 0;
}

/** The descriptor has interrupts now. Activating them, or entering them in sysfs, may fail. */
function associate(d: Draft, domid: number, slot: Slot): number {
  edit(d, domid).set(slot.index, slot);
  const early = slot.domain !== NONE && store.has(d, 'MSI_FLAG_ACTIVATE_EARLY');
  const failure = early ? fails(d, false, 'activate') : 0;
  return failure === 0 && store.has(d, 'MSI_FLAG_DEV_SYSFS') ? fails(d, true) : failure;
}

function __msi_domain_alloc_irqs(d: Draft, ctrl: Ctrl, domain: number): number {
  const refused = fails(d, false, 'msi_check', 'msi_prepare');
  if (refused === 0) msi_check_reservation_mode(d);
  if (refused !== 0 || d.dead) return refused;
  let allocated = 0;
  return visit(d, ctrl, store.UNUSED, (slot) => {
    if (allocated >= ctrl.nirqs) return splat(d, 'WARN __msi_domain_alloc_irqs 1', Errno.EINVAL);
    if (!takeIrqs(d, slot, domain)) return noSpace(d, slot.nvec, allocated);
    allocated += 1;
    return associate(d, ctrl.domid, { ...slot, domain });
  });
}

/** Through `domain_alloc_irqs`: the default, a wrapper of it, or one that takes nothing but interrupt numbers. */
function alloc(d: Draft, ctrl: Ctrl, domain: number): number {
  const wrapped = overrides(d) || d.world.environment.ops.includes('wrap_alloc');
  const refused = wrapped ? fails(d, false, 'domain_alloc_irqs') : 0;
  if (refused !== 0 || !overrides(d)) return refused || __msi_domain_alloc_irqs(d, ctrl, domain);
  return visit(d, ctrl, store.UNUSED, (slot) => {
    const ret = fails(d, true) || take(d, slot.nvec, slot.affinity, 0);
    return ret || associate(d, ctrl.domid, { ...slot, domain: NONE });
  });
}

/** Through `domain_free_irqs`. */
function free(d: Draft, ctrl: Ctrl): void {
  visit(d, ctrl, store.USED, (slot) => {
    map(d, slot.domain ?? NONE, hwirqs(d, slot), -1);
    give(d, slot.nvec, slot.domain === NONE ? 0 : slot.nvec);
    edit(d, ctrl.domid).set(slot.index, { ...slot, domain: undefined });
    return 0;
  });
}

/** Frees interrupts, 6.12. */
export function msi_domain_free_locked(d: Draft, ctrl: Ctrl): number {
  if (!store.msi_ctrl_valid(d, ctrl)) return 0;
  if (store.msi_get_device_domain(d, ctrl.domid) === undefined) return 0;
  free(d, ctrl);
  return store.has(d, 'MSI_FLAG_FREE_MSI_DESCS') ? store.free(d, ctrl) : 0;
}

/** Allocates them, 6.12. */
export function msi_domain_alloc_locked(d: Draft, ctrl: Ctrl): number {
  const ret = allocLocked(d, ctrl);
  if (ret !== 0) msi_domain_free_locked(d, ctrl);
  return ret;
}

function allocLocked(d: Draft, ctrl: Ctrl): number {
  if (!store.msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  if (store.msi_get_device_domain(d, ctrl.domid) === undefined) return Errno.ENODEV;
  return store.addSimple(d, ctrl) || alloc(d, ctrl, d.device.stores[ctrl.domid]?.domain ?? NONE);
}

/** Adds a descriptor with its interrupt: the index or an errno. */
export function msi_domain_alloc_irq_at(d: Draft, { domid, index, affinity }: Call): number {
  if (store.msi_get_device_domain(d, domid) === undefined) return Errno.ENODEV;
  const slot = { index, nvec: 1, affinity, domain: undefined };
  const at = fails(d, true) || store.msi_insert_desc(d, domid, slot);
  if (at < 0) return at;
  const ctrl = { domid, first: at, last: at, nirqs: 1 };
  const ret = __msi_domain_alloc_irqs(d, ctrl, d.device.stores[domid]?.domain ?? NONE);
  if (ret !== 0) msi_domain_free_locked(d, ctrl);
  return ret || at;
}

/** Allocates interrupts, 6.1. */
export function msi_domain_alloc_irqs_descs_locked(d: Draft, call: Call): number {
  if (!store.held(d, 'msi_domain_alloc_irqs_descs_locked')) return 0;
  const simple = store.addSimple(d, { ...store.EVERY, last: call.nirqs - 1 });
  if (simple !== 0) return simple;
  const ret = alloc(d, store.EVERY, call.domain);
  if (ret !== 0) msi_domain_free_irqs_descs_locked(d);
  return ret;
}

/** Frees them, 6.1. */
export function msi_domain_free_irqs_descs_locked(d: Draft): number {
  if (!store.held(d, 'msi_domain_free_irqs_descs_locked')) return 0;
  free(d, store.EVERY);
  return store.has(d, 'MSI_FLAG_FREE_MSI_DESCS') ? store.free(d, store.EVERY) : 0;
}
