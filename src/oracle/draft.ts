// SPDX-License-Identifier: GPL-2.0-only
/** One call while it is worked out: what it finds, what it complains about, where it may fail. */
import type { Call } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { MsiFlag } from '../trace/flags.ts';
import type { Picture } from '../trace/observation.ts';
import type { Outcome, Slot } from '../trace/outcome.ts';
import type { Profile } from '../trace/profile.ts';
import type { Fault } from '../trace/step.ts';
import type { Device, IrqDomain } from '../trace/structs.ts';

/** The work: an outcome in the making. */
export interface Draft extends Outcome {
  readonly environment: Environment;
  readonly profile: Profile;
  /** What was there before the call; with it the device that the call names, and its domains by domain id. */
  readonly picture: Picture;
  readonly call: Call;
  readonly faults: readonly Fault[];
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
  fault: boolean;
  /** The how manyth place that may fail does, less those that did not; 0 or less when none is left to. */
  failing: number;
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

/**
 * A place where the call fails when memory or an operation does. `nth` is the descriptor that it makes: a
 * fault of msi_alloc_desc() says which.
 */
export function fails(d: Draft, nth?: number): boolean {
  const meant =
    nth === undefined ||
    d.faults.some((one) => !('site' in one) || one.site !== 'msi_alloc_desc' || one.nth === nth);
  const failed = meant && (d.faults.length > 0 || d.environment.hostile.length > 0) && lacks(d);
  d.fault ||= failed;
  return failed;
}

/** A place where it fails when something is lacking, which need not be for a fault: rules ask for the reason. */
export function lacks(d: Draft): boolean {
  if (d.dead) return false;
  d.failing -= 1;
  return d.failing === 0;
}

/** The MSI domain of the call; before 6.2 it is the one that the device points at. */
function domainOf(d: Draft): Readonly<IrqDomain> | undefined {
  return d.domains[d.call.domid] ?? d.picture.irq_domain.objects[d.device.msi_domain];
}

/** Whether the MSI domain of the call has a flag, which need not be one that was asked for. */
export function has(d: Draft, flag: keyof typeof MsiFlag): boolean {
  const info = d.picture.msi_domain_info.objects[domainOf(d)?.host_data ?? 0];
  return info !== undefined && (info.flags & MsiFlag[flag]) !== 0;
}
