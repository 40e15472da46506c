// SPDX-License-Identifier: GPL-2.0-only
/** Wrong states: complaints, locks, descriptors, interrupts, maps. */
import * as affinity from '../../src/invariants/affinity.ts';
import * as handler from '../../src/invariants/handler.ts';
import * as irq from '../../src/invariants/irq.ts';
import * as iterate from '../../src/invariants/iterate.ts';
import * as lock from '../../src/invariants/lock.ts';
import * as mapping from '../../src/invariants/mapping.ts';
import { SPLATS } from '../../src/invariants/splat.ts';
import * as store from '../../src/invariants/store.ts';
import * as sysfs from '../../src/invariants/sysfs.ts';
import * as trigger from '../../src/invariants/trigger.ts';
import * as vector from '../../src/invariants/vector.ts';
import { call } from '../../src/trace/call.ts';
import { SPLAT_KINDS } from '../../src/trace/observation.ts';
import { type Example, example } from './example.ts';
import { LEVEL, SLOT, WIRED } from './scenes.ts';
import { addIrq, at, put } from './world.ts';

/** What the kernel complains about, and who holds what. */
export const COMPLAINTS: readonly Example[] = [
  ...SPLATS.map((rule, i) =>
    example(rule, (world) => {
      world.splats = [
        {
          kind: SPLAT_KINDS[i] ?? 'WARN',
          fn: 'kfree',
          nth: 1,
          what: i === 6 ? 'msi_desc made in step 1' : '',
        },
      ];
    }),
  ),
  example(lock.heldInPairsOnly, ({ msi_device_data }) => {
    at(msi_device_data, 1).mutex = 1;
  }),
  example(lock.domainsUnlocked, ({ irq_domain }) => {
    at(irq_domain, 1).mutex = 1;
  }),
  example(lock.unlockedAtTheEnd, (world) => {
    world.call = call('msi_lock_descs');
    at(world.msi_device_data, 1).mutex = 1;
  }),
];

/** Descriptors. */
export const DESCRIPTORS: readonly Example[] = [
  example(store.inOneStore, ({ xa_node }) => {
    at(xa_node, 1).slots[SLOT] = 0;
  }),
  example(store.slotHoldsItsDescriptor, ({ xa_node }) => {
    Object.assign(at(xa_node, 1), { count: 2 }).slots[5] = 1;
  }),
  example(store.belowHwsize, ({ msi_domain_info }) => {
    at(msi_domain_info, 1).hwsize = SLOT;
  }),
  example(store.droppedForItsInterrupt, ({ msi_desc }) => {
    at(msi_desc, 1).abandoned = true;
  }),
  example(store.holdsWhatWasGiven, (world) => {
    world.call = call('msi_domain_insert_msi_desc', { index: 6, nvec_used: 2 });
    put(world, world.msi_desc, {
      ...at(world.msi_desc, 1),
      msi_index: 6,
      nvec_used: 1,
      affinity: 0,
    });
  }),
  example(iterate.visitsInOrder, (world) => {
    world.call = call('msi_domain_first_desc');
    world.ret = 5;
  }),
  example(
    iterate.unlockEndsIteration,
    (world) => {
      world.call = call('msi_next_desc');
      world.ret = SLOT;
    },
    {
      before: (world) => {
        world.call = call('msi_unlock_descs');
      },
    },
  ),
  example(iterate.findsTheInterrupt, (world) => {
    world.call = call('msi_domain_get_virq', { index: SLOT });
    world.ret = 2;
  }),
  example(iterate.mapsSlotToInterrupt, (world) => {
    world.call = call('msi_domain_alloc_irq_at', { index: 5 });
    world.ret = 5;
  }),
  example(affinity.copiesMasks, (world) => {
    at(world.affinity, 1).mask[1] = 15;
  }),
  example(sysfs.entriesWhileAssociated, ({ sysfs_attrs }) => {
    at(sysfs_attrs, 1).name.pop();
  }),
  example(sysfs.entriesGoFirst, ({ msi_desc }) => {
    msi_desc.objects[1] = undefined;
  }),
  example(sysfs.filesAreEntries, (world) => {
    at(world.device, 1).msiIrqsFiles.push(7);
  }),
];

/** Interrupt numbers and the maps that lead to them. */
export const INTERRUPTS: readonly Example[] = [
  example(irq.vectorsKnowTheirDescriptor, ({ irq_desc }) => {
    at(irq_desc, 2).msi_desc = 0;
  }),
  example(irq.inRangeOfItsDescriptor, ({ irq_desc }) => {
    at(irq_desc, 3).msi_desc = 1;
  }),
  example(irq.ownedWhileAllocated, ({ blockIrq }) => {
    blockIrq[0] = 0;
  }),
  example(irq.findsItsDesc, ({ sparse_irqs }) => {
    sparse_irqs[1] = 2;
  }),
  example(irq.withinLimits, () => {}, { environment: { nr_irqs: 4 } }),
  example(irq.chainFollowsDomains, ({ irq_data }) => {
    at(irq_data, 2).parent_data = 0;
  }),
  example(irq.chipsSet, ({ irq_data }) => {
    at(irq_data, 2).chip = 'notconn';
  }),
  example(irq.inTheDomainOfItsDescriptor, ({ irq_data }) => {
    at(irq_data, 3).domain = WIRED;
  }),
  example(irq.unmappedHasNoNumber, ({ irq_data }) => {
    at(irq_data, 7).hwirq = 2;
  }),
  example(irq.requestableWhenMapped, ({ irq_desc }) => {
    at(irq_desc, 4).norequest = true;
  }),
  example(irq.blockAsAnswered, (world) => {
    world.call = call('irq_alloc_descs', { nirqs: 2, block: 0 });
    world.ret = 3;
  }),
  example(trigger.triggerStored, (world) => {
    world.call = call('irq_create_fwspec_mapping', { domain: 4, hwirq: 2, type: 4, block: 2 });
    world.ret = 4;
  }),
  example(
    trigger.triggerKept,
    ({ irq_desc }) => {
      at(irq_desc, 4).trigger = 1;
    },
    {
      before: ({ irq_desc }) => {
        at(irq_desc, 4).trigger = 4;
      },
    },
  ),
  example(mapping.findsMapped, ({ radix_tree_node }) => {
    at(radix_tree_node, 4).slots[SLOT] = 0;
  }),
  example(mapping.holdsMappedOnly, ({ irq_domain }) => {
    at(irq_domain, WIRED).revmap[3] = 1;
  }),
  example(mapping.countsMapped, ({ irq_domain }) => {
    at(irq_domain, LEVEL).mapcount = 3;
  }),
  example(mapping.numberedFromGetHwirq, ({ irq_data }) => {
    at(irq_data, 6).hwirq = SLOT;
  }),
  example(mapping.belowHwirqMax, ({ irq_domain }) => {
    at(irq_domain, WIRED).hwirq_max = 2;
  }),
  example(mapping.answersWithTheMapped, (world) => {
    world.call = call('irq_find_mapping', { domain: 4, hwirq: 2 });
  }),
  example(mapping.mapsWhatWasAsked, (world) => {
    world.call = call('irq_domain_associate', { domain: 4, block: 1, hwirq: 3 });
  }),
  example(mapping.mappedOnce, (world) => {
    world.call = call('irq_domain_associate', { domain: 4, block: 0, hwirq: 2 });
    Object.assign(at(world.irq_data, 7), { domain: WIRED, hwirq: 2 });
  }),
  example(mapping.numberedFromItsHint, (world) => {
    world.call = call('irq_create_mapping_affinity', { domain: 4, hwirq: 20 });
    world.ret = 5;
    addIrq(world, 5, { domain: WIRED, hwirq: 3 });
  }),
  example(vector.hasItsVector, ({ irq_domain }) => {
    at(irq_domain, 1).vectors[0] = 2;
  }),
  example(vector.vectorsConserved, ({ irq_domain }) => {
    at(irq_domain, 1).vectors[7] = 9;
  }),
  example(affinity.spreadsMasks, ({ irq_desc }) => {
    at(irq_desc, 2).affinity = 15;
  }),
  example(handler.handledAsTheInfoSays, ({ irq_desc }) => {
    at(irq_desc, 2).handler_data = 0;
  }),
  example(handler.nothingLeftOfTheHandler, ({ irq_desc }) => {
    at(irq_desc, 3).handler_data = 1;
  }),
];
