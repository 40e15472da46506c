// SPDX-License-Identifier: GPL-2.0-only
/** One record of the picture at a time: the words that shim/dump.c puts, in its order. */
import { OWN_OPS } from '../../trace/environment.ts';
import { BUS_TOKENS } from '../../trace/flags.ts';
import type { ObjectKind } from '../../trace/observation.ts';
import type * as S from '../../trace/structs.ts';
import { CHIPS, FILLED, HANDLERS, KINDS, RELEASES } from './codes.ts';

/** Reads words one after the other. */
export interface Reader {
  /** The next word, signed, and unsigned. */
  readonly int: () => number;
  readonly uint: () => number;
  readonly bool: () => boolean;
  /** The next word as an address in C: the number of the object in its table, 0 for NULL. */
  readonly ref: (table: ObjectKind) => number;
  /** The same of a word that was read already. */
  readonly number: (table: ObjectKind, address: number) => number;
  /** The next words as a text: its length, and its bytes. */
  readonly text: () => string;
}

/** A cursor beyond every index; what the reference shows as such (MSI_XA_MAX_INDEX has as many bits as a long). */
const NO_INDEX = Number.MAX_SAFE_INTEGER;
const MAX_INDEX = 0xffff;

/** A device. */
export function device(r: Reader): S.Device {
  return {
    handle: r.int(),
    alive: r.bool(),
    name: r.text(),
    msi_domain: r.ref('irq_domain'),
    msi_data: r.ref('msi_device_data'),
    fwnode: r.ref('fwnode'),
    msi_irqs: r.bool(),
    devres_head: list(r, () => r.ref('devres')),
    msiIrqsFiles: list(r, () => r.int()),
  };
}

/** The MSI data of a device. */
export function msiDeviceData(r: Reader): S.MsiDeviceData {
  const dev = r.ref('device');
  const mutex = r.int();
  const index = r.uint();
  return {
    dev,
    mutex,
    __iter_idx: index > MAX_INDEX ? NO_INDEX : index,
    domains: list(r, () => ({
      store: tree(r, 'xa_node', 'msi_desc'),
      domain: r.ref('irq_domain'),
    })),
  };
}

/** A descriptor. */
export function msiDesc(r: Reader): S.MsiDesc {
  return {
    irq: r.int(),
    nvec_used: r.int(),
    dev: r.ref('device'),
    msgAddressLo: r.uint(),
    msgData: r.uint(),
    affinity: r.ref('affinity'),
    sysfs_attrs: r.ref('sysfs_attrs'),
    msi_index: r.int(),
    is_msix: r.bool(),
    can_mask: r.bool(),
    icookie: r.uint(),
    abandoned: false,
  };
}

/** The masks of a descriptor. */
export function affinity(r: Reader): S.AffinityArray {
  const entries = list(r, () => ({ mask: r.int(), managed: r.bool() }));
  return {
    mask: entries.map(({ mask }) => mask),
    is_managed: entries.map(({ managed }) => managed),
  };
}

/** The files of a descriptor. */
export function sysfsAttrs(r: Reader): S.SysfsAttrs {
  const entries = list(r, () => ({ name: r.ref('name'), shown: r.bool() }));
  return { name: entries.map(({ name }) => name), shown: entries.map(({ shown }) => shown) };
}

/** A node; what its slots point at depends on the tree and the level. */
export function xaNode(r: Reader, nodes: 'xa_node' | 'radix_tree_node'): S.XaNode {
  const shift = r.int();
  const below = shift > 0 ? nodes : nodes === 'xa_node' ? 'msi_desc' : 'irq_data';
  const node = { shift, offset: r.int(), count: r.int(), parent: r.ref(nodes) };
  const slots: number[] = [];
  for (let i = 0; i < 64; i += 1) slots.push(r.ref(below));
  return { ...node, slots };
}

/** A domain. */
export function irqDomain(r: Reader): S.IrqDomain {
  return {
    handle: r.int(),
    kind: KINDS[r.int()] ?? 'msi',
    name: r.text(),
    nameAddr: r.ref('name'),
    flags: r.int(),
    host_data: r.ref('msi_domain_info'),
    bus_token: BUS_TOKENS[r.int()] ?? 'DOMAIN_BUS_ANY',
    hwirq_max: r.uint(),
    mapcount: r.int(),
    parent: r.ref('irq_domain'),
    root: r.ref('irq_domain'),
    fwnode: r.ref('fwnode'),
    dev: r.ref('device'),
    mutex: r.int(),
    revmap_tree: tree(r, 'radix_tree_node', 'irq_data'),
    revmap: list(r, () => r.ref('irq_data')),
    vectors: list(r, () => r.int()),
  };
}

/** The info of an MSI domain. */
export function msiDomainInfo(r: Reader): S.MsiDomainInfo {
  return {
    flags: r.int(),
    bus_token: BUS_TOKENS[r.int()] ?? 'DOMAIN_BUS_ANY',
    hwsize: r.int(),
    ops: bits(r.int(), OWN_OPS),
    chip: r.text(),
    chip_data: r.int(),
    handler: HANDLERS[r.int()] ?? '',
    handler_name: r.text(),
    handler_data: r.int(),
    data: r.int(),
    filled: bits(r.int(), FILLED),
    irq_set_affinity: r.bool(),
    irq_ack: r.bool(),
    irq_eoi: r.bool(),
    bundle: r.bool(),
  };
}

/** One level of an interrupt. */
export function irqData(r: Reader): S.IrqData {
  return {
    irq: r.int(),
    hwirq: r.uint(),
    common: r.ref('irq_desc'),
    chip: CHIPS[r.int()] ?? 'none',
    chip_data: r.int(),
    domain: r.ref('irq_domain'),
    parent_data: r.ref('irq_data'),
  };
}

/** An interrupt. */
export function irqDesc(r: Reader): S.IrqDesc {
  return {
    irq: r.int(),
    irq_data: r.ref('irq_data'),
    kstat_irqs: r.ref('kstat_irqs'),
    msi_desc: r.ref('msi_desc'),
    handler: HANDLERS[r.int()] ?? '',
    handler_data: r.int(),
    affinity: r.int(),
    is_managed: r.bool(),
    affinitySet: r.bool(),
    managedShutdown: r.bool(),
    activated: r.bool(),
    can_reserve: r.bool(),
    norequest: r.bool(),
    trigger: r.int(),
  };
}

/** A firmware node. */
export function fwnode(r: Reader): S.Fwnode {
  return { type: r.bool() ? 'named' : 'device', name: r.ref('name') };
}

/** A device resource. */
export function devresNode(r: Reader): S.DevresNode {
  const release = RELEASES[r.int()] ?? 'driver';
  const data = release === 'msi_device_data_release' ? r.ref('msi_device_data') : r.int();
  return { release, data, added: r.bool(), other: r.ref('devres'), color: r.int() };
}

function tree(r: Reader, nodes: ObjectKind, entries: ObjectKind): S.XArray {
  const word = r.uint();
  const headIsNode = r.bool();
  return { head: r.number(headIsNode ? nodes : entries, word), headIsNode };
}

function list<T>(r: Reader, one: () => T): T[] {
  const found: T[] = [];
  for (let left = r.int(); left > 0; left -= 1) found.push(one());
  return found;
}

function bits<T>(value: number, names: readonly T[]): T[] {
  return names.filter((_, bit) => (value & (1 << bit)) !== 0);
}
