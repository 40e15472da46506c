// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the oracle believes to exist: sets, maps and counts. No memory, no trees, no interrupt numbers,
 * no messages. A `Model` never changes; the next one shares what stayed the same.
 */
import { BLOCKS, DOMAINS, DOMIDS } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { type Profile, PROFILES } from '../trace/profile.ts';
import type { DevresNode } from '../trace/structs.ts';

/** No domain. */
export const NONE = -1;
/** Handles of the domains that come and go. */
export const MSI = 3;
const WIRED = 4;
export const EXTRA = 5;

/** A descriptor. */
export interface Slot {
  readonly index: number;
  readonly nvec: number;
  /** See affinity.ts. */
  readonly affinity: number;
  /** It has interrupts. */
  readonly used: boolean;
}

/** An irq domain; `irq` are the levels. */
export interface Domain {
  readonly kind: 'irq' | 'msi' | 'wired';
  readonly size: number;
  /** Trigger types by hardware number. */
  readonly mapped: ReadonlyMap<number, number>;
  /** The `mapcount`: more than `mapped` has when two interrupts have the same number. */
  readonly live: number;
}

/** Descriptors of a domain id by index, and handle of the domain there. */
export interface Store {
  domain: number;
  slots: Map<number, Slot>;
}

/** A device resource; `id` is what the driver calls it. */
export interface Node {
  readonly release: DevresNode['release'];
  readonly id: number;
}

/** A device; without `data` it has no slots and no mutex. */
export interface Device {
  alive: boolean;
  msiDomain: number;
  devres: Node[];
  data: boolean;
  locked: boolean;
  /** Its iteration is at the end; a rule knows where it is else. */
  ended: boolean;
  stores: readonly Store[];
}

/** Interrupts that a driver keeps, with their outermost domain. */
export interface Block {
  readonly kind: 'plain' | 'hierarchy' | 'mapping';
  readonly size: number;
  readonly domain: number;
  /** The level above which a hierarchy is cut off. */
  readonly cut: number;
  /** Interrupts of a legacy domain that are not mapped. */
  readonly lost: number;
}

/** Everything, as a step changes it; lists are by handle. */
export interface World {
  readonly environment: Environment;
  readonly profile: Profile;
  devices: readonly Readonly<Device>[];
  /** First those that a trace can name, then the devices' own. */
  readonly domains: (Domain | undefined)[];
  readonly blocks: (Block | undefined)[];
  /** Root vectors and interrupt numbers that are free. */
  vectors: number;
  numbers: number;
}

/** Everything, between steps. */
export type Model = Readonly<World>;

/** The state that a trace starts in. */
export function initialModel(environment: Environment): Model {
  const { levels, msi, hwsize, wired, vectors, devices } = environment;
  const profile = PROFILES[environment.release];
  const level = newDomain('irq', 0);
  const none = Array.from({ length: own(devices, 0) }, () => undefined);
  const domains = none.map((_, handle) => (handle <= levels ? level : undefined));
  if (msi === 'global') domains[MSI] = newMsiDomain(hwsize, profile);
  if (wired > 0) domains[WIRED] = newDomain('wired', wired);
  const blocks = Array.from({ length: BLOCKS }, () => undefined);
  const numbers = environment.nr_irqs - 1;
  const world = { environment, profile, devices: [], domains, blocks, vectors, numbers };
  return { ...world, devices: Array.from({ length: devices }, () => newDevice(world)) };
}

/** A device as it appears. */
export function newDevice({ environment: { msi, levels }, profile, domains }: Model): Device {
  const boot = msi === 'device' ? levels : MSI;
  return {
    alive: true,
    msiDomain: msi === 'none' || domains[boot] === undefined ? NONE : boot,
    devres: [],
    data: false,
    locked: false,
    ended: false,
    stores: STORES[profile.MSI_MAX_DEVICE_IRQDOMAINS] ?? [],
  };
}

const EMPTY: Store = { domain: NONE, slots: new Map() };
/** By their number; steps change copies of them. */
const STORES: readonly (readonly Store[])[] = [[], [EMPTY], [EMPTY, EMPTY]];

const UNMAPPED: ReadonlyMap<number, number> = new Map();

/** A domain as it appears; what is mapped in it is seen later. */
export function newDomain(kind: Domain['kind'], size: number, live = 0): Domain {
  return { kind, size, mapped: UNMAPPED, live };
}

/** An MSI domain, `undefined` when it cannot be that large; 0 is unlimited, and 6.1 knows no sizes. */
export function newMsiDomain(hwsize: number, { checksRange }: Profile): Domain | undefined {
  const size = checksRange && hwsize > 0 ? hwsize : MSI_XA_DOMAIN_SIZE;
  return size > MSI_XA_DOMAIN_SIZE ? undefined : newDomain('msi', size);
}

/** Handle of the domain that a device makes for itself at a domain id. */
export function own(dev: number, domid: number): number {
  return DOMAINS.length + dev * DOMIDS + domid;
}

/** True for the parent of per-device domains. */
export function isParent({ environment: { msi, levels } }: Model, domain: number): boolean {
  return msi === 'device' && domain === levels;
}
