// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the calls that only 6.1 has: they name the domain, and there is one store per device. */
import { nextBits, oneIn } from './bits.ts';
import { pickLocked, pickUnlocked } from './choose.ts';
import { type Entry } from './entry.ts';
import { add, associate, dissociate, find, live, nextFree } from './stores.ts';
import { NO_DOMAIN, type World } from './world.ts';

const EVERY = 2 ** 16;
const ADD = 'msi_add_msi_desc';

/** The calls. */
export const OLD_CALLS: readonly Entry[] = [
  {
    fn: 'msi_domain_alloc_irqs',
    weight: 14,
    needs: ADD,
    draw: (world) => pickUnlocked(world) && drawAlloc(world),
    effect: allocate,
  },
  {
    fn: 'msi_domain_alloc_irqs_descs_locked',
    weight: 8,
    needs: ADD,
    draw: (world) => pickLocked(world) && drawAlloc(world),
    effect: allocate,
  },
  {
    fn: 'msi_domain_free_irqs',
    weight: 5,
    draw: (world) => pickUnlocked(world) && drawFree(world),
    effect: free,
  },
  {
    fn: 'msi_domain_free_irqs_descs_locked',
    weight: 3,
    draw: (world) => pickLocked(world) && drawFree(world),
    effect: free,
  },
];

/** The domain that the device points at; without one there is nothing to name. */
function pickDomain({ call, device }: World): boolean {
  if (device.first.domain === NO_DOMAIN) return false;
  call.domain = device.first.domain;
  return true;
}

function drawAlloc(world: World): boolean {
  if (!pickDomain(world)) return false;
  const { bits, call, device, facts } = world;
  world.store = device.first;
  const { waiting, index } = device.first;
  const r = nextBits(bits);
  if (world.vectors === 0 && (r & 3) !== 0) return false;
  if (facts.simple) {
    if (index.length > 0 && (r & 0x1c) !== 0) return false;
    call.nirqs = 1 + ((r >>> 8) & 3);
  } else {
    if (waiting === 0 && (facts.reservation || (r & 0x1c) !== 0)) return false;
    call.nirqs = Math.max(1, waiting);
  }
  world.span = Math.min(8, call.nirqs);
  return true;
}

function allocate(world: World, failed: boolean): void {
  const { call, facts, store } = world;
  world.asked += 1;
  if (facts.simple) {
    // What a failed addition has added already is taken back, and the interrupts stay.
    if (nextFree(store, 0) !== 0 || find(store, call.nirqs - 1) >= 0) return;
    for (let index = 0; index < call.nirqs; index += 1)
      if (find(store, index) < 0) add(store, index, 1);
  }
  if (!failed && associate(world, store, 0, EVERY)) world.granted += 1;
  else dissociate(world, store, 0, EVERY);
}

function drawFree(world: World): boolean {
  if (!pickDomain(world)) return false;
  world.store = world.device.first;
  return live(world.store) > 0 || oneIn(world.bits, 8);
}

function free(world: World): void {
  dissociate(world, world.store, 0, EVERY);
}
