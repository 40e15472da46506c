// SPDX-License-Identifier: GPL-2.0-only
/**
 * XArray: 64-way nodes whose memory can fail. The radix tree (radix-tree.ts) is the same structure in the
 * kernel and here, but for one thing: the XArray asks twice for a node (without waiting, then with).
 *
 * Source: lib/xarray.c xas_expand(), xas_create(), xas_store(), xas_delete_node(), xas_shrink(),
 * xas_nomem(); lib/radix-tree.c radix_tree_insert(), radix_tree_delete(); v6.12. Marks and
 * multi-index entries are left out: the MSI core uses neither.
 */
import { Errno } from '../../trace/errno.ts';
import type { XaNode, XArray } from '../../trace/structs.ts';
import type { Kernel, Slab } from './kernel.ts';
import { at, kfree, kzalloc, site } from './slab.ts';

const XA_CHUNK_SHIFT = 6;
const XA_CHUNK_SIZE = 1 << XA_CHUNK_SHIFT;
/** Position in a node: the low bits of an index. */
export const XA_CHUNK_MASK: number = XA_CHUNK_SIZE - 1;

/** An empty tree. */
export function xa_init(): XArray {
  return { head: 0, headIsNode: false };
}

/** The entry at an index, 0 when there is none. */
export function xa_load(k: Kernel, xa: XArray, index: number): number {
  return load(k, k.xa_node, xa, index);
}

/** True when the tree holds nothing, nodes included. */
export function xa_empty(xa: XArray): boolean {
  return xa.head === 0;
}

/** Stores at a free index. -EBUSY: taken; -ENOMEM: no memory for a node. */
export function xa_insert(k: Kernel, xa: XArray, index: number, entry: number): number {
  do {
    if (xa_load(k, xa, index) !== 0) {
      xas_destroy(k);
      return Errno.EBUSY;
    }
    if (xas_store(k, k.xa_node, xa, { index, entry })) {
      xas_destroy(k);
      return 0;
    }
  } while (xas_nomem(k));
  return Errno.ENOMEM;
}

/** Stores at the lowest free index of 0..max and returns it. -EBUSY: none is free; -ENOMEM. */
export function xa_alloc(k: Kernel, xa: XArray, entry: number, max: number): number {
  do {
    const index = lowestFree(k, xa);
    if (index > max) {
      xas_destroy(k);
      return Errno.EBUSY;
    }
    if (xas_store(k, k.xa_node, xa, { index, entry })) {
      xas_destroy(k);
      return index;
    }
  } while (xas_nomem(k));
  return Errno.ENOMEM;
}

/** Removes the entry at an index and the nodes that become empty; needs no memory. */
export function xa_erase(k: Kernel, xa: XArray, index: number): void {
  erase(k, k.xa_node, xa, index);
}

/** The first index at or after `from` and up to `last` that has an entry, -1 when there is none; erasing between calls is fine. */
export function xa_find(k: Kernel, xa: XArray, from: number, last: number): number {
  if (xa.head === 0 || from > last) return -1;
  if (!xa.headIsNode) return from === 0 ? 0 : -1;
  return find(k, xa.head, from, last);
}

/** Frees the nodes; entries are the caller's. Source: lib/xarray.c xa_destroy(). */
export function xa_destroy(k: Kernel, xa: XArray): void {
  if (xa.headIsNode) freeBelow(k, k.xa_node, xa.head);
  xa.head = 0;
  xa.headIsNode = false;
}

function maxIndex(k: Kernel, nodes: Slab<XaNode>, xa: XArray): number {
  return xa.headIsNode ? (1 << (at(k, nodes, xa.head).shift + XA_CHUNK_SHIFT)) - 1 : 0;
}

/** The entry at an index of a tree with those nodes, 0 when there is none. */
export function load(k: Kernel, nodes: Slab<XaNode>, xa: XArray, index: number): number {
  if (!xa.headIsNode) return index === 0 ? xa.head : 0;
  let node = at(k, nodes, xa.head);
  if (index >>> node.shift >= XA_CHUNK_SIZE) return 0;
  for (;;) {
    const entry = node.slots[(index >>> node.shift) & XA_CHUNK_MASK] ?? 0;
    if (node.shift === 0 || entry === 0) return entry;
    node = at(k, nodes, entry);
  }
}

/** The shift 0 node of an index that exists. */
export function leaf(k: Kernel, nodes: Slab<XaNode>, xa: XArray, index: number): XaNode {
  let node = at(k, nodes, xa.head);
  while (node.shift > 0)
    node = at(k, nodes, node.slots[(index >>> node.shift) & XA_CHUNK_MASK] ?? 0);
  return node;
}

function newNode(
  k: Kernel,
  nodes: Slab<XaNode>,
  shift: number,
  place: { parent: number; offset: number },
): number {
  const where = nodes === k.xa_node ? site.xa_node : site.radix_tree_node;
  const slots: number[] = [];
  for (let i = 0; i < XA_CHUNK_SIZE; i += 1) slots.push(0);
  const fresh: XaNode = { shift, offset: place.offset, count: 0, parent: place.parent, slots };
  const spare = k.xa_alloc;
  if (nodes !== k.xa_node || spare === 0) return kzalloc(k, nodes, where, fresh);
  k.xa_alloc = 0;
  Object.assign(at(k, nodes, spare), fresh);
  return spare;
}

/** Puts a node aside for the next pass; false when even that fails. */
function xas_nomem(k: Kernel): boolean {
  k.xa_alloc = kzalloc(k, k.xa_node, site.xa_node, {
    shift: 0,
    offset: 0,
    count: 0,
    parent: 0,
    slots: [],
  });
  return k.xa_alloc !== 0;
}

function xas_destroy(k: Kernel): void {
  kfree(k, k.xa_node, k.xa_alloc);
  k.xa_alloc = 0;
}

/** Grows the tree until it covers the index. Returns the shift above the head, or -1 without memory. */
function xas_expand(k: Kernel, nodes: Slab<XaNode>, xa: XArray, index: number): number {
  let shift = 0;
  if (xa.head === 0) {
    if (index === 0) return 0;
    while (index >>> shift >= XA_CHUNK_SIZE) shift += XA_CHUNK_SHIFT;
    return shift + XA_CHUNK_SHIFT;
  }
  if (xa.headIsNode) shift = at(k, nodes, xa.head).shift + XA_CHUNK_SHIFT;
  while (index > maxIndex(k, nodes, xa)) {
    const addr = newNode(k, nodes, shift, { parent: 0, offset: 0 });
    if (addr === 0) return -1;
    const node = at(k, nodes, addr);
    node.count = 1;
    node.slots[0] = xa.head;
    if (xa.headIsNode) at(k, nodes, xa.head).parent = addr;
    xa.head = addr;
    xa.headIsNode = true;
    shift += XA_CHUNK_SHIFT;
  }
  return shift;
}

/** One pass; false when memory is missing, and then nodes made so far stay, as in the kernel. */
export function xas_store(
  k: Kernel,
  nodes: Slab<XaNode>,
  xa: XArray,
  what: { index: number; entry: number },
): boolean {
  const { index, entry } = what;
  let shift = xas_expand(k, nodes, xa, index);
  if (shift < 0) return false;
  if (shift === 0) {
    xa.head = entry;
    return true;
  }
  let parent = 0;
  let node: XaNode | undefined;
  while (shift > 0) {
    shift -= XA_CHUNK_SHIFT;
    const offset = node === undefined ? 0 : (index >>> node.shift) & XA_CHUNK_MASK;
    let child = node === undefined ? xa.head : (node.slots[offset] ?? 0);
    if (child === 0) {
      child = newNode(k, nodes, shift, { parent, offset });
      if (child === 0) return false;
      if (node === undefined) {
        xa.head = child;
        xa.headIsNode = true;
      } else {
        node.slots[offset] = child;
        node.count += 1;
      }
    }
    parent = child;
    node = at(k, nodes, child);
  }
  if (node === undefined) return false;
  node.slots[index & XA_CHUNK_MASK] = entry;
  node.count += 1;
  return true;
}

/** Removes the entry at an index, and the nodes that become empty. */
export function erase(k: Kernel, nodes: Slab<XaNode>, xa: XArray, index: number): void {
  if (load(k, nodes, xa, index) === 0) return;
  if (!xa.headIsNode) {
    xa.head = 0;
    return;
  }
  let node = leaf(k, nodes, xa, index);
  node.slots[index & XA_CHUNK_MASK] = 0;
  node.count -= 1;
  while (node.count === 0) {
    const parent = node.parent;
    const offset = node.offset;
    const addr = parent === 0 ? xa.head : (at(k, nodes, parent).slots[offset] ?? 0);
    kfree(k, nodes, addr);
    if (parent === 0) {
      xa.head = 0;
      xa.headIsNode = false;
      return;
    }
    node = at(k, nodes, parent);
    node.slots[offset] = 0;
    node.count -= 1;
  }
  if (node.parent === 0) xas_shrink(k, nodes, xa);
}

function xas_shrink(k: Kernel, nodes: Slab<XaNode>, xa: XArray): void {
  while (xa.headIsNode) {
    const node = at(k, nodes, xa.head);
    const entry = node.slots[0] ?? 0;
    if (node.count !== 1 || entry === 0) return;
    kfree(k, nodes, xa.head);
    xa.head = entry;
    xa.headIsNode = node.shift > 0;
    if (xa.headIsNode) at(k, nodes, entry).parent = 0;
  }
}

function lowestFree(k: Kernel, xa: XArray): number {
  if (!xa.headIsNode) return xa.head === 0 ? 0 : 1;
  const free = freeBelowNode(k, xa.head, 0);
  return free < 0 ? maxIndex(k, k.xa_node, xa) + 1 : free;
}

function freeBelowNode(k: Kernel, addr: number, base: number): number {
  const node = at(k, k.xa_node, addr);
  for (let i = 0; i < XA_CHUNK_SIZE; i += 1) {
    const entry = node.slots[i] ?? 0;
    const index = base + (i << node.shift);
    if (entry === 0) return index;
    const found = node.shift === 0 ? -1 : freeBelowNode(k, entry, index);
    if (found >= 0) return found;
  }
  return -1;
}

function find(k: Kernel, head: number, from: number, last: number): number {
  const top = at(k, k.xa_node, head);
  if (from >>> top.shift >= XA_CHUNK_SIZE) return -1;
  let index = from;
  let node = top;
  for (;;) {
    const entry = node.slots[(index >>> node.shift) & XA_CHUNK_MASK] ?? 0;
    if (entry !== 0 && node.shift === 0) return index;
    if (entry !== 0) {
      node = at(k, k.xa_node, entry);
      continue;
    }
    index = ((index >>> node.shift) + 1) << node.shift;
    if (index > last || index >>> top.shift >= XA_CHUNK_SIZE) return -1;
    while (node.parent !== 0 && ((index >>> node.shift) & XA_CHUNK_MASK) === 0)
      node = at(k, k.xa_node, node.parent);
  }
}

function freeBelow(k: Kernel, nodes: Slab<XaNode>, addr: number): void {
  const node = at(k, nodes, addr);
  if (node.shift > 0) for (const entry of node.slots) if (entry !== 0) freeBelow(k, nodes, entry);
  kfree(k, nodes, addr);
}
