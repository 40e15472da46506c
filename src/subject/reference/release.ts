// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the release of each kind of device resource does.
 *
 * Source: kernel/irq/msi.c msi_device_data_release(), drivers/base/core.c devm_attr_group_remove(), v6.12.
 */
import type { DevresNode } from '../../trace/structs.ts';
import { WARN_ON } from './bug.ts';
import { forced, seen } from './callback.ts';
import type { Kernel } from './kernel.ts';
import { msi_remove_device_irq_domain } from './msi-create.ts';
import { freeMsiDeviceData } from './msi-device.ts';
import { sysfs_remove_group } from './msi-sysfs.ts';
import { at } from './slab.ts';
import { xa_destroy, xa_empty } from './xarray.ts';

/** Runs the release; the node is the caller's. */
export function releaseResource(k: Kernel, dev: number, node: DevresNode): void {
  switch (node.release) {
    case 'msi_device_data_release':
      msi_device_data_release(k, dev, node.data);
      return;
    case 'devm_attr_group_remove':
      sysfs_remove_group(k, dev);
      return;
    case 'driver':
      forced(k, 'release');
      seen(
        k,
        'release',
        { domain: -1, dev: at(k, k.device, dev).handle, irq: 0, arg: node.data },
        0,
      );
      return;
    case 'group_open':
    case 'group_close':
  }
}

/** Removes the device's domains and destroys the stores, with a WARN for one that is not empty. */
function msi_device_data_release(k: Kernel, dev: number, addr: number): void {
  const md = at(k, k.msi_device_data, addr);
  for (let i = 0; i < md.domains.length; i += 1) {
    if (k.profile.storePerDomain) msi_remove_device_irq_domain(k, dev, i);
    const { store } = md.domains[i] ?? { store: { head: 0, headIsNode: false } };
    WARN_ON(k, !xa_empty(store), 'msi_device_data_release', 1);
    xa_destroy(k, store);
  }
  at(k, k.device, dev).msi_data = 0;
  freeMsiDeviceData(k, addr);
}
