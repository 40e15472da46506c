// SPDX-License-Identifier: GPL-2.0-only
/**
 * The files in msi_irqs, one per interrupt.
 *
 * Source: kernel/irq/msi.c msi_sysfs_*(), msi_device_populate_sysfs(); drivers/base/core.c
 * devm_device_add_group(); fs/sysfs/file.c sysfs_add_file_to_group(), v6.12.
 */
import { Errno } from '../../trace/errno.ts';
import { WARN_ON } from './bug.ts';
import { devres_add, devres_alloc, devres_free } from './devres.ts';
import type { Kernel } from './kernel.ts';
import { MSI_DESC_ALL, MSI_DESC_ASSOCIATED } from './msi-desc.ts';
import { msi_domain_first_desc, msi_next_desc } from './msi-device.ts';
import { at, kfree, kzalloc, should_fail, site } from './slab.ts';

/** Creates the group, managed by a devres node of its own. -ENOMEM; -EEXIST: it is there already. */
export function msi_sysfs_create_group(k: Kernel, dev: number): number {
  const node = devres_alloc(k, 'devm_attr_group_remove', 0);
  if (node === 0) return Errno.ENOMEM;
  const device = at(k, k.device, dev);
  const ret = should_fail(k, site.sysfs_create_group)
    ? Errno.ENOMEM
    : device.msi_irqs
      ? Errno.EEXIST
      : 0;
  if (ret !== 0) {
    devres_free(k, node);
    return ret;
  }
  device.msi_irqs = true;
  devres_add(k, dev, node);
  return 0;
}

/** Removes the group with whatever it holds. */
export function sysfs_remove_group(k: Kernel, dev: number): void {
  const device = at(k, k.device, dev);
  device.msi_irqs = false;
  device.msiIrqsFiles.length = 0;
}

/** One file per vector; undone when one fails. -ENOMEM, -EEXIST, -ENOENT (no group). */
export function msi_sysfs_populate_desc(k: Kernel, dev: number, addr: number): number {
  const desc = at(k, k.msi_desc, addr);
  const attrs = kzalloc(k, k.sysfs_attrs, site.msi_sysfs_populate_desc, { name: [], shown: [] });
  if (attrs === 0) return Errno.ENOMEM;
  desc.sysfs_attrs = attrs;
  const array = at(k, k.sysfs_attrs, attrs);
  for (let i = 0; i < desc.nvec_used; i += 1) {
    const name = kzalloc(k, k.name, site.msi_sysfs_populate_desc, { text: String(desc.irq + i) });
    array.name.push(name);
    array.shown.push(false);
    const ret = name === 0 ? Errno.ENOMEM : sysfs_add_file_to_group(k, dev, desc.irq + i);
    if (ret !== 0) {
      msi_sysfs_remove_desc(k, dev, addr);
      return ret;
    }
    array.shown[i] = true;
  }
  return 0;
}

/** Removes the files of a descriptor, if it has any. */
export function msi_sysfs_remove_desc(k: Kernel, dev: number, addr: number): void {
  const desc = at(k, k.msi_desc, addr);
  const attrs = desc.sysfs_attrs;
  if (attrs === 0) return;
  desc.sysfs_attrs = 0;
  const { name, shown } = at(k, k.sysfs_attrs, attrs);
  for (let i = 0; i < name.length; i += 1) {
    const file = name[i] ?? 0;
    // By name: 6.1 may have given the descriptor another number since.
    if (shown[i] === true) sysfs_remove_file_from_group(k, dev, Number(at(k, k.name, file).text));
    kfree(k, k.name, file);
  }
  kfree(k, k.sysfs_attrs, attrs);
}

/** Files for every associated descriptor of the default domain that has none; stops at the first error. */
export function msi_device_populate_sysfs(k: Kernel, dev: number): number {
  let desc = msi_domain_first_desc(k, dev, 0, MSI_DESC_ASSOCIATED);
  while (desc !== 0) {
    const ret =
      at(k, k.msi_desc, desc).sysfs_attrs === 0 ? msi_sysfs_populate_desc(k, dev, desc) : 0;
    if (ret !== 0) return ret;
    desc = msi_next_desc(k, dev, 0, MSI_DESC_ASSOCIATED);
  }
  return 0;
}

/** Removes the files of every descriptor of the default domain. */
export function msi_device_destroy_sysfs(k: Kernel, dev: number): void {
  let desc = msi_domain_first_desc(k, dev, 0, MSI_DESC_ALL);
  while (desc !== 0) {
    msi_sysfs_remove_desc(k, dev, desc);
    desc = msi_next_desc(k, dev, 0, MSI_DESC_ALL);
  }
}

function sysfs_add_file_to_group(k: Kernel, dev: number, irq: number): number {
  const { msi_irqs, msiIrqsFiles } = at(k, k.device, dev);
  if (!msi_irqs) return Errno.ENOENT;
  if (should_fail(k, site.sysfs_add_file_to_group)) return Errno.ENOMEM;
  if (WARN_ON(k, msiIrqsFiles.includes(irq), 'sysfs_warn_dup', 1)) return Errno.EEXIST;
  msiIrqsFiles.push(irq);
  return 0;
}

function sysfs_remove_file_from_group(k: Kernel, dev: number, irq: number): void {
  const { msiIrqsFiles } = at(k, k.device, dev);
  const index = msiIrqsFiles.indexOf(irq);
  if (index >= 0) msiIrqsFiles.splice(index, 1);
}
