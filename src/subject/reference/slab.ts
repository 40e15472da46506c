// SPDX-License-Identifier: GPL-2.0-only
/**
 * Memory: the only fault point of allocations and the ledger of live objects. Addresses are never
 * used twice, so that a double free and a use after free are always seen.
 *
 * Source: mm/slub.c kmalloc(), kfree() as the MSI core sees them; mm/kasan for what is reported.
 */
import { SITES, type Site } from '../../trace/sites.ts';
import { oops } from './bug.ts';
import type { Kernel, Slab } from './kernel.ts';

/** Numbers of the fault sites: their index in SITES. */
export const site: Readonly<Record<Site, number>> = {
  msi_alloc_desc: 0,
  xa_node: 1,
  alloc_dr: 2,
  devres_open_group: 3,
  sysfs_create_group: 4,
  msi_sysfs_populate_desc: 5,
  sysfs_add_file_to_group: 6,
  msi_create_device_irq_domain: 7,
  __irq_domain_alloc_fwnode: 8,
  __irq_domain_create: 9,
  irq_domain_set_name: 10,
  irq_domain_update_bus_token: 11,
  alloc_desc: 12,
  init_desc: 13,
  maple_node: 14,
  irq_domain_insert_irq_data: 15,
  irq_domain_push_irq: 16,
  radix_tree_node: 17,
};

/** An empty cache; address 0 is taken by NULL. */
export function slab<T>(name: string): Slab<T> {
  return { name, objects: [undefined], birth: [0], stamp: [0], touched: [], live: 0 };
}

/** Allocates; returns the address, or 0 where kzalloc() returns NULL because a fault is armed. */
export function kzalloc<T>(k: Kernel, cache: Slab<T>, where: number, object: T): number {
  return should_fail(k, where) ? 0 : place(k, cache, object);
}

/** Gives an object that is part of another one, or static, an address. Cannot fail. */
export function place<T>(k: Kernel, cache: Slab<T>, object: T): number {
  const addr = cache.objects.push(object) - 1;
  cache.birth.push(k.now);
  cache.stamp.push(k.now);
  cache.touched.push(addr);
  cache.live += 1;
  return addr;
}

/** Frees; NULL is fine, a second time is a double free. */
export function kfree<T>(k: Kernel, cache: Slab<T>, addr: number): void {
  if (addr === 0) return;
  if (cache.objects[addr] === undefined) oops(k, 'double free', describe(cache, addr));
  cache.objects[addr] = undefined;
  cache.live -= 1;
  if (cache.stamp[addr] !== k.now) {
    cache.stamp[addr] = k.now;
    cache.touched.push(addr);
  }
}

/** Follows a pointer. */
export function at<T>(k: Kernel, cache: Slab<T>, addr: number): T {
  const object = cache.objects[addr];
  if (object === undefined)
    return oops(k, addr === 0 ? 'NULL dereference' : 'use after free', describe(cache, addr));
  if (cache.stamp[addr] !== k.now) {
    cache.stamp[addr] = k.now;
    cache.touched.push(addr);
  }
  return object;
}

function describe<T>(cache: Slab<T>, addr: number): string {
  return addr === 0 ? cache.name : `${cache.name} made in step ${cache.birth[addr] ?? 0}`;
}

/** Counts a request for memory at a site and says whether it is to fail. Source: lib/fault-inject.c should_fail(). */
export function should_fail(k: Kernel, where: number): boolean {
  const count = (k.requests[where] ?? 0) + 1;
  k.requests[where] = count;
  k.requestsTotal += 1;
  for (const fault of k.faults) {
    if (fault.kind !== 'memory') continue;
    if (fault.site !== 'any' && site[fault.site] !== where) continue;
    const over = (fault.site === 'any' ? k.requestsTotal : count) - fault.nth;
    if (over < 0 || (fault.count !== 0 && over >= fault.count)) continue;
    k.fired.push({ where: SITES[where] ?? 'msi_alloc_desc', nth: count });
    return true;
  }
  return false;
}
