// SPDX-License-Identifier: GPL-2.0-only
/** Every object has one owner: all pointers are followed, at the end of a trace and in precise mode. */
import type { Picture, Table } from '../trace/observation.ts';
import type { XaNode, XArray } from '../trace/structs.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { descMade, domainMade, irqMade } from './situations.ts';

/** How often each address of a table is referred to by an owner. */
interface Owned {
  readonly table: Table<unknown>;
  readonly count: number[];
  /** An address that is referred to and never was. */
  wild: number;
}

/** The tables whose objects need an owner. */
const KINDS = [
  'msi_device_data',
  'msi_desc',
  'affinity',
  'sysfs_attrs',
  'xa_node',
  'radix_tree_node',
  'irq_domain',
  'msi_domain_info',
  'irq_data',
  'irq_desc',
  'kstat_irqs',
  'fwnode',
  'name',
  'devres',
] as const;
type Kind = (typeof KINDS)[number];

type Ledger = Readonly<Record<Kind, Owned>>;

/** No leak, no dangling pointer, nothing shared. */
export const oneOwner: Rule = {
  name: 'every object has exactly one owner, and owners refer to nothing that is gone',
  source: 'mm/kmemleak.c, mm/kasan',
  all: (picture, history) => {
    const ledger = startLedger(picture);
    ownDevices(picture, ledger);
    ownDescs(picture, ledger);
    ownDomains(picture, ledger);
    ownIrqs(picture, ledger);
    for (const kind of KINDS) {
      const wrong = check(kind, ledger[kind], picture, history);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  },
  sometimes: [descMade, irqMade, domainMade],
};

/** Dropped descriptors, trees of domains removed with interrupts in them, and what drivers and devices own. */
function excused(kind: Kind, address: number, picture: Picture, { descs, sums }: History): boolean {
  if (kind === 'msi_desc') return descs[address]?.loose === true;
  if (kind === 'radix_tree_node') return sums.mapNodesLost > 0;
  if (kind === 'irq_domain') return (picture.irq_domain.objects[address]?.handle ?? -1) >= 0;
  return kind === 'fwnode' && picture.fwnode.objects[address]?.type === 'device';
}

function check(
  kind: Kind,
  { table, count, wild }: Owned,
  picture: Picture,
  history: History,
): string | undefined {
  if (wild !== 0) return `${table.name} ${wild} never was`;
  for (let address = 1; address < table.objects.length; address += 1) {
    const owners = count[address] ?? 0;
    const lives = table.objects[address] !== undefined;
    if (owners === (lives ? 1 : 0)) continue;
    if (lives && excused(kind, address, picture, history)) continue;
    return lives
      ? `${named(table, address)} has ${owners} owners`
      : `${table.name} ${address} is gone and has ${owners} owners`;
  }
  return undefined;
}

function startLedger(p: Picture): Ledger {
  return {
    msi_device_data: start(p.msi_device_data),
    msi_desc: start(p.msi_desc),
    affinity: start(p.affinity),
    sysfs_attrs: start(p.sysfs_attrs),
    xa_node: start(p.xa_node),
    radix_tree_node: start(p.radix_tree_node),
    irq_domain: start(p.irq_domain),
    msi_domain_info: start(p.msi_domain_info),
    irq_data: start(p.irq_data),
    irq_desc: start(p.irq_desc),
    kstat_irqs: start(p.kstat_irqs),
    fwnode: start(p.fwnode),
    name: start(p.name),
    devres: start(p.devres),
  };
}

function start(table: Table<unknown>): Owned {
  const count: number[] = [];
  for (let address = 0; address < table.objects.length; address += 1) count.push(0);
  return { table, count, wild: 0 };
}

function own(owned: Owned, address: number): void {
  if (address === 0) return;
  const before = owned.count[address];
  if (before === undefined) owned.wild = address;
  else owned.count[address] = before + 1;
}

function ownDevices(
  { device, msi_device_data, devres, irq_domain }: Picture,
  ledger: Ledger,
): void {
  for (const one of device.objects) {
    if (one === undefined) continue;
    own(ledger.msi_device_data, one.msi_data);
    for (const address of one.devres_head) own(ledger.devres, address);
  }
  for (const node of devres.objects) {
    if (node?.release === 'group_open' && devres.objects[node.other]?.added === false)
      own(ledger.devres, node.other);
  }
  for (const data of msi_device_data.objects) {
    if (data === undefined) continue;
    for (const { store, domain } of data.domains) {
      ownHead(store, ledger.xa_node, ledger.msi_desc);
      if (irq_domain.objects[domain]?.handle === -1) own(ledger.irq_domain, domain);
    }
  }
}

function ownHead(tree: Readonly<XArray>, nodes: Owned, entries: Owned | undefined): void {
  if (tree.headIsNode) own(nodes, tree.head);
  else if (entries !== undefined) own(entries, tree.head);
}

function ownBelow(table: Table<XaNode>, nodes: Owned, entries: Owned | undefined): void {
  for (const node of table.objects) {
    const owned = node === undefined || node.shift > 0 ? nodes : entries;
    if (node === undefined || owned === undefined) continue;
    // That a node has no more entries than it counts is a rule of its own.
    let left = node.count;
    for (let i = 0; i < node.slots.length && left > 0; i += 1) {
      const entry = node.slots[i] ?? 0;
      if (entry === 0) continue;
      left -= 1;
      own(owned, entry);
    }
  }
}

function ownDescs({ xa_node, msi_desc, sysfs_attrs }: Picture, ledger: Ledger): void {
  ownBelow(xa_node, ledger.xa_node, ledger.msi_desc);
  for (const desc of msi_desc.objects) {
    if (desc === undefined) continue;
    own(ledger.affinity, desc.affinity);
    own(ledger.sysfs_attrs, desc.sysfs_attrs);
  }
  for (const attrs of sysfs_attrs.objects) {
    if (attrs !== undefined) for (const name of attrs.name) own(ledger.name, name);
  }
}

function ownDomains({ radix_tree_node, irq_domain, fwnode }: Picture, ledger: Ledger): void {
  ownBelow(radix_tree_node, ledger.radix_tree_node, undefined);
  for (const domain of irq_domain.objects) {
    if (domain === undefined) continue;
    ownHead(domain.revmap_tree, ledger.radix_tree_node, undefined);
    own(ledger.name, domain.nameAddr);
    own(ledger.msi_domain_info, domain.host_data);
    if (fwnode.objects[domain.fwnode]?.type !== 'device') own(ledger.fwnode, domain.fwnode);
  }
  for (const node of fwnode.objects) own(ledger.name, node?.name ?? 0);
}

function ownIrqs({ sparse_irqs, irq_desc, irq_data }: Picture, ledger: Ledger): void {
  for (const address of sparse_irqs) own(ledger.irq_desc, address);
  for (const desc of irq_desc.objects) {
    if (desc === undefined) continue;
    own(ledger.irq_data, desc.irq_data);
    own(ledger.kstat_irqs, desc.kstat_irqs);
  }
  for (const data of irq_data.objects) own(ledger.irq_data, data?.parent_data ?? 0);
}
