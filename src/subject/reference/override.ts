// SPDX-License-Identifier: GPL-2.0-only
/**
 * An overriding domain: `domain_alloc_irqs` and `domain_free_irqs` of an environment that keeps
 * interrupts outside the irq domains, as Xen does. It has no range: it works on the whole device.
 */
import { MSI_MAX_INDEX, MsiFlag } from '../../trace/flags.ts';
import { irq_alloc_descs, irq_free_descs, irq_set_msi_desc_off } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import { affinityOf } from './affinity-of.ts';
import {
  devDomain,
  MSI_DESC_ASSOCIATED,
  MSI_DESC_NOTASSOCIATED,
  msi_desc_match,
} from './msi-desc.ts';
import { host_data } from './msi-domain.ts';
import { msi_sysfs_populate_desc, msi_sysfs_remove_desc } from './msi-sysfs.ts';
import { at } from './slab.ts';
import { xa_find, xa_load } from './xarray.ts';

/** Interrupts for every descriptor of the default domain that has none; the first error ends it. */
export function overrideAllocIrqs(k: Kernel, dev: number, domain: number): number {
  const sysfs = (host_data(k, domain).flags & MsiFlag.MSI_FLAG_DEV_SYSFS) !== 0;
  for (const addr of descs(k, dev, MSI_DESC_NOTASSOCIATED)) {
    const desc = at(k, k.msi_desc, addr);
    const virq = irq_alloc_descs(k, {
      irq: -1,
      from: 1,
      cnt: desc.nvec_used,
      affinity: affinityOf(k, desc),
    });
    if (virq < 0) return virq;
    for (let i = 0; i < desc.nvec_used; i += 1) {
      irq_set_msi_desc_off(k, virq, i, addr);
      k.overridden.push(virq + i);
    }
    const ret = sysfs ? msi_sysfs_populate_desc(k, dev, addr) : 0;
    if (ret !== 0) return ret;
  }
  return 0;
}

/** Takes all of them back. */
export function overrideFreeIrqs(k: Kernel, dev: number, domain: number): void {
  const sysfs = (host_data(k, domain).flags & MsiFlag.MSI_FLAG_DEV_SYSFS) !== 0;
  for (const addr of descs(k, dev, MSI_DESC_ASSOCIATED)) {
    const desc = at(k, k.msi_desc, addr);
    if (sysfs) msi_sysfs_remove_desc(k, dev, addr);
    irq_free_descs(k, desc.irq, desc.nvec_used);
    for (let i = 0; i < desc.nvec_used; i += 1)
      k.overridden.splice(k.overridden.indexOf(desc.irq + i), 1);
    desc.irq = 0;
  }
}

function descs(k: Kernel, dev: number, filter: number): readonly number[] {
  const found: number[] = [];
  const { store } = devDomain(k, dev, 0);
  for (
    let idx = xa_find(k, store, 0, MSI_MAX_INDEX);
    idx >= 0;
    idx = xa_find(k, store, idx + 1, MSI_MAX_INDEX)
  ) {
    const addr = xa_load(k, store, idx);
    if (msi_desc_match(at(k, k.msi_desc, addr), filter)) found.push(addr);
  }
  return found;
}
