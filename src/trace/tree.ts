// SPDX-License-Identifier: GPL-2.0-only
/** Looking into XArrays and radix trees as they are shown. Source: lib/xarray.c, lib/radix-tree.c. */
import type { Picture, Table } from './observation.ts';
import type { IrqDomain, XaNode, XArray } from './structs.ts';

/** The entry at an index; 0 when there is none, also when the way to it leads to freed memory. */
export function load(nodes: Table<XaNode>, tree: Readonly<XArray>, index: number): number {
  if (!tree.headIsNode) return index === 0 ? tree.head : 0;
  let node = nodes.objects[tree.head];
  if (node === undefined || index >>> node.shift >= node.slots.length) return 0;
  for (;;) {
    const entry: number = node.slots[(index >>> node.shift) & (node.slots.length - 1)] ?? 0;
    if (node.shift === 0 || entry === 0) return entry;
    node = nodes.objects[entry];
    if (node === undefined) return 0;
  }
}

/** The smallest index from `from` on whose entry satisfies `wanted`; -1 when there is none. */
export function firstFrom(
  nodes: Table<XaNode>,
  tree: Readonly<XArray>,
  from: number,
  wanted: (entry: number) => boolean,
): number {
  if (!tree.headIsNode) return from === 0 && tree.head !== 0 && wanted(tree.head) ? 0 : -1;
  return below(nodes, { address: tree.head, base: 0 }, from, wanted);
}

function below(
  nodes: Table<XaNode>,
  at: { readonly address: number; readonly base: number },
  from: number,
  wanted: (entry: number) => boolean,
): number {
  const node = nodes.objects[at.address];
  if (node === undefined) return -1;
  const width = 2 ** node.shift;
  for (let i = 0; i < node.slots.length; i += 1) {
    const entry = node.slots[i] ?? 0;
    const base = at.base + i * width;
    if (entry === 0 || base + width <= from) continue;
    if (node.shift === 0) {
      if (wanted(entry)) return base;
      continue;
    }
    const found = below(nodes, { address: entry, base }, from, wanted);
    if (found >= 0) return found;
  }
  return -1;
}

/** All entries, in the order of their indexes: of each node as many as it counts. */
export function entriesOf(nodes: Table<XaNode>, tree: Readonly<XArray>): readonly number[] {
  if (!tree.headIsNode) return [tree.head];
  const found: number[] = [];
  gather(nodes, tree.head, found);
  return found;
}

function gather(nodes: Table<XaNode>, address: number, found: number[]): void {
  const node = nodes.objects[address];
  if (node === undefined) return;
  const { slots, shift } = node;
  let left = node.count;
  for (let i = 0; i < slots.length && left > 0; i += 1) {
    const entry = slots[i] ?? 0;
    if (entry === 0) continue;
    left -= 1;
    if (shift === 0) found.push(entry);
    else gather(nodes, entry, found);
  }
}

/** Index of the first slot of a node, from the places of the nodes above it; -1 when one of those is gone. */
export function baseOf(nodes: Table<XaNode>, address: number): number {
  let node = nodes.objects[address];
  let base = 0;
  for (let depth = 0; node !== undefined && depth < 8; depth += 1) {
    if (node.parent === 0) return base;
    const parent = nodes.objects[node.parent];
    if (parent === undefined) return -1;
    base += node.offset * 2 ** parent.shift;
    node = parent;
  }
  return -1;
}

/** What the reverse map of a domain has for a hardware number: the address of an irq_data, or 0. */
export function mapping(picture: Picture, domain: Readonly<IrqDomain>, hwirq: number): number {
  if (hwirq < domain.revmap.length) return domain.revmap[hwirq] ?? 0;
  return load(picture.radix_tree_node, domain.revmap_tree, hwirq);
}
