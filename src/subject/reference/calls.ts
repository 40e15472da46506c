// SPDX-License-Identifier: GPL-2.0-only
/** From a call to the kernel functions: what a driver does with the arguments and the result. */
import type { Call } from '../../trace/call.ts';
import { MSI_MAX_INDEX } from '../../trace/flags.ts';
import { addDevice, outermost, templateOf } from './boot.ts';
import * as blocks from './calls-irq.ts';
import * as devres from './devres.ts';
import type { Kernel } from './kernel.ts';
import * as old from './msi-6.1.ts';
import * as alloc from './msi-alloc.ts';
import * as create from './msi-create.ts';
import * as desc from './msi-desc.ts';
import * as device from './msi-device.ts';
import * as sysfs from './msi-sysfs.ts';
import * as resources from './resources.ts';
import { at } from './slab.ts';
import { xa_load } from './xarray.ts';

/** Runs one call; hands back what the observation calls `ret` (the slot of a descriptor, 0 or 1 for a bool). */
export function run(k: Kernel, call: Call): number | alloc.MsiMap {
  const dev = k.devices[call.dev] ?? 0;
  const { domid } = call;
  switch (call.fn) {
    case 'device_add':
      addDevice(k, call.dev);
      return 0;
    case 'device_release':
      devres.devres_release_all(k, dev);
      at(k, k.device, dev).alive = false;
      return 0;
    case 'devres_add':
    case 'devres_free':
    case 'devres_release':
    case 'devres_release_all':
    case 'devres_open_group':
    case 'devres_close_group':
    case 'devres_remove_group':
    case 'devres_release_group':
      return resources.run(k, call);
    case 'msi_setup_device_data':
      return device.msi_setup_device_data(k, dev);
    case 'msi_lock_descs':
      device.msi_lock_descs(k, dev);
      return 0;
    case 'msi_unlock_descs':
      device.msi_unlock_descs(k, dev);
      return 0;
    case 'msi_create_irq_domain':
      return create.msi_create_irq_domain(
        k,
        call.domain,
        outermost(k),
        templateOf(k.env, call.hwsize),
      ) === 0
        ? 0
        : 1;
    case 'dev_set_msi_domain':
      device.dev_set_msi_domain(k, dev, k.domains[call.domain] ?? 0);
      return 0;
    case 'msi_create_device_irq_domain':
      return create.msi_create_device_irq_domain(k, dev, domid, {
        ...templateOf(k.env, call.hwsize),
        flags: k.env.flags,
      })
        ? 1
        : 0;
    case 'msi_remove_device_irq_domain':
      create.msi_remove_device_irq_domain(k, dev, domid);
      return 0;
    case 'msi_match_device_irq_domain':
      return create.msi_match_device_irq_domain(k, dev, domid, call.bus_token) ? 1 : 0;
    default:
      return storeCall(k, call);
  }
}

function storeCall(k: Kernel, call: Call): number | alloc.MsiMap {
  const dev = k.devices[call.dev] ?? 0;
  const { domid, first, last } = call;
  switch (call.fn) {
    case 'msi_domain_insert_msi_desc':
      return locked(k, call, () => desc.msi_domain_insert_msi_desc(k, dev, domid, initDesc(call)));
    case 'msi_domain_free_msi_descs_range':
      return locked(k, call, () =>
        done(desc.msi_domain_free_descs(k, dev, { domid, first, last, nirqs: 0 })),
      );
    case 'msi_free_msi_descs':
      return locked(k, call, () =>
        done(
          desc.msi_domain_free_descs(k, dev, { domid: 0, first: 0, last: MSI_MAX_INDEX, nirqs: 0 }),
        ),
      );
    case 'msi_domain_first_desc':
      return locked(k, call, () =>
        slotOf(k, device.msi_domain_first_desc(k, dev, domid, call.filter)),
      );
    case 'msi_next_desc':
      return locked(k, call, () => slotOf(k, device.msi_next_desc(k, dev, domid, call.filter)));
    case 'msi_domain_get_virq':
      return device.msi_domain_get_virq(k, dev, domid, call.index);
    case 'get_cached_msi_msg':
      return device.get_cached_msi_msg(k, irqOf(k, dev, call));
    case 'msi_device_populate_sysfs':
      return locked(k, call, () => sysfs.msi_device_populate_sysfs(k, dev));
    case 'msi_device_destroy_sysfs':
      return locked(k, call, () => done(sysfs.msi_device_destroy_sysfs(k, dev)));
    default:
      return allocCall(k, call);
  }
}

function allocCall(k: Kernel, call: Call): number | alloc.MsiMap {
  const dev = k.devices[call.dev] ?? 0;
  const { domid, first, last } = call;
  const range = { domid, first, last, nirqs: last + 1 - first };
  switch (call.fn) {
    case 'msi_domain_alloc_irqs_range':
      return wrapped(k, dev, () => alloc.msi_domain_alloc_locked(k, dev, range));
    case 'msi_domain_alloc_irqs_range_locked':
      return locked(k, call, () => alloc.msi_domain_alloc_locked(k, dev, range));
    case 'msi_domain_alloc_irqs_all_locked':
      return locked(k, call, () =>
        alloc.msi_domain_alloc_locked(k, dev, { ...whole(k, dev, domid), nirqs: call.nirqs }),
      );
    case 'msi_domain_alloc_irq_at':
      return wrapped(k, dev, () => alloc.__msi_domain_alloc_irq_at(k, dev, call, call));
    case 'msi_domain_free_irqs_range':
      return wrapped(k, dev, () => done(alloc.msi_domain_free_locked(k, dev, range)));
    case 'msi_domain_free_irqs_range_locked':
      return locked(k, call, () => done(alloc.msi_domain_free_locked(k, dev, range)));
    case 'msi_domain_free_irqs_all':
      return wrapped(k, dev, () =>
        done(alloc.msi_domain_free_locked(k, dev, whole(k, dev, domid))),
      );
    case 'msi_domain_free_irqs_all_locked':
      return locked(k, call, () =>
        done(alloc.msi_domain_free_locked(k, dev, whole(k, dev, domid))),
      );
    default:
      return oldCall(k, call);
  }
}

/** Calls as 6.1 declares them. */
function oldCall(k: Kernel, call: Call): number | alloc.MsiMap {
  const dev = k.devices[call.dev] ?? 0;
  const { first, last } = call;
  const target = { dev, domain: k.domains[call.domain] ?? 0 };
  switch (call.fn) {
    case 'msi_first_desc':
      return locked(k, call, () => slotOf(k, device.msi_domain_first_desc(k, dev, 0, call.filter)));
    case 'msi_next_desc_6_1':
      return locked(k, call, () => slotOf(k, device.msi_next_desc(k, dev, 0, call.filter)));
    case 'msi_get_virq':
      return device.msi_domain_get_virq(k, dev, 0, call.index);
    case 'msi_domain_alloc_irqs':
      return wrapped(k, dev, () => old.msi_domain_alloc_irqs_descs_locked(k, target, call.nirqs));
    case 'msi_domain_alloc_irqs_descs_locked':
      return locked(k, call, () => old.msi_domain_alloc_irqs_descs_locked(k, target, call.nirqs));
    case 'msi_domain_free_irqs':
      return wrapped(k, dev, () => done(old.msi_domain_free_irqs_descs_locked(k, target)));
    case 'msi_domain_free_irqs_descs_locked':
      return locked(k, call, () => done(old.msi_domain_free_irqs_descs_locked(k, target)));
    case 'msi_add_msi_desc':
      return locked(k, call, () => old.msi_add_msi_desc(k, dev, initDesc(call)));
    case 'msi_free_msi_descs_range':
      return locked(k, call, () =>
        done(old.msi_free_msi_descs_range(k, dev, call.filter, [first, last])),
      );
    default:
      return blocks.run(k, call);
  }
}

/** Runs a function that wants the mutex, within a pair of lock and unlock where the driver makes one. */
function locked(k: Kernel, call: Call, body: () => number): number {
  const dev = k.devices[call.dev] ?? 0;
  return call.lock === 0 ? body() : wrapped(k, dev, body);
}

function wrapped<T>(k: Kernel, dev: number, body: () => T): T {
  device.msi_lock_descs(k, dev);
  const ret = body();
  device.msi_unlock_descs(k, dev);
  return ret;
}

function done(_nothing: void): number {
  return 0;
}

/** An interrupt as the driver remembers it, without asking the core. */
function irqOf(k: Kernel, dev: number, { domid, index, vec }: Call): number {
  const addr = xa_load(k, desc.devDomain(k, dev, domid).store, index);
  return at(k, k.msi_desc, addr).irq + vec;
}

/** The whole domain. Source: msi_domain_alloc_irqs_all_locked(). */
function whole(k: Kernel, dev: number, domid: number): desc.MsiCtrl {
  return { domid, first: 0, last: desc.msi_domain_get_hwsize(k, dev, domid) - 1, nirqs: 0 };
}

function initDesc(call: Call): desc.InitDesc {
  return {
    msi_index: call.index & MSI_MAX_INDEX, // the field has 16 bits
    nvec_used: call.nvec_used,
    affinity: call.affinity,
    is_msix: (call.msi_attrib & 1) !== 0,
    can_mask: (call.msi_attrib & 2) !== 0,
  };
}

/** -1 is NULL. */
function slotOf(k: Kernel, addr: number): number {
  return addr === 0 ? -1 : at(k, k.msi_desc, addr).msi_index;
}
