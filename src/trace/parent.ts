// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a parent that uses irq-msi-lib makes of the domain of a device, for the oracle, for situations and for
 * the generator. The reference has a port of the C of its own, and the rule about flags works them out itself.
 *
 * Source: drivers/irqchip/irq-msi-lib.c, and for the flags the MSI parent of the GICv3 ITS (6.12).
 */
import { type BusToken, MsiFlag } from './flags.ts';

/** `supported_flags` of the ITS: all that are generic, and none that say what a domain can do. */
export const ITS_SUPPORTED: number =
  MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS |
  MsiFlag.MSI_FLAG_USE_DEF_CHIP_OPS |
  MsiFlag.MSI_FLAG_ACTIVATE_EARLY |
  MsiFlag.MSI_FLAG_MUST_REACTIVATE |
  MsiFlag.MSI_FLAG_DEV_SYSFS |
  MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS |
  MsiFlag.MSI_FLAG_FREE_MSI_DESCS |
  MsiFlag.MSI_FLAG_USE_DEV_FWNODE |
  MsiFlag.MSI_FLAG_PCI_MSI_MASK_PARENT;

/** Its `required_flags`. */
export const ITS_REQUIRED: number =
  MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS |
  MsiFlag.MSI_FLAG_USE_DEF_CHIP_OPS |
  MsiFlag.MSI_FLAG_PCI_MSI_MASK_PARENT;

/** What matters of an environment. */
interface Parent {
  readonly parent: 'plain' | 'irq-msi-lib';
  readonly supported_flags: number;
  readonly required_flags: number;
  readonly levels: number;
  readonly bus_token: BusToken;
  readonly flags: number;
}

/** Which of its WARNs irq-msi-lib refuses every domain of a device with, 0 when it refuses none. */
export function refusal({ parent, levels, bus_token, flags }: Parent): number {
  if (parent === 'plain') return 0;
  if (levels > 0) return DELEGATED;
  if (bus_token === 'DOMAIN_BUS_DEVICE_MSI') return flags === 0 ? 0 : HAS_FLAGS;
  return isPciDevice(bus_token) || bus_token === 'DOMAIN_BUS_WIRED_TO_MSI' ? 0 : WRONG_TOKEN;
}

const DELEGATED = 2;
const HAS_FLAGS = 5;
const WRONG_TOKEN = 6;

/** Flags of the domain that a device gets: not those of domains that drivers make for several devices. */
export function ownFlags(env: Parent): number {
  const { parent, supported_flags, required_flags, bus_token, flags } = env;
  if (parent === 'plain') return flags;
  const { MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS: simple, MSI_FLAG_FREE_MSI_DESCS: frees } = MsiFlag;
  if (isPciDevice(bus_token)) return (flags & supported_flags) | required_flags;
  const required = required_flags & ~MsiFlag.MSI_FLAG_PCI_MSI_MASK_PARENT;
  const asked = bus_token === 'DOMAIN_BUS_DEVICE_MSI' ? simple : flags;
  return ((asked | frees) & supported_flags) | required;
}

function isPciDevice(bus_token: BusToken): boolean {
  return bus_token === 'DOMAIN_BUS_PCI_DEVICE_MSI' || bus_token === 'DOMAIN_BUS_PCI_DEVICE_MSIX';
}
