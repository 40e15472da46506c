// SPDX-License-Identifier: GPL-2.0-only
/**
 * One call into the MSI core, as plain data: the kernel function's name and its arguments.
 *
 * Every call has the same flat shape; `SIGNATURES` says which fields a function uses. Unused fields
 * are 0, so that equal calls are equal records. Objects are named by handles (device 0, domain
 * `level1`, block 2), never by addresses or interrupt numbers, which differ between subjects.
 */

/** Every function that a trace can call, in the order of `SIGNATURES`; a release need not have all of them. */
export const CALL_NAMES = [
  'device_add',
  'device_release',
  'devres_add',
  'devres_free',
  'devres_release',
  'devres_release_all',
  'devres_open_group',
  'devres_close_group',
  'devres_remove_group',
  'devres_release_group',
  'msi_setup_device_data',
  'msi_lock_descs',
  'msi_unlock_descs',
  'msi_domain_insert_msi_desc',
  'msi_domain_free_msi_descs_range',
  'msi_free_msi_descs',
  'msi_domain_first_desc',
  'msi_next_desc',
  'msi_domain_get_virq',
  'get_cached_msi_msg',
  'msi_device_populate_sysfs',
  'msi_device_destroy_sysfs',
  'msi_create_irq_domain',
  'dev_set_msi_domain',
  'msi_create_device_irq_domain',
  'msi_remove_device_irq_domain',
  'msi_match_device_irq_domain',
  'msi_domain_alloc_irqs_range',
  'msi_domain_alloc_irqs_range_locked',
  'msi_domain_alloc_irqs_all_locked',
  'msi_domain_alloc_irq_at',
  'msi_domain_free_irqs_range',
  'msi_domain_free_irqs_range_locked',
  'msi_domain_free_irqs_all',
  'msi_domain_free_irqs_all_locked',
  'msi_add_msi_desc',
  'msi_free_msi_descs_range',
  'msi_first_desc',
  'msi_next_desc_6_1',
  'msi_get_virq',
  'msi_domain_alloc_irqs',
  'msi_domain_alloc_irqs_descs_locked',
  'msi_domain_free_irqs',
  'msi_domain_free_irqs_descs_locked',
  'irq_alloc_descs',
  'irq_free_descs',
  'irq_domain_alloc_irqs',
  'irq_domain_free_irqs',
  'irq_domain_push_irq',
  'irq_domain_pop_irq',
  'irq_domain_disconnect_hierarchy',
  'irq_domain_activate_irq',
  'irq_domain_deactivate_irq',
  'irq_create_mapping_affinity',
  'irq_create_fwspec_mapping',
  'irq_domain_associate',
  'irq_domain_create_legacy',
  'irq_domain_remove',
  'irq_dispose_mapping',
  'irq_find_mapping',
] as const;

/** The name of a call. */
export type CallName = (typeof CALL_NAMES)[number];

/** A call. Field by field; what a function does not use is 0. */
export interface Call {
  readonly fn: CallName;
  /** Device handle, 0..environment.devices - 1. */
  readonly dev: number;
  /** `enum msi_domain_ids`: 0 is MSI_DEFAULT_DOMAIN, 1 is MSI_SECONDARY_DOMAIN; larger ones are refused. */
  readonly domid: number;
  /** First slot, inclusive. */
  readonly first: number;
  /** Last slot, inclusive. */
  readonly last: number;
  /** One slot: `msi_desc::msi_index`, or MSI_ANY_INDEX. */
  readonly index: number;
  /** `msi_desc::nvec_used`, 1 or more. */
  readonly nvec_used: number;
  /** See affinity.ts. */
  readonly affinity: number;
  /** `pci_msi_desc::msi_attrib`: bit 0 is `is_msix`, bit 1 is `can_mask`. */
  readonly msi_attrib: number;
  /** Index into FILTERS. */
  readonly filter: number;
  /** Interrupts asked for. */
  readonly nirqs: number;
  /** 1: the caller wraps the call in msi_lock_descs() and msi_unlock_descs(); 0: it does not. */
  readonly lock: number;
  /** `msi_domain_info::hwsize`; 0 is "unlimited". */
  readonly hwsize: number;
  /** Index into DOMAINS. */
  readonly domain: number;
  readonly hwirq: number;
  /** Where the driver keeps a block of interrupts that it allocated itself, 0..BLOCKS - 1. */
  readonly block: number;
  /** Offset into a block or into the vectors of a descriptor. */
  readonly vec: number;
  /** Index into BUS_TOKENS. */
  readonly bus_token: number;
  /** Handle of a driver's own device resource or group, 0..RESOURCES - 1. */
  readonly res: number;
  /** `union msi_instance_cookie`; 0 is a NULL pointer. */
  readonly icookie: number;
  /** 1: reservation mode of an activation. */
  readonly reserve: number;
  /** IRQ_TYPE_*: 0 none, 1 rising edge, 4 level high. */
  readonly type: number;
}

/** Any numeric field of a call. */
export type CallField = Exclude<keyof Call, 'fn'>;

/** Domains that an environment may have; a trace names them so. `wired` is not hierarchical. */
export const DOMAINS = ['vector', 'level1', 'level2', 'msi', 'wired', 'extra'] as const;
/** Blocks of interrupts that a driver can remember. */
export const BLOCKS = 3;
/** Resources and groups that a driver can have. */
export const RESOURCES = 3;
/** Domain ids that a trace may name: one past the largest `MSI_MAX_DEVICE_IRQDOMAINS`. */
export const DOMIDS = 3;

const ZERO: Omit<Call, 'fn'> = {
  dev: 0,
  domid: 0,
  first: 0,
  last: 0,
  index: 0,
  nvec_used: 0,
  affinity: 0,
  msi_attrib: 0,
  filter: 0,
  nirqs: 0,
  lock: 0,
  hwsize: 0,
  domain: 0,
  hwirq: 0,
  block: 0,
  vec: 0,
  bus_token: 0,
  res: 0,
  icookie: 0,
  reserve: 0,
  type: 0,
};

/** Completes a call with zeros; the caller gives what its signature names. */
export function call(fn: CallName, args: Partial<Omit<Call, 'fn'>> = {}): Call {
  return { fn, ...ZERO, ...args };
}
