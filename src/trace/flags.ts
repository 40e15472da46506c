// SPDX-License-Identifier: GPL-2.0-only
/**
 * Flags and bus tokens by name. The numbers are ours to choose: releases number them differently,
 * so a trace only ever holds the names.
 *
 * Source: include/linux/msi.h, include/linux/irqdomain.h, include/linux/irqdomain_defs.h (6.12).
 */

/** `msi_domain_info::flags`. */
export const MsiFlag = {
  MSI_FLAG_USE_DEF_DOM_OPS: 1,
  MSI_FLAG_USE_DEF_CHIP_OPS: 2,
  MSI_FLAG_ACTIVATE_EARLY: 4,
  MSI_FLAG_MUST_REACTIVATE: 8,
  MSI_FLAG_DEV_SYSFS: 16,
  MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS: 32,
  MSI_FLAG_FREE_MSI_DESCS: 64,
  MSI_FLAG_USE_DEV_FWNODE: 128,
  MSI_FLAG_LEVEL_CAPABLE: 256,
  MSI_FLAG_NO_AFFINITY: 512,
  MSI_FLAG_NO_MASK: 1024,
  MSI_FLAG_PCI_MSI_MASK_PARENT: 2048,
} as const;

/** `irq_domain::flags`. */
export const DomainFlag = {
  IRQ_DOMAIN_FLAG_HIERARCHY: 1,
  IRQ_DOMAIN_NAME_ALLOCATED: 2,
  IRQ_DOMAIN_FLAG_MSI: 4,
  IRQ_DOMAIN_FLAG_MSI_PARENT: 8,
  IRQ_DOMAIN_FLAG_MSI_DEVICE: 16,
} as const;

/** `enum irq_domain_bus_token`, those that the MSI core looks at; the index is our number. */
export const BUS_TOKENS = [
  'DOMAIN_BUS_ANY',
  'DOMAIN_BUS_WIRED',
  'DOMAIN_BUS_PCI_MSI',
  'DOMAIN_BUS_PLATFORM_MSI',
  'DOMAIN_BUS_PCI_DEVICE_MSI',
  'DOMAIN_BUS_PCI_DEVICE_MSIX',
  'DOMAIN_BUS_DEVICE_MSI',
  'DOMAIN_BUS_WIRED_TO_MSI',
] as const;

/** One of `BUS_TOKENS`. */
export type BusToken = (typeof BUS_TOKENS)[number];

/** Tokens for which a failed allocation may return a positive count. Source: msi_handle_pci_fail(). */
export const PCI_TOKENS: readonly BusToken[] = [
  'DOMAIN_BUS_PCI_MSI',
  'DOMAIN_BUS_PCI_DEVICE_MSI',
  'DOMAIN_BUS_PCI_DEVICE_MSIX',
];

/** `enum msi_desc_filter`; the index is the kernel's number. */
export const FILTERS = ['MSI_DESC_ALL', 'MSI_DESC_NOTASSOCIATED', 'MSI_DESC_ASSOCIATED'] as const;

/** The largest index of a descriptor. Source: MSI_MAX_INDEX, include/linux/msi.h. */
export const MSI_MAX_INDEX = 65535;
/** Slots of a store that no domain limits. Source: MSI_XA_DOMAIN_SIZE, kernel/irq/msi.c. */
export const MSI_XA_DOMAIN_SIZE: number = MSI_MAX_INDEX + 1;
/** "Any free index" of msi_domain_alloc_irq_at(). Source: include/linux/msi_api.h. */
export const MSI_ANY_INDEX = 0xffff_ffff;

/** Names of the bits set in `bits`, in the table's order. */
export function flagNames(
  table: Readonly<Record<string, number>>,
  bits: number,
): readonly string[] {
  return Object.entries(table).flatMap(([name, bit]) => ((bits & bit) === 0 ? [] : [name]));
}
