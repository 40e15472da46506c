// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the calls that make and remove MSI domains. */
import { BUS_TOKENS, MsiFlag, MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { refusal } from '../trace/parent.ts';
import { below, nextBits, oneIn } from './bits.ts';
import { pickDevice, pickUnlocked } from './choose.ts';
import { type Entry, nothing } from './entry.ts';
import { live, setUp } from './stores.ts';
import { DEVICE_DOMAIN, EXTRA_HANDLE, MSI_HANDLE, NO_DOMAIN, type World } from './world.ts';

/** The calls of both releases. */
export const DOMAIN_CALLS: readonly Entry[] = [
  { fn: 'msi_create_irq_domain', weight: 1, draw: drawCreateGlobal, effect: createGlobal },
  {
    fn: 'dev_set_msi_domain',
    weight: 1,
    draw: drawSetDomain,
    effect: ({ call, device }) => {
      device.msi_domain = call.domain;
    },
  },
  { fn: 'msi_create_device_irq_domain', weight: 4, draw: drawCreate, effect: create },
  { fn: 'msi_remove_device_irq_domain', weight: 2, draw: drawRemove, effect: remove },
  { fn: 'msi_match_device_irq_domain', weight: 1, draw: drawMatch, effect: nothing },
];

/** A size: mostly what the environment suggests, sometimes 1 up to that, unlimited, the largest, or too large. */
export function newSize(world: World): number {
  const { hwsize } = world.facts;
  const r = nextBits(world.bits);
  if ((r & 12) !== 0) return hwsize;
  if ((r & 0x70) !== 0) return 1 + below(world.bits, Math.min(hwsize, 256));
  if ((r & 0x300) !== 0) return 0;
  return MSI_XA_DOMAIN_SIZE + ((r >>> 12) & 1);
}

function drawCreateGlobal(world: World): boolean {
  const { call } = world;
  if (world.extra === 0) call.domain = EXTRA_HANDLE;
  else if (world.msi === 0 && world.facts.environment.msi === 'global') call.domain = MSI_HANDLE;
  else return false;
  call.hwsize = newSize(world);
  return true;
}

function createGlobal(world: World, failed: boolean): void {
  const { domain, hwsize } = world.call;
  if (failed || hwsize > MSI_XA_DOMAIN_SIZE) return;
  const size = hwsize === 0 ? MSI_XA_DOMAIN_SIZE : hwsize;
  if (domain === MSI_HANDLE) {
    world.msi = size;
  } else {
    world.extra = size;
    world.legacy = false;
  }
}

/** Mostly before the device has MSI data, which copies the pointer. */
function drawSetDomain(world: World): boolean {
  if (!pickDevice(world)) return false;
  const { bits, call, device, facts } = world;
  const r = nextBits(bits);
  if (device.data && (r & 3) !== 0) return false;
  if (world.extra > 0 && !world.legacy && (r & 4) === 0) call.domain = EXTRA_HANDLE;
  else if (facts.environment.msi === 'device') call.domain = facts.outermost;
  else if (world.msi > 0) call.domain = MSI_HANDLE;
  else return false;
  return call.domain !== device.msi_domain || (r & 0x38) === 0;
}

/** A device without any domain is a NULL dereference here; a global domain is refused. */
function drawCreate(world: World): boolean {
  if (!pickDevice(world)) return false;
  const { bits, call, device } = world;
  if (device.lock || device.msi_domain === NO_DOMAIN) return false;
  if (device.msi_domain >= MSI_HANDLE && !oneIn(bits, 16)) return false;
  if (world.two) call.domid = below(bits, 2);
  else if (oneIn(bits, 32)) call.domid = 1 + below(bits, 2);
  world.store = call.domid === 1 ? device.second : device.first;
  call.hwsize = newSize(world);
  world.span = 2;
  return world.store.domain === NO_DOMAIN || oneIn(bits, 96);
}

function create(world: World, failed: boolean): void {
  const { call, device, facts, store } = world;
  const { fwnode, flags } = facts.environment;
  if (device.msi_domain >= MSI_HANDLE || call.domid === 2) return;
  if (!fwnode && (flags & MsiFlag.MSI_FLAG_USE_DEV_FWNODE) !== 0) return;
  // A fault leaves the data behind or not, depending on where it hits: half of each is as good as any guess.
  if (failed && oneIn(world.bits, 2)) return;
  setUp(world, device);
  if (failed || store.domain !== NO_DOMAIN || call.hwsize > MSI_XA_DOMAIN_SIZE) return;
  if (refusal(facts.environment) !== 0) return;
  store.domain = DEVICE_DOMAIN;
  store.hwsize = call.hwsize === 0 ? MSI_XA_DOMAIN_SIZE : call.hwsize;
}

/** Mostly a domain whose descriptors are gone; one with interrupts is the caller's mistake and ends the trace. */
function drawRemove(world: World): boolean {
  if (!pickUnlocked(world)) return false;
  const { bits, call, device } = world;
  call.domid = world.two ? below(bits, 2) : 0;
  world.store = call.domid === 1 ? device.second : device.first;
  const { domain, index } = world.store;
  if (domain !== DEVICE_DOMAIN) return oneIn(bits, 16);
  if (live(world.store) > 0) return false;
  return index.length === 0 || oneIn(bits, 8);
}

function remove({ store }: World): void {
  if (store.domain !== DEVICE_DOMAIN) return;
  store.domain = NO_DOMAIN;
  store.hwsize = MSI_XA_DOMAIN_SIZE;
}

function drawMatch(world: World): boolean {
  if (!pickUnlocked(world)) return false;
  const { bits, call, facts } = world;
  const r = nextBits(bits);
  call.domid = world.two ? r & 1 : (r & 0x3e) === 0 ? 1 + (r & 1) : 0;
  call.bus_token =
    (r & 0x100) === 0
      ? BUS_TOKENS.indexOf(facts.environment.bus_token)
      : below(bits, BUS_TOKENS.length);
  return true;
}
