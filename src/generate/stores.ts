// SPDX-License-Identifier: GPL-2.0-only
/** What calls do to the descriptors that the generator believes to exist. */
import { MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { below, type Bits } from './bits.ts';
import {
  type Device,
  DEVICE_DOMAIN,
  EMPTY,
  MSI_HANDLE,
  NO_DOMAIN,
  type Store,
  type World,
} from './world.ts';

/** Position of a descriptor in the lists, -1 when there is none at this index. */
export function find(store: Store, index: number): number {
  return store.index.indexOf(index);
}

/** Position of a descriptor chosen at random; `irq` 0 or 1 restricts the choice; -1 when there is none. */
export function pick(bits: Bits, store: Store, irq: 0 | 1 | 2): number {
  const count = store.index.length;
  if (count === 0) return -1;
  const start = below(bits, count);
  if (irq === 2) return start;
  for (let i = 0; i < count; i += 1) {
    const at = start + i < count ? start + i : start + i - count;
    if (store.irq[at] === irq) return at;
  }
  return -1;
}

/** Adds a descriptor without interrupt; the caller knows that the index is free. */
export function add(store: Store, index: number, nvec: number): void {
  // An argument may be stored as a floating-point number, for MSI_ANY_INDEX is one; the list must not be.
  store.index.push(index | 0);
  store.nvec.push(nvec);
  store.irq.push(0);
  store.waiting += 1;
}

/** Lowest index from `from` on, wrapping around, without a descriptor; -1 when the store is full. */
export function nextFree(store: Store, from: number): number {
  if (store.index.length >= store.hwsize) return -1;
  let at = from < store.hwsize ? from : 0;
  while (store.index.includes(at)) at = at + 1 < store.hwsize ? at + 1 : 0;
  return at;
}

/** True when no other descriptor's hardware numbers overlap those of `nvec` vectors from `index` on. */
export function fits(store: Store, index: number, nvec: number): boolean {
  for (let i = 0; i < store.index.length; i += 1) {
    const other = store.index[i] ?? 0;
    if (other < index + nvec && index < other + (store.nvec[i] ?? 0)) return false;
  }
  return true;
}

/** Drops the descriptors of a range; those with an interrupt are left behind, and their vectors stay taken. */
export function drop(store: Store, first: number, last: number): void {
  let i = 0;
  while (i < store.index.length) {
    const index = store.index[i] ?? 0;
    if (index < first || index > last) i += 1;
    else removeAt(store, i);
  }
}

function removeAt(store: Store, at: number): void {
  if (store.irq[at] === 0) store.waiting -= 1;
  const index = store.index.pop() ?? 0;
  const nvec = store.nvec.pop() ?? 0;
  const irq = store.irq.pop() ?? 0;
  if (at === store.index.length) return;
  store.index[at] = index;
  store.nvec[at] = nvec;
  store.irq[at] = irq;
}

/** Gives the descriptors of a range their interrupts; false as soon as one cannot have them. */
export function associate(world: World, store: Store, first: number, last: number): boolean {
  const free = world.facts.overrides;
  for (let i = 0; i < store.index.length; i += 1) {
    const index = store.index[i] ?? 0;
    if (store.irq[i] === 1 || index < first || index > last) continue;
    const nvec = store.nvec[i] ?? 0;
    if (!free && (nvec > world.vectors || collides(world, store, index))) return false;
    if (!free) world.vectors -= nvec;
    store.irq[i] = 1;
    store.waiting -= 1;
  }
  return true;
}

/** The hardware number of the descriptor is taken by another one. */
function collides(world: World, store: Store, index: number): boolean {
  if (world.facts.environment.hwirq !== 'overlap') {
    if (!world.facts.multi) return false;
    return store.index.some(
      (at, i) => store.irq[i] === 1 && at < index && at + (store.nvec[i] ?? 0) > index,
    );
  }
  for (const device of world.devices) {
    if (device !== world.device && store.domain === DEVICE_DOMAIN) continue;
    const at = find(device.first, index ^ 1);
    if (at >= 0 && device.first.irq[at] === 1) return true;
    const same = find(device.first, index);
    if (device.first !== store && same >= 0 && device.first.irq[same] === 1) return true;
  }
  return false;
}

/** Takes the interrupts of a range away, and the descriptors too where the domain frees them. */
export function dissociate(world: World, store: Store, first: number, last: number): void {
  for (let i = 0; i < store.index.length; i += 1) {
    const index = store.index[i] ?? 0;
    if (store.irq[i] === 0 || index < first || index > last) continue;
    if (!world.facts.overrides) world.vectors += store.nvec[i] ?? 0;
    store.irq[i] = 0;
    store.waiting += 1;
  }
  if (world.facts.frees) drop(store, first, last);
}

/** Number of descriptors with interrupts. */
export function live(store: Store): number {
  return store.index.length - store.waiting;
}

/** The MSI data of a device appears. */
export function setUp(world: World, device: Device): void {
  if (device.data) return;
  device.data = true;
  device.holdsData |= device.groups & ~device.closed;
  const handle = device.msi_domain;
  if (handle < MSI_HANDLE) return;
  device.first.domain = handle;
  device.first.hwsize = (handle === MSI_HANDLE ? world.msi : world.extra) || MSI_XA_DOMAIN_SIZE;
}

/** It goes, with everything in it. */
export function tearDown(device: Device): void {
  device.data = false;
  device.holdsData = 0;
  clear(device.first);
  clear(device.second);
}

function clear(store: Store): void {
  store.domain = NO_DOMAIN;
  store.hwsize = MSI_XA_DOMAIN_SIZE;
  store.index.length = 0;
  store.nvec.length = 0;
  store.irq.length = 0;
  store.waiting = 0;
}

/** Number of the first block of a kind from a random one on, -1 when there is none. */
export function pickBlock({ bits, blocks }: World, kind: number): number {
  const start = below(bits, blocks.length);
  for (let i = 0; i < blocks.length; i += 1) {
    const at = start + i < blocks.length ? start + i : start + i - blocks.length;
    if (blocks[at]?.kind === kind) return at;
  }
  return -1;
}

/** Some interrupt of a block is in this domain. */
export function blockUses(world: World, domain: number): boolean {
  return world.blocks.some((block) => block.kind !== EMPTY && block.domain === domain);
}
