// SPDX-License-Identifier: GPL-2.0-only
/**
 * What exists before the first step: domains, devices and how the operations of the domains answer.
 * One flat record with a default for every field, so that it can be written, compared and reduced
 * field by field.
 */
import { type BusToken, MsiFlag, MSI_XA_DOMAIN_SIZE, PCI_TOKENS } from './flags.ts';
import { ITS_REQUIRED, ITS_SUPPORTED, ownFlags } from './parent.ts';
import type { Release } from './profile.ts';
import type { Op } from './sites.ts';

/** A forced result of the n-th call of an operation, counted over the whole trace from 1. */
export interface HostileCall {
  readonly op: Op;
  readonly nth: number;
  readonly ret: number;
}

/** `msi_domain_ops` that an environment may provide itself; the others are the kernel's defaults or absent. */
export const OWN_OPS = [
  'msi_free',
  'msi_check',
  'msi_finish',
  'handle_error',
  'prepare_desc',
  'msi_post_free',
  'msi_translate',
  'domain_alloc_irqs',
  'domain_free_irqs',
  'wrap_alloc',
  'wrap_free',
] as const;

/** One of `OWN_OPS`. `wrap_*` are wrappers that call the kernel's default between work of their own (6.1). */
export type OwnOp = (typeof OWN_OPS)[number];

/** The world that a trace starts in. */
export interface Environment {
  /** A label; two environments that differ only in it are the same. */
  readonly name: string;
  readonly release: Release;
  /** Vectors of the root domain, 1..4096; one interrupt takes one. */
  readonly vectors: number;
  /** Slots of the root's linear map, 0..4096; numbers beyond it are kept in a tree. */
  readonly revmap_size: number;
  /** Domains between the root and the MSI domain, 0..2. */
  readonly levels: number;
  /** `device`: devices point at an MSI parent and create their own domains; `global`: one MSI domain; `none`: no domain. */
  readonly msi: 'device' | 'global' | 'none';
  /** Devices that exist, 1..3. */
  readonly devices: number;
  /** What `dev_is_pci()` devices have enabled; `none` is a device that is not PCI. */
  readonly pci: 'none' | 'msi' | 'msix';
  /** The devices have a firmware node of their own. */
  readonly fwnode: boolean;
  /** Bits of MsiFlag in the MSI domain's info or template. */
  readonly flags: number;
  /** `hwsize` of the global MSI domain, 0 for unlimited; per-device domains get it from the call. */
  readonly hwsize: number;
  readonly bus_token: BusToken;
  /** Operations that the MSI domain provides itself. */
  readonly ops: readonly OwnOp[];
  /**
   * Hardware number of slot i: `index` is i (per-device domains), `device` is dev * 65536 + i, `overlap` is
   * i / 2 rounded down whatever the device, which collides on purpose.
   */
  readonly hwirq: 'index' | 'device' | 'overlap';
  /** The info has handler, handler_name and handler_data. */
  readonly handler: boolean;
  /** Which level composes the message. */
  readonly compose: 'vector' | 'msi';
  /** `msi_parent_ops::prefix` is set. */
  readonly prefix: boolean;
  /** Who decides about the domain of a device: nobody, or drivers/irqchip/irq-msi-lib.c. */
  readonly parent: 'plain' | 'irq-msi-lib';
  /** Bits of MsiFlag in `msi_parent_ops`, for irq-msi-lib. */
  readonly supported_flags: number;
  readonly required_flags: number;
  /** The chip of the root has irq_ack, which chips of devices are made to call by irq-msi-lib. */
  readonly irq_ack: boolean;
  /** Interrupt numbers that can exist (MAX_SPARSE_IRQS), 8..65536. */
  readonly nr_irqs: number;
  /** CPUs online, a mask of 1..15. */
  readonly online: number;
  /** Size of the domain `wired` that is not hierarchical, 0..64; 0 means that there is none. */
  readonly wired: number;
  readonly hostile: readonly HostileCall[];
}

/** What a field is when a trace does not mention it. */
export const DEFAULT_ENVIRONMENT: Environment = {
  name: 'default',
  release: '6.12',
  vectors: 64,
  revmap_size: 0,
  levels: 0,
  msi: 'device',
  devices: 1,
  pci: 'none',
  fwnode: false,
  flags: MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS | MsiFlag.MSI_FLAG_USE_DEF_CHIP_OPS,
  hwsize: 8,
  bus_token: 'DOMAIN_BUS_DEVICE_MSI',
  ops: [],
  hwirq: 'index',
  handler: false,
  compose: 'vector',
  prefix: false,
  parent: 'plain',
  supported_flags: ITS_SUPPORTED,
  required_flags: ITS_REQUIRED,
  irq_ack: true,
  nr_irqs: 65_536,
  online: 15,
  wired: 0,
  hostile: [],
};

/** Ranges of the numeric fields, both ends inclusive. */
export const ENVIRONMENT_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  vectors: [1, 4096],
  revmap_size: [0, 4096],
  levels: [0, 2],
  devices: [1, 3],
  hwsize: [0, MSI_XA_DOMAIN_SIZE + 1],
  nr_irqs: [8, 65_536],
  online: [1, 15],
  wired: [0, 64],
};

/** Why the environment cannot exist, or `undefined` when it can. */
export function impossible(env: Environment): string | undefined {
  return outOfRange(env) ?? badParent(env) ?? badDomains(env) ?? badOps(env);
}

function outOfRange(env: Environment): string | undefined {
  for (const [field, value] of Object.entries(env)) {
    const range = ENVIRONMENT_RANGES[field];
    if (range === undefined || typeof value !== 'number') continue;
    const [min, max] = range;
    if (!Number.isInteger(value) || value < min || value > max)
      return `${field} is ${value}, expected ${min}..${max}`;
  }
  return undefined;
}

function badParent(env: Environment): string | undefined {
  const { parent, msi, release, supported_flags, required_flags } = env;
  if (parent === 'irq-msi-lib' && release === '6.1')
    return 'irq-msi-lib came with 6.11, so release 6.1 needs "parent: plain"';
  if (parent === 'irq-msi-lib' && msi !== 'device')
    return `only domains of devices come to irq-msi-lib, so it needs "msi: device", not "msi: ${msi}"`;
  const own = supported_flags !== ITS_SUPPORTED || required_flags !== ITS_REQUIRED;
  if (parent === 'plain' && own)
    return 'supported_flags and required_flags are for irq-msi-lib; use "parent: irq-msi-lib"';
  return undefined;
}

function badDomains(env: Environment): string | undefined {
  if (env.release === '6.1' && env.msi === 'device')
    return 'per-device domains came with 6.2, so release 6.1 needs "msi: global" or "msi: none"';
  if ((ownFlags(env) & MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS) === 0)
    return `${env.parent === 'plain' ? 'flags' : 'required_flags'} must contain MSI_FLAG_USE_DEF_DOM_OPS, for the environment provides no get_hwirq of its own`;
  if (env.msi === 'global' && env.hwirq === 'index' && env.devices > 1)
    return 'several devices share the global domain, so "hwirq: index" would collide; use "hwirq: device" or "hwirq: overlap"';
  const reactivates = ((env.flags | ownFlags(env)) & MsiFlag.MSI_FLAG_MUST_REACTIVATE) !== 0;
  if (reactivates && env.pci !== 'none' && !PCI_TOKENS.includes(env.bus_token))
    return 'PCI devices need a PCI bus_token';
  return undefined;
}

const OLD_OPS: readonly OwnOp[] = [
  'msi_check',
  'msi_finish',
  'handle_error',
  'wrap_alloc',
  'wrap_free',
];
const NEW_OPS: readonly OwnOp[] = ['prepare_desc', 'msi_post_free', 'msi_translate'];

function badOps({ ops, release }: Environment): string | undefined {
  const old = ops.find((op) => OLD_OPS.includes(op));
  if (old !== undefined && release !== '6.1')
    return `${old} does not exist in ${release}; use "release: 6.1"`;
  if (ops.includes('domain_alloc_irqs') !== ops.includes('domain_free_irqs'))
    return 'ops has one of domain_alloc_irqs and domain_free_irqs, expected both or none';
  const young = ops.find((op) => NEW_OPS.includes(op));
  return young !== undefined && release === '6.1' ? `${young} does not exist in 6.1` : undefined;
}
