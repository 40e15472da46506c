// SPDX-License-Identifier: GPL-2.0-only
/** Reads what kc_dump() wrote (shim/dump.c): tables of plain records, with the addresses of C made small numbers. */
import { type ObjectKind, type Picture, type Table, TABLES } from '../../trace/observation.ts';
import { LISTS } from './codes.ts';
import type { Memory } from './memory.ts';
import * as records from './records.ts';
import { type Found, type Shown, type Source, tableOf } from './tables.ts';

/** Numbers of objects by their addresses in C, which are not reused, and the steps that made them; per table. */
export type Numbers = Readonly<Record<ObjectKind, Numbering>>;

/** Of one table. */
export interface Numbering {
  readonly byAddress: Map<number, number>;
  readonly birth: number[];
}

/** No object has a number yet. */
export function noNumbers(): Numbers {
  return forTables(() => ({ byAddress: new Map(), birth: [0] }));
}

/** A copy, for a snapshot. */
export function copyNumbers(numbers: Numbers): Numbers {
  return forTables((kind) => {
    const { byAddress, birth } = numbers[kind];
    return { byAddress: new Map(byAddress), birth: [...birth] };
  });
}

/** Every address in C that has a number. */
export function addressesOf(numbers: Numbers): readonly number[] {
  return TABLES.flatMap((kind) => [...numbers[kind].byAddress.keys()]);
}

/** The picture of `length` words; what was in the one before the step and is gone counts as touched. */
export function readPicture(
  memory: Memory,
  length: number,
  numbers: Numbers,
  before: Shown | undefined,
): Shown {
  const start = memory.at.words >> 2;
  // The next dump is written over the one that is there.
  const words = memory.words.slice(start, start + length);
  const found = forTables((): Found[] => []);
  const lists = new Map<number, number>();
  for (let at = 0; at < length; at += 4 + (words[at + 3] ?? 0)) {
    const kind = TABLES[words[at] ?? 0];
    if (kind === undefined) lists.set(words[at] ?? 0, at);
    else found[kind].push({ number: numbered(numbers[kind], words, at), at: at + 4 });
  }
  const source = { words, found };
  const picture = { ...tablesOf(source, numbers, before), ...listsOf(words, lists, numbers) };
  return { picture, source };
}

function tablesOf(
  source: Source,
  numbers: Numbers,
  before: Shown | undefined,
): Pick<Picture, ObjectKind> {
  const reader = readerOf(source.words, numbers);
  const table = <T extends object>(
    kind: ObjectKind,
    old: Table<T> | undefined,
    one: (r: records.Reader) => T,
  ): Table<T> =>
    tableOf(
      kind,
      source,
      old === undefined || before === undefined ? undefined : { table: old, source: before.source },
      { birth: numbers[kind].birth, read: (at) => one(reader.from(at)) },
    );
  const was = before?.picture;
  const irq_desc = table('irq_desc', was?.irq_desc, records.irqDesc);
  return {
    device: table('device', was?.device, records.device),
    msi_device_data: table('msi_device_data', was?.msi_device_data, records.msiDeviceData),
    msi_desc: table('msi_desc', was?.msi_desc, records.msiDesc),
    affinity: table('affinity', was?.affinity, records.affinity),
    sysfs_attrs: table('sysfs_attrs', was?.sysfs_attrs, records.sysfsAttrs),
    xa_node: table('xa_node', was?.xa_node, (r) => records.xaNode(r, 'xa_node')),
    radix_tree_node: table('radix_tree_node', was?.radix_tree_node, (r) =>
      records.xaNode(r, 'radix_tree_node'),
    ),
    irq_domain: table('irq_domain', was?.irq_domain, records.irqDomain),
    msi_domain_info: table('msi_domain_info', was?.msi_domain_info, records.msiDomainInfo),
    irq_data: table('irq_data', was?.irq_data, records.irqData),
    irq_desc,
    kstat_irqs: statistics(
      irq_desc,
      table('kstat_irqs', was?.kstat_irqs, () => ({ irq: 0 })),
    ),
    fwnode: table('fwnode', was?.fwnode, records.fwnode),
    name: table('name', was?.name, (r) => ({ text: r.text() })),
    devres: table('devres', was?.devres, records.devresNode),
  };
}

function numbered({ byAddress, birth }: Numbering, words: Int32Array, at: number): number {
  const address = (words[at + 1] ?? 0) >>> 0;
  const known = byAddress.get(address);
  if (known !== undefined) return known;
  byAddress.set(address, birth.length);
  birth.push(words[at + 2] ?? 0);
  return birth.length - 1;
}

/** The statistics have no words of their own: they belong to an interrupt that points at them. */
function statistics(
  descs: Picture['irq_desc'],
  stats: Table<{ irq: number }>,
): Table<{ irq: number }> {
  const irqs = new Map<number, number>();
  for (const desc of descs.objects) if (desc !== undefined) irqs.set(desc.kstat_irqs, desc.irq);
  const objects = stats.objects.map((seen, at) => {
    const irq = irqs.get(at) ?? 0;
    return seen === undefined || seen.irq === irq ? seen : { irq };
  });
  return { ...stats, objects };
}

function listsOf(
  words: Int32Array,
  lists: ReadonlyMap<number, number>,
  numbers: Numbers,
): Pick<Picture, 'sparse_irqs' | 'blockIrq' | 'blockSize' | 'overridden'> {
  const numbersOf = (which: number): readonly number[] => {
    const at = lists.get(which) ?? 0;
    const list: number[] = [];
    for (let i = 0; i < (words[at + 3] ?? 0); i += 1) list.push(words[at + 4 + i] ?? 0);
    return list;
  };
  const sparse_irqs = [0];
  const pairs = numbersOf(LISTS.sparse_irqs);
  for (let i = 0; i < pairs.length; i += 2) {
    const irq = pairs[i] ?? 0;
    while (sparse_irqs.length < irq) sparse_irqs.push(0);
    sparse_irqs[irq] = numberOf(numbers.irq_desc, (pairs[i + 1] ?? 0) >>> 0);
  }
  const blocks = numbersOf(LISTS.blocks);
  return {
    sparse_irqs,
    blockIrq: blocks.filter((_, i) => i % 2 === 0),
    blockSize: blocks.filter((_, i) => i % 2 === 1),
    overridden: numbersOf(LISTS.overridden),
  };
}

/** One reader for all records; from() says where it goes on. */
function readerOf(
  words: Int32Array,
  numbers: Numbers,
): { readonly from: (at: number) => records.Reader } {
  const bytes = new Uint8Array(words.buffer);
  let next = 0;
  const int = (): number => words[next++] ?? 0;
  const number = (table: ObjectKind, address: number): number => numberOf(numbers[table], address);
  const reader: records.Reader = {
    int,
    uint: () => int() >>> 0,
    bool: () => int() !== 0,
    number,
    ref: (table) => number(table, int() >>> 0),
    text: () => {
      const length = int();
      const from = next << 2;
      next += (length + 3) >> 2;
      return length === 0 ? '' : latin(bytes, from, length);
    },
  };
  return {
    from: (at) => {
      next = at;
      return reader;
    },
  };
}

/** Names are short: a call to decode them costs more than they do. */
function latin(bytes: Uint8Array, from: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += String.fromCharCode(bytes[from + i] ?? 0);
  return text;
}

function numberOf(numbering: Numbering, address: number): number {
  return address === 0 ? 0 : (numbering.byAddress.get(address) ?? gone(numbering, address));
}

/** What is pointed at and was never seen: it came and went within one step. */
function gone({ byAddress, birth }: Numbering, address: number): number {
  byAddress.set(address, birth.length);
  birth.push(0);
  return birth.length - 1;
}

function forTables<T>(make: (kind: ObjectKind) => T): Record<ObjectKind, T> {
  return {
    device: make('device'),
    msi_device_data: make('msi_device_data'),
    msi_desc: make('msi_desc'),
    affinity: make('affinity'),
    sysfs_attrs: make('sysfs_attrs'),
    xa_node: make('xa_node'),
    radix_tree_node: make('radix_tree_node'),
    irq_domain: make('irq_domain'),
    msi_domain_info: make('msi_domain_info'),
    irq_data: make('irq_data'),
    irq_desc: make('irq_desc'),
    kstat_irqs: make('kstat_irqs'),
    fwnode: make('fwnode'),
    name: make('name'),
    devres: make('devres'),
  };
}
