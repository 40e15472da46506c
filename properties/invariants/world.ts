// SPDX-License-Identifier: GPL-2.0-only
/** Tables that a test fills by hand and may change, and the step that led to them. */
import { type Call, call } from '../../src/trace/call.ts';
import { DomainFlag } from '../../src/trace/flags.ts';
import type { Callback, Fired, Observation, Splat } from '../../src/trace/observation.ts';
import type { Op } from '../../src/trace/sites.ts';
import type { Fault } from '../../src/trace/step.ts';
import type * as S from '../../src/trace/structs.ts';

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
  faults: Fault[];
  ret: number;
  virq: number;
  callbacks: Callback[];
  splats: Splat[];
  fired: Fired[];
}

const IDLE: Call = call('msi_setup_device_data');

/** A step in which nothing happens, for a test to change. */
export function begin(world: World, of: Call = IDLE): void {
  world.step += 1;
  Object.assign(world, {
    call: of,
    faults: [],
    ret: 0,
    virq: 0,
    callbacks: [],
    splats: [],
    fired: [],
  });
}

/** What the world shows; a step is said to have touched everything. */
export function observe(world: World): Observation {
  for (const box of Object.values(world)) {
    if (typeof box !== 'object' || Array.isArray(box) || !('touched' in box)) continue;
    show(box);
  }
  const { ret, virq, callbacks, splats, fired } = world;
  return { ret, virq, callbacks, splats, fired, requests: [], dead: false, picture: world };
}

function show<T>(table: Box<T>): void {
  table.touched.splice(0, table.touched.length, ...table.objects.keys());
  table.live = table.objects.filter((object) => object !== undefined).length;
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

/** A callback that returns 0; those of the per-device domain, -1, are for its device. */
export function op(name: Op, domain: number, irq: number = 0, arg: number = 0): Callback {
  return { op: name, domain, dev: domain === -1 ? 0 : -1, irq, arg, ret: 0 };
}

/** Adds a node of a tree. */
export function addNode(
  world: World,
  box: Box<S.XaNode>,
  shift: number,
  entries: Readonly<Record<number, number>>,
): number {
  const slots = Array.from({ length: 64 }, (_nothing, i) => entries[i] ?? 0);
  return put(world, box, {
    shift,
    offset: 0,
    count: Object.keys(entries).length,
    parent: 0,
    slots,
  });
}

/** Adds a domain with a named node; returns its address. */
export function addDomain(
  world: World,
  what: { handle: number; kind: S.DomainKind; text: string; parent: number },
): number {
  const { handle, kind, text, parent } = what;
  const msi = kind === 'msi';
  const fwnode = put(world, world.fwnode, {
    type: 'named',
    name: put(world, world.name, { text }),
  });
  const name = msi ? `${text}-15` : text;
  const flags =
    DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED |
    (kind === 'wired' ? 0 : DomainFlag.IRQ_DOMAIN_FLAG_HIERARCHY) |
    (kind === 'level' ? DomainFlag.IRQ_DOMAIN_FLAG_MSI_PARENT : 0) |
    (msi ? DomainFlag.IRQ_DOMAIN_FLAG_MSI | DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE : 0);
  const address = put(world, world.irq_domain, {
    handle,
    kind,
    name,
    nameAddr: put(world, world.name, { text: name }),
    flags,
    host_data: msi ? 1 : 0,
    bus_token: msi ? 'DOMAIN_BUS_DEVICE_MSI' : 'DOMAIN_BUS_ANY',
    hwirq_max: 0xffff_ffff,
    revmap: [],
    revmap_tree: { head: 0, headIsNode: false },
    mapcount: 0,
    parent,
    root: 0,
    fwnode,
    dev: msi ? 1 : 0,
    mutex: 0,
    vectors: [],
  });
  at(world.irq_domain, address).root = parent === 0 ? address : at(world.irq_domain, parent).root;
  return address;
}

/** Adds an interrupt that is in these domains, innermost first. */
export function addIrq(
  world: World,
  irq: number,
  ...levels: readonly { readonly domain: number; readonly hwirq: number }[]
): void {
  const common = put(world, world.irq_desc, {
    irq,
    irq_data: 0,
    kstat_irqs: put(world, world.kstat_irqs, { irq }),
    msi_desc: 0,
    handler: '',
    handler_data: 0,
    affinity: 15,
    is_managed: false,
    affinitySet: false,
    managedShutdown: false,
    activated: false,
    can_reserve: false,
    norequest: levels.length === 0,
    trigger: 0,
  });
  let data = 0;
  for (const { domain, hwirq } of levels) {
    const chip = at(world.irq_domain, domain).kind;
    data = put(world, world.irq_data, {
      irq,
      hwirq,
      common,
      chip,
      chip_data: chip === 'msi' ? 1 : 0,
      domain,
      parent_data: data,
    });
    at(world.irq_domain, domain).mapcount += 1;
  }
  if (data === 0)
    data = put(world, world.irq_data, {
      irq,
      hwirq: 0,
      common,
      chip: 'none',
      chip_data: 0,
      domain: 0,
      parent_data: 0,
    });
  at(world.irq_desc, common).irq_data = data;
  while (world.sparse_irqs.length <= irq) world.sparse_irqs.push(0);
  world.sparse_irqs[irq] = common;
}

/** Nothing. */
export function emptyWorld(): World {
  return {
    device: box('device'),
    msi_device_data: box('msi_device_data'),
    msi_desc: box('msi_desc'),
    affinity: box('irq_affinity_desc'),
    sysfs_attrs: box('device_attribute'),
    xa_node: box('xa_node'),
    radix_tree_node: box('radix_tree_node'),
    irq_domain: box('irq_domain'),
    msi_domain_info: box('msi_domain_info'),
    irq_data: box('irq_data'),
    irq_desc: box('irq_desc'),
    kstat_irqs: box('kstat_irqs'),
    fwnode: box('fwnode'),
    name: box('name'),
    devres: box('devres'),
    sparse_irqs: [0],
    blockIrq: [0, 0, 0],
    blockSize: [0, 0, 0],
    overridden: [],
    step: 0,
    call: IDLE,
    ret: 0,
    virq: 0,
    callbacks: [],
    faults: [],
    splats: [],
    fired: [],
  };
}

function box<T>(name: string): Box<T> {
  return { name, objects: [undefined], birth: [0], touched: [], live: 0 };
}
