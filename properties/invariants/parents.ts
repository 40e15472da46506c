// SPDX-License-Identifier: GPL-2.0-only
/** Wrong infos of domains: what a parent makes of the flags and the chip of a device's domain. */
import { defaultsFilledIn } from '../../src/invariants/domain.ts';
import { flagsOfItsParent, passesOn } from '../../src/invariants/flags.ts';
import type { Rule } from '../../src/invariants/rule.ts';
import { MsiFlag } from '../../src/trace/flags.ts';
import type { MsiDomainInfo } from '../../src/trace/structs.ts';
import { type Example, example } from './example.ts';
import { ENVIRONMENT } from './scenes.ts';
import { at } from './world.ts';

/** Flags that the small world has anyway are required, and the core has the descriptors. */
const REQUIRED = ENVIRONMENT.flags;
const SERVED = REQUIRED | MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MsiFlag.MSI_FLAG_FREE_MSI_DESCS;

/** The info as irq-msi-lib makes it, but for this. */
function served(rule: Rule, but: Partial<MsiDomainInfo>, required: number = REQUIRED): Example {
  const right = { flags: SERVED, irq_ack: true, irq_eoi: true };
  return example(
    rule,
    ({ msi_domain_info }) => {
      Object.assign(at(msi_domain_info, 1), right, but);
    },
    { environment: { parent: 'irq-msi-lib', required_flags: required } },
  );
}

/** Infos. */
export const PARENTS: readonly Example[] = [
  example(flagsOfItsParent, ({ msi_domain_info }) => {
    at(msi_domain_info, 1).flags |= MsiFlag.MSI_FLAG_LEVEL_CAPABLE;
  }),
  served(flagsOfItsParent, { flags: SERVED | MsiFlag.MSI_FLAG_LEVEL_CAPABLE }),
  served(flagsOfItsParent, { flags: SERVED & ~MsiFlag.MSI_FLAG_FREE_MSI_DESCS }),
  served(flagsOfItsParent, {}, REQUIRED | MsiFlag.MSI_FLAG_LEVEL_CAPABLE),
  served(flagsOfItsParent, { flags: SERVED | MsiFlag.MSI_FLAG_PCI_MSI_MASK_PARENT }),
  example(passesOn, ({ msi_domain_info }) => {
    at(msi_domain_info, 1).irq_eoi = true;
  }),
  served(passesOn, { irq_ack: false }),
  served(defaultsFilledIn, { irq_set_affinity: false }),
];
