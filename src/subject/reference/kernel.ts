// SPDX-License-Identifier: GPL-2.0-only
/**
 * The state of the reference: one tree of plain records linked by addresses, so that a copy of it is
 * the whole kernel. Nothing lives in closures, classes or module variables.
 */
import type { Environment } from '../../trace/environment.ts';
import type { Callback, Fired, Picture, Splat } from '../../trace/observation.ts';
import type { Profile } from '../../trace/profile.ts';
import type { Fault } from '../../trace/step.ts';
import type * as S from '../../trace/structs.ts';

/** A cache of objects of one kind (struct kmem_cache) and the ledger of those that live. */
export interface Slab<T> {
  readonly name: string;
  /** By address; 0 is NULL, and a freed address stays `undefined` for ever. */
  readonly objects: (T | undefined)[];
  /** Step that made the object. */
  readonly birth: number[];
  /** Step that last used the object. */
  readonly stamp: number[];
  /** Addresses used in this step. */
  readonly touched: number[];
  live: number;
}

/** Everything there is. Satisfies `Picture`, so that looking at it costs nothing. */
export interface Kernel extends Picture {
  readonly env: Environment;
  readonly profile: Profile;
  /** All the caches below. */
  readonly slabs: readonly Slab<unknown>[];

  readonly device: Slab<S.Device>;
  readonly msi_device_data: Slab<S.MsiDeviceData>;
  readonly msi_desc: Slab<S.MsiDesc>;
  readonly affinity: Slab<S.AffinityArray>;
  readonly sysfs_attrs: Slab<S.SysfsAttrs>;
  readonly xa_node: Slab<S.XaNode>;
  readonly radix_tree_node: Slab<S.XaNode>;
  readonly irq_domain: Slab<S.IrqDomain>;
  readonly msi_domain_info: Slab<S.MsiDomainInfo>;
  readonly irq_data: Slab<S.IrqData>;
  readonly irq_desc: Slab<S.IrqDesc>;
  readonly kstat_irqs: Slab<{ irq: number }>;
  readonly fwnode: Slab<S.Fwnode>;
  readonly name: Slab<{ text: string }>;
  readonly devres: Slab<S.DevresNode>;
  readonly sparse_irqs: number[];
  readonly blockIrq: number[];
  readonly blockSize: number[];
  readonly overridden: number[];

  /** The current step, from 1; 0 is boot. */
  now: number;
  /** Address of each device by handle, and of each domain by its index in DOMAINS (0 when there is none). */
  readonly devices: number[];
  readonly domains: number[];
  /** A driver's own resources: address of the devres node, by device and handle. */
  readonly resources: number[];
  /** irq_desc addresses whose RCU callback runs at the end of the step. */
  readonly rcu: number[];
  /** No interrupt number below it is free. */
  irqHint: number;
  /** 6.1: allocated_irqs, and the tree of descriptors with its nodes, of which a picture shows nothing. */
  readonly allocated_irqs: boolean[];
  readonly irq_desc_tree: S.XArray;
  readonly irqTreeNodes: Slab<S.XaNode>;
  /** irq_domain_mutex and sparse_irq_lock: 1 while held. */
  irq_domain_mutex: number;
  sparse_irq_lock: number;
  /** Serial number of domains without a name (alloc_unknown_name()). */
  unknown_domains: number;
  /** A node that xas_nomem() has put aside (xa_state::xa_alloc). */
  xa_alloc: number;

  /** Faults of this step. */
  faults: readonly Fault[];
  /** Memory requests of this step, per site and in all. */
  readonly requests: number[];
  requestsTotal: number;
  /** Calls of each operation, in this step and since boot. */
  readonly opCalls: number[];
  readonly opTotal: number[];

  /** What happened in this step. */
  callbacks: Callback[];
  splats: Splat[];
  fired: Fired[];
}
