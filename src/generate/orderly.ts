// SPDX-License-Identifier: GPL-2.0-only
/** How most traces begin and end: devices get their domains; mutexes are released; everything is torn down. */
import { MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { nextBits, oneIn } from './bits.ts';
import { newSize } from './calls-domain.ts';
import { emit, script, turnTo } from './emit.ts';
import type { Plan } from './plan.ts';
import { live } from './stores.ts';
import {
  blankCall,
  type Device,
  EXTRA_HANDLE,
  HIERARCHY,
  NO_DOMAIN,
  PLAIN,
  type Store,
  type World,
} from './world.ts';

/** Gives most devices their MSI data and domains; faults hit it at `rate` of 256. */
export function begin(world: World, plan: Plan, rate: number): void {
  const { environment } = world.facts;
  for (const device of world.devices) {
    if (device.handle > 0 && oneIn(world.bits, 4)) continue;
    turnTo(world, device);
    if (environment.msi === 'device') {
      create(world, plan, { domid: 0, rate });
      if (world.two && oneIn(world.bits, 2)) create(world, plan, { domid: 1, rate });
      continue;
    }
    if (environment.msi === 'none' && (nextBits(world.bits) & 3) === 0) borrowDomain(world, plan);
    script(world, plan, 'msi_setup_device_data', { dev: device.handle });
  }
}

function create(
  world: World,
  plan: Plan,
  { domid, rate }: { readonly domid: 0 | 1; readonly rate: number },
): void {
  const choice = plan.byName.get('msi_create_device_irq_domain');
  if (choice === undefined) return;
  world.call = blankCall('msi_create_device_irq_domain');
  world.call.dev = world.device.handle;
  world.call.domid = domid;
  world.call.hwsize = newSize(world);
  world.store = domid === 1 ? world.device.second : world.device.first;
  world.span = 2;
  emit(world, choice, rate);
}

/** A device without a domain can be given one before it has MSI data. */
function borrowDomain(world: World, plan: Plan): void {
  if (world.extra === 0)
    script(world, plan, 'msi_create_irq_domain', {
      domain: EXTRA_HANDLE,
      hwsize: world.facts.hwsize,
    });
  script(world, plan, 'dev_set_msi_domain', { dev: world.device.handle, domain: EXTRA_HANDLE });
}

/** Releases every mutex that is still held. */
export function unlockAll(world: World, plan: Plan): void {
  for (const device of world.devices) {
    if (!device.lock) continue;
    turnTo(world, device);
    script(world, plan, 'msi_unlock_descs', { dev: device.handle });
  }
}

/** Frees and removes all that the generator knows of, so that nothing but what leaked is left. */
export function tearDownAll(world: World, plan: Plan): void {
  for (const device of world.devices) {
    if (!device.alive) continue;
    turnTo(world, device);
    emptyStore(world, plan, device.first);
    if (!world.facts.oneStore) emptyStore(world, plan, device.second);
    script(world, plan, 'device_release', { dev: device.handle });
  }
  for (let block = 0; block < world.blocks.length; block += 1) freeBlock(world, plan, block);
  if (world.extra > 0) script(world, plan, 'irq_domain_remove', { domain: EXTRA_HANDLE });
}

function emptyStore(world: World, plan: Plan, store: Store): void {
  const device: Device = world.device;
  const where = { dev: device.handle, domid: store === device.second ? 1 : 0 };
  if (live(store) > 0) {
    if (world.facts.oneStore)
      script(world, plan, 'msi_domain_free_irqs', { dev: device.handle, domain: store.domain });
    else script(world, plan, 'msi_domain_free_irqs_all', where);
  }
  if (store.index.length === 0) return;
  // Without a domain the range would be refused, although the descriptors are there.
  if (store.domain === NO_DOMAIN && world.facts.environment.msi === 'device') {
    script(world, plan, 'msi_create_device_irq_domain', where);
  }
  const last = Math.min(store.hwsize, MSI_XA_DOMAIN_SIZE) - 1;
  if (world.facts.oneStore)
    script(world, plan, 'msi_free_msi_descs_range', { dev: device.handle, last, lock: 1 });
  else if (store.domain !== NO_DOMAIN || device.msi_domain === NO_DOMAIN) {
    script(world, plan, 'msi_domain_free_msi_descs_range', { ...where, last, lock: 1 });
  }
}

function freeBlock(world: World, plan: Plan, block: number): void {
  switch (world.blocks[block]?.kind) {
    case PLAIN:
      script(world, plan, 'irq_free_descs', { block });
      break;
    case HIERARCHY:
      script(world, plan, 'irq_domain_free_irqs', { block });
      break;
    case undefined:
    case 0:
      break;
    default:
      script(world, plan, 'irq_dispose_mapping', { block });
  }
}
