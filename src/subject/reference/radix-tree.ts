// SPDX-License-Identifier: GPL-2.0-only
/** The radix tree of an irq domain: an XArray whose nodes are asked for once. Source: lib/radix-tree.c, v6.12. */
import { Errno } from '../../trace/errno.ts';
import type { XArray } from '../../trace/structs.ts';
import type { Kernel } from './kernel.ts';
import { erase, leaf, load, XA_CHUNK_MASK, xas_store } from './xarray.ts';

/** -EEXIST: taken; -ENOMEM. Source: lib/radix-tree.c radix_tree_insert(). */
export function radix_tree_insert(k: Kernel, root: XArray, index: number, entry: number): number {
  if (load(k, k.radix_tree_node, root, index) !== 0) return Errno.EEXIST;
  return xas_store(k, k.radix_tree_node, root, { index, entry }) ? 0 : Errno.ENOMEM;
}

/** Source: lib/radix-tree.c radix_tree_lookup(). */
export function radix_tree_lookup(k: Kernel, root: XArray, index: number): number {
  return load(k, k.radix_tree_node, root, index);
}

/** Source: lib/radix-tree.c radix_tree_delete(). */
export function radix_tree_delete(k: Kernel, root: XArray, index: number): void {
  erase(k, k.radix_tree_node, root, index);
}

/** Replaces an entry that exists. Source: lib/radix-tree.c radix_tree_replace_slot(). */
export function radix_tree_replace_slot(
  k: Kernel,
  root: XArray,
  index: number,
  entry: number,
): void {
  if (load(k, k.radix_tree_node, root, index) === 0) return;
  if (!root.headIsNode) root.head = entry;
  else leaf(k, k.radix_tree_node, root, index).slots[index & XA_CHUNK_MASK] = entry;
}
