// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the generator believes to exist: just enough to aim arguments at what is there, and wrong
 * whenever a call fails unexpectedly, which only makes later arguments less well aimed. It is not
 * the oracle, and nothing is ever judged by it.
 */
import { BLOCKS, type Call, DOMAINS } from '../trace/call.ts';
import { MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import type { CallName } from '../trace/signatures.ts';
import type { Step } from '../trace/step.ts';
import type { Bits } from './bits.ts';
import type { Facts } from './facts.ts';

/** The call that is being drawn: its fields are filled in one after the other. */
export type Draft = { -readonly [Field in keyof Call]: Call[Field] };

/** Values of `Store.domain` and `Device.msi_domain` that are not handles. */
export const NO_DOMAIN = -1;
export const DEVICE_DOMAIN = -2;

/** Values of `Block.kind`: what made the block, which decides what may be done with it. */
export const EMPTY = 0;
export const PLAIN = 1;
export const HIERARCHY = 2;
export const MAPPING = 3;

/** Descriptors of one domain of one device: three lists of the same length, in no order. */
export interface Store {
  /** Handle, DEVICE_DOMAIN or NO_DOMAIN. */
  domain: number;
  hwsize: number;
  readonly index: number[];
  readonly nvec: number[];
  /** 1 for a descriptor that has its interrupts. */
  readonly irq: number[];
  /** Descriptors that have none. */
  waiting: number;
}

/** A device. */
export interface Device {
  readonly handle: number;
  alive: boolean;
  data: boolean;
  lock: boolean;
  msi_domain: number;
  readonly first: Store;
  readonly second: Store;
  /** Bit per resource. */
  resources: number;
  /** Bit per group that exists, is closed, holds the MSI data. */
  groups: number;
  closed: number;
  holdsData: number;
  /** Bits `3 * group + resource`. */
  holds: number;
}

/** Interrupts that the driver allocated itself. */
export interface Block {
  kind: number;
  size: number;
  domain: number;
  hwirq: number;
  /** The levels below `domain` are gone. */
  trimmed: boolean;
}

/** Everything about the trace being drawn. */
export interface World {
  readonly facts: Facts;
  readonly bits: Bits;
  readonly steps: Step[];
  readonly devices: readonly Device[];
  readonly blocks: readonly Block[];
  /** Vectors that are free in the root domain. */
  vectors: number;
  /** Sizes of the domains `msi` and `extra`, 0 when there is none. */
  msi: number;
  extra: number;
  /** `extra` was made by irq_domain_create_legacy(). */
  legacy: boolean;
  wired: number;
  /** This trace uses the second domain id. */
  two: boolean;
  /** The call being drawn, its device and its store. */
  call: Draft;
  device: Device;
  store: Store;
  /** How often the call may ask for the same kind of memory. */
  span: number;
  /** Steps for which an iteration goes on, and what it iterates over. */
  iterating: number;
  filter: number;
  /** The last step ended in something that no kernel survives. */
  dead: boolean;
  /** Allocations drawn so far, and those of them that should succeed. */
  asked: number;
  granted: number;
}

/** A call whose arguments are all 0. Written out, for a literal is several times faster to make than a copy by spreading. */
export function blankCall(fn: CallName): Draft {
  return {
    fn,
    dev: 0,
    domid: 0,
    first: 0,
    last: 0,
    index: 0,
    nvec_used: 0,
    affinity: 0,
    msi_attrib: 0,
    filter: 0,
    nirqs: 0,
    lock: 0,
    hwsize: 0,
    domain: 0,
    hwirq: 0,
    block: 0,
    vec: 0,
    bus_token: 0,
    res: 0,
    icookie: 0,
    reserve: 0,
    type: 0,
  };
}

/** The world as the environment starts. */
export function startWorld(facts: Facts, bits: Bits): World {
  const { environment } = facts;
  const first = bootDevice(facts, 0);
  const devices = [first];
  for (let i = 1; i < environment.devices; i += 1) devices.push(bootDevice(facts, i));
  const blocks: Block[] = [];
  for (let i = 0; i < BLOCKS; i += 1)
    blocks.push({ kind: EMPTY, size: 0, domain: NO_DOMAIN, hwirq: 0, trimmed: false });
  return {
    facts,
    bits,
    steps: [],
    devices,
    blocks,
    vectors: facts.capacity,
    msi: environment.msi === 'global' ? facts.hwsize : 0,
    extra: 0,
    legacy: false,
    wired: environment.wired,
    two: false,
    call: blankCall('device_add'),
    device: first,
    store: first.first,
    span: 1,
    iterating: 0,
    filter: 0,
    dead: false,
    asked: 0,
    granted: 0,
  };
}

function bootDevice(facts: Facts, handle: number): Device {
  return {
    handle,
    alive: true,
    data: false,
    lock: false,
    msi_domain: bootDomain(facts),
    first: emptyStore(),
    second: emptyStore(),
    resources: 0,
    groups: 0,
    closed: 0,
    holdsData: 0,
    holds: 0,
  };
}

/** What `msi.domain` of a device is at boot. */
export function bootDomain({ environment, outermost }: Facts): number {
  if (environment.msi === 'device') return outermost;
  return environment.msi === 'global' ? MSI_HANDLE : NO_DOMAIN;
}

function emptyStore(): Store {
  return {
    domain: NO_DOMAIN,
    hwsize: MSI_XA_DOMAIN_SIZE,
    index: [],
    nvec: [],
    irq: [],
    waiting: 0,
  };
}

/** Handles of the domains that come and go. */
export const MSI_HANDLE: number = DOMAINS.indexOf('msi');
export const WIRED_HANDLE: number = DOMAINS.indexOf('wired');
export const EXTRA_HANDLE: number = DOMAINS.indexOf('extra');
