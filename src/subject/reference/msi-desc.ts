// SPDX-License-Identifier: GPL-2.0-only
/**
 * MSI descriptors and the store that holds them.
 *
 * Source: kernel/irq/msi.c msi_alloc_desc() to msi_domain_add_simple_msi_descs(), msi_ctrl_valid(),
 * msi_domain_get_hwsize(), msi_get_device_domain(), v6.12.
 */
import { affinityEntries } from '../../trace/affinity.ts';
import { Errno } from '../../trace/errno.ts';
import { DomainFlag, MSI_ANY_INDEX, MSI_XA_DOMAIN_SIZE } from '../../trace/flags.ts';
import type { MsiDesc, MsiDeviceData, MsiDevDomain } from '../../trace/structs.ts';
import { lockdep_assert_held, oops, WARN_ON } from './bug.ts';
import type { Kernel } from './kernel.ts';
import { at, kfree, kzalloc, site } from './slab.ts';
import { xa_alloc, xa_erase, xa_find, xa_insert, xa_load } from './xarray.ts';

/** `struct msi_ctrl`: slots `first` to `last`, both inclusive, of a domain, and the interrupts asked for. */
export interface MsiCtrl {
  readonly domid: number;
  readonly first: number;
  readonly last: number;
  readonly nirqs: number;
}

/** What a driver says of a descriptor to insert (the init_desc of msi_domain_insert_msi_desc()). */
export interface InitDesc {
  readonly msi_index: number;
  readonly nvec_used: number;
  /** See trace/affinity.ts. */
  readonly affinity: number;
  readonly is_msix: boolean;
  readonly can_mask: boolean;
}

/** Index of enum msi_desc_filter. */
export const MSI_DESC_ALL = 0;
/** Descriptors without an interrupt. */
export const MSI_DESC_NOTASSOCIATED = 1;
/** Descriptors with an interrupt. */
export const MSI_DESC_ASSOCIATED = 2;

/** `dev->msi.data`, which the caller follows without a check. */
export function msi_data(k: Kernel, dev: number): MsiDeviceData {
  return at(k, k.msi_device_data, at(k, k.device, dev).msi_data);
}

/** `dev->msi.data->__domains[domid]`. */
export function devDomain(k: Kernel, dev: number, domid: number): MsiDevDomain {
  return msi_data(k, dev).domains[domid] ?? oops(k, 'wild access', '__domains');
}

/** A descriptor with a deep copy of the masks; 0 without memory, with nothing left behind. */
export function msi_alloc_desc(k: Kernel, dev: number, nvec: number, affinity: number): number {
  const addr = kzalloc(k, k.msi_desc, site.msi_alloc_desc, {
    irq: 0,
    nvec_used: nvec,
    dev,
    msgAddressLo: 0,
    msgData: 0,
    affinity: 0,
    sysfs_attrs: 0,
    msi_index: 0,
    is_msix: false,
    can_mask: false,
    icookie: 0,
    abandoned: false,
  });
  if (addr === 0) return 0;
  const entries = affinityEntries(affinity, nvec);
  if (entries === undefined) return addr;
  const copy = kzalloc(k, k.affinity, site.msi_alloc_desc, {
    mask: entries.map((entry) => entry.mask),
    is_managed: entries.map((entry) => entry.is_managed),
  });
  if (copy === 0) {
    kfree(k, k.msi_desc, addr);
    return 0;
  }
  at(k, k.msi_desc, addr).affinity = copy;
  return addr;
}

/** Frees the masks and the descriptor. */
export function msi_free_desc(k: Kernel, addr: number): void {
  kfree(k, k.affinity, at(k, k.msi_desc, addr).affinity);
  kfree(k, k.msi_desc, addr);
}

/**
 * Puts a descriptor into the store at an index, or at the lowest free one for MSI_ANY_INDEX; frees it
 * when that fails. -ERANGE: beyond hwsize; -EBUSY: taken, or no index is free; -ENOMEM.
 */
export function msi_insert_desc(
  k: Kernel,
  dev: number,
  addr: number,
  where: { domid: number; index: number },
): number {
  const hwsize = msi_domain_get_hwsize(k, dev, where.domid);
  const { store } = devDomain(k, dev, where.domid);
  const desc = at(k, k.msi_desc, addr);
  let ret: number;
  if (where.index === MSI_ANY_INDEX) {
    ret = xa_alloc(k, store, addr, hwsize - 1);
    if (ret >= 0) {
      desc.msi_index = ret;
      return 0;
    }
  } else if (where.index >= hwsize) {
    ret = Errno.ERANGE;
  } else {
    desc.msi_index = where.index;
    ret = xa_insert(k, store, where.index, addr);
    if (ret === 0) return 0;
  }
  msi_free_desc(k, addr);
  return ret;
}

/** -ENOMEM, or as msi_insert_desc(). */
export function msi_domain_insert_msi_desc(
  k: Kernel,
  dev: number,
  domid: number,
  init: InitDesc,
): number {
  lockdep_assert_held(k, msi_data(k, dev).mutex, 'msi_domain_insert_msi_desc', 1);
  const addr = msi_alloc_desc(k, dev, init.nvec_used, init.affinity);
  if (addr === 0) return Errno.ENOMEM;
  const desc = at(k, k.msi_desc, addr);
  desc.is_msix = init.is_msix;
  desc.can_mask = init.can_mask;
  return msi_insert_desc(k, dev, addr, { domid, index: init.msi_index });
}

/** Whether a descriptor has the state that a filter asks for. */
export function msi_desc_match(desc: MsiDesc, filter: number): boolean {
  if (filter === MSI_DESC_ALL) return true;
  return (desc.irq !== 0) === (filter === MSI_DESC_ASSOCIATED);
}

/** False, with a WARN, for a domain id or a range that the device does not have. */
export function msi_ctrl_valid(k: Kernel, dev: number, ctrl: MsiCtrl): boolean {
  const fn = 'msi_ctrl_valid';
  const outside = ctrl.domid >= k.profile.MSI_MAX_DEVICE_IRQDOMAINS;
  const missing =
    !outside && at(k, k.device, dev).msi_domain !== 0 && devDomain(k, dev, ctrl.domid).domain === 0;
  if (WARN_ON(k, outside || missing, fn, 1)) return false;
  const hwsize = msi_domain_get_hwsize(k, dev, ctrl.domid);
  const { first, last } = ctrl;
  return !WARN_ON(k, first > last || first >= hwsize || last >= hwsize, fn, 2);
}

/** Erases every descriptor of the range and frees it; one that has an interrupt is leaked, with a WARN. */
export function msi_domain_free_descs(k: Kernel, dev: number, ctrl: MsiCtrl): void {
  const fn = 'msi_domain_free_descs';
  lockdep_assert_held(k, msi_data(k, dev).mutex, fn, 1);
  if (!msi_ctrl_valid(k, dev, ctrl)) return;
  const { store } = devDomain(k, dev, ctrl.domid);
  for (
    let idx = xa_find(k, store, ctrl.first, ctrl.last);
    idx >= 0;
    idx = xa_find(k, store, idx + 1, ctrl.last)
  ) {
    const addr = xa_load(k, store, idx);
    const desc = at(k, k.msi_desc, addr);
    xa_erase(k, store, idx);
    if (WARN_ON(k, msi_desc_match(desc, MSI_DESC_ASSOCIATED), fn, 1)) {
      desc.abandoned = true;
      continue;
    }
    msi_free_desc(k, addr);
  }
}

/** Descriptors of one vector for the whole range; when one fails the range is emptied. -EINVAL, -ENOMEM, -EBUSY. */
export function msi_domain_add_simple_msi_descs(k: Kernel, dev: number, ctrl: MsiCtrl): number {
  lockdep_assert_held(k, msi_data(k, dev).mutex, 'msi_domain_add_simple_msi_descs', 1);
  if (!msi_ctrl_valid(k, dev, ctrl)) return Errno.EINVAL;
  for (let idx = ctrl.first; idx <= ctrl.last; idx += 1) {
    const addr = msi_alloc_desc(k, dev, 1, 0);
    const ret =
      addr === 0 ? Errno.ENOMEM : msi_insert_desc(k, dev, addr, { domid: ctrl.domid, index: idx });
    if (ret !== 0) {
      msi_domain_free_descs(k, dev, ctrl);
      return ret;
    }
  }
  return 0;
}

/** The MSI domain of a device at a domain id; 0 when there is none, with a WARN for an id that cannot exist or a parent. */
export function msi_get_device_domain(k: Kernel, dev: number, domid: number): number {
  const fn = 'msi_get_device_domain';
  lockdep_assert_held(k, msi_data(k, dev).mutex, fn, 1);
  if (WARN_ON(k, domid >= k.profile.MSI_MAX_DEVICE_IRQDOMAINS, fn, 1)) return 0;
  const { domain } = devDomain(k, dev, domid);
  if (domain === 0) return 0;
  const parent = (at(k, k.irq_domain, domain).flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_PARENT) !== 0;
  return WARN_ON(k, parent, fn, 2) ? 0 : domain;
}

/** Slots of a domain id: the domain's hwsize, or MSI_XA_DOMAIN_SIZE without a domain. */
export function msi_domain_get_hwsize(k: Kernel, dev: number, domid: number): number {
  const domain = msi_get_device_domain(k, dev, domid);
  if (domain === 0) return MSI_XA_DOMAIN_SIZE;
  return at(k, k.msi_domain_info, at(k, k.irq_domain, domain).host_data).hwsize;
}
