// SPDX-License-Identifier: GPL-2.0-only
/**
 * A small world made by hand, for tests of the rules: one device with a domain of its own on a level
 * on a root, one descriptor of two active vectors with masks and files, a block, a wired mapping.
 */
import { affinityArg, affinityEntries } from '../../src/trace/affinity.ts';
import { call } from '../../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from '../../src/trace/environment.ts';
import { MsiFlag } from '../../src/trace/flags.ts';
import { addDomain, addIrq, addNode, at, begin, emptyWorld, op, put, type World } from './world.ts';

/** Where things are: all at the first address of their table, but for these. */
const ROOT = 1;
export const LEVEL = 2;
export const WIRED = 3;
export const MSI = 4;
/** The slot of the descriptor, and so its first hardware number. */
export const SLOT = 3;
const MASKS: number = affinityArg(0b0011, true);

/** The environment of the world. */
export const ENVIRONMENT: Environment = {
  ...DEFAULT_ENVIRONMENT,
  vectors: 8,
  levels: 1,
  flags: DEFAULT_ENVIRONMENT.flags | MsiFlag.MSI_FLAG_ACTIVATE_EARLY | MsiFlag.MSI_FLAG_DEV_SYSFS,
  ops: ['msi_free'],
  handler: true,
  prefix: true,
  wired: 4,
};

/** Before the first step: the domains and the device. */
export function boot(): World {
  const world = emptyWorld();
  addDomain(world, { handle: 0, kind: 'vector', text: 'vector', parent: 0 });
  at(world.irq_domain, ROOT).vectors.push(0, 0, 0, 0, 0, 0, 0, 0);
  addDomain(world, { handle: 1, kind: 'level', text: 'level1', parent: ROOT });
  addDomain(world, { handle: 4, kind: 'wired', text: 'wired', parent: 0 });
  at(world.irq_domain, WIRED).revmap.push(0, 0, 0, 0);
  at(world.irq_domain, WIRED).hwirq_max = 4;
  put(world, world.device, {
    handle: 0,
    alive: true,
    name: 'dev0',
    msi_domain: LEVEL,
    msi_data: 0,
    fwnode: 0,
    devres_head: [],
    msi_irqs: false,
    msiIrqsFiles: [],
  });
  return world;
}

/** The step that makes MSI data, domain and descriptor; a driver adds resources. */
export function insert(world: World): void {
  begin(
    world,
    call('msi_domain_insert_msi_desc', {
      index: SLOT,
      nvec_used: 2,
      affinity: MASKS,
      msi_attrib: 1,
      hwsize: 8,
      lock: 1,
    }),
  );
  const device = at(world.device, 1);
  for (const release of [
    'devm_attr_group_remove',
    'msi_device_data_release',
    'driver',
    'driver',
    'group_open',
  ] as const) {
    device.devres_head.push(
      put(world, world.devres, {
        release,
        data: device.devres_head.length - 2,
        added: true,
        other: 0,
        color: 0,
      }),
    );
  }
  put(world, world.devres, { release: 'group_close', data: 2, added: false, other: 5, color: 0 });
  at(world.devres, 1).data = 0;
  at(world.devres, 2).data = 1;
  at(world.devres, 5).other = 6;
  device.msi_irqs = true;
  device.msi_data = put(world, world.msi_device_data, {
    dev: 1,
    mutex: 0,
    domains: [],
    __iter_idx: 65_535,
  });
  put(world, world.msi_domain_info, {
    flags: ENVIRONMENT.flags,
    bus_token: ENVIRONMENT.bus_token,
    hwsize: 8,
    ops: ['msi_free'],
    chip: 'PFX-MSI-dev0',
    chip_data: 1,
    handler: 'edge',
    handler_name: 'msi',
    handler_data: 1,
    data: 1,
    filled: ['get_hwirq', 'msi_init', 'msi_prepare'],
    irq_set_affinity: true,
    irq_ack: false,
    irq_eoi: false,
    bundle: true,
  });
  addDomain(world, { handle: -1, kind: 'msi', text: 'PFX-MSI-dev0', parent: LEVEL });
  const entries = affinityEntries(MASKS, 2) ?? [];
  put(world, world.affinity, {
    mask: entries.map(({ mask }) => mask),
    is_managed: entries.map(({ is_managed }) => is_managed),
  });
  const desc = put(world, world.msi_desc, {
    irq: 0,
    nvec_used: 2,
    dev: 1,
    msgAddressLo: 0,
    msgData: 0,
    affinity: 1,
    sysfs_attrs: 0,
    msi_index: SLOT,
    is_msix: true,
    can_mask: false,
    icookie: 0,
    abandoned: false,
  });
  const store = addNode(world, world.xa_node, 0, { [SLOT]: desc });
  at(world.msi_device_data, 1).domains.push({
    store: { head: store, headIsNode: true },
    domain: MSI,
  });
  at(world.msi_device_data, 1).domains.push({ store: { head: 0, headIsNode: false }, domain: 0 });
}

/** The step that allocates: interrupts 1 and 2 for the descriptor, 3 as a block, 4 mapped in `wired`. */
export function allocate(world: World): void {
  begin(world, call('msi_domain_alloc_irqs_range', { last: 7 }));
  const desc = at(world.msi_desc, 1);
  Object.assign(desc, { irq: 1, msgAddressLo: 0xfee0_0000, msgData: 0x4000, sysfs_attrs: 1 });
  world.callbacks = [
    op('msi_prepare', -1),
    op('set_desc', -1, 0, SLOT),
    op('get_hwirq', -1),
    op('alloc', 0, 1, 2),
    op('alloc', 1, 1, 2),
  ];
  for (const vec of [0, 1]) {
    const irq = vec + 1;
    addIrq(
      world,
      irq,
      { domain: ROOT, hwirq: vec },
      { domain: LEVEL, hwirq: 256 + vec },
      { domain: MSI, hwirq: SLOT + vec },
    );
    const { mask, is_managed } = at(world.affinity, 1);
    Object.assign(at(world.irq_desc, irq), {
      msi_desc: 1,
      handler: 'edge',
      handler_data: 1,
      affinity: mask[vec],
      is_managed: is_managed[vec],
      affinitySet: true,
      managedShutdown: true,
      activated: true,
    });
    at(world.irq_domain, ROOT).vectors[vec] = irq;
    world.callbacks.push(op('msi_init', -1, irq, SLOT + vec));
    at(world.device, 1).msiIrqsFiles.push(irq);
  }
  for (const vec of [0, 1]) {
    world.callbacks.push(op('activate', 0, vec + 1), op('activate', 1, vec + 1));
    world.callbacks.push(
      op('irq_compose_msi_msg', 0, vec + 1),
      op('irq_write_msi_msg', -1, vec + 1, 0x4000 + vec),
    );
  }
  const names = [1, 2].map((irq) => put(world, world.name, { text: String(irq) }));
  put(world, world.sysfs_attrs, { name: names, shown: [true, true] });
  addIrq(world, 3);
  addIrq(world, 4, { domain: WIRED, hwirq: 2 });
  world.blockIrq.splice(0, 2, 3, 4);
  world.blockSize.splice(0, 2, 1, 1);
  world.callbacks.push(op('map', 4, 4, 2));
  mapAll(world);
}

/** The reverse maps of the first three and the wired domain. */
function mapAll(world: World): void {
  const addressOf = (domain: number, irq: number): number =>
    world.irq_data.objects.findIndex((data) => data?.domain === domain && data.irq === irq);
  const root = addNode(world, world.radix_tree_node, 0, {
    0: addressOf(ROOT, 1),
    1: addressOf(ROOT, 2),
  });
  const leaf = addNode(world, world.radix_tree_node, 0, {
    0: addressOf(LEVEL, 1),
    1: addressOf(LEVEL, 2),
  });
  const level = addNode(world, world.radix_tree_node, 6, { 4: leaf });
  Object.assign(at(world.radix_tree_node, leaf), { parent: level, offset: 4 });
  const msi = addNode(world, world.radix_tree_node, 0, {
    [SLOT]: addressOf(MSI, 1),
    [SLOT + 1]: addressOf(MSI, 2),
  });
  for (const [domain, head] of [
    [ROOT, root],
    [LEVEL, level],
    [MSI, msi],
  ] as const) {
    at(world.irq_domain, domain).revmap_tree = { head, headIsNode: true };
  }
  at(world.irq_domain, WIRED).revmap[2] = addressOf(WIRED, 4);
}
