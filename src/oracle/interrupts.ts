// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts for descriptors: kernel/irq/msi.c, under its names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE, PCI_TOKENS } from '../trace/flags.ts';
import { ANY, die, type Draft, edit, fails, splat, take } from './draft.ts';
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
function takeIrqs(d: Draft, slot: Slot, domid: number): boolean {
  const { stores, msiDomain } = d.device;
  const domain = d.world.profile.storePerDomain ? stores[domid]?.domain : msiDomain;
  const numbers = hwirqs(d, slot);
  const [first = 0] = numbers;
  const taken =
    d.mapped.includes(first) || d.world.domains[domain ?? NONE]?.mapped.has(first) === true;
  if (taken || fails(d, true, 'alloc', 'msi_init') !== 0) return false;
  d.mapped.push(...numbers);
  return take(d, slot.nvec, slot.affinity, slot.nvec) === 0;
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

/** Through `domain_alloc_irqs`: the default, a wrapper of it, or one that takes nothing but interrupt numbers. */
function domain_alloc_irqs(d: Draft, ctrl: Ctrl): number {
  const own = overrides(d);
  const wrapped = own || d.world.environment.ops.includes('wrap_alloc');
  const refused =
    (wrapped ? fails(d, false, 'domain_alloc_irqs') : 0) ||
    (own ? 0 : fails(d, false, 'msi_check', 'msi_prepare'));
  if (refused === 0 && !own) msi_check_reservation_mode(d);
  let allocated = 0;
  const allocate = (slot: Slot): number => {
    const ret = own ? fails(d, true) || take(d, slot.nvec, slot.affinity, 0) : 0;
    if (ret !== 0) return ret;
    if (!own && allocated >= ctrl.nirqs)
      return splat(d, 'WARN __msi_domain_alloc_irqs 1', Errno.EINVAL);
    if (!own && !takeIrqs(d, slot, ctrl.domid)) return noSpace(d, slot.nvec, allocated);
    allocated += 1;
    edit(d, ctrl.domid).set(slot.index, { ...slot, used: true });
    const early = !own && store.has(d, 'MSI_FLAG_ACTIVATE_EARLY') ? fails(d, false, 'activate') : 0;
    return early || (store.has(d, 'MSI_FLAG_DEV_SYSFS') ? fails(d, true) : 0);
  };
  return refused !== 0 || d.dead ? refused : visit(d, ctrl, store.UNUSED, allocate);
}

/** Why not to begin; `fn` is what 6.1 begins with. */
function notReady(d: Draft, ctrl: Ctrl, fn: string): number {
  if (!d.world.profile.checksRange) return store.held(d, fn) ? 0 : Errno.EINVAL;
  if (!store.msi_ctrl_valid(d, ctrl)) return Errno.EINVAL;
  return store.msi_get_device_domain(d, ctrl.domid) === undefined ? Errno.ENODEV : 0;
}

/** msi_domain_alloc_locked(), msi_domain_alloc_irqs_descs_locked() */
export function alloc(d: Draft, ctrl: Ctrl): number {
  const { checksRange } = d.world.profile;
  const simple =
    notReady(d, ctrl, 'msi_domain_alloc_irqs_descs_locked') || store.addSimple(d, ctrl);
  if (simple !== 0 && !checksRange) return simple;
  const ret = simple || domain_alloc_irqs(d, ctrl);
  if (ret !== 0) free(d, checksRange ? ctrl : store.EVERY);
  return ret;
}

/** msi_domain_free_locked(), msi_domain_free_irqs_descs_locked() */
export function free(d: Draft, ctrl: Ctrl): number {
  if (notReady(d, ctrl, 'msi_domain_free_irqs_descs_locked') !== 0) return 0;
  visit(d, ctrl, store.USED, (slot) => {
    edit(d, ctrl.domid).set(slot.index, { ...slot, used: false });
    return 0;
  });
  return store.has(d, 'MSI_FLAG_FREE_MSI_DESCS') ? store.free(d, ctrl) : 0;
}

/** Adds a descriptor with its interrupt: the index or an errno. */
export function msi_domain_alloc_irq_at(d: Draft, { domid, index, affinity }: Call): number {
  if (store.msi_get_device_domain(d, domid) === undefined) return Errno.ENODEV;
  const slot = { index, nvec: 1, affinity, used: false };
  const at = fails(d, true) || store.msi_insert_desc(d, domid, slot);
  if (at < 0) return at;
  const ctrl = { domid, first: at, last: at, nirqs: 1 };
  const ret = domain_alloc_irqs(d, ctrl);
  if (ret !== 0) free(d, ctrl);
  return ret || at;
}
