// SPDX-License-Identifier: GPL-2.0-only
/** Devices and their MSI data. */
import { DomainFlag } from '../trace/flags.ts';
import { PROFILES } from '../trace/profile.ts';
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { dataChanged, deviceDomainMade, deviceReleased } from './situations.ts';

/** Hot unplug takes everything along. */
export const releasedDeviceHasNothing: Rule = {
  name: 'a device that was released has no MSI data, no resources and no files',
  source: 'drivers/base/core.c device_release(), drivers/base/devres.c devres_release_all()',
  belongings: ({ device }) => {
    if (device.alive) return undefined;
    const { msi_data, devres_head, msiIrqsFiles, msi_irqs } = device;
    if (msi_data === 0 && devres_head.length === 0 && msiIrqsFiles.length === 0 && !msi_irqs)
      return undefined;
    return `device ${device.handle} has msi_data ${msi_data}, ${devres_head.length} resources, ${msiIrqsFiles.length} files`;
  },
  sometimes: [deviceReleased],
};

/** The two know each other. */
export const dataKnowsDevice: Rule = {
  name: 'the MSI data of a device live and refer back to it, and are zeroed when they are made',
  source: 'kernel/irq/msi.c msi_setup_device_data(), msi_device_data_release()',
  belongings: ({ address, device, data }, { call, facts }) => {
    if (device.msi_data === 0) return undefined;
    if (data === undefined)
      return `device ${device.handle} has msi_device_data ${device.msi_data}, which are gone`;
    if (data.dev !== address)
      return `the MSI data of device ${device.handle} refer to device ${data.dev}`;
    const fresh =
      call.fn === 'msi_setup_device_data' &&
      call.dev === device.handle &&
      (facts & Fact.DATA) !== 0;
    return fresh && data.__iter_idx !== 0
      ? `the MSI data of device ${device.handle} begin with slot ${data.__iter_idx}`
      : undefined;
  },
  sometimes: [dataChanged],
};

/** From the slots to the domains. A global domain may have been removed by its driver. */
export const slotHasDomain: Rule = {
  name: 'a slot for a domain in the MSI data has a domain of its device, or a global one, never an MSI parent',
  source:
    'kernel/irq/msi.c msi_setup_device_data(), msi_create_device_irq_domain(), msi_remove_device_irq_domain()',
  belongings: ({ picture, address, device, data }, { domains, environment }) => {
    const { storePerDomain } = PROFILES[environment.release];
    for (let i = 0; data !== undefined && i < data.domains.length; i += 1) {
      const at = data.domains[i]?.domain ?? 0;
      if (at === 0) continue;
      const domain = picture.irq_domain.objects[at];
      const where = `domain id ${i} of device ${device.handle}`;
      if (!storePerDomain && at !== device.msi_domain)
        return `${where} is irq_domain ${at}, not that of the device`;
      if (domain === undefined) {
        if ((domains[at]?.handle ?? -1) < 0) return `${where} is irq_domain ${at}, which is gone`;
        continue;
      }
      if ((domain.flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_PARENT) !== 0 || domain.kind !== 'msi')
        return `${where} is ${domain.name}, no MSI domain`;
      if ((domain.flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE) !== 0 && domain.dev !== address)
        return `${where} is ${named(picture.irq_domain, at)}, which is another device's`;
    }
    return undefined;
  },
  sometimes: [deviceDomainMade],
};
