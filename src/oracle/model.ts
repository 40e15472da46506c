// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the oracle believes to exist: slots, sets of hardware numbers, lists of resources. No memory,
 * no trees, no interrupt numbers. A `Model` never changes: the next one shares what stayed the same.
 */
import { BLOCKS, DOMAINS } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { type Profile, PROFILES } from '../trace/profile.ts';
import type { DevresNode } from '../trace/structs.ts';

/** No domain. Handles are 0 or more, a device's own domains are named by `own(domid)`. */
export const NONE = -1;
/** Handles of the domains that come and go. */
export const MSI = 3;
const WIRED = 4;
export const EXTRA = 5;
/** A cursor that finds nothing. */
export const NOWHERE = 65_535;

/** A descriptor. */
export interface Slot {
  readonly index: number;
  readonly nvec: number;
  /** Arguments that it was made with: see affinity.ts, and bits of `msi_attrib`. */
  readonly affinity: number;
  readonly attrib: number;
  readonly icookie: number;
  /** Root vectors of its interrupts, none where an overriding domain made them; undefined without interrupts. */
  readonly vectors: readonly number[] | undefined;
  /** Domain of its interrupts. */
  readonly domain: number;
  /** Data word of the cached message, 0 when cleared, and whether freeing the interrupts clears it. */
  readonly msg: number;
  readonly active: boolean;
}

/** An irq domain: `mapped` is sorted and holds hwirq * 8 + trigger type, `live` is the `mapcount`. */
export interface Domain {
  readonly kind: 'irq' | 'msi' | 'wired';
  readonly size: number;
  readonly mapped: readonly number[];
  readonly live: number;
}

/** Descriptors of one domain id, ascending, and the domain there; `own` if it is the device's own. */
export interface Store {
  readonly domain: number;
  readonly own: Domain | undefined;
  readonly slots: Slot[];
}

/** A device resource; `id` is what the driver calls it. */
export interface Node {
  readonly release: DevresNode['release'];
  readonly id: number;
}

/** A device; without `data` it has no slots, no lock and no cursor. */
export interface Device {
  alive: boolean;
  msiDomain: number;
  devres: readonly Node[];
  data: boolean;
  locked: boolean;
  cursor: number;
  stores: readonly Store[];
}

/** Interrupts that a driver keeps. */
export interface Block {
  readonly kind: 'plain' | 'hierarchy' | 'mapping';
  readonly size: number;
  readonly domain: number;
  /** Of a hierarchy: root vectors, none if the hierarchy is cut off above level `cut`. */
  readonly vectors: readonly number[];
  readonly cut: number;
  /** Of a mapping, NONE for an interrupt without. */
  readonly hwirqs: readonly number[];
}

/** Everything, as a step changes it; lists are by handle. */
export interface World {
  readonly environment: Environment;
  readonly profile: Profile;
  devices: readonly Readonly<Device>[];
  domains: readonly (Domain | undefined)[];
  blocks: readonly (Block | undefined)[];
  /** Per root vector: 0 when free, else 1 + the outermost level that has it + 8 * trigger type. */
  vectors: Uint8Array;
  /** Interrupt numbers in use. */
  irqs: number;
}

/** Everything, between steps. */
export type Model = Readonly<World>;

const EMPTY: Store = { domain: NONE, own: undefined, slots: [] };
const NO_STORES: readonly (readonly Store[])[] = [[], [EMPTY], [EMPTY, EMPTY]];

/** The state that a trace starts in. */
export function initialModel(environment: Environment): Model {
  const { levels, msi, hwsize, wired, vectors, devices } = environment;
  const profile = PROFILES[environment.release];
  const domains = DOMAINS.map((_, handle) => (handle <= levels ? newDomain('irq', 0) : undefined));
  if (msi === 'global') domains[MSI] = newMsiDomain(hwsize, profile);
  if (wired > 0) domains[WIRED] = newDomain('wired', wired);
  const world: World = {
    environment,
    profile,
    devices: [],
    domains,
    blocks: Array.from({ length: BLOCKS }, () => undefined),
    vectors: new Uint8Array(vectors),
    irqs: 0,
  };
  world.devices = Array.from({ length: devices }, () => newDevice(world));
  return world;
}

/** A device as it appears. */
export function newDevice({ environment: { msi, levels }, profile, domains }: Model): Device {
  const boot = msi === 'device' ? levels : msi === 'global' ? MSI : NONE;
  return {
    alive: true,
    msiDomain: domains[boot] === undefined ? NONE : boot,
    devres: [],
    data: false,
    locked: false,
    cursor: 0,
    stores: NO_STORES[profile.MSI_MAX_DEVICE_IRQDOMAINS] ?? [],
  };
}

/** A domain without interrupts. */
export function newDomain(kind: Domain['kind'], size: number): Domain {
  return { kind, size, mapped: [], live: 0 };
}

/** An MSI domain, `undefined` when it cannot be that large; 0 is unlimited, and 6.1 knows no sizes. */
export function newMsiDomain(hwsize: number, { checksRange }: Profile): Domain | undefined {
  const size = checksRange && hwsize > 0 ? hwsize : MSI_XA_DOMAIN_SIZE;
  return size > MSI_XA_DOMAIN_SIZE ? undefined : newDomain('msi', size);
}

/** True for the parent of per-device domains. */
export function isParent({ environment: { msi, levels } }: Model, domain: number): boolean {
  return msi === 'device' && domain === levels;
}

/** Name of the device's own domain at a domain id, and the other way round. */
export function own(domid: number): number {
  return -2 - domid;
}

/** Where `index` is or would be among slots. */
export function slotIn(slots: readonly Slot[], index: number): number {
  let low = 0;
  for (let high = slots.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((slots[middle]?.index ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The slot at `index`. */
export function slotAt(
  { stores }: Readonly<Device>,
  domid: number,
  index: number,
): Slot | undefined {
  const slots = stores[domid]?.slots ?? [];
  const slot = slots[slotIn(slots, index)];
  return slot?.index === index ? slot : undefined;
}

/** Where `hwirq` is in `mapped`, or the complement of where it would be. */
export function mappedAt(mapped: readonly number[], hwirq: number): number {
  let at = mapped.length;
  while (at > 0 && (mapped[at - 1] ?? 0) >= hwirq * 8) at -= 1;
  return (mapped[at] ?? -1) >> 3 === hwirq ? at : ~at;
}
