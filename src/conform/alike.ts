// SPDX-License-Identifier: GPL-2.0-only
/** Whether two subjects show the same but for the addresses: the pictures are compared as graphs. */
import type { ObjectKind, Observation, Picture } from '../trace/observation.ts';
import { TABLES } from '../trace/observation.ts';
import { splatText } from '../run/judge.ts';
import { type Apart, shared } from './intended.ts';
import { partsOf } from './pointers.ts';

/** Where two subjects differ: the words that lead there, and what each shows. */
export interface Unlike {
  readonly where: string;
  readonly one: string;
  readonly other: string;
}

interface Walk {
  readonly one: Picture;
  readonly other: Picture;
  /** Addresses of the other one by the address of the one, per table. */
  readonly pairs: Map<string, number>;
  readonly todo: {
    readonly kind: ObjectKind;
    readonly where: string;
    readonly pair: readonly [number, number];
  }[];
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
  const requests = compared(
    'requests',
    shared(one.requests, intended),
    shared(other.requests, intended),
  );
  if (requests !== undefined) return requests;
  const splats = compared('splats', one.splats.map(splatText), other.splats.map(splatText));
  if (splats !== undefined) return splats;
  return one.dead ? undefined : unlikePictures(one.picture, other.picture);
}

/** The first difference between what exists: everything that can be reached, then how much cannot. */
export function unlikePictures(one: Picture, other: Picture): Unlike | undefined {
  const walk: Walk = { one, other, pairs: new Map(), todo: [] };
  const found = roots(walk);
  if (found !== undefined) return found;
  for (let next = walk.todo.pop(); next !== undefined; next = walk.todo.pop()) {
    const { kind, where, pair } = next;
    const differs = objects(walk, kind, where, pair);
    if (differs !== undefined) return differs;
  }
  for (const kind of TABLES) {
    const differs = compared(`number of ${kind}`, one[kind].live, other[kind].live);
    if (differs !== undefined) return differs;
  }
  return undefined;
}

function roots(walk: Walk): Unlike | undefined {
  const { one, other } = walk;
  const lists = (['blockIrq', 'blockSize', 'overridden'] as const).map((name) =>
    compared(name, one[name], other[name]),
  );
  const list = lists.find((found) => found !== undefined);
  if (list !== undefined) return list;
  const irqs = Math.max(one.sparse_irqs.length, other.sparse_irqs.length);
  for (let irq = 1; irq < irqs; irq += 1) {
    const pair = [one.sparse_irqs[irq] ?? 0, other.sparse_irqs[irq] ?? 0] as const;
    const found = follow(walk, 'irq_desc', `interrupt ${irq}`, pair);
    if (found !== undefined) return found;
  }
  return named(walk, 'device') ?? named(walk, 'irq_domain');
}

/** Objects that have a handle. */
function named(walk: Walk, kind: 'device' | 'irq_domain'): Unlike | undefined {
  for (let handle = 0; handle < 6; handle += 1) {
    const pair = [walk.one, walk.other].map(({ [kind]: { objects: all } }) =>
      all.findLastIndex((object) => object?.handle === handle),
    );
    const found = follow(walk, kind, `${kind} ${handle}`, [
      Math.max(0, pair[0] ?? 0),
      Math.max(0, pair[1] ?? 0),
    ]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Two addresses that must stand for the same object. */
function follow(
  walk: Walk,
  kind: ObjectKind,
  where: string,
  pair: readonly [number, number],
): Unlike | undefined {
  const [a, b] = pair;
  const states = [stateOf(walk.one, kind, a), stateOf(walk.other, kind, b)];
  const found = compared(where, states[0], states[1]);
  if (found !== undefined) return found;
  if (states[0] !== 'there') return undefined;
  const key = `${kind} ${a}`;
  const known = walk.pairs.get(key);
  if (known === undefined) {
    walk.pairs.set(key, b);
    walk.todo.push({ kind, where, pair });
    return undefined;
  }
  return compared(`${where}: which ${kind}`, known, b);
}

function stateOf(picture: Picture, kind: ObjectKind, address: number): string {
  if (address === 0) return 'NULL';
  return picture[kind].objects[address] === undefined ? 'freed' : 'there';
}

function objects(
  walk: Walk,
  kind: ObjectKind,
  where: string,
  [a, b]: readonly [number, number],
): Unlike | undefined {
  const one = partsOf(walk.one, kind, a);
  const other = partsOf(walk.other, kind, b);
  if (one === undefined || other === undefined) return compared(where, one, other);
  for (const [field, value] of Object.entries(one.plain)) {
    const found = compared(`${kind}.${field}`, value, other.plain[field]);
    if (found !== undefined) return { ...found, where: `${where}: ${found.where}` };
  }
  const addresses = new Map(other.pointers.map(({ path, address }) => [path, address]));
  for (const { path, kind: to, address } of one.pointers) {
    const found = follow(walk, to, `${kind}.${path}`, [address, addresses.get(path) ?? 0]);
    if (found !== undefined) return { ...found, where: `${where}: ${found.where}` };
  }
  return compared(`${where}: length`, one.pointers.length, other.pointers.length);
}

function compared(where: string, one: unknown, other: unknown): Unlike | undefined {
  if (one === other) return undefined;
  const texts = [JSON.stringify(one) ?? 'nothing', JSON.stringify(other) ?? 'nothing'] as const;
  return texts[0] === texts[1] ? undefined : { where, one: texts[0], other: texts[1] };
}
