// SPDX-License-Identifier: GPL-2.0-only
/** Devices and their resources: drivers/base/devres.c, under its names. */
import { Errno } from '../trace/errno.ts';
import type { DevresNode } from '../trace/structs.ts';
import { die, type Draft, fails, splat, type Work } from './draft.ts';
import { msi_device_data_release } from './msi.ts';

/** The calls of this file. */
export const DEVICE_CALLS: Readonly<Record<string, Work>> = {
  device_release: (d) => release(d),
  devres_add: (d) => (fails(d) ? Errno.ENOMEM : 0),
  devres_free: (d) => (indexOf(d, 'driver') < 0 ? Errno.ENOENT : 0),
  devres_release: (d) => (indexOf(d, 'driver') < 0 ? Errno.ENOENT : 0),
  devres_release_all: (d) => release(d),
  devres_open_group: (d) => Number(!fails(d)),
  devres_close_group: (d) =>
    isOpen(d) && indexOf(d, 'group_close') >= 0 ? die(d, 'BUG add_dr 1') : 0,
  devres_remove_group: (d) => Number(!isOpen(d)),
  devres_release_group: (d) => {
    const close = indexOf(d, 'group_close');
    if (nodes(d).length === 0 || !isOpen(d)) return 0;
    return release(d, indexOf(d, 'group_open'), close < 0 ? undefined : close);
  },
};

/** Resources of the device and markers of groups, oldest first. */
function nodes({ picture, device }: Draft): readonly (Readonly<DevresNode> | undefined)[] {
  return device.devres_head.map((address) => picture.devres.objects[address]);
}

/** Where a node of the driver is, -1 when there is none. */
function indexOf(d: Draft, kind: DevresNode['release']): number {
  return nodes(d).findIndex((node) => node?.release === kind && node.data === d.call.res);
}

/** Whether there is such a group; others are complained about. */
function isOpen(d: Draft): boolean {
  const found = indexOf(d, 'group_open') >= 0;
  if (!found) splat(d, `WARN ${d.call.fn} 1`);
  return found;
}

/** Releases a stretch: the number of resources in it, markers of groups not counted. */
function release(d: Draft, from = 0, end?: number): number {
  const kinds = nodes(d)
    .slice(from, end)
    .map((node) => node?.release);
  if (kinds.includes('msi_device_data_release')) msi_device_data_release(d);
  return kinds.filter((kind) => kind !== 'group_open' && kind !== 'group_close').length;
}
