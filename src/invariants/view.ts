// SPDX-License-Identifier: GPL-2.0-only
/**
 * What rules look at: an object with its surroundings, resolved once for all rules. A pointer that
 * leads nowhere is `undefined` here, so that rules can say so instead of following it.
 */
import type { Picture, Table } from '../trace/observation.ts';
import type * as S from '../trace/structs.ts';
import type { NumberPast } from './past.ts';
import { baseOf, load } from '../trace/tree.ts';

/** An interrupt number that a step dealt with. */
export interface NumberView {
  readonly picture: Picture;
  readonly irq: number;
  /** What the number finds, and whether that lives. */
  readonly address: number;
  readonly desc: Readonly<S.IrqDesc> | undefined;
  readonly past: NumberPast;
}

/** An interrupt. */
export interface IrqView {
  readonly picture: Picture;
  readonly address: number;
  readonly irq: number;
  readonly desc: Readonly<S.IrqDesc>;
  /** The outermost irq_data, which is part of the irq_desc. */
  readonly data: Readonly<S.IrqData> | undefined;
  /** Its domain. */
  readonly domain: Readonly<S.IrqDomain> | undefined;
  /** Set when that is an MSI domain. */
  readonly info: Readonly<S.MsiDomainInfo> | undefined;
  /** `irq_common_data::msi_desc`. */
  readonly msi: Readonly<S.MsiDesc> | undefined;
  /** Vector of that descriptor. */
  readonly offset: number;
  /** The innermost irq_data. */
  readonly root: Readonly<S.IrqData> | undefined;
  /** Bit n: there is irq_data in the domain with handle n that is not an MSI domain. */
  readonly levels: number;
}

/** An MSI descriptor. */
export interface DescView {
  readonly picture: Picture;
  readonly address: number;
  readonly desc: Readonly<S.MsiDesc>;
  readonly device: Readonly<S.Device> | undefined;
  readonly data: Readonly<S.MsiDeviceData> | undefined;
  /** In how many stores of its device it is, at its index, and the domain id of the last of them. */
  readonly found: number;
  readonly domid: number;
  /** The domain of that id. */
  readonly domain: Readonly<S.IrqDomain> | undefined;
  readonly info: Readonly<S.MsiDomainInfo> | undefined;
}

/** An irq domain. */
export interface DomainView {
  readonly picture: Picture;
  readonly address: number;
  readonly domain: Readonly<S.IrqDomain>;
}

/** A device. */
export interface DeviceView {
  readonly picture: Picture;
  readonly address: number;
  readonly device: Readonly<S.Device>;
  readonly data: Readonly<S.MsiDeviceData> | undefined;
}

/** A node of a store, or of the tree of a reverse map. */
export interface NodeView {
  readonly picture: Picture;
  readonly table: Table<S.XaNode>;
  readonly address: number;
  readonly node: Readonly<S.XaNode>;
  /** Index of its first slot. */
  readonly base: number;
}

/** Longest chain of irq_data: two levels between root and MSI domain, and a pushed one. */
const LONGEST_CHAIN = 8;

/** Resolves a number. */
export function numberView(picture: Picture, irq: number, past: NumberPast): NumberView {
  const address = picture.sparse_irqs[irq] ?? 0;
  return { picture, irq, address, desc: picture.irq_desc.objects[address], past };
}

/** Resolves an interrupt. */
export function irqView(picture: Picture, address: number, desc: Readonly<S.IrqDesc>): IrqView {
  const data = picture.irq_data.objects[desc.irq_data];
  const domain = data === undefined ? undefined : picture.irq_domain.objects[data.domain];
  const info =
    domain !== undefined && domain.kind === 'msi'
      ? picture.msi_domain_info.objects[domain.host_data]
      : undefined;
  const msi = picture.msi_desc.objects[desc.msi_desc];
  let root = data;
  let levels = levelBit(domain);
  for (
    let depth = 0;
    root !== undefined && root.parent_data !== 0 && depth < LONGEST_CHAIN;
    depth += 1
  ) {
    const inner: Readonly<S.IrqData> | undefined = picture.irq_data.objects[root.parent_data];
    if (inner === undefined) break;
    root = inner;
    levels |= levelBit(picture.irq_domain.objects[root.domain]);
  }
  return {
    picture,
    address,
    irq: desc.irq,
    desc,
    data,
    domain,
    info,
    msi,
    offset: msi === undefined ? 0 : desc.irq - msi.irq,
    root,
    levels,
  };
}

function levelBit(domain: Readonly<S.IrqDomain> | undefined): number {
  return domain === undefined || domain.kind === 'msi' ? 0 : 1 << domain.handle;
}

/** Resolves a descriptor. */
export function descView(picture: Picture, address: number, desc: Readonly<S.MsiDesc>): DescView {
  const device = picture.device.objects[desc.dev];
  const data = device === undefined ? undefined : picture.msi_device_data.objects[device.msi_data];
  let found = 0;
  let domid = 0;
  for (let i = 0; data !== undefined && i < data.domains.length; i += 1) {
    const slot = data.domains[i];
    if (
      slot === undefined ||
      slot.store.head === 0 ||
      load(picture.xa_node, slot.store, desc.msi_index) !== address
    )
      continue;
    found += 1;
    domid = i;
  }
  const slot = found === 0 || data === undefined ? undefined : data.domains[domid];
  const domain = slot === undefined ? undefined : picture.irq_domain.objects[slot.domain];
  const info = domain === undefined ? undefined : picture.msi_domain_info.objects[domain.host_data];
  return { picture, address, desc, device, data, found, domid, domain, info };
}

/** Resolves a device. */
export function deviceView(
  picture: Picture,
  address: number,
  device: Readonly<S.Device>,
): DeviceView {
  return { picture, address, device, data: picture.msi_device_data.objects[device.msi_data] };
}

/** Resolves a node of `picture.xa_node` or `picture.radix_tree_node`. */
export function nodeView(
  picture: Picture,
  table: Table<S.XaNode>,
  address: number,
  node: Readonly<S.XaNode>,
): NodeView {
  return { picture, table, address, node, base: baseOf(table, address) };
}

/** `msi_desc 5 of step 3`, for findings. */
export function named(
  table: { readonly name: string; readonly birth: readonly number[] },
  address: number,
): string {
  return `${table.name} ${address} of step ${table.birth[address] ?? 0}`;
}
