// SPDX-License-Identifier: GPL-2.0-only
/**
 * The library of irqchip drivers that are MSI parents. Not here: msi_lib_irq_domain_select(), for domains are
 * named by handles.
 *
 * Source: drivers/irqchip/irq-msi-lib.c, v6.12.
 */
import { MsiFlag } from '../../trace/flags.ts';
import type { MsiDomainInfo } from '../../trace/structs.ts';
import { WARN_ON } from './bug.ts';
import type { Kernel } from './kernel.ts';

/**
 * Makes the info of a device's domain one that `real_parent` can serve; false, with a WARN, where it cannot.
 * Every parent has operations, and selects by the token of the root, so that two checks of the C never WARN.
 */
export function msi_lib_init_dev_msi_info(
  k: Kernel,
  domain: number,
  real_parent: number,
  info: MsiDomainInfo,
): boolean {
  const fn = 'msi_lib_init_dev_msi_info';
  const { supported_flags } = k.env;
  let { required_flags } = k.env;
  if (WARN_ON(k, domain !== real_parent, fn, 2)) return false;
  switch (info.bus_token) {
    case 'DOMAIN_BUS_PCI_DEVICE_MSI':
    case 'DOMAIN_BUS_PCI_DEVICE_MSIX':
      break;
    case 'DOMAIN_BUS_DEVICE_MSI':
      if (WARN_ON(k, info.flags !== 0, fn, 5)) return false;
      info.flags = MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MsiFlag.MSI_FLAG_FREE_MSI_DESCS;
      required_flags &= ~MsiFlag.MSI_FLAG_PCI_MSI_MASK_PARENT;
      break;
    case 'DOMAIN_BUS_WIRED_TO_MSI':
      info.flags |= MsiFlag.MSI_FLAG_FREE_MSI_DESCS;
      required_flags &= ~MsiFlag.MSI_FLAG_PCI_MSI_MASK_PARENT;
      break;
    default:
      WARN_ON(k, true, fn, 6);
      return false;
  }
  info.flags = (info.flags & supported_flags) | required_flags;
  info.irq_eoi = true;
  info.irq_ack = true;
  info.irq_set_affinity = true;
  return true;
}
