// SPDX-License-Identifier: GPL-2.0-only
/** One step while it is worked out: what it changes, what it complains about, where it fails. */
import { NR_CPUS } from '../trace/affinity.ts';
import type { Call } from '../trace/call.ts';
import type { HostileCall } from '../trace/environment.ts';
import { Errno } from '../trace/errno.ts';
import type { Op } from '../trace/sites.ts';
import type { MemoryFault } from '../trace/step.ts';
import { type Block, type Device, type Model, NONE, type Slot, type World } from './model.ts';

/** Stand for any value, where a rule says which, and for any interrupt number above 0. */
export const ANY: number = Number.POSITIVE_INFINITY;
export const VIRQ: number = Number.MAX_SAFE_INTEGER;

/** What may fail, and what becomes of it: which alternative of each choice is taken, 0 for going on. */
export interface Plan {
  readonly memory: readonly MemoryFault[];
  readonly forced: readonly Pick<HostileCall, 'op' | 'ret'>[];
  readonly taken: readonly number[];
  readonly strict: boolean;
}

/** The work. */
export interface Draft {
  readonly before: Model;
  readonly call: Call;
  readonly plan: Plan;
  /** Copies, to be changed; `device` is the one that the call names. */
  readonly world: World;
  readonly device: Device;
  readonly splats: string[];
  /** The kernel is dead, and nothing more is heard of it. */
  dead: boolean;
  /** The trace ends after this step by our choice, for what follows is undefined. */
  doomed: boolean;
  /** Root vectors and interrupt numbers that are free still, and hardware numbers mapped in this step. */
  vectors: number;
  numbers: number;
  readonly mapped: number[];
  /** How many alternatives each choice had so far, and whether one was taken that needs a fault. */
  readonly choices: number[];
  fault: boolean;
}

/** Works out a call; returns what the function returns. */
export type Work = (d: Draft, call: Call) => number;

/** Complains, and returns a value to return. */
export function splat(d: Draft, text: string, ret = 0): number {
  if (!d.dead) d.splats.push(text);
  return ret;
}

/** Complains for the last time. */
export function die(d: Draft, text: string): number {
  splat(d, text);
  d.dead = true;
  return 0;
}

/** Operations for which only a negative result means failure, but when a domain is pushed. */
const NEGATIVE: readonly Op[] = ['alloc', 'msi_init', 'init_dev_msi_info'];

/** A place where memory or an operation may fail: what it fails with, or 0. */
export function fails(d: Draft, memory: boolean, ...ops: readonly Op[]): number {
  const { plan, call } = d;
  if (plan.memory.length === 0 && plan.forced.length === 0) return 0;
  const values: number[] = memory && plan.memory.length > 0 ? [Errno.ENOMEM] : [];
  for (const { op, ret } of plan.forced) {
    const push = call.fn === 'irq_domain_push_irq';
    const cut = call.fn === 'irq_domain_disconnect_hierarchy' && call.domain > 0;
    const works = ret > 0 && NEGATIVE.includes(op) && !push;
    if (!ops.includes(op) || works) continue;
    // A level without a chip cannot be trimmed; a level that is cut off, or pushed, need have none.
    const chipless = op === 'alloc' && ret === 0 && !push && !cut;
    values.push(chipless ? Errno.EINVAL : plan.strict && ret > 0 ? Errno.ENOSPC : ret);
  }
  const value = choose(d, ...values);
  d.fault ||= value !== 0;
  return value;
}

/** One of these, or 0: all of it may happen, and each is an outcome. */
function choose({ choices, plan }: Draft, ...values: readonly number[]): number {
  if (values.length === 0) return 0;
  choices.push(values.length);
  return values[(plan.taken[choices.length - 1] ?? 0) - 1] ?? 0;
}

/** Bits of all CPUs in an affinity. */
const CPUS: number = (1 << NR_CPUS) - 1;

/** Takes interrupt numbers in a row, and root vectors: 0, or an errno when they are too few, or too scattered, or have no CPU. */
export function take(d: Draft, count: number, affinity: number, vectors: number): number {
  const { numbers } = d;
  const scattered = numbers <= (count - 1) * (d.world.environment.nr_irqs - numbers);
  if (numbers < count || (scattered && choose(d, 1) === 1)) return Errno.ENOMEM;
  if (affinity !== 0 && (affinity & CPUS) === 0) return Errno.EINVAL;
  if (vectors > d.vectors) return Errno.ENOSPC;
  d.numbers -= count;
  d.vectors -= vectors;
  return 0;
}

/** The slots of a domain id, to be changed in place. */
export function edit({ before, call, device }: Draft, domid: number): Map<number, Slot> {
  const store = device.stores[domid] ?? { domain: NONE, slots: new Map<number, Slot>() };
  if (store.slots === before.devices[call.dev]?.stores[domid]?.slots)
    store.slots = new Map(store.slots);
  return store.slots;
}

/** Replaces the block of the call; there is an interrupt number then. */
export function setBlock({ world, call }: Draft, to: Block | undefined): number {
  world.blocks[call.block] = to;
  return VIRQ;
}
