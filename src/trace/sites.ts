// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where a fault can be injected. A site is the kernel function that asks for memory (or the kind of
 * tree node), and a callback is an operation that the environment answers; both mean the same on
 * every subject, however many other allocations it makes.
 */

/** Sites of memory; the index is the site's number in counters. */
export const SITES = [
  'msi_alloc_desc',
  'xa_node',
  'alloc_dr',
  'devres_open_group',
  'sysfs_create_group',
  'msi_sysfs_populate_desc',
  'sysfs_add_file_to_group',
  'msi_create_device_irq_domain',
  '__irq_domain_alloc_fwnode',
  '__irq_domain_create',
  'irq_domain_set_name',
  'irq_domain_update_bus_token',
  'alloc_desc',
  'init_desc',
  'maple_node',
  'irq_domain_insert_irq_data',
  'irq_domain_push_irq',
  'radix_tree_node',
] as const;

/** One of `SITES`. */
export type Site = (typeof SITES)[number];

/**
 * Operations that an environment implements and that can be told to fail: `msi_domain_ops`, the
 * `irq_domain_ops` and `irq_chip` of the levels below, and `msi_parent_ops`. `errno` can be forced to
 * return a value, `void` is only observed. A forced operation does nothing and returns the value;
 * `alloc`, `map` and `msi_init` do their work when the value is positive, for there only negative
 * numbers mean failure.
 */
export const OPS = {
  get_hwirq: 'void',
  msi_init: 'errno',
  msi_free: 'void',
  msi_check: 'errno',
  msi_prepare: 'errno',
  msi_finish: 'void',
  prepare_desc: 'void',
  set_desc: 'void',
  handle_error: 'errno',
  domain_alloc_irqs: 'errno',
  domain_free_irqs: 'void',
  msi_post_free: 'void',
  msi_translate: 'errno',
  alloc: 'errno',
  free: 'void',
  activate: 'errno',
  deactivate: 'void',
  map: 'errno',
  unmap: 'void',
  irq_compose_msi_msg: 'void',
  irq_write_msi_msg: 'void',
  init_dev_msi_info: 'errno',
  release: 'void',
} as const;

/** One of the keys of `OPS`. */
export type Op = keyof typeof OPS;

/** All operations in a fixed order. */
export const OP_NAMES: readonly Op[] = [
  'get_hwirq',
  'msi_init',
  'msi_free',
  'msi_check',
  'msi_prepare',
  'msi_finish',
  'prepare_desc',
  'set_desc',
  'handle_error',
  'domain_alloc_irqs',
  'domain_free_irqs',
  'msi_post_free',
  'msi_translate',
  'alloc',
  'free',
  'activate',
  'deactivate',
  'map',
  'unmap',
  'irq_compose_msi_msg',
  'irq_write_msi_msg',
  'init_dev_msi_info',
  'release',
];

/** True when a forced result makes sense for the operation. */
export function canFail(op: Op): boolean {
  return OPS[op] === 'errno';
}
