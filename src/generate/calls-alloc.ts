// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the calls that allocate and free interrupts of MSI domains, as 6.12 declares them. */
import { MSI_ANY_INDEX } from '../trace/flags.ts';
import { nextBits, oneIn } from './bits.ts';
import {
  anySlot,
  mayGo,
  newAffinity,
  pickDomainStore,
  pickLocked,
  pickUnlocked,
  rangeAround,
  rangeOfNone,
} from './choose.ts';
import type { Entry } from './entry.ts';
import { add, associate, dissociate, find, live, nextFree } from './stores.ts';
import { NO_DOMAIN, type World } from './world.ts';

/** Adding `hwsize` simple descriptors at once is worth its time only in small domains. */
const FEW = 64;
const INSERT = 'msi_domain_insert_msi_desc';

/** The calls. */
export const ALLOC_CALLS: readonly Entry[] = [
  {
    fn: 'msi_domain_alloc_irqs_range',
    weight: 12,
    needs: INSERT,
    draw: (world) => pickUnlocked(world) && drawAllocRange(world),
    effect: allocRange,
  },
  {
    fn: 'msi_domain_alloc_irqs_range_locked',
    weight: 5,
    needs: INSERT,
    draw: (world) => pickLocked(world) && drawAllocRange(world),
    effect: allocRange,
  },
  {
    fn: 'msi_domain_alloc_irqs_all_locked',
    weight: 7,
    needs: INSERT,
    draw: drawAllocAll,
    effect: allocAll,
  },
  { fn: 'msi_domain_alloc_irq_at', weight: 10, draw: drawAllocAt, effect: allocAt },
  {
    fn: 'msi_domain_free_irqs_range',
    weight: 5,
    draw: (world) => pickUnlocked(world) && drawFreeRange(world),
    effect: freeRange,
  },
  {
    fn: 'msi_domain_free_irqs_range_locked',
    weight: 3,
    draw: (world) => pickLocked(world) && drawFreeRange(world),
    effect: freeRange,
  },
  {
    fn: 'msi_domain_free_irqs_all',
    weight: 3,
    draw: (world) => pickUnlocked(world) && drawFreeAll(world),
    effect: freeAll,
  },
  {
    fn: 'msi_domain_free_irqs_all_locked',
    weight: 2,
    draw: (world) => pickLocked(world) && drawFreeAll(world),
    effect: freeAll,
  },
];

/** The allocation would look at the first descriptor of the default store when there is none: a NULL dereference. */
function looksAtNothing({ call, device, facts }: World): boolean {
  return (
    facts.reservation && device.first.index.length === 0 && (call.domid !== 0 || !facts.simple)
  );
}

function drawAllocRange(world: World): boolean {
  if (!pickDomainStore(world) || isUseless(world) || looksAtNothing(world)) return false;
  const drawn = world.facts.simple ? rangeOfNone(world) : rangeAround(world, 0);
  world.span = Math.max(1, Math.min(8, world.call.last - world.call.first + 1));
  return drawn;
}

/** No vector is left, so that the call can only fail; that is tried now and then. */
function isUseless(world: World): boolean {
  return world.vectors === 0 && !world.facts.overrides && !oneIn(world.bits, 3);
}

function drawAllocAll(world: World): boolean {
  if (!pickLocked(world) || !pickDomainStore(world) || isUseless(world) || looksAtNothing(world))
    return false;
  const { bits, call, facts, store } = world;
  const r = nextBits(bits);
  if (facts.simple) {
    if (store.hwsize > FEW || (store.index.length > 0 && (r & 31) !== 0)) return false;
    call.nirqs = store.hwsize;
  } else {
    if (store.waiting === 0 && (r & 7) !== 0) return false;
    call.nirqs = store.waiting + ((r & 8) >> 3);
    // One too few is a WARN, and more than one too few the same.
    if (call.nirqs > 1 && (r & 0x7f0) === 0) call.nirqs -= 1;
    if (call.nirqs === 0) call.nirqs = 1;
  }
  world.span = Math.min(8, call.nirqs);
  return true;
}

/** Mixing it with a domain that allocates by itself frees what that domain never made, so that it is rare there. */
function drawAllocAt(world: World): boolean {
  if (!pickUnlocked(world) || !pickDomainStore(world) || isUseless(world)) return false;
  const { bits, call, facts, store } = world;
  if (facts.overrides && !oneIn(bits, 24)) return false;
  if (facts.reservation && call.domid !== 0 && world.device.first.index.length === 0) return false;
  const r = nextBits(bits);
  if (store.index.length >= store.hwsize && (r & 3) !== 0) return false;
  call.index = anySlot(world, store);
  if (call.index !== MSI_ANY_INDEX && !mayGo(world, store, call.index, 1)) return false;
  call.affinity = newAffinity(world);
  // The cookie shares its memory with the PCI part of the descriptor.
  if ((r & (facts.environment.pci === 'none' ? 0x30 : 0x3f0)) === 0)
    call.icookie = 1 + ((r >>> 12) & 3);
  return true;
}

function drawFreeRange(world: World): boolean {
  if (!pickDomainStore(world)) return false;
  const drawn = rangeAround(world, 1);
  world.span = 2;
  return drawn;
}

function drawFreeAll(world: World): boolean {
  return pickDomainStore(world) && (live(world.store) > 0 || oneIn(world.bits, 8));
}

function allocRange(world: World, failed: boolean): void {
  allocate(world, world.call.first, world.call.last, failed);
}

function allocAll(world: World, failed: boolean): void {
  const { store } = world;
  const enough = world.facts.simple || world.call.nirqs >= store.waiting;
  allocate(world, 0, store.hwsize - 1, failed || !enough);
}

/** A range: any failure takes the interrupts of the whole range away. */
function allocate(world: World, first: number, last: number, failed: boolean): void {
  const { call, facts, store } = world;
  world.asked += 1;
  if (call.domid === 2 || store.domain === NO_DOMAIN || first > last || last >= store.hwsize)
    return;
  let good = !failed;
  if (facts.simple) good = addSimple(world, first, last) && good;
  const target = facts.overrides ? world.device.first : store;
  if (good)
    good = facts.overrides
      ? associate(world, target, 0, target.hwsize)
      : associate(world, target, first, last);
  if (good) world.granted += 1;
  else dissociate(world, target, first, last);
}

function addSimple({ store }: World, first: number, last: number): boolean {
  for (let index = first; index <= last; index += 1) {
    if (find(store, index) >= 0) return false;
    add(store, index, 1);
  }
  return true;
}

function allocAt(world: World, failed: boolean): void {
  const { call, store } = world;
  world.asked += 1;
  if (call.domid === 2 || store.domain === NO_DOMAIN) return;
  const index = call.index === MSI_ANY_INDEX ? nextFree(store, 0) : call.index;
  if (index < 0 || index >= store.hwsize || find(store, index) >= 0) return;
  if (failed && oneIn(world.bits, 4)) return;
  add(store, index, 1);
  if (!failed && associate(world, store, index, index)) world.granted += 1;
  else dissociate(world, store, index, index);
}

function freeRange(world: World): void {
  free(world, world.call.first, world.call.last);
}

function freeAll(world: World): void {
  free(world, 0, world.store.hwsize - 1);
}

function free(world: World, first: number, last: number): void {
  const { call, facts, store } = world;
  if (call.domid === 2 || store.domain === NO_DOMAIN || first > last || last >= store.hwsize)
    return;
  if (facts.overrides) dissociate(world, world.device.first, 0, world.device.first.hwsize);
  else dissociate(world, store, first, last);
}
