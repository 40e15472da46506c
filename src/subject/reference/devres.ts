// SPDX-License-Identifier: GPL-2.0-only
/** Device resources: released newest first. Source: drivers/base/devres.c, v6.12. */
import { Errno } from '../../trace/errno.ts';
import type { DevresNode } from '../../trace/structs.ts';
import { BUG_ON, WARN_ON } from './bug.ts';
import type { Kernel } from './kernel.ts';
import { releaseResource } from './release.ts';
import { at, kfree, kzalloc, place, site } from './slab.ts';

/** devres_alloc(): a node that belongs to nobody yet; 0 without memory. */
export function devres_alloc(k: Kernel, release: DevresNode['release'], data: number): number {
  return kzalloc(k, k.devres, site.alloc_dr, { release, data, added: false, other: 0, color: 0 });
}

/** Frees a node that is not on a device's list. */
export function devres_free(k: Kernel, addr: number): void {
  if (addr === 0) return;
  BUG_ON(k, at(k, k.devres, addr).added, 'devres_free', 1);
  kfree(k, k.devres, addr);
}

/** Puts the node at the end of the device's list. */
export function devres_add(k: Kernel, dev: number, addr: number): void {
  const node = at(k, k.devres, addr);
  BUG_ON(k, node.added, 'add_dr', 1);
  node.added = true;
  at(k, k.device, dev).devres_head.push(addr);
}

/** Takes the node off the list; false when it is not on it. */
export function devres_remove(k: Kernel, dev: number, addr: number): boolean {
  const list = at(k, k.device, dev).devres_head;
  const index = list.lastIndexOf(addr);
  if (index < 0) return false;
  list.splice(index, 1);
  at(k, k.devres, addr).added = false;
  return true;
}

/** Removes the node, runs its release and frees it. -ENOENT: it is not on the list. */
export function devres_release(k: Kernel, dev: number, addr: number): number {
  if (!devres_remove(k, dev, addr)) return Errno.ENOENT;
  releaseResource(k, dev, at(k, k.devres, addr));
  devres_free(k, addr);
  return 0;
}

/** Releases everything; returns the number of resources, groups not counted. */
export function devres_release_all(k: Kernel, dev: number): number {
  const list = at(k, k.device, dev).devres_head;
  if (list.length === 0) return 0;
  const todo: number[] = [];
  const count = remove_nodes(k, list, { first: 0, end: list.length }, todo);
  release_nodes(k, dev, todo);
  return count;
}

/** Opens a group; 0 without memory. The close marker is part of the same object. */
export function devres_open_group(k: Kernel, dev: number, id: number): number {
  const open = kzalloc(k, k.devres, site.devres_open_group, {
    release: 'group_open',
    data: id,
    added: true,
    other: 0,
    color: 0,
  });
  if (open === 0) return 0;
  const close = place(k, k.devres, {
    release: 'group_close',
    data: id,
    added: false,
    other: open,
    color: 0,
  });
  at(k, k.devres, open).other = close;
  at(k, k.device, dev).devres_head.push(open);
  return open;
}

/** Puts the close marker at the end of the list. */
export function devres_close_group(k: Kernel, dev: number, id: number): void {
  const open = find_group(k, dev, id);
  if (WARN_ON(k, open === 0, 'devres_close_group', 1)) return;
  const close = at(k, k.devres, open).other;
  const node = at(k, k.devres, close);
  BUG_ON(k, node.added, 'add_dr', 1);
  node.added = true;
  at(k, k.device, dev).devres_head.push(close);
}

/** Forgets the group; its resources stay. */
export function devres_remove_group(k: Kernel, dev: number, id: number): void {
  const open = find_group(k, dev, id);
  if (WARN_ON(k, open === 0, 'devres_remove_group', 1)) return;
  const { devres_head } = at(k, k.device, dev);
  devres_head.splice(devres_head.indexOf(open), 1);
  const close = at(k, k.devres, open).other;
  if (at(k, k.devres, close).added) devres_head.splice(devres_head.indexOf(close), 1);
  kfree(k, k.devres, close);
  kfree(k, k.devres, open);
}

/** Releases what stands between the markers, or all after an open group's; returns how many. */
export function devres_release_group(k: Kernel, dev: number, id: number): number {
  const list = at(k, k.device, dev).devres_head;
  const open = find_group(k, dev, id);
  if (open === 0) {
    WARN_ON(k, list.length > 0, 'devres_release_group', 1);
    return 0;
  }
  const close = at(k, k.devres, open).other;
  const end = at(k, k.devres, close).added ? list.indexOf(close) + 1 : list.length;
  const todo: number[] = [];
  const count = remove_nodes(k, list, { first: list.indexOf(open), end }, todo);
  release_nodes(k, dev, todo);
  return count;
}

/** The newest group of that id, 0 when there is none. */
function find_group(k: Kernel, dev: number, id: number): number {
  const list = at(k, k.device, dev).devres_head;
  for (let i = list.length - 1; i >= 0; i -= 1) {
    const addr = list[i] ?? 0;
    const node = at(k, k.devres, addr);
    if (node.release === 'group_open' && node.data === id) return addr;
  }
  return 0;
}

/** Moves resources, and groups that lie wholly in the range, from the list to `todo`, in list order. */
function remove_nodes(
  k: Kernel,
  list: number[],
  range: { first: number; end: number },
  todo: number[],
): number {
  const kept: number[] = [];
  const markers: number[] = [];
  for (let i = range.first; i < range.end; i += 1) {
    const addr = list[i] ?? 0;
    const node = at(k, k.devres, addr);
    if (node.release === 'group_open' || node.release === 'group_close') {
      at(k, k.devres, node.release === 'group_open' ? addr : node.other).color = 0;
      markers.push(addr);
    } else {
      node.added = false;
      todo.push(addr);
    }
  }
  const count = todo.length;
  const whole = wholeGroups(k, markers);
  for (const addr of markers) {
    const node = at(k, k.devres, addr);
    const open = node.release === 'group_open' ? addr : node.other;
    if (!whole.includes(open)) kept.push(addr);
  }
  for (const open of whole) todo.push(open);
  list.splice(range.first, range.end - range.first, ...kept);
  return count;
}

/** Second pass: a group gets color 2 when both its markers are in the range, or the open one of an open group. */
function wholeGroups(k: Kernel, markers: readonly number[]): readonly number[] {
  const whole: number[] = [];
  for (const addr of markers) {
    const node = at(k, k.devres, addr);
    const open = node.release === 'group_open' ? addr : node.other;
    const group = at(k, k.devres, open);
    group.color += at(k, k.devres, group.other).added ? 1 : 2;
    BUG_ON(k, group.color > 2, 'remove_nodes', 2);
    if (group.color === 2) whole.push(open);
  }
  return whole;
}

function release_nodes(k: Kernel, dev: number, todo: readonly number[]): void {
  for (let i = todo.length - 1; i >= 0; i -= 1) {
    const addr = todo[i] ?? 0;
    const node = at(k, k.devres, addr);
    if (node.release === 'group_open') kfree(k, k.devres, node.other);
    else releaseResource(k, dev, node);
    kfree(k, k.devres, addr);
  }
}
