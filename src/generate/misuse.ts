// SPDX-License-Identifier: GPL-2.0-only
/** Last steps that no kernel survives, and last steps drawn without looking. */
import { MSI_ANY_INDEX } from '../trace/flags.ts';
import { type ArgKind, SIGNATURES } from '../trace/signatures.ts';
import { below, nextBits } from './bits.ts';
import { script, turnTo } from './emit.ts';
import { NO_FAULTS } from './faults.ts';
import type { Plan } from './plan.ts';
import { live } from './stores.ts';
import { blankCall, DEVICE_DOMAIN, type Device, NO_DOMAIN, type World } from './world.ts';

type Misuse = (world: World, plan: Plan, device: Device) => boolean;

const ALL: readonly Misuse[] = [
  deadlock,
  withoutData,
  withoutDomain,
  domainInUse,
  deviceInUse,
  wildStore,
  emptyStore,
];

/** Ends the trace in misuse, if the state allows any. */
export function endInMisuse(world: World, plan: Plan): void {
  const device = world.devices[below(world.bits, world.devices.length)];
  if (device === undefined || !device.alive) return;
  turnTo(world, device);
  const start = below(world.bits, ALL.length);
  for (let i = 0; i < ALL.length && !world.dead; i += 1) {
    const misuse = ALL[(start + i) % ALL.length];
    if (misuse !== undefined && misuse(world, plan, device)) world.dead = true;
  }
}

/** The mutex is taken twice. */
function deadlock(world: World, plan: Plan, device: Device): boolean {
  if (!device.data) return false;
  const dev = device.handle;
  if (!device.lock) script(world, plan, 'msi_lock_descs', { dev });
  switch (below(world.bits, 4)) {
    case 0:
      if (script(world, plan, 'msi_domain_alloc_irq_at', { dev, index: MSI_ANY_INDEX }))
        return true;
      break;
    case 1:
      if (script(world, plan, 'msi_domain_free_irqs_all', { dev })) return true;
      break;
    case 2:
      if (script(world, plan, 'msi_domain_insert_msi_desc', { dev, nvec_used: 1, lock: 1 }))
        return true;
      break;
    default:
  }
  return script(world, plan, 'msi_lock_descs', { dev });
}

/** The device has no MSI data: a NULL dereference. */
function withoutData(world: World, plan: Plan, device: Device): boolean {
  if (device.data) return false;
  const dev = device.handle;
  if (below(world.bits, 2) === 0 && script(world, plan, 'msi_domain_alloc_irqs_range', { dev }))
    return true;
  return script(world, plan, 'msi_lock_descs', { dev });
}

/** The device points at no domain: a NULL dereference. */
function withoutDomain(world: World, plan: Plan, device: Device): boolean {
  if (device.msi_domain !== NO_DOMAIN) return false;
  return script(world, plan, 'msi_create_device_irq_domain', { dev: device.handle, hwsize: 4 });
}

/** The domain goes while its interrupts live. */
function domainInUse(world: World, plan: Plan, device: Device): boolean {
  if (device.lock) return false;
  const domid = device.second.domain === DEVICE_DOMAIN && live(device.second) > 0 ? 1 : 0;
  const store = domid === 1 ? device.second : device.first;
  if (store.domain !== DEVICE_DOMAIN || live(store) === 0) return false;
  return script(world, plan, 'msi_remove_device_irq_domain', { dev: device.handle, domid });
}

/** The device goes while its interrupts live. */
function deviceInUse(world: World, plan: Plan, device: Device): boolean {
  if (device.lock || live(device.first) + live(device.second) === 0) return false;
  return script(world, plan, 'device_release', { dev: device.handle });
}

/** A descriptor for a domain id that no device has. */
function wildStore(world: World, plan: Plan, device: Device): boolean {
  if (!device.data || device.lock) return false;
  return script(world, plan, 'msi_domain_insert_msi_desc', {
    dev: device.handle,
    domid: 2,
    nvec_used: 1,
    lock: 1,
  });
}

/** Reservation mode looks at the first descriptor of an empty store. */
function emptyStore(world: World, plan: Plan, device: Device): boolean {
  const { first } = device;
  if (
    !world.facts.reservation ||
    first.domain === NO_DOMAIN ||
    first.index.length > 0 ||
    device.lock
  )
    return false;
  return script(world, plan, 'msi_domain_alloc_irqs_range', {
    dev: device.handle,
    last: first.hwsize - 1,
  });
}

/** Ends the trace with some call whose arguments nobody has thought about. */
export function endBlindly(world: World, { choices, facts }: Plan): void {
  const choice = choices[below(world.bits, choices.length)];
  if (choice === undefined) return;
  const { fn } = choice;
  // Thousands of simple descriptors at once take time and show nothing more than a few do.
  if (facts.simple && fn === 'msi_domain_alloc_irqs_all_locked') return;
  const call = blankCall(fn);
  for (const { field, kind } of SIGNATURES[fn].args) call[field] = blindly(world, kind);
  world.call = call;
  world.steps.push({ call, faults: NO_FAULTS });
  world.dead = true;
}

const SLOTS = [0, 0, 1, 1, 2, 3, 7, 8, 9, 31, 32, 63, 64, 65];
const CHOICES: Readonly<Record<ArgKind, readonly number[]>> = {
  dev: [0, 0, 0, 1, 2],
  domid: [0, 0, 0, 1, 2],
  slot: SLOTS,
  anySlot: [...SLOTS, 65_535, 65_536, MSI_ANY_INDEX],
  nvec: [1, 1, 2, 3, 32],
  affinity: [0, 0, 32, 33, 47, 49],
  attrib: [0, 1, 2, 3],
  filter: [0, 1, 2],
  nirqs: [1, 1, 2, 3, 8],
  yes: [1, 1, 1, 0],
  hwsize: [0, 1, 4, 8, 64, 65_536, 65_537],
  domain: [0, 1, 2, 3, 3, 4, 5],
  hwirq: [0, 0, 1, 2, 3, 15, 16, 256, 512],
  block: [0, 1, 2],
  vec: [0, 0, 1, 2],
  token: [0, 1, 2, 3, 4, 5, 6],
  res: [0, 1, 2],
  cookie: [0, 0, 1],
  type: [0, 1, 4],
};

function blindly(world: World, kind: ArgKind): number {
  const values = CHOICES[kind];
  return values[(nextBits(world.bits) >>> 4) % values.length] ?? 0;
}
