// SPDX-License-Identifier: GPL-2.0-only
/**
 * Live memory is a function of what can be seen: of each kind of object as many live as something
 * refers to. fold.ts keeps the sums, so that this is cheap; ownership.ts follows every pointer and
 * says which object it is.
 */
import { CALL_NAMES, type CallName } from '../trace/call.ts';
import type { ObjectKind, Picture, Table } from '../trace/observation.ts';
import type { Returns } from '../trace/signature.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import { SITES } from '../trace/sites.ts';
import type { XaNode } from '../trace/structs.ts';
import { Fact } from './facts.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import {
  dataChanged,
  descFreed,
  descMade,
  deviceDomainRemoved,
  deviceReleased,
  dissociated,
  domainRemoved,
  faultFired,
  files,
  irqFreed,
  irqMade,
  masksGiven,
  resourceReleased,
} from './situations.ts';

/** By kind of object, as in COUNTS: how many live, then how many something refers to. */
function pairs(picture: Picture, { sums }: History): readonly number[] {
  const { irq_desc, radix_tree_node } = picture;
  return [
    picture.msi_desc.live,
    sums.storeEntries + sums.loose,
    picture.affinity.live,
    sums.affinities,
    picture.sysfs_attrs.live,
    sums.attrs,
    picture.xa_node.live,
    sums.storeNodes,
    radix_tree_node.live,
    sums.mapNodes + sums.mapNodesLost,
    picture.irq_data.live,
    irq_desc.live + sums.parents,
    picture.kstat_irqs.live,
    irq_desc.live,
    picture.name.live,
    sums.names,
    sums.bundles,
    sums.bundlesUsed,
    picture.devres.live,
    sums.listed + sums.unclosed,
    picture.msi_device_data.live,
    sums.devicesWithData,
  ];
}

/** True when one of COUNTS does not hold: cheaper than asking each. */
export function isMiscounted(picture: Picture, history: History): boolean {
  const counts = pairs(picture, history);
  for (let i = 0; i < counts.length; i += 2) if (counts[i] !== counts[i + 1]) return true;
  return false;
}

/** One rule per kind of object. */
export const COUNTS: readonly Rule[] = [
  {
    name: 'as many descriptors live as stores hold and were dropped with a WARN',
    source: 'kernel/irq/msi.c msi_alloc_desc(), msi_free_desc()',
    sometimes: [descMade, descFreed],
  },
  {
    name: 'as many arrays of affinity masks live as descriptors have one',
    source: 'kernel/irq/msi.c msi_alloc_desc(), msi_free_desc()',
    sometimes: [masksGiven, descFreed],
  },
  {
    name: 'as many arrays of sysfs entries live as descriptors have one',
    source: 'kernel/irq/msi.c msi_sysfs_populate_desc(), msi_sysfs_remove_desc()',
    sometimes: [files, dissociated],
  },
  {
    name: 'as many nodes of stores live as stores and other nodes refer to',
    source: 'lib/xarray.c xas_delete_node(), xa_destroy()',
    sometimes: [descFreed],
  },
  {
    name: 'as many nodes of reverse maps live as domains and other nodes refer to',
    source: 'lib/radix-tree.c __radix_tree_delete()',
    sometimes: [irqFreed],
  },
  {
    name: 'as many pieces of irq_data live as there are interrupts, and levels below them',
    source: 'kernel/irq/irqdomain.c irq_domain_alloc_irq_data(), irq_domain_free_irq_data()',
    sometimes: [irqMade, irqFreed],
  },
  {
    name: 'as many statistics live as there are interrupts',
    source: 'kernel/irq/irqdesc.c init_desc(), irq_kobj_release()',
    sometimes: [irqMade, irqFreed],
  },
  {
    name: 'as many names live as domains, firmware nodes and sysfs entries have one',
    source: 'kernel/irq/irqdomain.c irq_domain_free(), kernel/irq/msi.c msi_sysfs_remove_desc()',
    sometimes: [domainRemoved],
  },
  {
    name: 'as many bundles live as there are per-device domains',
    source: 'kernel/irq/msi.c msi_create_device_irq_domain(), msi_remove_device_irq_domain()',
    sometimes: [deviceDomainRemoved],
  },
  {
    name: 'as many nodes of device resources live as lists and open groups have',
    source: 'drivers/base/devres.c release_nodes(), devres_remove_group()',
    sometimes: [dataChanged, resourceReleased],
  },
  {
    name: 'as many MSI data live as devices have them',
    source: 'kernel/irq/msi.c msi_setup_device_data(), msi_device_data_release()',
    sometimes: [dataChanged],
  },
].map((rule, kind) => ({ ...rule, totals: (picture, history) => count(kind, picture, history) }));

function count(kind: number, picture: Picture, history: History): string | undefined {
  const counts = pairs(picture, history);
  const live = counts[2 * kind];
  const owned = counts[2 * kind + 1];
  return live === owned ? undefined : `${live} live, ${owned} have an owner`;
}

/** Kinds of objects that devices and drivers own, and what these own. */
const OWNED: readonly ObjectKind[] = [
  'msi_desc',
  'affinity',
  'sysfs_attrs',
  'xa_node',
  'radix_tree_node',
  'irq_data',
  'irq_desc',
  'kstat_irqs',
  'devres',
];

/** Blocks, overridden interrupts, and what was dropped, are still somebody's. */
export const nothingLeft: Rule = {
  name: 'no descriptor, interrupt, resource or tree is left when the devices have no MSI data and drivers nothing of their own',
  source: 'kernel/irq/msi.c msi_device_data_release(), drivers/base/devres.c devres_release_all()',
  totals: (picture, { sums, blocks }) => {
    if (
      picture.msi_device_data.live > 0 ||
      sums.listed > 0 ||
      sums.loose > 0 ||
      sums.mapNodesLost > 0
    )
      return undefined;
    if (picture.overridden.length > 0 || blocks.some((irq) => irq !== 0)) return undefined;
    const kind = OWNED.find((one) => picture[one].live > 0);
    return kind === undefined
      ? undefined
      : `${picture[kind].live} of ${picture[kind].name} are left`;
  },
  sometimes: [dataChanged, deviceReleased],
};

/** XArray and radix tree alike. A node without entries stays when memory fails half-way. */
export const nodesKnowTheirPlace: Rule = {
  name: 'a node of a tree counts its entries, and each node below it knows its place',
  source: 'lib/xarray.c xas_store(), xas_create(), xas_expand()',
  node: ({ table, address, node }) => {
    let left = node.count;
    for (let i = 0; i < node.slots.length && left > 0; i += 1) {
      const entry = node.slots[i] ?? 0;
      if (entry === 0) continue;
      left -= 1;
      const wrong = node.shift === 0 ? undefined : misplaced(table, address, i, entry);
      if (wrong !== undefined) return wrong;
    }
    return left === 0
      ? undefined
      : `${named(table, address)} counts ${node.count} entries and has ${node.count - left}`;
  },
  all: ({ xa_node, radix_tree_node }) => crowded(xa_node) ?? crowded(radix_tree_node),
  sometimes: [descMade, irqMade],
};

function crowded(table: Table<XaNode>): string | undefined {
  for (let address = 1; address < table.objects.length; address += 1) {
    const node = table.objects[address];
    if (node === undefined) continue;
    let left = node.count;
    for (let i = 0; i < node.slots.length; i += 1) if (node.slots[i] !== 0) left -= 1;
    if (left < 0) return `${named(table, address)} has more entries than it counts`;
  }
  return undefined;
}

function misplaced(
  table: Table<XaNode>,
  address: number,
  slot: number,
  entry: number,
): string | undefined {
  const child = table.objects[entry];
  if (child === undefined)
    return `slot ${slot} of ${named(table, address)} refers to ${table.name} ${entry}, which is gone`;
  if (child.parent === address && child.offset === slot) return undefined;
  return `${named(table, entry)} is in slot ${slot} of ${address}, it says slot ${child.offset} of ${child.parent}`;
}

/** Where the kernel goes on without the memory, or asks a second time. */
const IGNORED: readonly string[] = [
  'xa_node',
  'maple_node',
  'radix_tree_node',
  'irq_domain_update_bus_token',
];

/** What a failure looks like; positive results of allocations for PCI are failures too. */
const FAILS: Readonly<Partial<Record<Returns, (ret: number) => boolean>>> = {
  errno: (ret) => ret !== 0,
  bool: (ret) => ret === 0,
  virq: (ret) => ret <= 0,
  map: (ret) => ret < 0,
};

const FAILS_BY_CALL: ReadonlyMap<CallName, ((ret: number) => boolean) | undefined> = new Map(
  CALL_NAMES.map((fn) => [fn, FAILS[SIGNATURES[fn].returns]]),
);

/** Whether a call says that it failed. */
export function failed(fn: CallName, ret: number): boolean {
  return FAILS_BY_CALL.get(fn)?.(ret) === true;
}

/** A driver that is not told goes on with what it does not have. Mappings with a hint above 1 try again without. */
export const shortageIsTold: Rule = {
  name: 'a call that got no memory for what it makes reports failure',
  source: 'kernel/irq/msi.c, kernel/irq/irqdomain.c, kernel/irq/irqdesc.c, drivers/base/devres.c',
  after: Fact.FIRED,
  step: ({ ret, fired, callbacks }, { call: { fn, hwirq }, environment }) => {
    if (fn.startsWith('irq_create_') && hwirq % environment.nr_irqs > 1) return undefined;
    if (FAILS_BY_CALL.get(fn) === undefined) return undefined;
    if (callbacks.some(({ op }) => op === 'handle_error')) return undefined;
    const short = fired.find(
      ({ where }) => SITES.some((site) => site === where) && !IGNORED.includes(where),
    );
    return short === undefined || failed(fn, ret)
      ? undefined
      : `${fn} says ${ret}, there was no memory for ${short.where}`;
  },
  sometimes: [faultFired],
};
