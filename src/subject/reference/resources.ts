// SPDX-License-Identifier: GPL-2.0-only
/**
 * A driver's own device resources and groups, by handle. A handle goes on naming a node that is gone:
 * addresses are not used twice, so such a node is on no list.
 */
import { type Call, RESOURCES } from '../../trace/call.ts';
import { Errno } from '../../trace/errno.ts';
import * as devres from './devres.ts';
import type { Kernel } from './kernel.ts';

/** Runs a devres call. */
export function run(k: Kernel, call: Call): number {
  const dev = k.devices[call.dev] ?? 0;
  const slot = call.dev * RESOURCES + call.res;
  switch (call.fn) {
    case 'devres_add': {
      const node = devres.devres_alloc(k, 'driver', call.res);
      if (node === 0) return Errno.ENOMEM;
      devres.devres_add(k, dev, node);
      k.resources[slot] = node;
      return 0;
    }
    case 'devres_free': {
      const node = k.resources[slot] ?? 0;
      if (!devres.devres_remove(k, dev, node)) return Errno.ENOENT;
      devres.devres_free(k, node);
      return 0;
    }
    case 'devres_release':
      return devres.devres_release(k, dev, k.resources[slot] ?? 0);
    case 'devres_release_all':
      return devres.devres_release_all(k, dev);
    case 'devres_open_group':
      return devres.devres_open_group(k, dev, call.res) === 0 ? 0 : 1;
    case 'devres_close_group':
      devres.devres_close_group(k, dev, call.res);
      return 0;
    case 'devres_remove_group':
      devres.devres_remove_group(k, dev, call.res);
      return 0;
    case 'devres_release_group':
      return devres.devres_release_group(k, dev, call.res);
    default:
      return 0;
  }
}
