// SPDX-License-Identifier: GPL-2.0-only
/** A kernel release as plain data: numbers and named behavioural switches. Calls carry their releases. */

/** Names of the releases. */
export type Release = '6.1' | '6.12';

/** What differs between releases. Reference, oracle and generator read it; none of them compares release names. */
export interface Profile {
  readonly release: Release;
  /** Source: include/linux/msi_api.h; 2 in 6.2 and the releases after it, 1 in 6.12.117. */
  readonly MSI_MAX_DEVICE_IRQDOMAINS: number;
  /** One store per device domain (6.2), else one per device. */
  readonly storePerDomain: boolean;
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
  /** Forgetting an interrupt number can take memory: a maple tree (6.12), not a radix tree. */
  readonly eraseTakesMemory: boolean;
  /** irq_insert_desc() WARNs when the tree has no memory (6.12), else it is silent. */
  readonly insertDescWarns: boolean;
}

/** The profiles by release. */
export const PROFILES: Readonly<Record<Release, Profile>> = {
  '6.12': {
    release: '6.12',
    MSI_MAX_DEVICE_IRQDOMAINS: 2,
    storePerDomain: true,
    hasMsiCheck: false,
    defaultAllocIsFilledIn: false,
    checksRange: true,
    rollbackReachesVector0: true,
    trimFailureFrees: true,
    eraseTakesMemory: true,
    insertDescWarns: true,
  },
  '6.1': {
    release: '6.1',
    MSI_MAX_DEVICE_IRQDOMAINS: 1,
    storePerDomain: false,
    hasMsiCheck: true,
    defaultAllocIsFilledIn: true,
    checksRange: false,
    rollbackReachesVector0: false,
    trimFailureFrees: false,
    eraseTakesMemory: false,
    insertDescWarns: false,
  },
};
