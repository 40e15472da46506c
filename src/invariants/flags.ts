// SPDX-License-Identifier: GPL-2.0-only
/** Flags of MSI domains: what was asked for, and what the parent of a device's domain makes of it. */
import type { Environment } from '../trace/environment.ts';
import { flagNames, MsiFlag } from '../trace/flags.ts';
import { refusal } from '../trace/parent.ts';
import type { Observation } from '../trace/observation.ts';
import type { IrqDomain } from '../trace/structs.ts';
import { Fact } from './facts.ts';
import type { Rule, Situation } from './rule.ts';
import { happens } from './situation.ts';
import { deviceDomainMade, domainMade } from './situations.ts';

/** irq-msi-lib has served a device. */
const served: Situation = byLib('a device got a domain from irq-msi-lib', () => 1);

/** The parent of a device's domain has the last word. */
export const flagsOfItsParent: Rule = {
  name: 'an MSI domain has the flags that were asked for, but that of a device none that its parent does not support, and each that its parent requires',
  source:
    'include/linux/msi.h struct msi_parent_ops, drivers/irqchip/irq-msi-lib.c msi_lib_init_dev_msi_info()',
  newDomain: ({ picture, domain }, { environment }) => {
    const info = picture.msi_domain_info.objects[domain.host_data];
    if (info === undefined) return undefined;
    const asked = askedFor(domain, environment);
    const { supported_flags, required_flags } = environment;
    const wanted = byLibrary(domain, environment)
      ? (asked & supported_flags) | (required_flags & ~notFor(info.bus_token))
      : asked;
    const excess = info.flags & ~wanted;
    const missing = wanted & ~info.flags;
    if (excess !== 0) return `domain ${domain.name} should not have ${words(excess)}`;
    return missing === 0 ? undefined : `domain ${domain.name} has no ${words(missing)}`;
  },
  sometimes: [
    domainMade,
    byLib('irq-msi-lib took a flag away from the domain of a device', (asked, has) => asked & ~has),
    byLib('irq-msi-lib gave a flag to the domain of a device', (asked, has) => has & ~asked),
  ],
};

/** The parent of a device's chip does what that itself does not. */
export const passesOn: Rule = {
  name: 'the chip of a domain that irq-msi-lib serves passes irq_eoi on, and irq_ack where that of its parent has one, and no other chip does',
  source: 'drivers/irqchip/irq-msi-lib.c msi_lib_init_dev_msi_info()',
  newDomain: ({ picture, domain }, { environment }) => {
    const info = picture.msi_domain_info.objects[domain.host_data];
    if (info === undefined) return undefined;
    if (!byLibrary(domain, environment))
      return info.irq_ack || info.irq_eoi
        ? `the chip of domain ${domain.name} got an ${info.irq_ack ? 'irq_ack' : 'irq_eoi'}`
        : undefined;
    if (!info.irq_eoi) return `the chip of domain ${domain.name} got no irq_eoi`;
    return info.irq_ack || !environment.irq_ack
      ? undefined
      : `the chip of domain ${domain.name} got no irq_ack`;
  },
  sometimes: [deviceDomainMade, served],
};

/** A domain of a device whose parent uses irq-msi-lib. */
export function byLibrary({ handle }: Readonly<IrqDomain>, { parent }: Environment): boolean {
  return handle < 0 && parent === 'irq-msi-lib';
}

/** Drivers that share a domain ask for the default operations; devices without PCI have the core free their descriptors, and, if they are not wired, make them. */
function askedFor(domain: Readonly<IrqDomain>, environment: Environment): number {
  const { flags, bus_token } = environment;
  if (domain.handle >= 0) return flags | MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS;
  if (!byLibrary(domain, environment)) return flags;
  if (bus_token === 'DOMAIN_BUS_WIRED_TO_MSI') return flags | MsiFlag.MSI_FLAG_FREE_MSI_DESCS;
  if (bus_token !== 'DOMAIN_BUS_DEVICE_MSI') return flags;
  return MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS | MsiFlag.MSI_FLAG_FREE_MSI_DESCS;
}

/** Only PCI masks at the parent. */
function notFor(bus_token: Environment['bus_token']): number {
  const pci =
    bus_token === 'DOMAIN_BUS_PCI_DEVICE_MSI' || bus_token === 'DOMAIN_BUS_PCI_DEVICE_MSIX';
  return pci ? 0 : MsiFlag.MSI_FLAG_PCI_MSI_MASK_PARENT;
}

function words(flags: number): string {
  return flagNames(MsiFlag, flags).join(' ');
}

/** A situation: irq-msi-lib has served a device, and what was asked for and what it got are not the same. */
function byLib(name: string, differs: (asked: number, has: number) => number): Situation {
  return happens(
    name,
    Fact.DOMAIN_BORN,
    ({ picture }: Observation, { environment }) =>
      picture.irq_domain.touched.some((address) => {
        const domain = picture.irq_domain.objects[address];
        const info = picture.msi_domain_info.objects[domain?.host_data ?? 0];
        if (domain === undefined || info === undefined) return false;
        const asked = askedFor(domain, environment);
        return byLibrary(domain, environment) && differs(asked, info.flags) !== 0;
      }),
    (env) => env.parent === 'irq-msi-lib' && refusal(env) === 0,
  );
}
