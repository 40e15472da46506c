// SPDX-License-Identifier: GPL-2.0-only
/**
 * The MSI data of a device: set-up, lock, iteration, look-up, release.
 *
 * Source: kernel/irq/msi.c msi_setup_device_data() to msi_domain_get_virq(), v6.12.
 */
import { Errno } from '../../trace/errno.ts';
import { DomainFlag, MSI_MAX_INDEX } from '../../trace/flags.ts';
import type { MsiDeviceData } from '../../trace/structs.ts';
import { lockdep_assert_held, mutex_lock, mutex_unlock, WARN_ON } from './bug.ts';
import { devres_add, devres_alloc, devres_free } from './devres.ts';
import { irq_get_msi_desc } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import { devDomain, msi_data, msi_desc_match } from './msi-desc.ts';
import { at, kfree, place } from './slab.ts';
import { msi_sysfs_create_group } from './msi-sysfs.ts';
import { xa_find, xa_init, xa_load } from './xarray.ts';

/** Allocates the data once; a second call changes nothing. -ENOMEM. */
export function msi_setup_device_data(k: Kernel, dev: number): number {
  const device = at(k, k.device, dev);
  if (device.msi_data !== 0) return 0;
  const node = devres_alloc(k, 'msi_device_data_release', 0);
  if (node === 0) return Errno.ENOMEM;
  const ret = msi_sysfs_create_group(k, dev);
  if (ret !== 0) {
    devres_free(k, node);
    return ret;
  }
  const data: MsiDeviceData = { dev, mutex: 0, domains: [], __iter_idx: 0 };
  for (let i = 0; i < k.profile.MSI_MAX_DEVICE_IRQDOMAINS; i += 1)
    data.domains.push({ store: xa_init(), domain: 0 });
  const first = data.domains[0];
  if (
    device.msi_domain !== 0 &&
    first !== undefined &&
    !irq_domain_is_msi_parent(k, device.msi_domain)
  ) {
    first.domain = device.msi_domain;
  }
  const addr = place(k, k.msi_device_data, data);
  at(k, k.devres, node).data = addr;
  device.msi_data = addr;
  devres_add(k, dev, node);
  return 0;
}

/** 6.1 looks at the device alone, 6.12 at what the set-up has copied. Source: include/linux/device.h. */
export function dev_set_msi_domain(k: Kernel, dev: number, domain: number): void {
  const device = at(k, k.device, dev);
  device.msi_domain = domain;
  if (!k.profile.storePerDomain && device.msi_data !== 0) devDomain(k, dev, 0).domain = domain;
}

/** The memory of the data is part of its devres node. */
export function freeMsiDeviceData(k: Kernel, addr: number): void {
  kfree(k, k.msi_device_data, addr);
}

/** Source: include/linux/irqdomain.h irq_domain_is_msi_parent(). */
export function irq_domain_is_msi_parent(k: Kernel, domain: number): boolean {
  return (at(k, k.irq_domain, domain).flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_PARENT) !== 0;
}

/** Takes the mutex of the store; a device without MSI data is a NULL dereference. */
export function msi_lock_descs(k: Kernel, dev: number): void {
  const md = msi_data(k, dev);
  md.mutex = mutex_lock(k, md.mutex, 'msi_lock_descs');
}

/** Releases it and ends an iteration. */
export function msi_unlock_descs(k: Kernel, dev: number): void {
  const md = msi_data(k, dev);
  md.__iter_idx = k.profile.MSI_XA_MAX_INDEX;
  md.mutex = mutex_unlock(k, md.mutex, 'msi_unlock_descs');
}

/** First descriptor that matches, 0 for none; WARNs without MSI data or for an id that cannot exist. */
export function msi_domain_first_desc(
  k: Kernel,
  dev: number,
  domid: number,
  filter: number,
): number {
  const fn = k.profile.storePerDomain ? 'msi_domain_first_desc' : 'msi_first_desc';
  const { msi_data: addr } = at(k, k.device, dev);
  if (WARN_ON(k, addr === 0 || domid >= k.profile.MSI_MAX_DEVICE_IRQDOMAINS, fn, 1)) return 0;
  const md = msi_data(k, dev);
  lockdep_assert_held(k, md.mutex, fn, 1);
  md.__iter_idx = 0;
  return msi_find_desc(k, dev, domid, filter);
}

/** The next one after the device's one cursor. */
export function msi_next_desc(k: Kernel, dev: number, domid: number, filter: number): number {
  const { msi_data: addr } = at(k, k.device, dev);
  if (WARN_ON(k, addr === 0 || domid >= k.profile.MSI_MAX_DEVICE_IRQDOMAINS, 'msi_next_desc', 1))
    return 0;
  const md = msi_data(k, dev);
  lockdep_assert_held(k, md.mutex, 'msi_next_desc', 1);
  if (md.__iter_idx >= MSI_MAX_INDEX) return 0;
  md.__iter_idx += 1;
  return msi_find_desc(k, dev, domid, filter);
}

/** Interrupt number of a slot, 0 when there is none. With PCI/MSI the index is a vector of descriptor 0. */
export function msi_domain_get_virq(k: Kernel, dev: number, domid: number, index: number): number {
  if (at(k, k.device, dev).msi_data === 0) return 0;
  const bad =
    k.profile.checksRange &&
    (index > MSI_MAX_INDEX || domid >= k.profile.MSI_MAX_DEVICE_IRQDOMAINS);
  if (WARN_ON(k, bad, 'msi_domain_get_virq', 1)) return 0;
  const pcimsi = k.env.pci === 'msi' && domid === 0;
  msi_lock_descs(k, dev);
  const addr = xa_load(k, devDomain(k, dev, domid).store, pcimsi ? 0 : index);
  let ret = 0;
  if (addr !== 0) {
    const { irq, nvec_used } = at(k, k.msi_desc, addr);
    if (irq !== 0 && !pcimsi) ret = irq;
    if (irq !== 0 && pcimsi && index < nvec_used) ret = irq + index;
  }
  msi_unlock_descs(k, dev);
  return ret;
}

/** Data word of the cached message of an interrupt, which must have a descriptor. */
export function get_cached_msi_msg(k: Kernel, irq: number): number {
  return at(k, k.msi_desc, irq_get_msi_desc(k, irq)).msgData;
}

function msi_find_desc(k: Kernel, dev: number, domid: number, filter: number): number {
  const md = msi_data(k, dev);
  const { store } = devDomain(k, dev, domid);
  for (
    let idx = xa_find(k, store, md.__iter_idx, MSI_MAX_INDEX);
    idx >= 0;
    idx = xa_find(k, store, idx + 1, MSI_MAX_INDEX)
  ) {
    const addr = xa_load(k, store, idx);
    if (msi_desc_match(at(k, k.msi_desc, addr), filter)) {
      md.__iter_idx = idx;
      return addr;
    }
  }
  md.__iter_idx = k.profile.MSI_XA_MAX_INDEX;
  return 0;
}
