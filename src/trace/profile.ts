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
  readonly store_per_domain: boolean;
  /** `msi_check` exists, runs before `msi_prepare` and has a default; gone in 6.2. */
  readonly has_msi_check: boolean;
  /** `domain_alloc_irqs` and `domain_free_irqs` are filled with the defaults in msi_domain_update_dom_ops(). */
  readonly default_alloc_is_filled_in: boolean;
  /** A refused control range (msi_ctrl_valid()) exists; 6.1 has no such check. */
  readonly checks_range: boolean;
  /** msi_domain_alloc() gives vector 0 back when a later msi_init() fails (fixed in 6.12-rc6). */
  readonly rollback_reaches_vector_0: boolean;
  /** irq_domain_alloc_irqs_locked() calls the free operation when trimming fails (6.12.117). */
  readonly trim_failure_frees: boolean;
  /** irq_insert_desc() WARNs when the tree has no memory (6.12), else it is silent. */
  readonly insert_desc_warns: boolean;
}

/** The profiles by release. */
export const PROFILES: Readonly<Record<Release, Profile>> = {
  '6.12': {
    release: '6.12',
    MSI_MAX_DEVICE_IRQDOMAINS: 2,
    store_per_domain: true,
    has_msi_check: false,
    default_alloc_is_filled_in: false,
    checks_range: true,
    rollback_reaches_vector_0: true,
    trim_failure_frees: true,
    insert_desc_warns: true,
  },
  '6.1': {
    release: '6.1',
    MSI_MAX_DEVICE_IRQDOMAINS: 1,
    store_per_domain: false,
    has_msi_check: true,
    default_alloc_is_filled_in: true,
    checks_range: false,
    rollback_reaches_vector_0: false,
    trim_failure_frees: false,
    insert_desc_warns: false,
  },
};
