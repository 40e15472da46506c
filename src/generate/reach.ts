// SPDX-License-Identifier: GPL-2.0-only
/** Where faults can hit each call: the memory that it asks for and the operations that it makes. */
import { MsiFlag } from '../trace/flags.ts';
import type { CallName } from '../trace/signatures.ts';
import { PROFILES } from '../trace/profile.ts';
import type { Op, Site } from '../trace/sites.ts';
import type { Facts } from './facts.ts';

/** What a call reaches in an environment. */
export interface Reach {
  readonly sites: readonly Site[];
  readonly ops: readonly Op[];
}

const DESC: readonly Site[] = ['msi_alloc_desc', 'xa_node'];
const NUMBERS: readonly Site[] = ['alloc_desc', 'init_desc', 'maple_node'];
const TREE: readonly Site[] = ['irq_domain_insert_irq_data', 'radix_tree_node'];
const SYSFS: readonly Site[] = ['msi_sysfs_populate_desc', 'sysfs_add_file_to_group'];
const DATA: readonly Site[] = ['alloc_dr', 'sysfs_create_group'];
const DOMAIN: readonly Site[] = [
  '__irq_domain_create',
  'irq_domain_set_name',
  'irq_domain_update_bus_token',
];
const CREATE: readonly Site[] = [
  'msi_create_device_irq_domain',
  '__irq_domain_alloc_fwnode',
  ...DATA,
  ...DOMAIN,
];
const HIERARCHY: readonly Site[] = [...NUMBERS, ...TREE];

const ALLOC = 'alloc';
const AT = 'at';
const FREE = 'free';

/** Calls that reach the same as others of their kind, and what the other calls reach. */
const TABLE: Readonly<Partial<Record<CallName, typeof ALLOC | typeof AT | typeof FREE | Reach>>> = {
  devres_add: { sites: ['alloc_dr'], ops: [] },
  devres_open_group: { sites: ['devres_open_group'], ops: [] },
  msi_setup_device_data: { sites: DATA, ops: [] },
  msi_domain_insert_msi_desc: { sites: DESC, ops: [] },
  msi_add_msi_desc: { sites: DESC, ops: [] },
  msi_device_populate_sysfs: { sites: SYSFS, ops: [] },
  msi_create_irq_domain: { sites: DOMAIN, ops: [] },
  msi_create_device_irq_domain: { sites: CREATE, ops: ['init_dev_msi_info'] },

  msi_domain_alloc_irqs_range: ALLOC,
  msi_domain_alloc_irqs_range_locked: ALLOC,
  msi_domain_alloc_irqs_all_locked: ALLOC,
  msi_domain_alloc_irq_at: AT,
  msi_domain_alloc_irqs: ALLOC,
  msi_domain_alloc_irqs_descs_locked: ALLOC,
  msi_domain_free_irqs_range: FREE,
  msi_domain_free_irqs_range_locked: FREE,
  msi_domain_free_irqs_all: FREE,
  msi_domain_free_irqs_all_locked: FREE,
  msi_domain_free_irqs: FREE,
  msi_domain_free_irqs_descs_locked: FREE,

  irq_alloc_descs: { sites: NUMBERS, ops: [] },
  irq_free_descs: FREE,
  irq_domain_alloc_irqs: { sites: HIERARCHY, ops: ['alloc'] },
  irq_domain_free_irqs: FREE,
  irq_domain_push_irq: { sites: ['irq_domain_push_irq', 'radix_tree_node'], ops: ['alloc'] },
  irq_domain_disconnect_hierarchy: { sites: HIERARCHY, ops: ['alloc'] },
  irq_domain_activate_irq: { sites: [], ops: ['activate'] },
  irq_create_mapping_affinity: { sites: NUMBERS, ops: ['map'] },
  irq_create_fwspec_mapping: {
    sites: HIERARCHY,
    ops: ['map', 'alloc', 'msi_init', 'msi_translate'],
  },
  irq_domain_associate: { sites: [], ops: ['map'] },
  irq_domain_create_legacy: { sites: ['__irq_domain_create', 'irq_domain_set_name'], ops: ['map'] },
  irq_dispose_mapping: FREE,
};

/** What the call reaches in this environment; nothing for calls that cannot fail from within. */
export function reachOf(fn: CallName, facts: Facts): Reach {
  const line = TABLE[fn];
  if (line === undefined) return { sites: [], ops: [] };
  if (line === FREE) return { sites: facts.oneStore ? [] : ['maple_node'], ops: [] };
  const { sites, ops } = line === ALLOC || line === AT ? allocation(facts, line === AT) : line;
  return {
    sites: [...new Set(sites.map((site) => renamed(site, facts)))].filter((site) =>
      hasSite(site, facts),
    ),
    ops: ops.filter((op) => hasOp(op, facts)),
  };
}

function allocation({ environment, flags, overrides, simple }: Facts, at: boolean): Reach {
  const sites = [...(simple || at ? DESC : []), ...NUMBERS, ...(overrides && !at ? [] : TREE)];
  if ((flags & MsiFlag.MSI_FLAG_DEV_SYSFS) !== 0) sites.push(...SYSFS);
  if (overrides && !at) return { sites, ops: ['domain_alloc_irqs'] };
  const ops: Op[] = ['msi_prepare', 'msi_init', 'alloc', 'msi_check', 'handle_error'];
  if ((flags & MsiFlag.MSI_FLAG_ACTIVATE_EARLY) !== 0) ops.push('activate');
  if (environment.ops.includes('wrap_alloc')) ops.push('domain_alloc_irqs');
  return { sites, ops };
}

/** 6.1 keeps interrupt numbers in a radix tree. */
function renamed(site: Site, { environment }: Facts): Site {
  const { mapleTree } = PROFILES[environment.release];
  return site === 'maple_node' && !mapleTree ? 'radix_tree_node' : site;
}

/** A device's own firmware node is not allocated. */
function hasSite(site: Site, { environment }: Facts): boolean {
  return (
    site !== '__irq_domain_alloc_fwnode' ||
    (environment.flags & MsiFlag.MSI_FLAG_USE_DEV_FWNODE) === 0
  );
}

function hasOp(op: Op, { environment }: Facts): boolean {
  if (op !== 'msi_check' && op !== 'handle_error' && op !== 'msi_translate') return true;
  return environment.ops.includes(op);
}
