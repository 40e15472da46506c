// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the calls of the descriptor store: set up, lock, insert, free, iterate, look up. */
import { MSI_ANY_INDEX, MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { below, nextBits, oneIn } from './bits.ts';
import {
  knownSlot,
  mayGo,
  newAffinity,
  newNvec,
  newSlot,
  pickDevice,
  pickLocked,
  pickReady,
  pickStore,
  pickUnlocked,
  rangeAround,
} from './choose.ts';
import { type Entry, nothing } from './entry.ts';
import { add, drop, find, pick, setUp } from './stores.ts';
import { NO_DOMAIN, type World } from './world.ts';

/** The calls of both releases. */
export const STORE_CALLS: readonly Entry[] = [
  { fn: 'msi_setup_device_data', weight: 2, draw: pickSetup, effect: setup },
  {
    fn: 'msi_lock_descs',
    weight: 2,
    draw: pickUnlocked,
    effect: ({ device }) => {
      device.lock = true;
    },
  },
  { fn: 'msi_unlock_descs', weight: 2, needs: 'msi_lock_descs', draw: pickHeld, effect: unlock },
  { fn: 'msi_domain_insert_msi_desc', weight: 8, draw: drawInsert, effect: insert },
  { fn: 'msi_add_msi_desc', weight: 8, draw: drawInsert, effect: insert },
  { fn: 'msi_domain_free_msi_descs_range', weight: 2, draw: drawFreeDescs, effect: freeDescs },
  { fn: 'msi_free_msi_descs_range', weight: 2, draw: drawFreeMatching, effect: freeDescs },
  { fn: 'msi_free_msi_descs', weight: 1, draw: drawFreeEvery, effect: freeEvery },
  { fn: 'msi_domain_first_desc', weight: 1, draw: drawIterate, effect: iterate },
  {
    fn: 'msi_next_desc',
    weight: 1,
    needs: 'msi_domain_first_desc',
    draw: drawIterate,
    effect: nothing,
  },
  { fn: 'msi_first_desc', weight: 1, draw: drawIterate, effect: iterate },
  {
    fn: 'msi_next_desc_6_1',
    weight: 1,
    needs: 'msi_first_desc',
    draw: drawIterate,
    effect: nothing,
  },
  { fn: 'msi_domain_get_virq', weight: 2, draw: drawGetVirq, effect: nothing },
  { fn: 'msi_get_virq', weight: 2, draw: drawGetVirq, effect: nothing },
  { fn: 'get_cached_msi_msg', weight: 2, draw: drawCached, effect: nothing },
  { fn: 'msi_device_populate_sysfs', weight: 1, draw: pickLocked, effect: nothing },
  { fn: 'msi_device_destroy_sysfs', weight: 1, draw: pickLocked, effect: nothing },
];

function pickSetup(world: World): boolean {
  return pickDevice(world) && (!world.device.data || oneIn(world.bits, 8));
}

function setup(world: World, failed: boolean): void {
  if (!failed) setUp(world, world.device);
}

function pickHeld(world: World): boolean {
  return pickReady(world) && (world.device.lock || oneIn(world.bits, 256));
}

function unlock(world: World): void {
  world.device.lock = false;
  world.iterating = 0;
}

/** Where the core adds simple descriptors itself, one that is there already makes it fail. */
function drawInsert(world: World): boolean {
  if (!pickLocked(world) || (world.facts.simple && !oneIn(world.bits, 6))) return false;
  pickStore(world, false);
  const { call, store } = world;
  const r = nextBits(world.bits);
  call.index = newSlot(world, store);
  call.nvec_used = newNvec(world, store, call.index);
  if (!mayGo(world, store, call.index, call.nvec_used)) return false;
  call.affinity = newAffinity(world);
  const pci = world.facts.environment.pci !== 'none';
  if (pci ? (r & 7) !== 0 : (r & 15) === 0) call.msi_attrib = (r >>> 4) & 3;
  return true;
}

function insert({ call, store }: World, failed: boolean): void {
  if (failed || call.index >= store.hwsize || find(store, call.index) >= 0) return;
  add(store, call.index, call.nvec_used);
}

/** Mostly a descriptor without an interrupt: with one it would be leaked on purpose. */
function drawFreeDescs(world: World): boolean {
  if (!pickLocked(world)) return false;
  pickStore(world, true);
  const { bits, call, store } = world;
  if (oneIn(bits, 48)) return rangeAround(world, 1);
  const at = pick(bits, store, 0);
  if (at < 0 || (cannotFree(world) && !oneIn(bits, 24))) return false;
  call.first = store.index[at] ?? 0;
  if (call.first >= store.hwsize) return false;
  call.last = call.first;
  for (let more = below(bits, 4); more > 0 && call.last + 1 < store.hwsize; more -= 1) {
    const next = find(store, call.last + 1);
    if (next >= 0 && store.irq[next] === 1) break;
    call.last += 1;
  }
  return true;
}

/** The device has an MSI domain, but not for this store: the range is refused with a WARN. */
function cannotFree({ device, facts, store }: World): boolean {
  return !facts.oneStore && store.domain === NO_DOMAIN && device.msi_domain !== NO_DOMAIN;
}

/** Only MSI_DESC_NOTASSOCIATED is safe while a descriptor of the range has an interrupt. */
function drawFreeMatching(world: World): boolean {
  if (!drawFreeDescs(world)) return false;
  world.call.filter = oneIn(world.bits, 4) ? 0 : 1;
  return world.call.filter === 1 || world.store.waiting === world.store.index.length;
}

function freeDescs({ call, store }: World): void {
  if (call.domid === 2 || call.last >= store.hwsize) return;
  drop(store, call.first, call.last);
}

/** On a smaller domain it WARNs and frees nothing. */
function drawFreeEvery(world: World): boolean {
  if (!pickLocked(world)) return false;
  world.store = world.device.first;
  if (cannotFree(world) && !oneIn(world.bits, 64)) return false;
  const { hwsize, waiting, index } = world.store;
  return (hwsize === MSI_XA_DOMAIN_SIZE && waiting === index.length) || oneIn(world.bits, 64);
}

function freeEvery({ store }: World): void {
  if (store.hwsize === MSI_XA_DOMAIN_SIZE) drop(store, 0, MSI_XA_DOMAIN_SIZE);
}

function drawIterate(world: World): boolean {
  if (!pickLocked(world)) return false;
  pickStore(world, true);
  world.call.filter = below(world.bits, 3);
  return true;
}

function iterate(world: World): void {
  if (world.device.lock) world.iterating = 3;
  world.filter = world.call.filter;
}

/** The mutex must be free unless the device has no data, for then the function looks no further. */
function drawGetVirq(world: World): boolean {
  if (!pickDevice(world) || world.device.lock) return false;
  pickStore(world, true);
  const { bits, call } = world;
  call.index = knownSlot(world, world.store);
  if (world.facts.multi && oneIn(bits, 4)) call.index = below(bits, 9);
  if (oneIn(bits, 64)) call.index = oneIn(bits, 2) ? MSI_ANY_INDEX : MSI_XA_DOMAIN_SIZE;
  return true;
}

/** The slot is looked up first, which takes the mutex. */
function drawCached(world: World): boolean {
  if (!pickUnlocked(world)) return false;
  pickStore(world, false);
  const { bits, call, store } = world;
  const at = pick(bits, store, 1);
  if (at < 0) return false;
  call.index = store.index[at] ?? 0;
  call.vec = below(bits, store.nvec[at] ?? 1);
  return true;
}
