// SPDX-License-Identifier: GPL-2.0-only
/**
 * Allocation and release of MSI interrupts.
 *
 * Source: kernel/irq/msi.c __msi_domain_alloc_irqs() to msi_domain_free_locked(), v6.12. What is
 * marked 6.1 is that release's __msi_domain_alloc_irqs() and, for msi_finish and handle_error, 5.15's.
 */
import type { Op } from '../../trace/sites.ts';
import { Errno } from '../../trace/errno.ts';
import { MsiFlag, PCI_TOKENS } from '../../trace/flags.ts';
import type { IrqDomain } from '../../trace/structs.ts';
import { WARN_ON } from './bug.ts';
import { forced } from './callback.ts';
import {
  irq_domain_activate_irq,
  irq_domain_alloc_irqs,
  irq_domain_deactivate_irq,
  irq_domain_free_irqs,
} from './irqdomain-alloc.ts';
import { type AllocArg, irq_domain_get_irq_data } from './irqdomain-hierarchy.ts';
import { irq_set_msi_desc_off } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import {
  devDomain,
  msi_alloc_desc,
  MSI_DESC_ALL,
  MSI_DESC_ASSOCIATED,
  MSI_DESC_NOTASSOCIATED,
  msi_ctrl_valid,
  type MsiCtrl,
  msi_desc_match,
  msi_domain_add_simple_msi_descs,
  msi_domain_free_descs,
  msi_get_device_domain,
  msi_insert_desc,
} from './msi-desc.ts';
import { msi_domain_first_desc } from './msi-device.ts';
import { has, host_data, opMsiPrepare, opSetDesc, seenIn } from './msi-domain.ts';
import { msi_sysfs_populate_desc, msi_sysfs_remove_desc } from './msi-sysfs.ts';
import { overrideAllocIrqs, overrideFreeIrqs } from './override.ts';
import { affinityOf } from './affinity-of.ts';
import { at } from './slab.ts';
import { xa_find, xa_load } from './xarray.ts';

/** `struct msi_map`. */
export interface MsiMap {
  readonly index: number;
  readonly virq: number;
}

/** How an interrupt is activated when it is allocated. */
interface VirqFlags {
  readonly activate: boolean;
  readonly can_reserve: boolean;
}

/** Allocates for a control range; any result but 0 frees the whole range again. See __msi_domain_alloc_locked(). */
export function msi_domain_alloc_locked(k: Kernel, dev: number, ctrl: MsiCtrl): number {
  const ret = __msi_domain_alloc_locked(k, dev, ctrl);
  if (ret !== 0) msi_domain_free_locked(k, dev, ctrl);
  return ret;
}

/** Frees the interrupts of a range, and its descriptors with MSI_FLAG_FREE_MSI_DESCS. A bad range is WARNed about. */
export function msi_domain_free_locked(k: Kernel, dev: number, ctrl: MsiCtrl): void {
  if (!msi_ctrl_valid(k, dev, ctrl)) return;
  const domain = msi_get_device_domain(k, dev, ctrl.domid);
  if (domain === 0) return;
  const info = host_data(k, domain);
  if (has(info, 'domain_free_irqs')) {
    forced(k, 'domain_free_irqs');
    overrideFreeIrqs(k, dev, domain);
    seenIn(k, 'domain_free_irqs', domain, { dev, ret: 0 });
  } else {
    __msi_domain_free_irqs(k, dev, domain, ctrl);
  }
  if (has(info, 'msi_post_free')) seenOp(k, 'msi_post_free', domain, dev);
  if ((info.flags & MsiFlag.MSI_FLAG_FREE_MSI_DESCS) !== 0) msi_domain_free_descs(k, dev, ctrl);
}

/** One descriptor and its interrupt at an index, or at any. -ENODEV, -ENOMEM, -ERANGE, -EBUSY, or an allocation's result. */
export function __msi_domain_alloc_irq_at(
  k: Kernel,
  dev: number,
  where: { readonly domid: number; readonly index: number },
  init: { readonly affinity: number; readonly icookie: number },
): MsiMap {
  const domain = msi_get_device_domain(k, dev, where.domid);
  if (domain === 0) return { index: Errno.ENODEV, virq: 0 };
  const addr = msi_alloc_desc(k, dev, 1, init.affinity);
  if (addr === 0) return { index: Errno.ENOMEM, virq: 0 };
  at(k, k.msi_desc, addr).icookie = init.icookie;
  let ret = msi_insert_desc(k, dev, addr, where);
  if (ret !== 0) return { index: ret, virq: 0 };
  const { msi_index } = at(k, k.msi_desc, addr);
  const ctrl = { domid: where.domid, first: msi_index, last: msi_index, nirqs: 1 };
  ret = __msi_domain_alloc_irqs(k, dev, domain, ctrl);
  if (ret === 0) return { index: msi_index, virq: at(k, k.msi_desc, addr).irq };
  msi_domain_free_locked(k, dev, ctrl);
  return { index: ret, virq: 0 };
}

/** -EINVAL: bad range; -ENODEV; the simple descriptors' errors; else what the allocation returns, positive values too. */
function __msi_domain_alloc_locked(k: Kernel, dev: number, ctrl: MsiCtrl): number {
  if (!msi_ctrl_valid(k, dev, ctrl)) return Errno.EINVAL;
  const domain = msi_get_device_domain(k, dev, ctrl.domid);
  if (domain === 0) return Errno.ENODEV;
  const info = host_data(k, domain);
  if ((info.flags & MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS) !== 0) {
    const ret = msi_domain_add_simple_msi_descs(k, dev, ctrl);
    if (ret !== 0) return ret;
  }
  if (!has(info, 'domain_alloc_irqs')) return __msi_domain_alloc_irqs(k, dev, domain, ctrl);
  const ret = forced(k, 'domain_alloc_irqs') ?? overrideAllocIrqs(k, dev, domain);
  return seenIn(k, 'domain_alloc_irqs', domain, { dev, arg: ctrl.nirqs, ret });
}

/** The default allocation: an interrupt for every descriptor of the range that has none. */
function __msi_domain_alloc_irqs(k: Kernel, dev: number, domain: number, ctrl: MsiCtrl): number {
  const { store } = devDomain(k, dev, ctrl.domid);
  const info = host_data(k, domain);
  const arg: AllocArg = { desc: 0, hwirq: 0, inner: 'allocate' };
  const ret = opMsiPrepare(k, { dev, domain }, ctrl.nirqs, arg);
  if (ret !== 0) return ret;
  const vflags = {
    activate: (info.flags & MsiFlag.MSI_FLAG_ACTIVATE_EARLY) !== 0,
    can_reserve: msi_check_reservation_mode(k, domain, dev),
  };
  let allocated = 0;
  for (
    let idx = xa_find(k, store, ctrl.first, ctrl.last);
    idx >= 0;
    idx = xa_find(k, store, idx + 1, ctrl.last)
  ) {
    const addr = xa_load(k, store, idx);
    if (!msi_desc_match(at(k, k.msi_desc, addr), MSI_DESC_NOTASSOCIATED)) continue;
    if (WARN_ON(k, allocated >= ctrl.nirqs, '__msi_domain_alloc_irqs', 1)) return Errno.EINVAL;
    if (has(info, 'prepare_desc')) seenOp(k, 'prepare_desc', domain, dev);
    opSetDesc(k, domain, arg, addr);
    const one = allocDescIrqs(k, { dev, domain, addr, arg, allocated }, vflags);
    if (one !== 0) return one;
    allocated += 1;
  }
  return 0;
}

/** The interrupts of one descriptor: the body of the loop in __msi_domain_alloc_irqs(). */
export function allocDescIrqs(
  k: Kernel,
  one: { dev: number; domain: number; addr: number; arg: AllocArg; allocated: number },
  vflags: VirqFlags,
): number {
  const desc = at(k, k.msi_desc, one.addr);
  const virq = irq_domain_alloc_irqs(k, one.domain, {
    nr_irqs: desc.nvec_used,
    affinity: affinityOf(k, desc),
    arg: one.arg,
  });
  if (virq < 0)
    return msi_handle_pci_fail(at(k, k.irq_domain, one.domain), desc.nvec_used, one.allocated);
  for (let i = 0; i < desc.nvec_used; i += 1) {
    irq_set_msi_desc_off(k, virq, i, one.addr);
    const ret = msi_init_virq(k, one.domain, virq + i, vflags);
    if (ret !== 0) return ret;
  }
  return populate(k, one);
}

/** Activation and files of a descriptor that has its interrupts: the second of two passes (6.1). */
export function initDescIrqs(
  k: Kernel,
  one: { dev: number; domain: number; addr: number },
  vflags: VirqFlags,
): number {
  const { irq, nvec_used } = at(k, k.msi_desc, one.addr);
  for (let i = 0; i < nvec_used; i += 1) {
    const ret = msi_init_virq(k, one.domain, irq + i, vflags);
    if (ret !== 0) return ret;
  }
  return populate(k, one);
}

function populate(k: Kernel, one: { dev: number; domain: number; addr: number }): number {
  if ((host_data(k, one.domain).flags & MsiFlag.MSI_FLAG_DEV_SYSFS) === 0) return 0;
  return msi_sysfs_populate_desc(k, one.dev, one.addr);
}

/** The default release: deactivate, free, take the files away, forget the number. */
function __msi_domain_free_irqs(k: Kernel, dev: number, domain: number, ctrl: MsiCtrl): void {
  const { store } = devDomain(k, dev, ctrl.domid);
  for (
    let idx = xa_find(k, store, ctrl.first, ctrl.last);
    idx >= 0;
    idx = xa_find(k, store, idx + 1, ctrl.last)
  ) {
    const addr = xa_load(k, store, idx);
    if (msi_desc_match(at(k, k.msi_desc, addr), MSI_DESC_ASSOCIATED))
      freeDescIrqs(k, dev, domain, addr);
  }
}

/** Deactivates and frees the interrupts of one descriptor: the body of that loop. */
export function freeDescIrqs(k: Kernel, dev: number, domain: number, addr: number): void {
  const desc = at(k, k.msi_desc, addr);
  for (let i = 0; i < desc.nvec_used; i += 1) {
    const irqd = irq_domain_get_irq_data(k, domain, desc.irq + i);
    if (irqd !== 0) irq_domain_deactivate_irq(k, irqd);
  }
  irq_domain_free_irqs(k, desc.irq, desc.nvec_used);
  if ((host_data(k, domain).flags & MsiFlag.MSI_FLAG_DEV_SYSFS) !== 0)
    msi_sysfs_remove_desc(k, dev, addr);
  desc.irq = 0;
}

/** Reservation needs a PCI token, MSI_FLAG_MUST_REACTIVATE, masking, and a maskable first descriptor of the default domain. */
export function msi_check_reservation_mode(k: Kernel, domain: number, dev: number): boolean {
  if (!PCI_TOKENS.includes(at(k, k.irq_domain, domain).bus_token)) return false;
  const { flags } = host_data(k, domain);
  if ((flags & MsiFlag.MSI_FLAG_MUST_REACTIVATE) === 0 || (flags & MsiFlag.MSI_FLAG_NO_MASK) !== 0)
    return false;
  const desc = at(k, k.msi_desc, msi_domain_first_desc(k, dev, 0, MSI_DESC_ALL));
  return desc.is_msix || desc.can_mask;
}

/** -ENOSPC; on PCI tokens 1 for a descriptor of several vectors, else how many descriptors have interrupts, if any. */
function msi_handle_pci_fail(domain: IrqDomain, nvec_used: number, allocated: number): number {
  if (!PCI_TOKENS.includes(domain.bus_token)) return Errno.ENOSPC;
  if (nvec_used > 1) return 1;
  return allocated === 0 ? Errno.ENOSPC : allocated;
}

function msi_init_virq(k: Kernel, domain: number, virq: number, vflags: VirqFlags): number {
  const addr = irq_domain_get_irq_data(k, domain, virq);
  const desc = at(k, k.irq_desc, at(k, k.irq_data, addr).common);
  if (!vflags.can_reserve) {
    desc.can_reserve = false;
    if (vflags.activate && desc.is_managed && (desc.affinity & k.env.online) === 0) {
      desc.managedShutdown = true;
      return 0;
    }
  }
  if (!vflags.activate) return 0;
  const ret = irq_domain_activate_irq(k, addr, vflags.can_reserve);
  if (ret !== 0) return ret;
  if (vflags.can_reserve) desc.activated = false;
  return 0;
}

function seenOp(k: Kernel, op: Op, domain: number, dev: number): void {
  forced(k, op);
  seenIn(k, op, domain, { dev, ret: 0 });
}
