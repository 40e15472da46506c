// SPDX-License-Identifier: GPL-2.0-only
/** The stores of MSI descriptors, and what a driver puts into them. */
import { MSI_ANY_INDEX, MSI_MAX_INDEX } from '../trace/flags.ts';
import { PROFILES } from '../trace/profile.ts';
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { happens, someDesc, withMsi } from './situation.ts';
import { descDropped, descFreed, descMade } from './situations.ts';

/** No leaked descriptor. */
export const inOneStore: Rule = {
  name: 'a descriptor is in exactly one store, in the slot of its index, unless it was dropped with a WARN',
  source: 'kernel/irq/msi.c msi_insert_desc(), msi_domain_free_descs()',
  desc: ({ picture, address, desc, found }, { descs }) => {
    const loose = descs[address]?.loose === true;
    if (found === (loose ? 0 : 1)) return undefined;
    return `${named(picture.msi_desc, address)} with index ${desc.msi_index} is in ${found} stores${loose ? ' and was dropped' : ''}`;
  },
  sometimes: [descMade, descDropped, descFreed],
};

/** The other direction: what a store has belongs there. */
export const slotHoldsItsDescriptor: Rule = {
  name: 'a slot of a store holds a live descriptor with that index, of that device',
  source: 'kernel/irq/msi.c msi_insert_desc()',
  storeNode: ({ picture, node, base }) => {
    if (node.shift !== 0) return undefined;
    let left = node.count;
    for (let i = 0; i < node.slots.length && left > 0; i += 1) {
      const entry = node.slots[i] ?? 0;
      if (entry === 0) continue;
      left -= 1;
      const desc = picture.msi_desc.objects[entry];
      if (desc === undefined) return `slot ${base + i} holds msi_desc ${entry}, which is gone`;
      if (desc.msi_index !== base + i)
        return `slot ${base + i} holds ${named(picture.msi_desc, entry)} with index ${desc.msi_index}`;
    }
    return undefined;
  },
  device: ({ picture, address, data }) => {
    for (let i = 0; data !== undefined && i < data.domains.length; i += 1) {
      const store = data.domains[i]?.store;
      if (store === undefined || store.head === 0 || store.headIsNode) continue;
      const desc = picture.msi_desc.objects[store.head];
      if (desc === undefined)
        return `slot 0 of domain id ${i} holds msi_desc ${store.head}, which is gone`;
      if (desc.msi_index === 0 && desc.dev === address) continue;
      return `slot 0 of domain id ${i} holds ${named(picture.msi_desc, store.head)} with index ${desc.msi_index} of device ${desc.dev}`;
    }
    return undefined;
  },
  sometimes: [descMade],
};

/** A descriptor that is older than the domain was put there without one; In 6.1 every domain has the largest. */
export const belowHwsize: Rule = {
  name: 'the index of a descriptor is below the hwsize of its domain',
  source: 'kernel/irq/msi.c msi_insert_desc()',
  desc: ({ picture, address, desc, data, domid, found, info }) => {
    if (found === 0 || info === undefined || data === undefined || desc.msi_index < info.hwsize)
      return undefined;
    const domain = data.domains[domid]?.domain ?? 0;
    if ((picture.msi_desc.birth[address] ?? 0) < (picture.irq_domain.birth[domain] ?? 0))
      return undefined;
    return `${named(picture.msi_desc, address)} has index ${desc.msi_index}, hwsize of domain id ${domid} is ${info.hwsize}`;
  },
  sometimes: [
    happens(
      'a descriptor was put into the last slot of its domain',
      Fact.DESC_BORN,
      (observation) =>
        someDesc(
          observation,
          ({ desc, info, found }) => found > 0 && desc.msi_index + 1 === info?.hwsize,
        ),
      (env) => withMsi(env) && PROFILES[env.release].checksRange,
    ),
  ],
};

/** Leaking on purpose is reported, and done for interrupts' sake only. */
export const droppedForItsInterrupt: Rule = {
  name: 'a descriptor is dropped only with a WARN, and keeps the interrupt that it was dropped for',
  source: 'kernel/irq/msi.c msi_domain_free_descs(), msi_device_data_release()',
  after: Fact.ABANDONED,
  step: ({ splats }) =>
    splats.some(({ kind }) => kind === 'WARN') ? undefined : 'a descriptor was dropped in silence',
  desc: ({ picture, address, desc }) =>
    desc.abandoned && desc.irq === 0
      ? `${named(picture.msi_desc, address)} was dropped without an interrupt`
      : undefined,
  sometimes: [descDropped],
};

/** Nothing of the argument is lost, and nothing else is there. */
export const holdsWhatWasGiven: Rule = {
  name: 'a new descriptor holds what the driver handed in, and nothing else',
  source:
    'kernel/irq/msi.c msi_alloc_desc(), msi_domain_insert_msi_desc(), __msi_domain_alloc_irq_at()',
  desc: ({ picture, address, desc }, { call, descs, steps }) => {
    if (descs[address]?.made !== steps) return undefined;
    const at = call.fn === 'msi_domain_alloc_irq_at';
    const given = call.fn === 'msi_domain_insert_msi_desc' || call.fn === 'msi_add_msi_desc';
    const attrib = (desc.is_msix ? 1 : 0) | (desc.can_mask ? 2 : 0);
    let wrong = '';
    if (desc.nvec_used !== (given ? call.nvec_used : 1)) wrong = `nvec_used ${desc.nvec_used}`;
    else if (given && desc.msi_index !== (call.index & MSI_MAX_INDEX))
      wrong = `index ${desc.msi_index}`;
    else if (at && call.index !== MSI_ANY_INDEX && desc.msi_index !== call.index)
      wrong = `index ${desc.msi_index}`;
    else if (attrib !== (given ? call.msi_attrib : 0)) wrong = `msi_attrib ${attrib}`;
    else if (desc.icookie !== (at ? call.icookie : 0)) wrong = `icookie ${desc.icookie}`;
    return wrong === '' ? undefined : `${named(picture.msi_desc, address)} has ${wrong}`;
  },
  sometimes: [descMade],
};
