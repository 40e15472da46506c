// SPDX-License-Identifier: GPL-2.0-only
/** Builds the kernel that an environment describes: domains and devices, before any step. */
import { BLOCKS, DOMAINS, RESOURCES } from '../../trace/call.ts';
import type { Environment } from '../../trace/environment.ts';
import { DomainFlag, MsiFlag } from '../../trace/flags.ts';
import { PROFILES } from '../../trace/profile.ts';
import { OP_NAMES, SITES } from '../../trace/sites.ts';
import type * as S from '../../trace/structs.ts';
import {
  HWIRQ_MAX,
  irq_domain_alloc_named_fwnode,
  irq_domain_instantiate,
} from './irqdomain-create.ts';
import type { Kernel } from './kernel.ts';
import { msi_create_irq_domain } from './msi-create.ts';
import { at, place, slab } from './slab.ts';
import { xa_init } from './xarray.ts';

/** Handles of the domains: their index in DOMAINS. */
const VECTOR = 0;
const MSI = DOMAINS.indexOf('msi');
const WIRED = DOMAINS.indexOf('wired');

/** A kernel with the domains and devices of the environment. */
export function boot(env: Environment): Kernel {
  const k = emptyKernel(env);
  const vector = level(k, VECTOR, 0, env.revmap_size);
  const { vectors } = at(k, k.irq_domain, vector);
  for (let i = 0; i < env.vectors; i += 1) vectors.push(0);
  for (let i = 1; i <= env.levels; i += 1) level(k, i, k.domains[i - 1] ?? 0, 0);
  if (env.msi === 'device')
    at(k, k.irq_domain, outermost(k)).flags |= DomainFlag.IRQ_DOMAIN_FLAG_MSI_PARENT;
  if (env.msi === 'global')
    msi_create_irq_domain(k, MSI, outermost(k), templateOf(env, env.hwsize));
  if (env.wired > 0) wired(k, WIRED, env.wired);
  for (let handle = 0; handle < env.devices; handle += 1) addDevice(k, handle);
  k.callbacks = [];
  return k;
}

/** The outermost level below the MSI domains. */
export function outermost(k: Kernel): number {
  return k.domains[k.env.levels] ?? 0;
}

/** A device as it is after device_add(). */
export function addDevice(k: Kernel, handle: number): void {
  const msi =
    k.env.msi === 'device' ? outermost(k) : k.env.msi === 'global' ? (k.domains[MSI] ?? 0) : 0;
  const old = k.devices[handle] ?? 0;
  const fwnode =
    old !== 0
      ? at(k, k.device, old).fwnode
      : k.env.fwnode
        ? place(k, k.fwnode, { type: 'device', name: 0 })
        : 0;
  k.devices[handle] = place(k, k.device, {
    handle,
    alive: true,
    name: `dev${handle}`,
    msi_domain: msi,
    msi_data: 0,
    fwnode,
    devres_head: [],
    msi_irqs: false,
    msiIrqsFiles: [],
  });
}

/** The info that a driver hands in, which has the default operations whatever those of devices have. */
export function templateOf(env: Environment, hwsize: number): S.MsiDomainInfo {
  return {
    flags: env.flags | MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS,
    bus_token: env.bus_token,
    hwsize,
    ops: env.ops,
    chip: 'MSI',
    chip_data: 1,
    handler: env.handler ? 'msi' : '',
    handler_name: env.handler ? 'msi' : '',
    handler_data: env.handler ? 1 : 0,
    data: 1,
    filled: [],
    irq_set_affinity: false,
    irq_ack: false,
    irq_eoi: false,
    bundle: false,
  };
}

/** A domain without hierarchy. */
function wired(k: Kernel, handle: number, size: number): number {
  const fwnode = irq_domain_alloc_named_fwnode(k, DOMAINS[handle] ?? '');
  return irq_domain_instantiate(k, {
    kind: 'wired',
    handle,
    size,
    hwirq_max: size,
    flags: 0,
    fwnode,
    host_data: 0,
    parent: 0,
  });
}

function level(k: Kernel, handle: number, parent: number, size: number): number {
  return irq_domain_instantiate(k, {
    kind: handle === VECTOR ? 'vector' : 'level',
    handle,
    size,
    hwirq_max: HWIRQ_MAX,
    flags: 0,
    fwnode: irq_domain_alloc_named_fwnode(k, DOMAINS[handle] ?? ''),
    host_data: 0,
    parent,
  });
}

function emptyKernel(env: Environment): Kernel {
  const tables = {
    device: slab<S.Device>('device'),
    msi_device_data: slab<S.MsiDeviceData>('msi_device_data'),
    msi_desc: slab<S.MsiDesc>('msi_desc'),
    affinity: slab<S.AffinityArray>('irq_affinity_desc'),
    sysfs_attrs: slab<S.SysfsAttrs>('device_attribute'),
    xa_node: slab<S.XaNode>('xa_node'),
    radix_tree_node: slab<S.XaNode>('radix_tree_node'),
    irq_domain: slab<S.IrqDomain>('irq_domain'),
    msi_domain_info: slab<S.MsiDomainInfo>('msi_domain_info'),
    irq_data: slab<S.IrqData>('irq_data'),
    irq_desc: slab<S.IrqDesc>('irq_desc'),
    kstat_irqs: slab<{ irq: number }>('kstat_irqs'),
    fwnode: slab<S.Fwnode>('fwnode'),
    name: slab<{ text: string }>('name'),
    devres: slab<S.DevresNode>('devres'),
  };
  const irqTreeNodes = slab<S.XaNode>('irqTreeNodes');
  return {
    ...tables,
    slabs: [...Object.values(tables), irqTreeNodes],
    env,
    profile: PROFILES[env.release],
    sparse_irqs: [0],
    blockIrq: zeros(BLOCKS),
    blockSize: zeros(BLOCKS),
    overridden: [],
    now: 0,
    devices: zeros(env.devices),
    domains: zeros(DOMAINS.length),
    resources: zeros(env.devices * RESOURCES),
    rcu: [],
    irqHint: 1,
    allocated_irqs: [],
    irq_desc_tree: xa_init(),
    irqTreeNodes,
    irq_domain_mutex: 0,
    sparse_irq_lock: 0,
    unknown_domains: 0,
    xa_alloc: 0,
    faults: [],
    requests: zeros(SITES.length),
    requestsTotal: 0,
    opCalls: zeros(OP_NAMES.length),
    opTotal: zeros(OP_NAMES.length),
    callbacks: [],
    splats: [],
    fired: [],
  };
}

function zeros(count: number): number[] {
  const list: number[] = [];
  for (let i = 0; i < count; i += 1) list.push(0);
  return list;
}
