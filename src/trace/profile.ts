// SPDX-License-Identifier: GPL-2.0-only
/** A kernel release as plain data: numbers and named behavioural switches. Calls carry their releases. */

/** Names of the releases. */
export type Release = '6.1' | '6.12' | '6.12.117';

/** What differs between releases. Reference, oracle and generator read it; none of them compares release names. */
export interface Profile {
  /** The series whose calls it has. */
  readonly release: '6.1' | '6.12';
  /** Source: include/linux/msi_api.h; 2 in 6.2 and the releases after it, 1 in 6.12.117. */
  readonly MSI_MAX_DEVICE_IRQDOMAINS: number;
  /** Where a cursor is that finds nothing any more. Source: kernel/irq/msi.c MSI_XA_MAX_INDEX; 6.1 has MSI_MAX_INDEX there. */
  readonly MSI_XA_MAX_INDEX: number;
  /** One store per device domain (6.2), else one per device. */
  readonly storePerDomain: boolean;
  /** MSI domains translate only with `msi_translate` (6.8); before, the number stands in the fwspec and the type is dropped. */
  readonly hasMsiTranslate: boolean;
  /** `msi_check` exists, runs before `msi_prepare` and has a default; gone in 6.2. */
  readonly hasMsiCheck: boolean;
  /** `domain_alloc_irqs` and `domain_free_irqs` are filled with the defaults in msi_domain_update_dom_ops(). */
  readonly defaultAllocIsFilledIn: boolean;
  /** A refused control range (msi_ctrl_valid()) exists; 6.1 has no such check. */
  readonly checksRange: boolean;
  /** msi_domain_alloc() gives vector 0 back when a later msi_init() fails (fixed in 6.12-rc6). */
  readonly rollbackReachesVector0: boolean;
  /** irq_domain_alloc_irqs_locked() calls the free operation when trimming fails (6.12.117). */
  readonly trimFailureFrees: boolean;
  /** Interrupt numbers are kept in a maple tree (6.12): forgetting one can take memory, and a failed insertion WARNs; else in a radix tree. */
  readonly mapleTree: boolean;
  /** `enum irq_domain_bus_token` by the index of BUS_TOKENS, for names of domains; 6.1 has no token for the last four. */
  readonly busTokens: readonly number[];
}

const V6_12: Profile = {
  release: '6.12',
  MSI_MAX_DEVICE_IRQDOMAINS: 2,
  MSI_XA_MAX_INDEX: Number.MAX_SAFE_INTEGER,
  storePerDomain: true,
  hasMsiTranslate: true,
  hasMsiCheck: false,
  defaultAllocIsFilledIn: false,
  checksRange: true,
  rollbackReachesVector0: true,
  trimFailureFrees: true,
  mapleTree: true,
  busTokens: [0, 1, 3, 4, 11, 12, 15, 16],
};

/** The profiles by release. */
export const PROFILES: Readonly<Record<Release, Profile>> = {
  '6.12': V6_12,
  '6.12.117': { ...V6_12, MSI_MAX_DEVICE_IRQDOMAINS: 1 },
  '6.1': {
    release: '6.1',
    MSI_MAX_DEVICE_IRQDOMAINS: 1,
    MSI_XA_MAX_INDEX: 65_535,
    storePerDomain: false,
    hasMsiTranslate: false,
    hasMsiCheck: true,
    defaultAllocIsFilledIn: true,
    checksRange: false,
    rollbackReachesVector0: false,
    trimFailureFrees: false,
    mapleTree: false,
    busTokens: [0, 1, 3, 4, 2, 2, 2, 2],
  },
};
