// SPDX-License-Identifier: GPL-2.0-only
/**
 * Arguments aimed at the state: indexes that exist, that are free, one past the end; ranges around
 * what is there. Each function fills fields of `world.call`, or returns the value.
 */
import { affinityArg } from '../trace/affinity.ts';
import { MSI_ANY_INDEX, MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { below, nextBits, oneIn } from './bits.ts';
import { find, fits, nextFree, pick } from './stores.ts';
import { NO_DOMAIN, type Store, type World } from './world.ts';

/** Indexes next to which the tree that holds the descriptors grows: 64 slots to a node. */
const EDGES = [63, 64, 65, 4095, 4096, 4097, MSI_MAX_INDEX - 1, MSI_MAX_INDEX];
/** How far from 0 indexes go in large stores, so that they meet. */
const NEAR = 12;
/** Vectors of descriptors with several. */
const NVECS = [2, 4, 2, 1, 3, 8, 1, 5];

/** A device that is there, or the only one; false when it is not alive. */
export function pickDevice(world: World): boolean {
  const { devices } = world;
  let device = world.device;
  if (devices.length > 1) device = devices[below(world.bits, devices.length)] ?? device;
  world.device = device;
  world.call.dev = device.handle;
  return device.alive;
}

/** A device with MSI data, which nearly every call needs. */
export function pickReady(world: World): boolean {
  return pickDevice(world) && world.device.data;
}

/** A device with MSI data whose mutex is free, for calls that take it. */
export function pickUnlocked(world: World): boolean {
  return pickReady(world) && !world.device.lock;
}

/** A device with MSI data; the call is wrapped in lock and unlock unless the mutex is held already. */
export function pickLocked(world: World): boolean {
  if (!pickReady(world)) return false;
  if (!world.device.lock) world.call.lock = oneIn(world.bits, 256) ? 0 : 1;
  return true;
}

/** A store of the chosen device. `wild` may choose a domain id that the kernel answers with a WARN. */
export function pickStore(world: World, wild: boolean): void {
  const { call, device, facts, bits } = world;
  world.store = device.first;
  if (facts.oneStore) return;
  const r = nextBits(bits);
  if (world.two ? (r & 1) === 1 : (r & 0xff) === 0) call.domid = 1;
  else if (wild && (r & 0xfe) === 2) call.domid = 2;
  if (call.domid === 1) world.store = device.second;
}

/** A store with a domain; without one an allocation is refused, so that it is rarely worth a step. */
export function pickDomainStore(world: World): boolean {
  pickStore(world, true);
  return (
    world.store.domain !== NO_DOMAIN ||
    oneIn(world.bits, world.device.msi_domain === NO_DOMAIN ? 4 : 24)
  );
}

/** An index for a new descriptor: mostly free, sometimes taken, the last one, or one past the end. */
export function newSlot(world: World, store: Store): number {
  const { bits } = world;
  const { hwsize } = store;
  const r = nextBits(bits);
  const kind = r & 15;
  if (kind === 0) return store.index[pick(bits, store, 2)] ?? 0;
  if (kind === 1) return hwsize - 1;
  if (kind === 2) return Math.min(hwsize, MSI_MAX_INDEX);
  if (kind < 7 && hwsize > 2 * NEAR) return edge(r >>> 4, hwsize);
  const near = Math.min(hwsize, NEAR);
  return Math.max(0, nextFree(store, Math.imul((r >>> 16) & 0xff, near) >>> 8));
}

function edge(r: number, hwsize: number): number {
  const at = EDGES[r & 7] ?? 0;
  return at < hwsize ? at : hwsize - 1;
}

/** An index to look at: mostly of a descriptor that has an interrupt. */
export function knownSlot(world: World, store: Store): number {
  const { bits } = world;
  const r = nextBits(bits);
  const at = (r & 3) === 0 ? -1 : pick(bits, store, (r & 12) === 0 ? 2 : 1);
  if (at >= 0) return store.index[at] ?? 0;
  return (r & 16) === 0 ? newSlot(world, store) : (r >>> 8) & 7;
}

/** Number of vectors of a new descriptor at `index`, 1 where more would not fit between its neighbours. */
export function newNvec(world: World, store: Store, index: number): number {
  const r = nextBits(world.bits);
  let nvec = 1;
  if ((r & 0x1ff0) === 0) nvec = 32;
  else if (world.facts.multi) nvec = NVECS[r & 7] ?? 1;
  else if ((r & 15) === 0) nvec = 2 + ((r >>> 4) & 3);
  return nvec === 1 || (r & 0x70) === 0 || fits(store, index, nvec) ? nvec : 1;
}

/**
 * Whether a new descriptor may go there. The kernel looks only at the first hardware number of a
 * descriptor, so that overlapping ones corrupt its maps: worth a try now and then, and no more.
 */
export function mayGo(world: World, store: Store, index: number, nvec: number): boolean {
  if (fits(store, index, nvec) || find(store, index) >= 0) return true;
  return oneIn(world.bits, world.facts.multi ? 8 : 64);
}

/** An affinity array now and then, managed or not, rarely an empty mask; often where some CPUs are offline. */
export function newAffinity(world: World): number {
  const r = nextBits(world.bits);
  const often = world.facts.environment.online === 15 ? 7 : 1;
  if ((r & often) !== 0) return 0;
  const cpus = (r >>> 4) & 15;
  // An empty mask is refused.
  const some = cpus === 0 && (r & 0x300) !== 0 ? 15 : cpus;
  return affinityArg(some, (r & 8) !== 0);
}

/** A range of slots of the chosen store around descriptors that wait for an interrupt, or have one. */
export function rangeAround(world: World, irq: 0 | 1): boolean {
  const { bits, call, store } = world;
  const { hwsize } = store;
  const r = nextBits(bits);
  if ((r & 0x7f8) === 0) return wrongRange(world, r >>> 16);
  const at = pick(bits, store, irq);
  if (at < 0 && (r & 7) !== 0) return false;
  const index = at < 0 ? (r >>> 8) & 3 : (store.index[at] ?? 0);
  if ((r & 0xc0) === 0 || index >= hwsize) {
    call.last = hwsize - 1;
    return true;
  }
  call.first = Math.max(0, index - ((r >>> 12) & 3));
  call.last = Math.min(hwsize - 1, index + ((r >>> 16) & 3));
  return true;
}

/** A range that simple descriptors can fill: slots without one, and now and then overlapping some. */
export function rangeOfNone(world: World): boolean {
  const { bits, call, store } = world;
  const { hwsize } = store;
  const r = nextBits(bits);
  if ((r & 0x7f8) === 0) return wrongRange(world, r >>> 16);
  const near =
    hwsize > 2 * NEAR && (r & 0x40) === 0
      ? edge(r >>> 8, hwsize)
      : ((r >>> 8) & 0xff) % Math.min(hwsize, NEAR);
  const first = nextFree(store, near);
  if (first < 0 && (r & 0x700_0000) !== 0) return false;
  call.first = Math.max(0, first);
  call.last = call.first;
  const overlap = (r & 0x7800_0000) === 0;
  for (let more = (r >>> 16) & 3; more > 0 && call.last + 1 < hwsize; more -= 1) {
    if (!overlap && store.index.includes(call.last + 1)) break;
    call.last += 1;
  }
  return true;
}

/** A range that the kernel refuses with a WARN: beyond the end, or backwards. */
function wrongRange({ call, store }: World, r: number): boolean {
  const end = Math.min(store.hwsize, MSI_XA_DOMAIN_SIZE);
  if ((r & 1) === 0) {
    call.first = end - ((r >>> 1) & 1);
    call.last = end;
  } else {
    call.first = 1 + ((r >>> 1) & 3);
    call.last = call.first - 1;
  }
  return true;
}

/** MSI_ANY_INDEX half of the time. */
export function anySlot(world: World, store: Store): number {
  return oneIn(world.bits, 2) ? MSI_ANY_INDEX : newSlot(world, store);
}
