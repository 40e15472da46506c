// SPDX-License-Identifier: GPL-2.0-only
/** Looking descriptors up: iteration with its one cursor per device, and look-ups by slot. */
import type { Picture } from '../trace/observation.ts';
import { dataOf } from '../trace/look.ts';
import type { IrqDomain, MsiDesc } from '../trace/structs.ts';
import { MSI_MAX_INDEX } from '../trace/flags.ts';
import { Fact } from './facts.ts';
import { type History, UNKNOWN } from './remember.ts';
import type { Rule } from './rule.ts';
import { firstFrom, load } from '../trace/tree.ts';
import { happened, happens, withMsi } from './situation.ts';

const iterated = happened('descriptors were iterated over', Fact.ITERATED);

/** First and next, as long as nothing else happened to the device in between. */
export const visitsInOrder: Rule = {
  name: 'iteration visits each descriptor that matches once, in ascending order',
  source: 'kernel/irq/msi.c msi_domain_first_desc(), msi_next_desc()',
  calls: ['msi_domain_first_desc', 'msi_first_desc', 'msi_next_desc', 'msi_next_desc_6_1'],
  step: (observation, history) => {
    const { fn, dev, domid, filter } = history.call;
    const first = fn === 'msi_domain_first_desc' || fn === 'msi_first_desc';
    const cursor = first ? -1 : (history.cursorWas[dev] ?? UNKNOWN);
    const store = storeOf(observation.picture, history, domid);
    if (store === undefined || (!first && cursor < 0)) return undefined;
    const { picture } = observation;
    const wanted = firstFrom(picture.xa_node, store, cursor + 1, (entry) => {
      const desc = picture.msi_desc.objects[entry];
      return desc !== undefined && (filter === 0 || (desc.irq !== 0) === (filter === 2));
    });
    return observation.ret === wanted
      ? undefined
      : `${fn} found slot ${observation.ret}, the next that matches is ${wanted}`;
  },
  sometimes: [
    iterated,
    happens(
      'an iteration went on to a second descriptor',
      Fact.ITERATED,
      ({ ret }, { call, cursorWas }) =>
        ret > 0 &&
        (call.fn === 'msi_next_desc' || call.fn === 'msi_next_desc_6_1') &&
        (cursorWas[call.dev] ?? UNKNOWN) >= 0,
    ),
  ],
};

/** The cursor does not outlive the lock. */
export const unlockEndsIteration: Rule = {
  name: 'an iteration that has come to its end, or whose lock was released, finds nothing more',
  source: 'kernel/irq/msi.c msi_unlock_descs(), msi_find_desc()',
  calls: ['msi_next_desc', 'msi_next_desc_6_1'],
  step: ({ ret }, { call, cursorWas }) =>
    ret !== -1 && cursorWas[call.dev] === -1 ? `${call.fn} found slot ${ret}` : undefined,
  device: ({ device, data }, { cursor }) =>
    data === undefined || cursor[device.handle] !== -1 || data.__iter_idx >= MSI_MAX_INDEX
      ? undefined
      : `the cursor of device ${device.handle} is at slot ${data.__iter_idx}`,
  sometimes: [
    happens(
      'an iteration was asked for more after its end',
      Fact.ITERATED,
      (_observation, { call, cursorWas }) =>
        (call.fn === 'msi_next_desc' || call.fn === 'msi_next_desc_6_1') &&
        cursorWas[call.dev] === -1,
    ),
  ],
};

/** What drivers call to find their interrupts. */
export const findsTheInterrupt: Rule = {
  name: 'looking up a slot answers with its interrupt, or 0',
  source: 'kernel/irq/msi.c msi_domain_get_virq()',
  calls: ['msi_domain_get_virq', 'msi_get_virq'],
  step: ({ ret, picture }, history) => {
    const { fn, index } = history.call;
    const wanted = virqOf(picture, history, index);
    return ret === wanted ? undefined : `slot ${index} has interrupt ${wanted}, ${fn} says ${ret}`;
  },
  sometimes: [
    happens(
      'a slot with an interrupt was looked up',
      Fact.LOOKED_UP,
      ({ ret }, { call }) => ret > 0 && call.fn !== 'irq_find_mapping',
      withMsi,
    ),
  ],
};

/** `struct msi_map`. */
export const mapsSlotToInterrupt: Rule = {
  name: 'msi_domain_alloc_irq_at answers with a slot and its interrupt, or with an error and 0',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irq_at()',
  calls: ['msi_domain_alloc_irq_at'],
  step: ({ ret, virq, picture }, history) => {
    if (ret < 0) return virq === 0 ? undefined : `index ${ret} with virq ${virq}`;
    const desc = descAt(picture, history, ret);
    if (desc !== undefined && desc.irq === virq && virq > 0) return undefined;
    return `index ${ret} with virq ${virq}, the slot ${desc === undefined ? 'is empty' : `has interrupt ${desc.irq}`}`;
  },
  sometimes: [
    happens(
      'msi_domain_alloc_irq_at succeeded',
      Fact.ASSOCIATED,
      (_observation, { call }) => call.fn === 'msi_domain_alloc_irq_at',
      (env) => withMsi(env) && env.release !== '6.1',
    ),
  ],
};

/** The device's store of a domain id, if it has one. */
export function storeOf(
  picture: Picture,
  history: History,
  domid: number,
): Readonly<{ head: number; headIsNode: boolean }> | undefined {
  const device = picture.device.objects[history.deviceAt[history.call.dev] ?? 0];
  return dataOf(picture, device)?.domains[domid]?.store;
}

/** The MSI domain of the call; before 6.2 it is the one that the device points at. */
export function domainOf(picture: Picture, history: History): Readonly<IrqDomain> | undefined {
  const { call, deviceAt, profile } = history;
  const device = picture.device.objects[deviceAt[call.dev] ?? 0];
  const own = dataOf(picture, device)?.domains[call.domid]?.domain;
  return picture.irq_domain.objects[(profile.storePerDomain ? own : device?.msi_domain) ?? 0];
}

/** The descriptor in a slot of the store that the call names. */
export function descAt(
  picture: Picture,
  history: History,
  index: number,
): Readonly<MsiDesc> | undefined {
  const store = storeOf(picture, history, history.call.domid);
  return store === undefined
    ? undefined
    : picture.msi_desc.objects[load(picture.xa_node, store, index)];
}

/** PCI-MSI has one descriptor for all vectors, and the index counts these. */
function virqOf(picture: Picture, history: History, index: number): number {
  if (index > MSI_MAX_INDEX) return 0;
  const pcimsi = history.environment.pci === 'msi' && history.call.domid === 0;
  const desc = descAt(picture, history, pcimsi ? 0 : index);
  if (desc === undefined || desc.irq === 0) return 0;
  if (!pcimsi) return desc.irq;
  return index < desc.nvec_used ? desc.irq + index : 0;
}

/** Data word that the descriptor of the call's slot remembers, for rules about messages. */
export function cachedWord(picture: Picture, history: History): number | undefined {
  return descAt(picture, history, history.call.index)?.msgData;
}
