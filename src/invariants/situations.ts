// SPDX-License-Identifier: GPL-2.0-only
/** Situations that more than one rule needs. */
import { Fact } from './facts.ts';
import type { Situation } from './rule.ts';
import {
  activatesEarly,
  happened,
  happens,
  withDeviceDomains,
  withLevels,
  withMsi,
  withOp,
  withSysfs,
} from './situation.ts';

export const descMade: Situation = happened('a descriptor was made', Fact.DESC_BORN);
export const descFreed: Situation = happened('a descriptor was freed', Fact.DESC_GONE);
export const descDropped: Situation = happened(
  'a descriptor was dropped with a WARN',
  Fact.ABANDONED,
);
export const masksGiven: Situation = happened(
  'a descriptor with affinity masks was made',
  Fact.AFFINITY,
);
export const associated: Situation = happened(
  'a descriptor got its interrupts',
  Fact.ASSOCIATED,
  withMsi,
);
export const dissociated: Situation = happened(
  'a descriptor lost its interrupts',
  Fact.DISSOCIATED,
  withMsi,
);
export const several: Situation = happened(
  'a descriptor of several vectors got its interrupts',
  Fact.MULTI,
  withMsi,
);
export const irqMade: Situation = happened('an interrupt number was allocated', Fact.IRQ_BORN);
export const irqFreed: Situation = happened('an interrupt number was freed', Fact.IRQ_GONE);
export const blockMade: Situation = happened('a driver got a block of interrupts', Fact.BLOCK);
export const levelAllocated: Situation = happened(
  'a level allocated interrupts',
  Fact.LEVEL_ALLOCATED,
);
export const prepared: Situation = happened(
  'an allocation was prepared',
  Fact.PREPARED,
  withLevels,
);
export const initialised: Situation = happened('msi_init succeeded', Fact.INITIALISED, withLevels);
export const initFailed: Situation = happened('msi_init failed', Fact.INIT_FAILED, withLevels);
export const activated: Situation = happened('a level was activated', Fact.ACTIVATED);
export const deactivated: Situation = happened('a level was deactivated', Fact.DEACTIVATED);
export const written: Situation = happened('a message was written', Fact.WRITTEN, activatesEarly);
export const cleared: Situation = happened('a message was cleared', Fact.CLEARED, activatesEarly);
export const files: Situation = happened('files appeared in msi_irqs', Fact.FILES, withSysfs);
export const domainMade: Situation = happened('a domain was made', Fact.DOMAIN_BORN);
export const domainRemoved: Situation = happened('a domain was removed', Fact.DOMAIN_GONE);
export const deviceDomainMade: Situation = happened(
  'a domain was made where devices have their own',
  Fact.DOMAIN_BORN,
  withDeviceDomains,
);
export const deviceDomainRemoved: Situation = happened(
  'a domain was removed where devices have their own',
  Fact.DOMAIN_GONE,
  withDeviceDomains,
);
export const dataChanged: Situation = happened('the MSI data of a device came or went', Fact.DATA);
export const deviceReleased: Situation = happened('a device was released', Fact.DEVICE_GONE);
export const resourceReleased: Situation = happened(
  'a driver resource was released',
  Fact.RELEASED,
);
export const mutexHeld: Situation = happened(
  'a driver held the mutex of a device over a step',
  Fact.HELD,
);
export const faultFired: Situation = happened('an injected fault was reached', Fact.FIRED);
export const contested: Situation = happened(
  'two vectors had one hardware number',
  Fact.CONTESTED,
  (env) => withMsi(env) && env.release !== '6.1',
);
export const finished: Situation = happens(
  'msi_finish was called',
  Fact.PREPARED,
  ({ callbacks }) => callbacks.some(({ op }) => op === 'msi_finish'),
  withOp('msi_finish'),
);
