// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a subject shows after a step. A subject may reuse the record: it is valid until its next
 * step, and what must last is copied.
 */
import type { Op, Site } from './sites.ts';
import type * as S from './structs.ts';

/** One call of an operation, in order. What an operation does not have is 0. */
export interface Callback {
  readonly op: Op;
  /** Handle of the domain (index into DOMAINS), -1 for a per-device domain. */
  readonly domain: number;
  /** Device handle, -1 when the operation has none. */
  readonly dev: number;
  readonly irq: number;
  /** hwirq, nvec, error, slot or message data: the operation's own number. */
  readonly arg: number;
  readonly ret: number;
}

/** Kinds of complaints; the index is the number of `enum kc_splat_kind` on the C side. */
export const SPLAT_KINDS = [
  'WARN',
  'BUG',
  'lockdep',
  'deadlock',
  'NULL dereference',
  'use after free',
  'double free',
  'wild access',
] as const;

/** What the kernel, or the machine, complains about. The trace ends after all but WARN and lockdep. */
export interface Splat {
  readonly kind: (typeof SPLAT_KINDS)[number];
  /** Kernel function in which it happened. */
  readonly fn: string;
  /** The n-th such check in that function, from 1. */
  readonly nth: number;
  /** Kind of the object and the step that made it, or ''. */
  readonly what: string;
  /** File and line, of a subject that has some. */
  readonly place?: string;
}

/** A function on a stack. */
export interface Frame {
  readonly fn: string;
  /** File and line in it, of the call or of what happened; `undefined` where none is known. */
  readonly place: string | undefined;
}

/** A line of a kernel's function. */
export interface Where {
  readonly fn: string;
  readonly file: string;
  readonly line: number;
}

/** An injected fault that was reached. */
export interface Fired {
  readonly where: Site | Op;
  readonly nth: number;
}

/** Objects of one kind by address. Address 0 is NULL and a freed address is `undefined`; addresses are not reused. */
export interface Table<T> {
  readonly name: string;
  readonly objects: readonly (Readonly<T> | undefined)[];
  /** Step that made the object at an address. */
  readonly birth: readonly number[];
  /** Number of live objects. */
  readonly live: number;
  /** Addresses used in this step, each once; all live ones where a subject cannot tell. */
  readonly touched: readonly number[];
}

/** Everything that exists. */
export interface Picture {
  readonly device: Table<S.Device>;
  readonly msi_device_data: Table<S.MsiDeviceData>;
  readonly msi_desc: Table<S.MsiDesc>;
  readonly affinity: Table<S.AffinityArray>;
  readonly sysfs_attrs: Table<S.SysfsAttrs>;
  readonly xa_node: Table<S.XaNode>;
  readonly radix_tree_node: Table<S.XaNode>;
  readonly irq_domain: Table<S.IrqDomain>;
  readonly msi_domain_info: Table<S.MsiDomainInfo>;
  readonly irq_data: Table<S.IrqData>;
  readonly irq_desc: Table<S.IrqDesc>;
  readonly kstat_irqs: Table<{ irq: number }>;
  readonly fwnode: Table<S.Fwnode>;
  readonly name: Table<{ text: string }>;
  readonly devres: Table<S.DevresNode>;
  /** Interrupt number -> address of its irq_desc, 0 when there is none (sparse_irqs). */
  readonly sparse_irqs: readonly number[];
  /** Blocks that the driver holds: first interrupt (0 for none) and size. */
  readonly blockIrq: readonly number[];
  readonly blockSize: readonly number[];
  /** Interrupts that the domain_alloc_irqs of an overriding domain keeps. */
  readonly overridden: readonly number[];
}

/** Kinds of objects. */
export type ObjectKind = {
  [key in keyof Picture]: Picture[key] extends Table<infer _> ? key : never;
}[keyof Picture];

/** Kinds of objects, in the order in which they are shown. */
export const TABLES: readonly ObjectKind[] = [
  'device',
  'msi_device_data',
  'msi_desc',
  'affinity',
  'sysfs_attrs',
  'xa_node',
  'radix_tree_node',
  'irq_domain',
  'msi_domain_info',
  'irq_data',
  'irq_desc',
  'kstat_irqs',
  'fwnode',
  'name',
  'devres',
];

/** What else a picture has. */
export const LISTS: readonly Exclude<keyof Picture, ObjectKind>[] = [
  'sparse_irqs',
  'blockIrq',
  'blockSize',
  'overridden',
];

/** After one step. */
export interface Observation {
  /** As the function returns it: errno or count; bool as 0 or 1; a slot, -1 for NULL; a struct msi_map's index. */
  readonly ret: number;
  /** `msi_map::virq`, else 0. */
  readonly virq: number;
  readonly callbacks: readonly Callback[];
  readonly splats: readonly Splat[];
  readonly fired: readonly Fired[];
  /** Memory requests per site (index into SITES) in this step. */
  readonly requests: readonly number[];
  /** The step ended in something that a kernel does not survive. */
  readonly dead: boolean;
  readonly picture: Picture;
}
