// SPDX-License-Identifier: GPL-2.0-only
/** Wrong steps, owners and memory: operations, domains, devices, resources, what nobody refers to. */
import * as activation from '../../src/invariants/activation.ts';
import * as balance from '../../src/invariants/balance.ts';
import * as device from '../../src/invariants/device.ts';
import * as devres from '../../src/invariants/devres.ts';
import * as domain from '../../src/invariants/domain.ts';
import * as domainName from '../../src/invariants/domain-name.ts';
import { COUNTS, nodesKnowTheirPlace, nothingLeft } from '../../src/invariants/memory.ts';
import * as message from '../../src/invariants/message.ts';
import * as order from '../../src/invariants/order.ts';
import { oneOwner } from '../../src/invariants/ownership.ts';
import * as sysfs from '../../src/invariants/sysfs.ts';
import { call } from '../../src/trace/call.ts';
import { calls, type Example, example } from './example.ts';
import { LEVEL, MSI, SLOT, WIRED } from './scenes.ts';
import { addDomain, addIrq, addNode, at, op, put, type World } from './world.ts';

/** What operations do, and in which order. */
export const OPERATIONS: readonly Example[] = [
  {
    ...calls(order.checkedFirst, op('msi_prepare', 3)),
    environment: { release: '6.1', msi: 'global' },
  },
  calls(order.preparedOnce, op('msi_prepare', -1), op('msi_prepare', -1)),
  calls(order.describedFirst, op('msi_prepare', -1), op('get_hwirq', -1)),
  calls(order.parentBeforeInit, op('msi_init', -1, 7)),
  calls(
    order.rolledBackNewestFirst,
    op('alloc', 1, 5, 3),
    { ...op('msi_init', -1, 7), ret: -12 },
    op('msi_free', -1, 5),
  ),
  calls(
    order.composedFirst,
    op('irq_compose_msi_msg', 0, 1),
    op('irq_write_msi_msg', -1, 2, 0x4000),
  ),
  {
    ...calls(order.finishedLast, op('msi_finish', -1), op('handle_error', -1)),
    environment: { ops: ['msi_finish', 'handle_error'] },
  },
  {
    ...calls(order.postFreeLast, op('msi_post_free', -1), op('free', 0, 3)),
    environment: { ops: ['msi_free', 'msi_post_free'] },
  },
  {
    ...calls(order.overriddenOnce, op('domain_free_irqs', -1), op('domain_free_irqs', -1)),
    environment: { ops: ['domain_free_irqs'] },
  },
  calls(balance.initBalances, op('msi_free', -1, 1)),
  calls(balance.levelsBalance, op('alloc', 1, 3, 2)),
  calls(activation.parentsFirst, op('alloc', 0, 5, 1), op('alloc', 1, 5, 1), op('activate', 1, 5)),
  calls(activation.outermostFirst, op('deactivate', 0, 1)),
  calls(activation.freedInactive, op('free', 0, 1)),
  calls(activation.activationBalances, op('activate', 0, 2)),
  example(activation.activeWhenWanted, ({ irq_desc }) => {
    at(irq_desc, 2).activated = false;
  }),
  example(activation.reservedTogether, ({ irq_desc }) => {
    at(irq_desc, 2).can_reserve = true;
  }),
  example(activation.managedShutdown, ({ irq_desc }) => {
    at(irq_desc, 2).managedShutdown = false;
  }),
  example(message.cachesWhatWasWritten, ({ msi_desc }) => {
    at(msi_desc, 1).msgData = 0x4001;
  }),
  calls(
    message.namesItsVector,
    op('irq_compose_msi_msg', 0, 2),
    op('irq_write_msi_msg', -1, 2, 0x4000),
  ),
  example(message.silentWhileInactive, ({ irq_desc }) => {
    at(irq_desc, 2).activated = false;
  }),
  example(message.answersWithTheCached, (world) => {
    world.call = call('get_cached_msi_msg', { index: SLOT });
  }),
];

/** Domains, devices and their resources. */
export const OWNERS: readonly Example[] = [
  example(domain.comesAndGoes, (world) => {
    world.call = call('msi_create_irq_domain', { domain: 3, hwsize: 4 });
    world.ret = 1;
  }),
  example(
    domain.thereFromTheStart,
    () => {
      // The global MSI domain of the environment was never there.
    },
    { environment: { msi: 'global' } },
  ),
  example(device.asTheDriverSays, (world) => {
    world.call = call('dev_set_msi_domain', { domain: 0 });
  }),
  example(devres.inOrderOfAge, (world) => {
    const data = 2;
    const node = { release: 'driver', data, added: true, other: 0, color: 0 } as const;
    at(world.device, 1).devres_head.unshift(put(world, world.devres, node));
  }),
  example(devres.groupsEnd, (world) => {
    world.call = call('devres_remove_group', { res: 2 });
  }),
  example(domain.rootedInItsParent, ({ irq_domain }) => {
    at(irq_domain, MSI).root = MSI;
  }),
  example(domain.defaultsFilledIn, ({ msi_domain_info }) => {
    at(msi_domain_info, 1).filled = ['get_hwirq', 'msi_prepare'];
  }),
  example(domain.infoFits, ({ msi_domain_info }) => {
    at(msi_domain_info, 1).hwsize = 0;
  }),
  example(domain.inOneSlot, ({ msi_device_data }) => {
    Object.assign(at(msi_device_data, 1).domains[1] ?? {}, { domain: MSI });
  }),
  example(domain.linearAsAsked, ({ irq_domain }) => {
    at(irq_domain, LEVEL).revmap.push(0);
  }),
  example(domain.flagsFit, ({ irq_domain }) => {
    at(irq_domain, LEVEL).flags = 0;
  }),
  example(domainName.nameStays, ({ irq_domain }) => {
    at(irq_domain, LEVEL).name = 'level2';
  }),
  example(domainName.namedAfterItsDevice, (world) => {
    addDomain(world, { handle: -1, kind: 'msi', text: 'PFX-MSI-dev1', parent: LEVEL });
  }),
  example(domain.takesEverythingAlong, ({ irq_domain, name }) => {
    const gone = at(irq_domain, WIRED);
    irq_domain.objects[WIRED] = undefined;
    name.objects[gone.nameAddr] = undefined;
  }),
  example(device.releasedDeviceHasNothing, (world) => {
    at(world.device, 1).alive = false;
  }),
  example(device.dataKnowsDevice, ({ msi_device_data }) => {
    at(msi_device_data, 1).dev = 2;
  }),
  example(device.slotHasDomain, ({ msi_device_data }) => {
    Object.assign(at(msi_device_data, 1).domains[1] ?? {}, { domain: LEVEL });
  }),
  example(sysfs.groupWithData, (world) => {
    at(world.device, 1).msi_irqs = false;
  }),
  calls(devres.newestFirst, op('release', -1, 0, 0), op('release', -1, 0, 1)),
  example(devres.releasedOnce, (world) => {
    at(world.device, 1).devres_head.splice(3, 1);
  }),
  example(devres.listedOnce, (world) => {
    at(world.devres, 3).added = false;
  }),
  example(devres.markersKnowEachOther, (world) => {
    at(world.devres, 5).other = 3;
  }),
  example(devres.dataAfterGroup, (world) => {
    at(world.device, 1).devres_head.splice(0, 2, 2, 1);
  }),
];

/** Adds an object to the n-th table that COUNTS is about; nobody refers to it. */
const STRAYS: readonly ((world: World) => void)[] = [
  (world) => put(world, world.msi_desc, { ...at(world.msi_desc, 1), affinity: 0, sysfs_attrs: 0 }),
  (world) => put(world, world.affinity, { mask: [], is_managed: [] }),
  (world) => put(world, world.sysfs_attrs, { name: [], shown: [] }),
  (world) => addNode(world, world.xa_node, 0, {}),
  (world) => addNode(world, world.radix_tree_node, 0, {}),
  (world) => put(world, world.irq_data, { ...at(world.irq_data, 1) }),
  (world) => put(world, world.kstat_irqs, { irq: 1 }),
  (world) => put(world, world.name, { text: '' }),
  (world) => put(world, world.msi_domain_info, { ...at(world.msi_domain_info, 1) }),
  (world) => put(world, world.devres, { ...at(world.devres, 3) }),
  (world) => put(world, world.msi_device_data, { ...at(world.msi_device_data, 1) }),
];

/** Memory. */
export const MEMORY: readonly Example[] = [
  ...COUNTS.map((rule, i) => example(rule, STRAYS[i] ?? (() => {}))),
  example(nodesKnowTheirPlace, ({ radix_tree_node }) => {
    at(radix_tree_node, 2).offset = 5;
  }),
  example(nothingLeft, (world) => addIrq(world, 1), { empty: true }),
  example(oneOwner, (world) => {
    at(world.sysfs_attrs, 1).name[1] = at(world.sysfs_attrs, 1).name[0] ?? 0;
  }),
];
