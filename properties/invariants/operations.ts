// SPDX-License-Identifier: GPL-2.0-only
/** Wrong calls of operations: in the wrong domain, for the wrong device, not at all, or not listened to. */
import { reachedFaultsFire } from '../../src/invariants/fault.ts';
import { firstNumberIsNew } from '../../src/invariants/mapping.ts';
import { shortageIsTold } from '../../src/invariants/memory.ts';
import * as operation from '../../src/invariants/operation.ts';
import * as reason from '../../src/invariants/reason.ts';
import * as slots from '../../src/invariants/slots.ts';
import * as twoPasses from '../../src/invariants/two-passes.ts';
import { call } from '../../src/trace/call.ts';
import { Errno } from '../../src/trace/errno.ts';
import { calls, type Example, example } from './example.ts';
import { SLOT } from './scenes.ts';
import { at, op } from './world.ts';

/** The world of 6.1 with its two passes. */
const OLD = { release: '6.1', msi: 'global' } as const;

/** Which operations are called, for whom, and what becomes of their answers. */
export const ANSWERS: readonly Example[] = [
  calls(operation.providedOnly, op('msi_post_free', -1)),
  calls(operation.voidReturnsNothing, { ...op('get_hwirq', -1), ret: 1 }),
  calls(operation.calledForItsDevice, { ...op('msi_prepare', -1), dev: 1 }),
  {
    ...calls(operation.readiedFirst, op('msi_prepare', -1), op('set_desc', -1)),
    environment: { ops: ['prepare_desc'] },
  },
  example(
    operation.heardOfReleases,
    ({ msi_desc }) => {
      at(msi_desc, 1).irq = 0;
    },
    { environment: { ops: ['msi_free', 'msi_post_free'] } },
  ),
  example(operation.rootIsAsked, (world) => {
    world.call = call('msi_create_device_irq_domain', { domid: 1, hwsize: 1 });
    world.ret = 1;
  }),
  calls(operation.composedByItsLevel, op('irq_compose_msi_msg', 1, 1)),
  example(
    operation.refusedStaysUnmapped,
    (world) => {
      world.call = call('irq_create_fwspec_mapping', { domain: 3 });
      world.callbacks = [{ ...op('msi_translate', -1), ret: Errno.EINVAL }];
      world.ret = 4;
    },
    { environment: { ops: ['msi_translate'] } },
  ),
  {
    ...calls(twoPasses.finishedAlways, op('msi_prepare', 3)),
    environment: { ...OLD, ops: ['msi_finish'] },
  },
  example(
    twoPasses.errorsHandled,
    (world) => {
      world.callbacks = [op('msi_prepare', 3)];
      world.ret = Errno.ENOSPC;
    },
    { environment: { ...OLD, ops: ['handle_error'] } },
  ),
  example(
    operation.answersAsTold,
    (world) => {
      world.callbacks = [op('msi_prepare', -1)];
    },
    { environment: { hostile: [{ op: 'msi_prepare', nth: 2, ret: Errno.ENOMEM }] } },
  ),
  example(operation.answersAsTold, (world) => {
    world.faults = [{ kind: 'callback', op: 'msi_check', nth: 1, ret: Errno.EINVAL }];
    world.callbacks = [op('msi_check', -1)];
  }),
  calls(
    firstNumberIsNew,
    { ...op('msi_init', -1, 5), arg: 1 },
    { ...op('get_hwirq', -1), arg: 1 },
    op('alloc', 0, 6),
  ),
  example(reason.refusedForAReason, (world) => {
    world.call = call('irq_alloc_descs', { nirqs: 1, block: 2 });
    world.ret = Errno.ENOMEM;
  }),
  example(reason.noSpaceForAReason, (world) => {
    world.call = call('msi_domain_alloc_irqs_range', { lock: 1 });
    world.ret = Errno.ENOSPC;
  }),
  example(slots.placedWhereAsked, (world) => {
    world.call = call('msi_domain_insert_msi_desc', { index: SLOT, lock: 1 });
  }),
  example(slots.rangeIsDone, (world) => {
    world.call = call('msi_domain_free_irqs_range', { last: SLOT });
  }),
  example(slots.descriptorsGo, (world) => {
    world.call = call('msi_domain_free_msi_descs_range', { last: SLOT, lock: 1 });
  }),
  example(slots.othersStay, (world) => {
    world.call = call('msi_domain_free_irqs_range', { last: 1 });
    at(world.msi_desc, 1).irq = 0;
  }),
  example(reachedFaultsFire, (world) => {
    world.faults = [{ kind: 'callback', op: 'msi_check', nth: 1, ret: 0 }];
    world.callbacks = [op('msi_check', -1)];
  }),
  example(shortageIsTold, (world) => {
    world.call = call('msi_setup_device_data');
    world.fired = [{ where: 'alloc_dr', nth: 1 }];
  }),
];
