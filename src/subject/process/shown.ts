// SPDX-License-Identifier: GPL-2.0-only
/** A picture in the protocol's vocabulary: what exists, without an address. */
import { DOMAINS } from '../../trace/call.ts';
import { type Picture, type Table, TABLES } from '../../trace/observation.ts';
import type * as S from '../../trace/structs.ts';
import { KINDS, type Item, type KindName, type Shows, SHOWS_ALL } from './vocabulary.ts';

const IRQ_TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'IRQ_TYPE_NONE'],
  [1, 'IRQ_TYPE_EDGE_RISING'],
  [4, 'IRQ_TYPE_LEVEL_HIGH'],
]);

type Shower = (picture: Picture) => readonly Item[];

/** The items of each kind of state that is shown, in the order of `shows`. */
export function shownOf(
  picture: Picture,
  shows: Shows = SHOWS_ALL,
): ReadonlyMap<KindName, readonly Item[]> {
  const found = new Map<KindName, readonly Item[]>();
  for (const name of shows.kinds.keys()) {
    if (KINDS[name].part === 'state') found.set(name, SHOWERS[name]?.(picture) ?? []);
  }
  return found;
}

const SHOWERS: Readonly<Partial<Record<KindName, Shower>>> = {
  device: (picture) =>
    devices(picture).map((device) => ({
      dev: String(device.handle),
      alive: yes(device.alive),
      msi_domain: domainName(picture, device.msi_domain),
      msi_data: yes(device.msi_data !== 0),
    })),
  descriptor: (picture) => devices(picture).flatMap((device) => descriptorsOf(picture, device)),
  block: ({ blockIrq, blockSize }) =>
    blockIrq.flatMap((irq, block) =>
      irq === 0
        ? []
        : [{ block: String(block), irq: String(irq), size: String(blockSize[block] ?? 0) }],
    ),
  interrupt: interrupts,
  domain: (picture) =>
    living(picture.irq_domain).map(([address, domain]) => ({
      domain: domainName(picture, address),
      parent: domainName(picture, domain.parent),
      mapcount: String(domain.mapcount),
      hwirq_max: String(domain.hwirq_max),
      bus_token: domain.bus_token,
    })),
  mapping: (picture) =>
    living(picture.irq_domain).flatMap(([address, domain]) => mappings(picture, address, domain)),
  vector: ({ irq_domain }) =>
    living(irq_domain).flatMap(([, { vectors }]) =>
      vectors.flatMap((irq, vector) => (irq === 0 ? [] : [{ hwirq: String(vector) }])),
    ),
  lock: (picture) => [
    ...devices(picture).flatMap(({ handle, msi_data }) =>
      picture.msi_device_data.objects[msi_data]?.mutex === 1 ? [{ of: `device${handle}` }] : [],
    ),
    ...living(picture.irq_domain).flatMap(([address, { mutex }]) =>
      mutex === 1 ? [{ of: domainName(picture, address) }] : [],
    ),
  ],
  devres: (picture) =>
    devices(picture).flatMap(({ handle, devres_head }) =>
      devres_head.map((address, at) => resource(picture, handle, at, address)),
    ),
  sysfs: (picture) =>
    devices(picture).flatMap(({ handle, msi_irqs, msiIrqsFiles }) =>
      [...(msi_irqs ? [0] : []), ...msiIrqsFiles].map((irq) => ({
        dev: String(handle),
        irq: String(irq),
      })),
    ),
  live: (picture) => [Object.fromEntries(TABLES.map((name) => [name, String(picture[name].live)]))],
};

/** The last object of each handle: a device that appears again has a new address. */
function devices({ device }: Picture): readonly Readonly<S.Device>[] {
  const last = new Map<number, Readonly<S.Device>>();
  for (const [, one] of living(device)) last.set(one.handle, one);
  return [...last.values()];
}

function descriptorsOf(picture: Picture, device: Readonly<S.Device>): readonly Item[] {
  const { msi_device_data, msi_desc, xa_node } = picture;
  const domains = msi_device_data.objects[device.msi_data]?.domains ?? [];
  return domains.flatMap(({ store }, domid) =>
    entries(xa_node, store).flatMap((address) => {
      const desc = msi_desc.objects[address];
      return desc === undefined ? [] : [descriptor(picture, device.handle, domid, desc)];
    }),
  );
}

function descriptor(picture: Picture, dev: number, domid: number, desc: Readonly<S.MsiDesc>): Item {
  return {
    dev: String(dev),
    domid: String(domid),
    msi_index: String(desc.msi_index),
    nvec_used: String(desc.nvec_used),
    irq: String(desc.irq),
    affinity: masks(picture, desc.affinity),
    msi_attrib: attributes(desc),
    icookie: String(desc.icookie),
    message: String(desc.msgData),
  };
}

/** As it is written in a call: `none`, `msix`, `maskable`, `msix+maskable`. */
function attributes({ is_msix, can_mask }: Readonly<S.MsiDesc>): string {
  const names = [...(is_msix ? ['msix'] : []), ...(can_mask ? ['maskable'] : [])];
  return names.length === 0 ? 'none' : names.join('+');
}

/** `none`, or the mask of each vector: `0x3/0x6`, with `managed:` in front when they are. */
function masks({ affinity }: Picture, address: number): string {
  if (address === 0) return 'none';
  const array = affinity.objects[address];
  if (array === undefined) return 'freed';
  const list = array.mask.map((mask) => `0x${mask.toString(16)}`).join('/');
  return `${array.is_managed.includes(true) ? 'managed:' : ''}${list}`;
}

function interrupts(picture: Picture): readonly Item[] {
  const { sparse_irqs, irq_desc } = picture;
  return sparse_irqs.flatMap((address, irq) => {
    if (address === 0) return [];
    const desc = irq_desc.objects[address];
    return [{ irq: String(irq), ...(desc === undefined ? FREED : interrupt(picture, desc)) }];
  });
}

/** A number that still finds a descriptor which was given back. */
const FREED: Item = Object.fromEntries(
  KINDS.interrupt.fields.filter((field) => field !== 'irq').map((field) => [field, 'freed']),
);

function interrupt(picture: Picture, desc: Readonly<S.IrqDesc>): Item {
  const levels = chain(picture, desc.irq_data);
  return {
    chain: list(levels.map((level) => `${domainName(picture, level.domain)}:${level.hwirq}`)),
    chips: list(levels.map(({ chip }) => chip)),
    msi_desc: owner(picture, desc.msi_desc),
    activated: yes(desc.activated),
    can_reserve: yes(desc.can_reserve),
    affinity: `${desc.is_managed ? 'managed:' : ''}0x${desc.affinity.toString(16)}`,
    managedShutdown: yes(desc.managedShutdown),
    norequest: yes(desc.norequest),
    trigger: IRQ_TYPES.get(desc.trigger) ?? String(desc.trigger),
    handler: desc.handler === '' ? 'none' : desc.handler,
  };
}

/** Outermost first. */
function chain({ irq_data }: Picture, outermost: number): readonly Readonly<S.IrqData>[] {
  const levels: Readonly<S.IrqData>[] = [];
  let data = irq_data.objects[outermost];
  while (data !== undefined && levels.length < DOMAINS.length) {
    levels.push(data);
    data = irq_data.objects[data.parent_data];
  }
  return levels;
}

/** `DEV:INDEX` of a descriptor. */
function owner({ msi_desc, device }: Picture, address: number): string {
  if (address === 0) return 'none';
  const desc = msi_desc.objects[address];
  if (desc === undefined) return 'freed';
  return `${device.objects[desc.dev]?.handle ?? 'gone'}:${desc.msi_index}`;
}

function mappings(
  picture: Picture,
  address: number,
  { revmap, revmap_tree }: Readonly<S.IrqDomain>,
): readonly Item[] {
  const { irq_data, radix_tree_node } = picture;
  const domain = domainName(picture, address);
  const found: Item[] = [];
  for (const entry of [...revmap, ...entries(radix_tree_node, revmap_tree)]) {
    const data = irq_data.objects[entry];
    if (data !== undefined)
      found.push({ domain, hwirq: String(data.hwirq), irq: String(data.irq) });
    else if (entry !== 0) found.push({ domain, hwirq: 'freed', irq: '0' });
  }
  return found;
}

function resource({ devres }: Picture, dev: number, at: number, address: number): Item {
  const node = devres.objects[address];
  const named =
    node !== undefined && (node.release === 'driver' || node.release.startsWith('group'));
  return {
    dev: String(dev),
    at: String(at),
    release: node?.release ?? 'freed',
    id: named ? String(node.data) : 'none',
  };
}

/** The name of a trace, or `device0.1` for the domain at domain id 1 of device 0. */
function domainName({ irq_domain, msi_device_data, device }: Picture, address: number): string {
  if (address === 0) return 'none';
  const domain = irq_domain.objects[address];
  if (domain === undefined) return 'freed';
  if (domain.handle >= 0) return DOMAINS[domain.handle] ?? String(domain.handle);
  const owned = device.objects[domain.dev];
  const data = msi_device_data.objects[owned?.msi_data ?? 0];
  const domid = data?.domains.findIndex((one) => one.domain === address) ?? -1;
  return `device${owned?.handle ?? '-gone'}${domid < 0 ? '' : `.${domid}`}`;
}

/** Objects with their addresses, oldest first. */
function living<T>({ objects }: Table<T>): readonly (readonly [number, Readonly<T>])[] {
  const found: (readonly [number, Readonly<T>])[] = [];
  for (const [address, object] of objects.entries())
    if (object !== undefined) found.push([address, object]);
  return found;
}

/** Every entry of a tree, in the order of the indexes. */
function entries(
  nodes: Table<S.XaNode>,
  { head, headIsNode }: Readonly<S.XArray>,
): readonly number[] {
  if (head === 0) return [];
  const found: number[] = [];
  const visit = (address: number): void => {
    const node = nodes.objects[address];
    for (const entry of node?.slots ?? []) {
      if (entry === 0) continue;
      if (node?.shift === 0) found.push(entry);
      else visit(entry);
    }
  };
  if (headIsNode) visit(head);
  else found.push(head);
  return found;
}

function list(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.join('/');
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}
