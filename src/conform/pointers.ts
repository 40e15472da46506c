// SPDX-License-Identifier: GPL-2.0-only
/** Which fields of an object are addresses, and of what: what has to be followed to compare two pictures. */
import type { ObjectKind } from '../trace/observation.ts';

/** Fields that are an address, or a list of addresses, by table. Trees are apart: see alike.ts. */
export const POINTERS: Readonly<Record<ObjectKind, Readonly<Record<string, ObjectKind>>>> = {
  device: {
    msi_domain: 'irq_domain',
    msi_data: 'msi_device_data',
    fwnode: 'fwnode',
    devres_head: 'devres',
  },
  msi_device_data: { dev: 'device' },
  msi_desc: { dev: 'device', affinity: 'affinity', sysfs_attrs: 'sysfs_attrs' },
  affinity: {},
  sysfs_attrs: { name: 'name' },
  xa_node: { parent: 'xa_node' },
  radix_tree_node: { parent: 'radix_tree_node' },
  irq_domain: {
    nameAddr: 'name',
    host_data: 'msi_domain_info',
    revmap: 'irq_data',
    parent: 'irq_domain',
    root: 'irq_domain',
    fwnode: 'fwnode',
    dev: 'device',
  },
  msi_domain_info: {},
  irq_data: { common: 'irq_desc', domain: 'irq_domain', parent_data: 'irq_data' },
  irq_desc: { irq_data: 'irq_data', kstat_irqs: 'kstat_irqs', msi_desc: 'msi_desc' },
  kstat_irqs: {},
  fwnode: { name: 'name' },
  name: {},
  devres: { other: 'devres' },
};

/** Fields that need more than their name: trees, what a tree holds, what a release is for, sets in any order. */
export const SPECIAL: Readonly<Record<ObjectKind, readonly string[]>> = {
  device: [],
  msi_device_data: ['domains'],
  msi_desc: [],
  affinity: [],
  sysfs_attrs: [],
  xa_node: ['slots'],
  radix_tree_node: ['slots'],
  irq_domain: ['revmap_tree'],
  msi_domain_info: ['ops'],
  irq_data: [],
  irq_desc: [],
  kstat_irqs: [],
  fwnode: [],
  name: [],
  devres: ['data'],
};
