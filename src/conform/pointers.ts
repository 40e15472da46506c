// SPDX-License-Identifier: GPL-2.0-only
/** Which fields of an object are addresses, and of what: what has to be followed to compare two pictures. */
import type { ObjectKind, Picture } from '../trace/observation.ts';
import type { XArray, XaNode } from '../trace/structs.ts';

/** An address that an object holds, with the words that lead to it. */
export interface Pointer {
  readonly path: string;
  readonly kind: ObjectKind;
  readonly address: number;
}

/** Everything else that an object shows. */
export type Plain = Readonly<Record<string, unknown>>;

/** An object taken apart. */
export interface Parts {
  readonly plain: Plain;
  readonly pointers: readonly Pointer[];
}

const POINTERS: Readonly<Record<ObjectKind, Readonly<Record<string, ObjectKind>>>> = {
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

/** Takes an object apart; `undefined` when there is none at the address. */
export function partsOf(picture: Picture, kind: ObjectKind, address: number): Parts | undefined {
  const object: object | undefined = picture[kind].objects[address];
  if (object === undefined) return undefined;
  const plain: Record<string, unknown> = {};
  const pointers: Pointer[] = [];
  const names = POINTERS[kind];
  for (const [field, value] of Object.entries(object)) {
    const to = names[field];
    if (to === undefined) plain[field] = value;
    else if (typeof value === 'number') pointers.push({ path: field, kind: to, address: value });
    else pointers.push(...each(field, to, value));
  }
  special(picture, kind, address, plain, pointers);
  return { plain, pointers };
}

function each(field: string, kind: ObjectKind, value: unknown): readonly Pointer[] {
  if (!Array.isArray(value)) return [];
  return value.map((address: number, i) => ({ path: `${field}[${i}]`, kind, address }));
}

/** Trees, and a field whose meaning depends on another. */
function special(
  picture: Picture,
  kind: ObjectKind,
  address: number,
  plain: Record<string, unknown>,
  pointers: Pointer[],
): void {
  if (kind === 'msi_domain_info') {
    plain['ops'] = picture.msi_domain_info.objects[address]?.ops.toSorted();
  } else if (kind === 'msi_device_data') {
    const md = picture.msi_device_data.objects[address];
    delete plain['domains'];
    for (const [domid, { store, domain }] of md?.domains.entries() ?? []) {
      pointers.push(head(`domains[${domid}].store`, store, 'xa_node', 'msi_desc'));
      pointers.push({ path: `domains[${domid}].domain`, kind: 'irq_domain', address: domain });
    }
  } else if (kind === 'irq_domain') {
    const domain = picture.irq_domain.objects[address];
    delete plain['revmap_tree'];
    if (domain !== undefined)
      pointers.push(head('revmap_tree', domain.revmap_tree, 'radix_tree_node', 'irq_data'));
  } else if (kind === 'xa_node' || kind === 'radix_tree_node') {
    delete plain['slots'];
    const node = picture[kind].objects[address];
    if (node !== undefined) pointers.push(...slots(node, kind));
  } else if (kind === 'devres') {
    const node = picture.devres.objects[address];
    if (node?.release !== 'msi_device_data_release') return;
    delete plain['data'];
    pointers.push({ path: 'data', kind: 'msi_device_data', address: node.data });
  }
}

function head(path: string, tree: XArray, nodes: ObjectKind, entries: ObjectKind): Pointer {
  return { path, kind: tree.headIsNode ? nodes : entries, address: tree.head };
}

function slots(node: Readonly<XaNode>, kind: 'xa_node' | 'radix_tree_node'): readonly Pointer[] {
  const below = node.shift > 0 ? kind : kind === 'xa_node' ? 'msi_desc' : 'irq_data';
  const found: Pointer[] = [];
  for (let i = 0; i < 64; i += 1)
    found.push({ path: `slots[${i}]`, kind: below, address: node.slots[i] ?? 0 });
  return found;
}
