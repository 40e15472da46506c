// SPDX-License-Identifier: GPL-2.0-only
/**
 * A small world made by hand, for tests of the rules: one device with a domain of its own on a level
 * on a root, one descriptor of two active vectors with masks and files, a block, a wired mapping.
 */
import { affinityArg, affinityEntries } from '../src/trace/affinity.ts';
import { type Call, call } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from '../src/trace/environment.ts';
import { DomainFlag, MsiFlag } from '../src/trace/flags.ts';
import type { Callback, Fired, Observation, Splat } from '../src/trace/observation.ts';
import type { Op } from '../src/trace/sites.ts';
import type * as S from '../src/trace/structs.ts';

/** A table that a test may change. */
export interface Box<T> {
  readonly name: string;
  readonly objects: (T | undefined)[];
  readonly birth: number[];
  readonly touched: number[];
  live: number;
}

/** What exists, and the step that led to it. */
export interface World {
  readonly device: Box<S.Device>;
  readonly msi_device_data: Box<S.MsiDeviceData>;
  readonly msi_desc: Box<S.MsiDesc>;
  readonly affinity: Box<S.AffinityArray>;
  readonly sysfs_attrs: Box<S.SysfsAttrs>;
  readonly xa_node: Box<S.XaNode>;
  readonly radix_tree_node: Box<S.XaNode>;
  readonly irq_domain: Box<S.IrqDomain>;
  readonly msi_domain_info: Box<S.MsiDomainInfo>;
  readonly irq_data: Box<S.IrqData>;
  readonly irq_desc: Box<S.IrqDesc>;
  readonly kstat_irqs: Box<{ irq: number }>;
  readonly fwnode: Box<S.Fwnode>;
  readonly name: Box<{ text: string }>;
  readonly devres: Box<S.DevresNode>;
  readonly sparse_irqs: number[];
  readonly blockIrq: number[];
  readonly blockSize: number[];
  readonly overridden: number[];
  step: number;
  call: Call;
  ret: number;
  virq: number;
  callbacks: Callback[];
  splats: Splat[];
  fired: Fired[];
}

/** Where things are: all at the first address of their table, but for these. */
export const ROOT = 1;
export const LEVEL = 2;
export const WIRED = 3;
export const MSI = 4;
/** The slot of the descriptor, and so its first hardware number. */
export const SLOT = 3;
export const MASKS: number = affinityArg(0b0011, true);

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

const IDLE: Call = call('msi_setup_device_data');

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
    handle: 0, alive: true, name: 'dev0', msi_domain: LEVEL, msi_data: 0, fwnode: 0, devres_head: [], msi_irqs: false, msiIrqsFiles: [],
  });
  return world;
}

/** The step that makes MSI data, domain and descriptor; a driver adds resources. */
export function insert(world: World): void {
  begin(world, call('msi_domain_insert_msi_desc', { index: SLOT, nvec_used: 2, affinity: MASKS, msi_attrib: 1, lock: 1 }));
  const device = at(world.device, 1);
  for (const release of ['devm_attr_group_remove', 'msi_device_data_release', 'driver', 'driver', 'group_open'] as const) {
    device.devres_head.push(put(world, world.devres, { release, data: device.devres_head.length - 2, added: true, other: 0, color: 0 }));
  }
  put(world, world.devres, { release: 'group_close', data: 0, added: false, other: 5, color: 0 });
  at(world.devres, 2).data = 1;
  at(world.devres, 5).other = 6;
  device.msi_irqs = true;
  device.msi_data = put(world, world.msi_device_data, { dev: 1, mutex: 0, domains: [], __iter_idx: 0 });
  put(world, world.msi_domain_info, {
    flags: ENVIRONMENT.flags, bus_token: ENVIRONMENT.bus_token, hwsize: 8, ops: ['msi_free'], chip: 'PFX-MSI-dev0', chip_data: 1, handler: true, bundle: true,
  });
  addDomain(world, { handle: -1, kind: 'msi', text: 'PFX-MSI-dev0', parent: LEVEL });
  const entries = affinityEntries(MASKS, 2) ?? [];
  put(world, world.affinity, { mask: entries.map(({ mask }) => mask), is_managed: entries.map(({ is_managed }) => is_managed) });
  const desc = put(world, world.msi_desc, {
    irq: 0, nvec_used: 2, dev: 1, msgAddressLo: 0, msgData: 0, affinity: 1, sysfs_attrs: 0, msi_index: SLOT, is_msix: true, can_mask: false, icookie: 0, abandoned: false,
  });
  const store = addNode(world, world.xa_node, 0, { [SLOT]: desc });
  at(world.msi_device_data, 1).domains.push({ store: { head: store, headIsNode: true }, domain: MSI });
  at(world.msi_device_data, 1).domains.push({ store: { head: 0, headIsNode: false }, domain: 0 });
}

/** The step that allocates: interrupts 1 and 2 for the descriptor, 3 as a block, 4 mapped in `wired`. */
export function allocate(world: World): void {
  begin(world, call('msi_domain_alloc_irqs_range', { last: 7 }));
  const desc = at(world.msi_desc, 1);
  Object.assign(desc, { irq: 1, msgAddressLo: 0xfee0_0000, msgData: 0x4000, sysfs_attrs: 1 });
  world.callbacks = [op('msi_prepare', -1), op('set_desc', -1, 0, SLOT), op('get_hwirq', -1), op('alloc', 0, 1, 2), op('alloc', 1, 1, 2)];
  for (const vec of [0, 1]) {
    const irq = vec + 1;
    addIrq(world, irq, { domain: ROOT, hwirq: vec }, { domain: LEVEL, hwirq: 256 + vec }, { domain: MSI, hwirq: SLOT + vec });
    const { mask, is_managed } = at(world.affinity, 1);
    Object.assign(at(world.irq_desc, irq), {
      msi_desc: 1, handler: 'edge', handler_data: 1, affinity: mask[vec], is_managed: is_managed[vec], affinitySet: true, managedShutdown: true, activated: true,
    });
    at(world.irq_domain, ROOT).vectors[vec] = irq;
    world.callbacks.push(op('msi_init', -1, irq, SLOT + vec));
    at(world.device, 1).msiIrqsFiles.push(irq);
  }
  for (const vec of [0, 1]) {
    world.callbacks.push(op('activate', 0, vec + 1), op('activate', 1, vec + 1));
    world.callbacks.push(op('irq_compose_msi_msg', 0, vec + 1), op('irq_write_msi_msg', -1, vec + 1, 0x4000 + vec));
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

/** A step in which nothing happens, for a test to change. */
export function begin(world: World, of: Call = IDLE): void {
  world.step += 1;
  Object.assign(world, { call: of, ret: 0, virq: 0, callbacks: [], splats: [], fired: [] });
}

/** What the world shows; a step is said to have touched everything. */
export function observe(world: World): Observation {
  for (const box of Object.values(world)) {
    if (typeof box !== 'object' || Array.isArray(box) || !('touched' in box)) continue;
    box.touched.splice(0, box.touched.length, ...box.objects.keys());
    box.live = box.objects.filter((object) => object !== undefined).length;
  }
  const { ret, virq, callbacks, splats, fired } = world;
  return { ret, virq, callbacks, splats, fired, requests: [], dead: false, picture: world };
}

/** Adds an object; returns its address. */
export function put<T>({ step }: World, box: Box<T>, object: T): number {
  box.birth.push(step);
  return box.objects.push(object) - 1;
}

/** The object at an address; throws when there is none. */
export function at<T>(box: Box<T>, address: number): T {
  const object = box.objects[address];
  if (object === undefined) throw new Error(`no ${box.name} at ${address}`);
  return object;
}

/** A callback. */
export function op(name: Op, domain: number, irq: number = 0, arg: number = 0, ret: number = 0): Callback {
  return { op: name, domain, dev: name === 'release' ? 0 : -1, irq, arg, ret };
}

/** Adds a node of a tree. */
export function addNode(world: World, box: Box<S.XaNode>, shift: number, entries: Readonly<Record<number, number>>): number {
  const slots = Array.from({ length: 64 }, (_nothing, i) => entries[i] ?? 0);
  return put(world, box, { shift, offset: 0, count: Object.keys(entries).length, parent: 0, slots });
}

/** Adds a domain with a named node; returns its address. */
export function addDomain(world: World, what: { handle: number; kind: S.DomainKind; text: string; parent: number }): number {
  const { handle, kind, text, parent } = what;
  const msi = kind === 'msi';
  const fwnode = put(world, world.fwnode, { type: 'named', name: put(world, world.name, { text }) });
  const name = msi ? `${text}-6` : text;
  const flags = DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED | (msi ? DomainFlag.IRQ_DOMAIN_FLAG_MSI | DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE : 0);
  const address = put(world, world.irq_domain, {
    handle, kind, name, nameAddr: put(world, world.name, { text: name }), flags, host_data: msi ? 1 : 0,
    bus_token: msi ? ENVIRONMENT.bus_token : 'DOMAIN_BUS_ANY', hwirq_max: 0xffff_ffff, revmap: [], revmap_tree: { head: 0, headIsNode: false },
    mapcount: 0, parent, root: 0, fwnode, dev: msi ? 1 : 0, mutex: 0, vectors: [],
  });
  at(world.irq_domain, address).root = parent === 0 ? address : at(world.irq_domain, parent).root;
  return address;
}

/** Adds an interrupt that is in these domains, innermost first. */
export function addIrq(world: World, irq: number, ...levels: readonly { readonly domain: number; readonly hwirq: number }[]): void {
  const common = put(world, world.irq_desc, {
    irq, irq_data: 0, kstat_irqs: put(world, world.kstat_irqs, { irq }), msi_desc: 0, handler: '', handler_data: 0, affinity: 15,
    is_managed: false, affinitySet: false, managedShutdown: false, activated: false, can_reserve: false, norequest: levels.length === 0, trigger: 0,
  });
  let data = 0;
  for (const { domain, hwirq } of levels) {
    const chip = at(world.irq_domain, domain).kind;
    data = put(world, world.irq_data, { irq, hwirq, common, chip, chip_data: 0, domain, parent_data: data });
    at(world.irq_domain, domain).mapcount += 1;
  }
  if (data === 0) data = put(world, world.irq_data, { irq, hwirq: 0, common, chip: 'none', chip_data: 0, domain: 0, parent_data: 0 });
  at(world.irq_desc, common).irq_data = data;
  while (world.sparse_irqs.length <= irq) world.sparse_irqs.push(0);
  world.sparse_irqs[irq] = common;
}

/** The reverse maps of the first three and the wired domain. */
function mapAll(world: World): void {
  const addressOf = (domain: number, irq: number): number =>
    world.irq_data.objects.findIndex((data) => data?.domain === domain && data.irq === irq);
  const root = addNode(world, world.radix_tree_node, 0, { 0: addressOf(ROOT, 1), 1: addressOf(ROOT, 2) });
  const leaf = addNode(world, world.radix_tree_node, 0, { 0: addressOf(LEVEL, 1), 1: addressOf(LEVEL, 2) });
  const level = addNode(world, world.radix_tree_node, 6, { 4: leaf });
  Object.assign(at(world.radix_tree_node, leaf), { parent: level, offset: 4 });
  const msi = addNode(world, world.radix_tree_node, 0, { [SLOT]: addressOf(MSI, 1), [SLOT + 1]: addressOf(MSI, 2) });
  for (const [domain, head] of [[ROOT, root], [LEVEL, level], [MSI, msi]] as const) {
    at(world.irq_domain, domain).revmap_tree = { head, headIsNode: true };
  }
  at(world.irq_domain, WIRED).revmap[2] = addressOf(WIRED, 4);
}

function emptyWorld(): World {
  return {
    device: box('device'), msi_device_data: box('msi_device_data'), msi_desc: box('msi_desc'), affinity: box('irq_affinity_desc'),
    sysfs_attrs: box('device_attribute'), xa_node: box('xa_node'), radix_tree_node: box('radix_tree_node'), irq_domain: box('irq_domain'),
    msi_domain_info: box('msi_domain_info'), irq_data: box('irq_data'), irq_desc: box('irq_desc'), kstat_irqs: box('kstat_irqs'),
    fwnode: box('fwnode'), name: box('name'), devres: box('devres'), sparse_irqs: [0], blockIrq: [0, 0, 0], blockSize: [0, 0, 0], overridden: [],
    step: 0, call: IDLE, ret: 0, virq: 0, callbacks: [], splats: [], fired: [],
  };
}

function box<T>(name: string): Box<T> {
  return { name, objects: [undefined], birth: [0], touched: [], live: 0 };
}
