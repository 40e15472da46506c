// SPDX-License-Identifier: GPL-2.0-only
/** Whether two subjects show the same but for the addresses: the pictures are compared as graphs. */
import { splatText } from '../run/judge.ts';
import { type ObjectKind, type Observation, type Picture, TABLES } from '../trace/observation.ts';
import type { XArray } from '../trace/structs.ts';
import { type Apart, shared } from './intended.ts';
import { POINTERS, SPECIAL } from './pointers.ts';

/** Where two subjects differ: the words that lead there, and what each shows. */
export interface Unlike {
  readonly where: string;
  readonly one: string;
  readonly other: string;
}

/** Two objects that must be the same, and how they were come by. */
interface Link {
  readonly kind: ObjectKind;
  readonly a: number;
  readonly b: number;
  readonly field: string;
  readonly from: Link | undefined;
}

interface Pairs {
  readonly there: Map<number, number>;
  readonly back: Map<number, number>;
}

interface Walk {
  readonly one: Picture;
  readonly other: Picture;
  /** Addresses of the other one by the address of the one, per table, and the other way round. */
  readonly pairs: Map<ObjectKind, Pairs>;
  readonly todo: Link[];
}

const STEP = ['ret', 'virq', 'dead', 'callbacks', 'fired'] as const;

/** The first difference between two observations of a step, but for requests for memory that are made apart. */
export function unlike(
  one: Observation,
  other: Observation,
  intended: readonly Apart[] = [],
): Unlike | undefined {
  for (const field of STEP) {
    const found = compared(field, one[field], other[field]);
    if (found !== undefined) return found;
  }
  return (
    compared('requests', shared(one.requests, intended), shared(other.requests, intended)) ??
    compared('splats', one.splats.map(splatText), other.splats.map(splatText)) ??
    (one.dead ? undefined : unlikePictures(one.picture, other.picture))
  );
}

/** The first difference between what exists: everything that can be reached, then how much cannot. */
export function unlikePictures(one: Picture, other: Picture): Unlike | undefined {
  const walk: Walk = { one, other, pairs: new Map(), todo: [] };
  let found = roots(walk);
  while (found === undefined) {
    const link = walk.todo.pop();
    if (link === undefined) break;
    found = objects(walk, link);
  }
  for (const kind of TABLES)
    found ??= compared(`number of ${kind}`, one[kind].live, other[kind].live);
  return found;
}

function roots(walk: Walk): Unlike | undefined {
  const { one, other } = walk;
  let found =
    compared('blockIrq', one.blockIrq, other.blockIrq) ??
    compared('blockSize', one.blockSize, other.blockSize) ??
    compared('overridden', one.overridden, other.overridden);
  const irqs = Math.max(one.sparse_irqs.length, other.sparse_irqs.length);
  for (let irq = 1; irq < irqs && found === undefined; irq += 1) {
    const pair = { a: one.sparse_irqs[irq] ?? 0, b: other.sparse_irqs[irq] ?? 0 };
    if (pair.a + pair.b > 0)
      found = follow(walk, { ...pair, kind: 'irq_desc', field: `[${irq}]`, from: undefined });
  }
  return found ?? named(walk, 'device') ?? named(walk, 'irq_domain');
}

/** Objects that have a handle; the newest one has it now. */
function named(walk: Walk, kind: 'device' | 'irq_domain'): Unlike | undefined {
  const newest = (picture: Picture, handle: number): number =>
    Math.max(
      0,
      picture[kind].objects.findLastIndex((object) => object?.handle === handle),
    );
  for (let handle = 0; handle < 6; handle += 1) {
    const a = newest(walk.one, handle);
    const b = newest(walk.other, handle);
    const found = follow(walk, { kind, a, b, field: ` ${handle}`, from: undefined });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Two addresses that must stand for the same object. */
function follow(walk: Walk, link: Link): Unlike | undefined {
  const { kind, a, b } = link;
  if (a === 0 && b === 0) return undefined;
  const states = [stateOf(walk.one, kind, a), stateOf(walk.other, kind, b)];
  if (states[0] !== states[1]) return compared(pathOf(link), states[0], states[1]);
  if (states[0] !== 'there') return undefined;
  let pairs = walk.pairs.get(kind);
  if (pairs === undefined) walk.pairs.set(kind, (pairs = { there: new Map(), back: new Map() }));
  const known = pairs.there.get(a) ?? b;
  const back = pairs.back.get(b) ?? a;
  if (known !== b || back !== a)
    return {
      where: pathOf(link),
      one: `${kind} ${a}, ${known} there`,
      other: `${kind} ${b}, ${back} there`,
    };
  if (pairs.there.has(a)) return undefined;
  pairs.there.set(a, b);
  pairs.back.set(b, a);
  walk.todo.push(link);
  return undefined;
}

function stateOf(picture: Picture, kind: ObjectKind, address: number): string {
  if (address === 0) return 'NULL';
  return picture[kind].objects[address] === undefined ? 'freed' : 'there';
}

function objects(walk: Walk, link: Link): Unlike | undefined {
  const { kind, a, b } = link;
  const one: Readonly<Record<string, unknown>> = { ...walk.one[kind].objects[a] };
  const other: Readonly<Record<string, unknown>> = { ...walk.other[kind].objects[b] };
  const pointers = POINTERS[kind];
  const special = SPECIAL[kind];
  for (const field in one) {
    if (special.includes(field)) continue;
    const to = pointers[field];
    const found =
      to === undefined
        ? plain(link, field, one[field], other[field])
        : addresses(walk, { link, field, to }, one[field], other[field]);
    if (found !== undefined) return found;
  }
  return special.length === 0 ? undefined : trees(walk, link);
}

function plain(link: Link, field: string, one: unknown, other: unknown): Unlike | undefined {
  if (one === other) return undefined;
  return compared(`${pathOf(link)}.${field}`, one, other);
}

/** A field that is an address, or a list of them. */
function addresses(
  walk: Walk,
  { link, field, to }: { readonly link: Link; readonly field: string; readonly to: ObjectKind },
  one: unknown,
  other: unknown,
): Unlike | undefined {
  if (typeof one === 'number' && typeof other === 'number')
    return follow(walk, { kind: to, a: one, b: other, field, from: link });
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length)
    return compared(`${pathOf(link)}.${field}`, one, other);
  for (let i = 0; i < one.length; i += 1) {
    const pair = { a: Number(one[i]), b: Number(other[i]) };
    const found = follow(walk, { ...pair, kind: to, field: `${field}[${i}]`, from: link });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What SPECIAL names. */
function trees(walk: Walk, link: Link): Unlike | undefined {
  const { kind, a, b } = link;
  if (kind === 'msi_domain_info') {
    const sorted = [walk.one, walk.other].map(({ msi_domain_info }, i) =>
      msi_domain_info.objects[i === 0 ? a : b]?.ops.toSorted(),
    );
    return compared(`${pathOf(link)}.ops`, sorted[0], sorted[1]);
  }
  if (kind === 'irq_domain') {
    const pair = [walk.one.irq_domain.objects[a], walk.other.irq_domain.objects[b]] as const;
    return tree(walk, { link, field: 'revmap_tree' }, pair[0]?.revmap_tree, pair[1]?.revmap_tree);
  }
  if (kind === 'devres') {
    const pair = [walk.one.devres.objects[a], walk.other.devres.objects[b]] as const;
    const [x, y] = [pair[0]?.data ?? 0, pair[1]?.data ?? 0];
    return pair[0]?.release === 'msi_device_data_release'
      ? follow(walk, { kind: 'msi_device_data', a: x, b: y, field: 'data', from: link })
      : plain(link, 'data', x, y);
  }
  return kind === 'msi_device_data' ? stores(walk, link) : slots(walk, link);
}

function stores(walk: Walk, link: Link): Unlike | undefined {
  const one = walk.one.msi_device_data.objects[link.a]?.domains ?? [];
  const other = walk.other.msi_device_data.objects[link.b]?.domains ?? [];
  let found = compared(`${pathOf(link)}.domains`, one.length, other.length);
  for (let i = 0; i < one.length; i += 1) {
    const pair = { a: one[i]?.domain ?? 0, b: other[i]?.domain ?? 0 };
    found ??= tree(walk, { link, field: `domains[${i}].store` }, one[i]?.store, other[i]?.store);
    found ??= follow(walk, {
      ...pair,
      kind: 'irq_domain',
      field: `domains[${i}].domain`,
      from: link,
    });
  }
  return found;
}

function tree(
  walk: Walk,
  { link, field }: { readonly link: Link; readonly field: string },
  one: XArray | undefined,
  other: XArray | undefined,
): Unlike | undefined {
  const found = compared(`${pathOf(link)}.${field}`, one?.headIsNode, other?.headIsNode);
  if (found !== undefined) return found;
  const radix = field === 'revmap_tree';
  const nodes = radix ? 'radix_tree_node' : 'xa_node';
  const kind = one?.headIsNode === true ? nodes : radix ? 'irq_data' : 'msi_desc';
  return follow(walk, { kind, a: one?.head ?? 0, b: other?.head ?? 0, field, from: link });
}

function slots(walk: Walk, link: Link): Unlike | undefined {
  const nodes = link.kind === 'xa_node' ? 'xa_node' : 'radix_tree_node';
  const one = walk.one[nodes].objects[link.a];
  const other = walk.other[nodes].objects[link.b];
  const entries = nodes === 'xa_node' ? 'msi_desc' : 'irq_data';
  const kind = (one?.shift ?? 0) > 0 ? nodes : entries;
  for (let i = 0; i < 64; i += 1) {
    const a = one?.slots[i] ?? 0;
    const b = other?.slots[i] ?? 0;
    if (a === 0 && b === 0) continue;
    const found = follow(walk, { kind, a, b, field: `slots[${i}]`, from: link });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `device 0.msi_data.domains[0].store`. */
function pathOf({ kind, field, from }: Link): string {
  return from === undefined ? `${kind}${field}` : `${pathOf(from)}.${field}`;
}

function compared(where: string, one: unknown, other: unknown): Unlike | undefined {
  if (one === other) return undefined;
  const texts = [JSON.stringify(one) ?? 'nothing', JSON.stringify(other) ?? 'nothing'] as const;
  return texts[0] === texts[1] ? undefined : { where, one: texts[0], other: texts[1] };
}
