// SPDX-License-Identifier: GPL-2.0-only
/** One call while it is worked out: what it finds, what it complains about, where it may fail. */
import type { Call } from '../trace/call.ts';
import type { Environment, HostileCall } from '../trace/environment.ts';
import { Errno } from '../trace/errno.ts';
import { MsiFlag } from '../trace/flags.ts';
import type { Picture } from '../trace/observation.ts';
import type { Outcome, Slot } from '../trace/outcome.ts';
import type { Profile } from '../trace/profile.ts';
import type { Op } from '../trace/sites.ts';
import type { MemoryFault } from '../trace/step.ts';
import type { Device, IrqDomain } from '../trace/structs.ts';

/** The work: an outcome in the making. */
export interface Draft extends Outcome {
  readonly environment: Environment;
  readonly profile: Profile;
  /** What was there before the call; with it the device that the call names, and its domains by domain id. */
  readonly picture: Picture;
  readonly call: Call;
  readonly device: Readonly<Device>;
  readonly domains: readonly (Readonly<IrqDomain> | undefined)[];
  /** Whether it has MSI data, and whether their mutex is held. */
  data: boolean;
  locked: boolean;
  readonly stores: readonly Map<number, Slot>[];
  ret: number;
  readonly splats: string[];
  last: boolean;
  /** The kernel is dead, and nothing more is heard of it. */
  dead: boolean;
  /** Interrupt numbers and root vectors taken so far. */
  numbers: number;
  vectors: number;
  /** What may fail: memory, and operations. */
  readonly memory: readonly MemoryFault[];
  readonly forced: readonly Pick<HostileCall, 'op' | 'ret'>[];
  /** How many alternatives each choice had so far, which to take, 0 for going on, and whether one of them needs a fault. */
  readonly choices: number[];
  readonly taken: readonly number[];
  fault: boolean;
}

/** Works out a call; returns what the function returns. */
export type Work = (d: Draft, call: Call) => number;

/** Complains, and returns a value to return. */
export function splat(d: Draft, text: string, ret = 0): number {
  if (!d.dead) d.splats.push(text);
  return ret;
}

/** Complains for the last time; what is worked out after that does not matter. */
export function die(d: Draft, text: string): number {
  splat(d, text);
  d.dead = true;
  d.last = true;
  return 0;
}

/** Operations for which only a negative result means failure, but when a domain is pushed. */
const NEGATIVE: readonly Op[] = ['alloc', 'msi_init', 'init_dev_msi_info'];

/** A place where memory or an operation may fail: what it fails with, or 0. */
export function fails(d: Draft, memory: boolean, ...ops: readonly Op[]): number {
  const { call, forced } = d;
  if (d.memory.length === 0 && forced.length === 0) return 0;
  const values: number[] = memory && d.memory.length > 0 ? [Errno.ENOMEM] : [];
  for (const { op, ret } of forced) {
    const push = call.fn === 'irq_domain_push_irq';
    const cut = call.fn === 'irq_domain_disconnect_hierarchy' && call.domain > 0;
    const works = ret > 0 && NEGATIVE.includes(op) && !push;
    if (!ops.includes(op) || works) continue;
    // A level without a chip cannot be trimmed; a level that is cut off, or pushed, need have none.
    const chipless = op === 'alloc' && ret === 0 && !push && !cut;
    values.push(chipless ? Errno.EINVAL : ret);
  }
  const value = choose(d, values);
  d.fault ||= value !== 0;
  return value;
}

/** More places where it may fail than a call has, unless its subject has gone astray. */
const MANY = 256;

/** One of these, or 0: all of it may happen, and each is an outcome. */
export function choose({ choices, taken, dead }: Draft, values: readonly number[]): number {
  if (values.length === 0 || dead || choices.length >= MANY) return 0;
  choices.push(values.length);
  return values[(taken[choices.length - 1] ?? 0) - 1] ?? 0;
}

/** The MSI domain of the call; before 6.2 it is the one that the device points at. */
export function domainOf(d: Draft): Readonly<IrqDomain> | undefined {
  return d.domains[d.call.domid] ?? d.picture.irq_domain.objects[d.device.msi_domain];
}

/** Whether the MSI domain of the call has a flag, which need not be one that was asked for. */
export function has(d: Draft, flag: keyof typeof MsiFlag): boolean {
  const info = d.picture.msi_domain_info.objects[domainOf(d)?.host_data ?? 0];
  return info !== undefined && (info.flags & MsiFlag[flag]) !== 0;
}
