// SPDX-License-Identifier: GPL-2.0-only
/** Devices and their resources: drivers/base/devres.c, under its names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { die, type Draft, fails, splat, type Work } from './draft.ts';
import { type Device, newDevice, type Node } from './model.ts';
import { msi_device_data_release } from './msi.ts';

/** The calls of this file. */
export const DEVICE_CALLS: Readonly<Record<string, Work>> = {
  device_add: ({ device, world }) => set(device, newDevice(world)),
  device_release: (d) => {
    release(d);
    return set(d.device, { ...newDevice(d.world), alive: false });
  },
  devres_add: (d, { res }) => fails(d, true) || add(d, 'driver', res),
  devres_free: remove,
  devres_release: remove,
  devres_release_all: (d) => release(d),
  devres_open_group: (d, { res }) => (fails(d, true) === 0 ? add(d, 'group_open', res) + 1 : 0),
  devres_close_group,
  devres_remove_group,
  devres_release_group,
  dev_set_msi_domain: ({ device }, { domain }) => set(device, { msiDomain: domain }),
};

function set(device: Device, change: Partial<Device>): number {
  Object.assign(device, change);
  return 0;
}

function add({ device }: Draft, kind: Node['release'], id: number): number {
  device.devres.push({ release: kind, id });
  return 0;
}

/** Where a node of the driver is, -1 when there is none. */
function indexOf({ device }: Draft, kind: Node['release'], id: number): number {
  return device.devres.findIndex((node) => node.release === kind && node.id === id);
}

/** devres_remove() and devres_free(), devres_release() */
function remove(d: Draft, { res }: Call): number {
  const at = indexOf(d, 'driver', res);
  if (at >= 0) d.device.devres.splice(at, 1);
  return at >= 0 ? 0 : Errno.ENOENT;
}

function devres_close_group(d: Draft, { res }: Call): number {
  if (indexOf(d, 'group_open', res) < 0) return splat(d, 'WARN devres_close_group 1');
  return indexOf(d, 'group_close', res) < 0 ? add(d, 'group_close', res) : die(d, 'BUG add_dr 1');
}

/** Whether a node marks where a group begins or ends. */
function isGroup({ release: kind }: Node): boolean {
  return kind === 'group_open' || kind === 'group_close';
}

function devres_remove_group(d: Draft, { res }: Call): number {
  if (indexOf(d, 'group_open', res) < 0) splat(d, 'WARN devres_remove_group 1');
  d.device.devres = d.device.devres.filter((node) => !isGroup(node) || node.id !== res);
  return 0;
}

function devres_release_group(d: Draft, { res }: Call): number {
  const from = indexOf(d, 'group_open', res);
  const close = indexOf(d, 'group_close', res);
  if (from >= 0) return close < 0 ? release(d, from) : release(d, from, close + 1);
  return d.device.devres.length > 0 ? splat(d, 'WARN devres_release_group 1') : 0;
}

/** Releases a stretch; a group that lies in it only partly keeps its markers. The number of resources. */
function release(d: Draft, from = 0, end: number = d.device.devres.length): number {
  const { device } = d;
  const inside = device.devres.splice(from, end - from);
  const isCut = ({ id }: Node): boolean =>
    device.devres.some((other) => isGroup(other) && other.id === id);
  const resources = inside.filter((node) => !isGroup(node));
  device.devres.splice(from, 0, ...inside.filter((node) => isGroup(node) && isCut(node)));
  if (resources.some((node) => node.release === 'msi_device_data_release'))
    msi_device_data_release(d);
  return resources.length;
}
