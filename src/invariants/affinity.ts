// SPDX-License-Identifier: GPL-2.0-only
/** Affinity masks: copied once for the descriptor, and once more for each of its interrupts. */
import { type AffinityEntry, affinityEntries, NR_CPUS } from '../trace/affinity.ts';
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { masksGiven } from './situations.ts';
import { named } from './view.ts';
import { happens, someIrq, withMsi } from './situation.ts';

/** Largest `nvec_used` of a call, and values of an affinity argument. */
const MOST_VECTORS = 32;
const ARGUMENTS = 64;

/** What an argument stands for, by argument and vector. */
const ENTRIES: readonly (readonly AffinityEntry[])[] = Array.from(
  { length: ARGUMENTS },
  (_nothing, arg) => affinityEntries(arg, MOST_VECTORS) ?? [],
);
/** irq_default_affinity. */
const ALL_CPUS = 2 ** NR_CPUS - 1;

/** A deep and complete copy. */
export const copiesMasks: Rule = {
  name: 'a descriptor has a copy of the affinity masks that it was made with, one per vector, or none',
  source: 'kernel/irq/msi.c msi_alloc_desc()',
  desc: ({ picture, address, desc }, { descs }) => {
    const asked = descs[address]?.asked ?? 0;
    if (asked === 0)
      return desc.affinity === 0
        ? undefined
        : `${named(picture.msi_desc, address)} has masks that nobody gave it`;
    const copy = picture.affinity.objects[desc.affinity];
    if (copy === undefined) return `${named(picture.msi_desc, address)} has lost its masks`;
    if (copy.mask.length !== desc.nvec_used || copy.is_managed.length !== desc.nvec_used) {
      return `${named(picture.msi_desc, address)} has ${copy.mask.length} masks for ${desc.nvec_used} vectors`;
    }
    const entries = ENTRIES[asked];
    for (let i = 0; i < desc.nvec_used; i += 1) {
      if (copy.mask[i] === entries?.[i]?.mask && copy.is_managed[i] === entries?.[i]?.is_managed)
        continue;
      return `${named(picture.msi_desc, address)} has mask ${copy.mask[i] ?? 'none'} for vector ${i}, given was ${entries?.[i]?.mask ?? 'none'}`;
    }
    return undefined;
  },
  sometimes: [
    masksGiven,
    happens(
      'a descriptor with several affinity masks was made',
      Fact.AFFINITY,
      (_observation, { call }) => call.nvec_used > 1,
    ),
  ],
};

/** Per vector. */
export const spreadsMasks: Rule = {
  name: 'an interrupt has the mask of its vector and whether it is managed, or all CPUs when no mask was given',
  source: 'kernel/irq/irqdesc.c alloc_descs()',
  irq: ({ picture, irq, desc, msi, offset }, { numbers }) => {
    const past = numbers[irq];
    let mask: number | undefined;
    let managed: boolean | undefined;
    if (past?.block === true) {
      mask = ENTRIES[past.asked]?.[past.vec]?.mask;
      managed = ENTRIES[past.asked]?.[past.vec]?.is_managed;
    } else if (msi !== undefined && msi.affinity !== 0) {
      const copy = picture.affinity.objects[msi.affinity];
      mask = copy?.mask[offset];
      managed = copy?.is_managed[offset];
    }
    const given = mask !== undefined;
    if (
      desc.affinity === (mask ?? ALL_CPUS) &&
      desc.is_managed === (managed ?? false) &&
      desc.affinitySet === given
    )
      return undefined;
    const seen = `${desc.affinity}${desc.is_managed ? ' managed' : ''}${desc.affinitySet ? '' : ' not set'}`;
    return `interrupt ${irq} has mask ${seen}, given was ${mask ?? 'none'}${managed === true ? ' managed' : ''}`;
  },
  sometimes: [
    happens(
      'an interrupt with a mask of its own was allocated for a descriptor',
      Fact.ASSOCIATED,
      (observation, history) =>
        someIrq(observation, history, ({ affinitySet, msi_desc }) => affinitySet && msi_desc !== 0),
      withMsi,
    ),
    happens('a driver got interrupts with masks', Fact.BLOCK, (observation, history) =>
      someIrq(observation, history, ({ affinitySet, msi_desc }) => affinitySet && msi_desc === 0),
    ),
  ],
};
