// SPDX-License-Identifier: GPL-2.0-only
/** Which slots of a store a call fills, empties and leaves alone, and what it says of them. */
import { type Call, CALL_NAMES, type CallName } from '../trace/call.ts';
import { Errno, formatErrno } from '../trace/errno.ts';
import { MSI_ANY_INDEX, MSI_MAX_INDEX, MSI_XA_DOMAIN_SIZE, MsiFlag } from '../trace/flags.ts';
import { descsIn } from '../trace/look.ts';
import type { Observation } from '../trace/observation.ts';
import type { MsiDesc, MsiDomainInfo } from '../trace/structs.ts';
import { load } from '../trace/tree.ts';
import { Fact } from './facts.ts';
import { domainOf, storeOf } from './iterate.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { happens } from './situation.ts';
import { associated, descFreed, descMade, dissociated } from './situations.ts';

/** A driver is told why its descriptor found no place. */
export const placedWhereAsked: Rule = {
  name: 'a descriptor goes into the slot that was asked for, or the lowest free one; -EBUSY is said of slots that are taken, -ERANGE of those that the domain does not have',
  source: 'kernel/irq/msi.c msi_insert_desc(), v6.1 msi_add_msi_desc()',
  calls: ['msi_domain_insert_msi_desc', 'msi_add_msi_desc', 'msi_domain_alloc_irq_at'],
  step: (observation, history) => {
    const { ret, fired, callbacks } = observation;
    const { fn } = history.call;
    const place = placeOf(observation, history);
    const at = fn === 'msi_domain_alloc_irq_at';
    // What becomes of a descriptor that has its place is another rule's.
    const isPlaced = callbacks.length > 0 && place >= 0 && ret < 0;
    if (at && (isPlaced || infoOf(observation, history) === undefined)) return undefined;
    if (ret === (at ? place : Math.min(0, place))) return undefined;
    return ret === Errno.ENOMEM && fired.length > 0
      ? undefined
      : `${fn} says ${formatErrno(ret)}, expected ${formatErrno(place)}`;
  },
  sometimes: [
    descMade,
    happens(
      'a slot was taken, or none of the domain',
      Fact.REFUSED,
      ({ ret }, { call }) => call.index > 0 && (ret === Errno.EBUSY || ret === Errno.ERANGE),
    ),
  ],
};

/** The slot that the descriptor of the call goes into, or why there is none. */
function placeOf(observation: Observation, history: History): number {
  const { picture } = observation;
  const { call, descs, steps } = history;
  const size = sizeOf(observation, history);
  const store = storeOf(picture, history, call.domid);
  const isTaken = (slot: number): boolean => {
    const address = store === undefined ? 0 : load(picture.xa_node, store, slot);
    return address !== 0 && descs[address]?.made !== steps;
  };
  const at = call.fn === 'msi_domain_alloc_irq_at';
  let slot = at ? call.index : call.index & MSI_MAX_INDEX;
  if (slot === MSI_ANY_INDEX) {
    for (slot = 0; slot < size && isTaken(slot);) slot += 1;
    return slot < size ? slot : Errno.EBUSY;
  }
  if (slot >= size) return Errno.ERANGE;
  return isTaken(slot) ? Errno.EBUSY : slot;
}

/** Slots of a domain; 6.1 has no limit. */
function sizeOf(observation: Observation, history: History): number {
  const info = history.profile.checksRange ? infoOf(observation, history) : undefined;
  return info?.hwsize ?? MSI_XA_DOMAIN_SIZE;
}

function infoOf({ picture }: Observation, history: History): Readonly<MsiDomainInfo> | undefined {
  return picture.msi_domain_info.objects[domainOf(picture, history)?.host_data ?? 0];
}

/** What a call does with slots: with those of its range, or with all. */
type Deed = 'allocates' | 'frees' | 'empties';

const DEEDS: Readonly<Partial<Record<CallName, readonly [Deed, 'range' | 'all']>>> = {
  msi_domain_alloc_irqs_range: ['allocates', 'range'],
  msi_domain_alloc_irqs_range_locked: ['allocates', 'range'],
  msi_domain_alloc_irqs_all_locked: ['allocates', 'all'],
  msi_domain_alloc_irqs: ['allocates', 'all'],
  msi_domain_alloc_irqs_descs_locked: ['allocates', 'all'],
  msi_domain_free_irqs_range: ['frees', 'range'],
  msi_domain_free_irqs_range_locked: ['frees', 'range'],
  msi_domain_free_irqs_all: ['frees', 'all'],
  msi_domain_free_irqs_all_locked: ['frees', 'all'],
  msi_domain_free_irqs: ['frees', 'all'],
  msi_domain_free_irqs_descs_locked: ['frees', 'all'],
  msi_domain_free_msi_descs_range: ['empties', 'range'],
  msi_free_msi_descs_range: ['empties', 'range'],
  msi_free_msi_descs: ['empties', 'all'],
};

const DOING: readonly CallName[] = CALL_NAMES.filter((fn) => DEEDS[fn] !== undefined);

/** What a call did to its range, and what is there now. */
interface Done {
  readonly deed: Deed;
  readonly works: boolean;
  readonly flags: number;
  readonly filter: number;
  readonly left: readonly Readonly<MsiDesc>[];
}

/** Nothing is done to a range that is refused, or where there is no domain. */
function doneBy(observation: Observation, history: History): Done | undefined {
  const { ret, picture, splats, callbacks } = observation;
  const { call, profile } = history;
  const [deed, scope] = DEEDS[call.fn] ?? [];
  if (deed === undefined || splats.some(({ fn }) => fn === 'msi_ctrl_valid')) return undefined;
  const info = infoOf(observation, history);
  if (info === undefined && deed !== 'empties') return undefined;
  const works = deed === 'allocates' && ret === 0;
  const first = scope === 'range' ? call.first : 0;
  const last = scope === 'range' ? call.last : sizeOf(observation, history) - 1;
  const flags = info?.flags ?? 0;
  const all = descsIn(picture, storeOf(picture, history, call.domid));
  const left = all.filter(({ msi_index }) => msi_index >= first && msi_index <= last);
  // Before 6.2 nothing else is undone when simple descriptors cannot be made.
  if (deed === 'allocates' && !works && !profile.checksRange && callbacks.length === 0) {
    const simple = all.filter(({ msi_index }) => msi_index < call.nirqs);
    return { deed: 'empties', works, flags, filter: NOTASSOCIATED, left: simple };
  }
  return { deed, works, flags, filter: call.filter, left };
}

/** All or nothing, whatever was there before. */
export const rangeIsDone: Rule = {
  name: 'every descriptor of its range has interrupts when an allocation succeeds, and none when it fails, or when they are freed',
  source: 'kernel/irq/msi.c __msi_domain_alloc_locked(), msi_domain_free_locked()',
  calls: DOING,
  step: (observation, history) => {
    const done = doneBy(observation, history);
    if (done === undefined || done.deed === 'empties') return undefined;
    const wrong = done.left.find(({ irq }) => (irq !== 0) !== done.works);
    return wrong === undefined ? undefined : has(wrong);
  },
  sometimes: [associated, dissociated],
};

/** Whoever made them. */
export const descriptorsGo: Rule = {
  name: 'the descriptors of a range are gone when they are freed, or with their interrupts where MSI_FLAG_FREE_MSI_DESCS says so, and stay otherwise',
  source: 'kernel/irq/msi.c msi_domain_free_descs(), msi_domain_free_locked()',
  calls: DOING,
  step: (observation, history) => {
    const done = doneBy(observation, history);
    if (done === undefined) return undefined;
    const { deed, works, flags, filter, left } = done;
    if (deed === 'empties' || (!works && (flags & MsiFlag.MSI_FLAG_FREE_MSI_DESCS) !== 0)) {
      const wrong = left.find(
        ({ irq }) => filter === 0 || (irq !== 0) === (filter !== NOTASSOCIATED),
      );
      return wrong === undefined ? undefined : has(wrong);
    }
    const undone = deed === 'allocates' && (flags & MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS) !== 0;
    const isGone = (history.facts & Fact.DESC_GONE) !== 0 && !undone;
    return isGone ? `${history.call.fn} freed a descriptor` : undefined;
  },
  sometimes: [associated, descFreed],
};

function has({ msi_index, irq }: Readonly<MsiDesc>): string {
  return `slot ${msi_index} has ${irq === 0 ? 'a descriptor without interrupts' : `interrupt ${irq}`}`;
}

/** MSI_DESC_NOTASSOCIATED. */
const NOTASSOCIATED = 1;

/** Calls that release the resources of a device name no slots, and descriptors may be among these. */
const NAMING: readonly CallName[] = CALL_NAMES.filter(
  (fn) => fn !== 'device_release' && !fn.startsWith('devres_'),
);

/** Neighbours are left alone. */
export const othersStay: Rule = {
  name: 'descriptors come and go, and get and lose their interrupts, only in the slots that the call names',
  source: 'kernel/irq/msi.c msi_domain_alloc_locked(), msi_domain_free_locked()',
  calls: NAMING,
  after: Fact.DESC_BORN | Fact.DESC_GONE | Fact.ASSOCIATED | Fact.DISSOCIATED,
  step: ({ virq, ret }, history) => {
    const { call, changed, deviceAt, steps, profile, environment } = history;
    const { ops } = environment;
    const [first, last] = namedBy(call, virq > 0 ? ret : -1);
    // Before 6.2 the number of interrupts was that of simple descriptors, and said nothing of others.
    const simple = profile.checksRange || call.nirqs === 0 ? Infinity : call.nirqs;
    const whole = ops.includes('domain_alloc_irqs');
    const wrong = changed.find(
      ({ dev, index, made }) =>
        dev !== deviceAt[call.dev] ||
        (!whole && (index < first || index > last)) ||
        (made === steps && index >= simple),
    );
    return wrong === undefined ? undefined : `${call.fn} changed slot ${wrong.index}`;
  },
  sometimes: [associated, dissociated, descFreed],
};

/** First and last slot. */
function namedBy({ fn, first, last, index }: Call, slot: number): readonly [number, number] {
  const [, scope] = DEEDS[fn] ?? [];
  if (scope === 'range') return [first, last];
  if (scope === 'all') return [0, MSI_MAX_INDEX];
  if (fn === 'msi_domain_alloc_irq_at') {
    if (index !== MSI_ANY_INDEX) return [index, index];
    return slot < 0 ? [0, MSI_MAX_INDEX] : [slot, slot];
  }
  const own = index & MSI_MAX_INDEX;
  return fn === 'msi_domain_insert_msi_desc' || fn === 'msi_add_msi_desc' ? [own, own] : [0, -1];
}
