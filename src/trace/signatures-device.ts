// SPDX-License-Identifier: GPL-2.0-only
/** Calls of devices and their resources. */
import { BOTH, RES, CORE, dev, res, id, sig, type Signature } from './signature.ts';

/** By name. */
export const DEVICE: Readonly<
  Record<
    | 'device_add'
    | 'device_release'
    | 'devres_add'
    | 'devres_free'
    | 'devres_release'
    | 'devres_release_all'
    | 'devres_open_group'
    | 'devres_close_group'
    | 'devres_remove_group'
    | 'devres_release_group',
    Signature
  >
> = {
  device_add: sig(CORE, BOTH, [dev], ['void', 'the device appears again after device_release']),
  device_release: sig(
    CORE,
    BOTH,
    [dev],
    ['void', 'the device goes, devres runs, also with live interrupts'],
  ),
  devres_add: sig(
    RES,
    BOTH,
    [dev, res],
    ['errno', 'devres_alloc() and devres_add() of a driver resource'],
  ),
  devres_free: sig(
    RES,
    BOTH,
    [dev, res],
    ['errno', 'devres_remove() and devres_free() of a driver resource'],
  ),
  devres_release: sig(RES, BOTH, [dev, res], ['errno', 'run the release of one driver resource']),
  devres_release_all: sig(RES, BOTH, [dev], ['count', 'run every release, newest first']),
  devres_open_group: sig(RES, BOTH, [dev, id], ['bool', 'open a group']),
  devres_close_group: sig(RES, BOTH, [dev, id], ['void', 'close a group']),
  devres_remove_group: sig(RES, BOTH, [dev, id], ['void', 'forget a group, keep its resources']),
  devres_release_group: sig(RES, BOTH, [dev, id], ['count', 'release what a group holds']),
};
