// SPDX-License-Identifier: GPL-2.0-only
/** Drawing the calls of the driver core: devices that come and go, and their resources. */
import { RESOURCES } from '../trace/call.ts';
import { below, oneIn } from './bits.ts';
import { pickDevice } from './choose.ts';
import type { Entry } from './entry.ts';
import { live, tearDown } from './stores.ts';
import { bootDomain, type Device, DEVICE_DOMAIN, type World } from './world.ts';

/** The calls. */
export const DEVICE_CALLS: readonly Entry[] = [
  { fn: 'device_add', weight: 3, draw: pickDead, effect: appear },
  { fn: 'device_release', weight: 1, draw: pickGoing, effect: disappear },
  { fn: 'devres_add', weight: 1, draw: (world) => pickResource(world, false), effect: hold },
  {
    fn: 'devres_free',
    weight: 1,
    needs: 'devres_add',
    draw: (world) => pickResource(world, true),
    effect: letGo,
  },
  {
    fn: 'devres_release',
    weight: 1,
    needs: 'devres_add',
    draw: (world) => pickResource(world, true),
    effect: letGo,
  },
  { fn: 'devres_release_all', weight: 1, draw: pickGoing, effect: releaseAll },
  { fn: 'devres_open_group', weight: 1, draw: (world) => pickGroup(world, 0), effect: open },
  {
    fn: 'devres_close_group',
    weight: 1,
    needs: 'devres_open_group',
    draw: (world) => pickGroup(world, 1),
    effect: close,
  },
  {
    fn: 'devres_remove_group',
    weight: 1,
    needs: 'devres_open_group',
    draw: (world) => pickGroup(world, 2),
    effect: forget,
  },
  {
    fn: 'devres_release_group',
    weight: 1,
    needs: 'devres_open_group',
    draw: pickReleasable,
    effect: releaseGroup,
  },
];

function pickDead(world: World): boolean {
  return !pickDevice(world) && !world.device.alive;
}

function appear({ device, facts }: World): void {
  device.alive = true;
  device.msi_domain = bootDomain(facts);
}

/** Mostly a device that has been cleaned up; never one whose release would be the end of the machine. */
function pickGoing(world: World): boolean {
  return pickDevice(world) && canGo(world, world.device);
}

function canGo(world: World, device: Device): boolean {
  if (device.lock) return false;
  if (diesWith(device)) return false;
  return device.first.index.length + device.second.index.length === 0 || oneIn(world.bits, 24);
}

/** A domain of the device still has interrupts, and its removal would leave them pointing at freed memory. */
function diesWith({ first, second }: Device): boolean {
  return (
    (first.domain === DEVICE_DOMAIN && live(first) > 0) ||
    (second.domain === DEVICE_DOMAIN && live(second) > 0)
  );
}

function disappear(world: World): void {
  releaseAll(world);
  world.device.alive = false;
}

function releaseAll({ device }: World): void {
  tearDown(device);
  device.resources = 0;
  device.groups = 0;
  device.closed = 0;
  device.holds = 0;
}

function pickResource(world: World, used: boolean): boolean {
  if (!pickDevice(world)) return false;
  const res = below(world.bits, RESOURCES);
  world.call.res = res;
  const there = (world.device.resources & (1 << res)) !== 0;
  return used ? there || oneIn(world.bits, 8) : !there;
}

function hold({ call, device }: World, failed: boolean): void {
  if (failed) return;
  device.resources |= 1 << call.res;
  const inside = device.groups & ~device.closed;
  for (let group = 0; group < RESOURCES; group += 1) {
    if ((inside & (1 << group)) !== 0) device.holds |= 1 << (RESOURCES * group + call.res);
  }
}

function letGo({ call, device }: World): void {
  device.resources &= ~(1 << call.res);
}

/** 0 for one that is not there, 1 for an open one, 2 for any; rarely another, which is a WARN. */
function pickGroup(world: World, state: 0 | 1 | 2): boolean {
  if (!pickDevice(world)) return false;
  const { call, device } = world;
  call.res = below(world.bits, RESOURCES);
  const bit = 1 << call.res;
  const exists = (device.groups & bit) !== 0;
  // Closing a group twice is a BUG, so that it is not drawn here.
  if (state === 1 && (device.closed & bit) !== 0) return false;
  return exists === (state !== 0) || oneIn(world.bits, 128);
}

function open({ call, device }: World, failed: boolean): void {
  if (failed) return;
  device.groups |= 1 << call.res;
  device.closed &= ~(1 << call.res);
}

function close({ call, device }: World): void {
  device.closed |= device.groups & (1 << call.res);
}

function forget({ call, device }: World): void {
  const mask = ~(1 << call.res);
  device.groups &= mask;
  device.closed &= mask;
  device.holdsData &= mask;
  device.holds &= ~(7 << (RESOURCES * call.res));
}

function pickReleasable(world: World): boolean {
  if (!pickGroup(world, 2)) return false;
  const { call, device } = world;
  return (device.holdsData & (1 << call.res)) === 0 || canGo(world, device);
}

function releaseGroup(world: World): void {
  const { call, device } = world;
  if ((device.holdsData & (1 << call.res)) !== 0) tearDown(device);
  device.resources &= ~((device.holds >> (RESOURCES * call.res)) & 7);
  forget(world);
}
