// SPDX-License-Identifier: GPL-2.0-only
/** Devices and their resources: drivers/base/devres.c, under its names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { die, type Draft, failure, fails, refuse, splat, type Work } from './draft.ts';
import { newDevice, type Node } from './model.ts';
import { msi_device_data_release } from './msi.ts';

/** The calls of this file. */
export const DEVICE_CALLS: Readonly<Record<string, Work>> = {
  device_add,
  device_release,
  devres_add: (d, { res }) => (fails(d, true) ? failure(d) : add(d, 'driver', res)),
  devres_free: remove,
  devres_release: remove,
  devres_release_all: (d) => release(d, 0, d.device.devres.length),
  devres_open_group: (d, { res }) => (fails(d, true) ? 0 : add(d, 'group_open', res) + 1),
  devres_close_group,
  devres_remove_group,
  devres_release_group,
  dev_set_msi_domain: (d, { domain }) => {
    d.device.msiDomain = domain;
    return 0;
  },
};

function device_add(d: Draft): number {
  Object.assign(d.device, newDevice(d.world));
  return 0;
}

function device_release(d: Draft): number {
  release(d, 0, d.device.devres.length);
  Object.assign(d.device, newDevice(d.world), { alive: false });
  return 0;
}

function add({ device }: Draft, kind: Node['release'], id: number): number {
  device.devres = [...device.devres, { release: kind, id }];
  return 0;
}

/** Where a node of the driver is, -1 when there is none. */
function indexOf({ device }: Draft, kind: Node['release'], id: number): number {
  return device.devres.findIndex((node) => node.release === kind && node.id === id);
}

/** devres_remove() and devres_free(), devres_release() */
function remove(d: Draft, { res }: Call): number {
  const at = indexOf(d, 'driver', res);
  if (at >= 0) d.device.devres = d.device.devres.toSpliced(at, 1);
  return at >= 0 ? 0 : Errno.ENOENT;
}

function devres_close_group(d: Draft, { res }: Call): number {
  if (indexOf(d, 'group_open', res) < 0) return refuse(d, 'WARN devres_close_group 1', 0);
  return indexOf(d, 'group_close', res) < 0 ? add(d, 'group_close', res) : die(d, 'BUG add_dr 1');
}

function devres_remove_group(d: Draft, { res }: Call): number {
  if (indexOf(d, 'group_open', res) < 0) splat(d, 'WARN devres_remove_group 1');
  d.device.devres = d.device.devres.filter(
    (node) => !node.release.startsWith('group') || node.id !== res,
  );
  return 0;
}

function devres_release_group(d: Draft, { res }: Call): number {
  const from = indexOf(d, 'group_open', res);
  if (from < 0 && d.device.devres.length > 0) splat(d, 'WARN devres_release_group 1');
  const close = indexOf(d, 'group_close', res);
  return from < 0 ? 0 : release(d, from, close < 0 ? d.device.devres.length : close + 1);
}

/** Releases the resources of a stretch and forgets the groups that lie in it wholly; the number of resources. */
function release(d: Draft, from: number, end: number): number {
  const { device } = d;
  const inside = device.devres.slice(from, end);
  const stays = (node: Node): boolean => {
    const other =
      node.release === 'group_open'
        ? 'group_close'
        : node.release === 'group_close'
          ? 'group_open'
          : undefined;
    return (
      other !== undefined &&
      indexOf(d, other, node.id) >= 0 &&
      !inside.some(({ release: kind, id }) => kind === other && id === node.id)
    );
  };
  const kept = inside.filter(stays);
  const holdsData = inside.some((node) => node.release === 'msi_device_data_release');
  device.devres = [...device.devres.slice(0, from), ...kept, ...device.devres.slice(end)];
  if (holdsData) msi_device_data_release(d);
  return inside.filter((node) => !node.release.startsWith('group')).length;
}
