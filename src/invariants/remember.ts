// SPDX-License-Identifier: GPL-2.0-only
/**
 * What has happened so far, as far as a rule needs it. It is changed in place, by fold.ts and the
 * files that it uses only.
 */
import { call, type Call, type CallName, DOMAINS } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { MsiFlag, PCI_TOKENS } from '../trace/flags.ts';
import { ownFlags } from '../trace/parent.ts';
import { PROFILES, type Profile } from '../trace/profile.ts';
import type { Op } from '../trace/sites.ts';
import type { CallbackFault, Fault } from '../trace/step.ts';
import type {
  Broken,
  DataPast,
  DataTally,
  DescPast,
  DevicePast,
  DomainPast,
  NumberPast,
  Progress,
  Sums,
} from './past.ts';

/** Everything that rules remember. */
export interface History {
  readonly environment: Environment;
  readonly profile: Profile;
  /** Early activation may be in reservation mode. */
  readonly reservable: boolean;
  /** Steps folded so far. */
  steps: number;
  /** The last one. */
  call: Call;
  /** Bits of Fact that it set. */
  facts: number;
  /** The order rule that its callbacks broke. */
  broken: Broken | undefined;
  readonly progress: Progress;
  /** Interrupt numbers that it dealt with: the first `touchedCount`, for emptying a list costs more than keeping it. */
  readonly touched: number[];
  touchedCount: number;
  /** Of these, those that exist no more. */
  readonly ended: number[];
  /** Domains that are gone since. */
  readonly removed: number[];
  /** Addresses of irq_data that left a map, each followed by domain and number. */
  readonly left: number[];
  /** Slots whose descriptor came or went, or got or lost its interrupts. */
  readonly changed: Pick<DescPast, 'dev' | 'index' | 'made'>[];
  /** Of descriptors that are gone since: the most vectors of one, 1 at least, and whether one asked for CPUs and named none. */
  lost: { readonly count: number; readonly nowhere: boolean };
  /** Addresses of the sysfs entries that descriptors had which are gone since. */
  readonly bereaved: number[];
  readonly numbers: (NumberPast | undefined)[];
  readonly descs: (DescPast | undefined)[];
  /** Interrupt number by address of the irq_desc. */
  readonly irqs: number[];
  readonly data: (DataPast | undefined)[];
  readonly domains: (DomainPast | undefined)[];
  readonly devices: (DevicePast | undefined)[];
  readonly tallies: (DataTally | undefined)[];
  /** By address of a node: entries of a leaf, or less than 0, children of another. */
  readonly storeNodes: number[];
  readonly mapNodes: number[];
  /** By address: 1 for a close marker that is not on a list; a bundle; a firmware node with a name. */
  readonly unclosed: number[];
  readonly bundles: number[];
  readonly fwnodes: number[];
  readonly sums: Sums;
  /** Address of the domain by handle, and of the living device by handle. */
  readonly domainAt: number[];
  readonly deviceAt: number[];
  /** A device's resources are not what they were before the step. */
  unsettled: boolean;
  /** By device handle: the driver has taken the mutex. */
  readonly held: boolean[];
  /** By device handle, slot that iteration has come to: -1 at the end, UNKNOWN when something came between; and before this step. */
  readonly cursor: number[];
  readonly cursorWas: number[];
  /** Blocks of the driver after the step before. */
  readonly blocks: number[];
  /** What it got, or mapped, each of them with. */
  readonly filledBy: (CallName | undefined)[];
  /** Hardware numbers that two interrupts of a domain have had: see contest() in fold-irqs.ts. */
  readonly contested: Set<number>;
  /** Calls of operations so far, in environments that force results. */
  readonly opTotal: Map<Op, number>;
  /** Faults of the step; the results that it forces, and calls of operations in it when there are some. */
  faults: readonly Fault[];
  forced: readonly CallbackFault[];
  readonly opStep: Map<Op, number>;
}

/** A cursor of which nothing is known. */
export const UNKNOWN = -2;

/** No descriptor was freed. */
export const NOTHING_LOST: History['lost'] = { count: 1, nowhere: false };

/** Whether interrupts of a domain with these flags may be activated without a vector of their own. */
function reserves(flags: number): boolean {
  const wanted = MsiFlag.MSI_FLAG_ACTIVATE_EARLY | MsiFlag.MSI_FLAG_MUST_REACTIVATE;
  return (flags & wanted) === wanted && (flags & MsiFlag.MSI_FLAG_NO_MASK) === 0;
}

/** Nothing has happened yet. The first step shows what was there before it. */
export function startHistory(environment: Environment): History {
  return {
    environment,
    profile: PROFILES[environment.release],
    reservable:
      (reserves(environment.flags) || reserves(ownFlags(environment))) &&
      PCI_TOKENS.includes(environment.bus_token),
    steps: 0,
    call: NO_CALL,
    facts: 0,
    broken: undefined,
    progress: startProgress(),
    touched: [],
    touchedCount: 0,
    ended: [],
    removed: [],
    left: [],
    changed: [],
    lost: NOTHING_LOST,
    bereaved: [],
    numbers: [],
    descs: [],
    irqs: [],
    data: [],
    domains: [],
    devices: [],
    tallies: [],
    storeNodes: [],
    mapNodes: [],
    unclosed: [],
    bundles: [],
    fwnodes: [],
    sums: startSums(),
    domainAt: DOMAINS.map(() => 0),
    deviceAt: [0, 0, 0],
    unsettled: false,
    held: [false, false, false],
    cursor: [UNKNOWN, UNKNOWN, UNKNOWN],
    cursorWas: [UNKNOWN, UNKNOWN, UNKNOWN],
    blocks: [0, 0, 0],
    filledBy: [undefined, undefined, undefined],
    contested: new Set(),
    opTotal: new Map(),
    faults: [],
    forced: [],
    opStep: new Map(),
  };
}

function startSums(): Sums {
  return {
    affinities: 0,
    attrs: 0,
    names: 0,
    loose: 0,
    storeEntries: 0,
    storeNodes: 0,
    mapNodes: 0,
    mapNodesLost: 0,
    parents: 0,
    listed: 0,
    unclosed: 0,
    bundles: 0,
    bundlesUsed: 0,
    devicesWithData: 0,
  };
}

const NO_CALL: Call = call('msi_unlock_descs');

function startProgress(): Progress {
  return {
    checked: false,
    prepared: 0,
    readied: false,
    described: false,
    numbered: false,
    rollback: 0,
    composed: 0,
    finished: false,
    freed: false,
    allocatedByDomain: false,
    freedByDomain: false,
    release: Number.MAX_SAFE_INTEGER,
  };
}

/** Before the first callback of a step. */
export function resetProgress(progress: Progress): void {
  progress.checked = false;
  progress.prepared = 0;
  progress.readied = false;
  progress.described = false;
  progress.numbered = false;
  progress.rollback = 0;
  progress.composed = 0;
  progress.finished = false;
  progress.freed = false;
  progress.allocatedByDomain = false;
  progress.freedByDomain = false;
  progress.release = Number.MAX_SAFE_INTEGER;
}

/** A copy that lives on its own. */
export function copyHistory(history: History): History {
  return {
    ...history,
    progress: { ...history.progress },
    touched: [...history.touched],
    ended: [...history.ended],
    removed: [...history.removed],
    left: [...history.left],
    changed: [...history.changed],
    bereaved: [...history.bereaved],
    numbers: history.numbers.map(
      (past) => past && { ...past, alloc: [...past.alloc], active: [...past.active] },
    ),
    descs: copyAll(history.descs),
    irqs: [...history.irqs],
    data: copyAll(history.data),
    domains: copyAll(history.domains),
    devices: copyAll(history.devices),
    tallies: copyAll(history.tallies),
    storeNodes: [...history.storeNodes],
    mapNodes: [...history.mapNodes],
    unclosed: [...history.unclosed],
    bundles: [...history.bundles],
    fwnodes: [...history.fwnodes],
    sums: { ...history.sums },
    domainAt: [...history.domainAt],
    deviceAt: [...history.deviceAt],
    held: [...history.held],
    cursor: [...history.cursor],
    cursorWas: [...history.cursorWas],
    blocks: [...history.blocks],
    filledBy: [...history.filledBy],
    contested: new Set(history.contested),
    opTotal: new Map(history.opTotal),
    opStep: new Map(history.opStep),
  };
}

function copyAll<T extends object>(list: readonly (T | undefined)[]): (T | undefined)[] {
  return list.map((past) => past && { ...past });
}

/** The past of an interrupt number; made when it is new. */
export function numberPast(history: History, irq: number): NumberPast {
  const known = history.numbers[irq];
  if (known !== undefined) return known;
  const fresh: NumberPast = {
    step: -1,
    alloc: [0, 0, 0, 0, 0, 0],
    active: [0, 0, 0, 0, 0, 0],
    init: 0,
    written: 0,
    trimmed: false,
    lied: false,
    block: false,
    pushed: false,
    uncounted: 0,
    overcounted: 0,
    reserved: false,
    seen: false,
    trigger: 0,
    asked: -1,
    vec: 0,
  };
  extend(history.numbers, irq);
  history.numbers[irq] = fresh;
  return fresh;
}

/** The same, and puts the number on the list of those that the step dealt with. */
export function mention(history: History, irq: number): NumberPast {
  const past = numberPast(history, irq);
  if (past.step !== history.steps) {
    past.step = history.steps;
    history.touched[history.touchedCount] = irq;
    history.touchedCount += 1;
  }
  return past;
}

/** Makes a list long enough for an index, without holes. */
export function extend(list: unknown[], index: number): void {
  while (list.length <= index) list.push(undefined);
}

/** The same for numbers. */
export function extendZero(list: number[], index: number): void {
  while (list.length <= index) list.push(0);
}
