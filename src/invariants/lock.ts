// SPDX-License-Identifier: GPL-2.0-only
/** Who holds which mutex between two steps. */
import type { Rule } from './rule.ts';
import { levelAllocated, mutexHeld } from './situations.ts';

/** Every function that locks unlocks, on every way out. */
export const heldInPairsOnly: Rule = {
  name: 'the mutex of a device is held between steps exactly from msi_lock_descs to msi_unlock_descs',
  source: 'kernel/irq/msi.c msi_lock_descs(), msi_unlock_descs()',
  device: ({ device, data }, history) => {
    if (data === undefined || !device.alive) return undefined;
    const wanted = history.held[device.handle] === true;
    return (data.mutex !== 0) === wanted
      ? undefined
      : `the mutex of device ${device.handle} is ${wanted ? 'free' : 'held'}`;
  },
  sometimes: [mutexHeld],
};

/** No call leaves a domain locked. */
export const domainsUnlocked: Rule = {
  name: 'the mutex of a domain is free between steps',
  source: 'kernel/irq/irqdomain.c',
  domain: ({ domain }) =>
    domain.mutex === 0 ? undefined : `the mutex of domain ${domain.name} is held`,
  sometimes: [levelAllocated],
};

/** A driver that returns with the mutex held. */
export const unlockedAtTheEnd: Rule = {
  name: 'a trace ends with every mutex free',
  source: 'kernel/locking/lockdep.c lockdep_sys_exit()',
  end: ({ msi_device_data, device }) => {
    const data = msi_device_data.objects.find((one) => one !== undefined && one.mutex !== 0);
    return data === undefined
      ? undefined
      : `the mutex of device ${device.objects[data.dev]?.handle ?? '?'} is held`;
  },
  sometimes: [mutexHeld],
};
