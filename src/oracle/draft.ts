// SPDX-License-Identifier: GPL-2.0-only
/** One step while it is worked out: what it changes, what it complains about, where it is to fail. */
import { NR_CPUS } from '../trace/affinity.ts';
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import type { HostileCall } from '../trace/environment.ts';
import type { Op } from '../trace/sites.ts';
import { type Device, type Domain, mappedAt, type Model, NONE, own } from './model.ts';
import type { Slot, World } from './model.ts';

/** What may fail, and which of the chances to fail, numbered from 1 as they come, are taken. */
export interface Plan {
  readonly memory: boolean;
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
  splats: readonly string[];
  /** The kernel is dead, and nothing more is heard of it. */
  dead: boolean;
  /** The trace ends after this step by our choice, for what follows is undefined. */
  doomed: boolean;
  /** An interrupt number above 0 is handed out. */
  virq: boolean;
  /** Name in DIFFERENCES of what was done and would not be in a transaction. */
  difference: string | undefined;
  /** Chances so far; what the place that failed last may return; whether that took a fault. */
  chances: number;
  values: readonly number[];
  fault: boolean;
}

/** Works out a call; returns what the function returns. */
export type Work = (d: Draft, call: Call) => number;

/** Complains. */
export function splat(d: Draft, text: string): void {
  if (!d.dead) d.splats = [...d.splats, text];
}

/** Complains, and returns that. */
export function refuse(d: Draft, text: string, ret: number): number {
  splat(d, text);
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

/** A place where memory or an operation may fail: true when it is to fail here, and then with `failure()`. */
export function fails(d: Draft, memory: boolean, ...ops: readonly Op[]): boolean {
  const { plan } = d;
  if (!plan.memory && plan.forced.length === 0) return false;
  const values: number[] = [];
  if (memory && plan.memory) values.push(Errno.ENOMEM);
  for (const { op, ret } of plan.forced) {
    const works = ret > 0 && NEGATIVE.includes(op) && d.call.fn !== 'irq_domain_push_irq';
    if (ops.includes(op) && !works) values.push(ret);
  }
  return values.length > 0 && isTaken(d, values, true);
}

function isTaken(d: Draft, values: readonly number[], fault: boolean): boolean {
  d.chances += 1;
  if (!d.plan.taken.includes(d.chances)) return false;
  d.fault ||= fault;
  d.values = values;
  return true;
}

/** What the place that failed last returns; `Outcome.rets` has what else it may return. */
export function failure(d: Draft): number {
  return d.values[0] ?? 0;
}

/** Bits of all CPUs in an affinity. */
const CPUS: number = (1 << NR_CPUS) - 1;

/** Takes interrupt numbers in a row: 0, or an errno when they are too few, or too scattered, or have no CPU. */
export function takeNumbers(d: Draft, count: number, affinity: number): number {
  const free = d.world.environment.nr_irqs - 1 - d.world.irqs;
  const scattered = free <= (count - 1) * (d.world.irqs + 1);
  if (free < count || (scattered && isTaken(d, [Errno.ENOMEM], false))) return Errno.ENOMEM;
  if (affinity !== 0 && (affinity & CPUS) === 0) return Errno.EINVAL;
  d.world.irqs += count;
  return 0;
}

/** Takes the lowest free vectors, all or none, for interrupts whose outermost level is `level`. */
export function takeVectors(d: Draft, count: number, level: number): readonly number[] | undefined {
  const found: number[] = [];
  for (let at = d.world.vectors.indexOf(0); found.length < count;) {
    if (at < 0) return undefined;
    found.push(at);
    at = d.world.vectors.indexOf(0, at + 1);
  }
  setVectors(d, found, level + 1);
  return found;
}

/** Frees vectors (0) or says to which level they belong. */
export function setVectors({ world, before }: Draft, vectors: readonly number[], to: number): void {
  if (world.vectors === before.vectors && vectors.length > 0)
    world.vectors = before.vectors.slice();
  for (const vector of vectors) world.vectors[vector] = to;
}

/** The slots of a store, to be changed in place. */
export function editSlots({ before, call, device }: Draft, domid: number): Slot[] {
  const store = device.stores[domid];
  if (store === undefined) return [];
  if (store.slots !== before.devices[call.dev]?.stores[domid]?.slots) return store.slots;
  const slots = store.slots.slice();
  device.stores = device.stores.with(domid, { ...store, slots });
  return slots;
}

/** A domain by its name. */
export function domainOf({ world, device }: Draft, domain: number): Domain | undefined {
  return domain >= 0 ? world.domains[domain] : device.stores[own(domain)]?.own;
}

/** Replaces a domain. */
export function setDomain({ world, device }: Draft, domain: number, to: Domain | undefined): void {
  const store = device.stores[own(domain)];
  if (domain >= 0) world.domains = world.domains.with(domain, to);
  if (store === undefined) return;
  const changed = { ...store, own: to, domain: to === undefined ? NONE : domain };
  device.stores = device.stores.with(own(domain), changed);
}

/**
 * Maps hardware numbers (`by` 1) or unmaps them (-1). One that two interrupts have is there once,
 * and goes with whichever goes first.
 */
export function map(d: Draft, domain: number, hwirqs: readonly number[], by: 1 | -1): void {
  const old = domainOf(d, domain);
  if (old === undefined) return;
  const mapped = old.mapped.slice();
  for (const hwirq of hwirqs) {
    const at = mappedAt(mapped, hwirq);
    if (at >= 0) mapped.splice(at, 1);
    if (by > 0) mapped.splice(at >= 0 ? at : ~at, 0, hwirq * 8);
  }
  setDomain(d, domain, { ...old, mapped, live: old.live + by * hwirqs.length });
}
