// SPDX-License-Identifier: GPL-2.0-only
/** One call while it is worked out: what it finds, what it complains about, where it may fail. */
import type { Call } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { MsiFlag } from '../trace/flags.ts';
import type { Picture } from '../trace/observation.ts';
import type { Outcome } from '../trace/outcome.ts';
import type { Profile } from '../trace/profile.ts';
import type { Fault } from '../trace/step.ts';
import type { Device, IrqDomain, MsiDesc } from '../trace/structs.ts';

/** An irq domain, where there is one. */
export type Domain = Readonly<IrqDomain> | undefined;

/** The work: an outcome in the making. */
export interface Draft extends Outcome {
  readonly environment: Environment;
  readonly profile: Profile;
  /** What was there before the call; with it the device that the call names, and its domains by domain id. */
  readonly picture: Picture;
  readonly call: Call;
  readonly faults: readonly Fault[];
  readonly device: Readonly<Device>;
  readonly domains: readonly Domain[];
  /** Whether it has MSI data, and whether their mutex is held. */
  data: boolean;
  locked: boolean;
  /** Its descriptors by domain id, ascending. */
  readonly stores: readonly (readonly MsiDesc[])[];
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
 * A place where the call fails when memory or an operation does. `most` are the descriptors that it can
 * ask memory for: a fault of msi_alloc_desc() says which of them it means.
 */
export function fails(d: Draft, most?: number): boolean {
  const meant =
    most === undefined ||
    d.faults.some((one) => !('site' in one) || one.site !== 'msi_alloc_desc' || one.nth <= most);
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

/** Whether the MSI domain of the call has a flag; before 6.2 it is the domain that the device points at. */
export function has(d: Draft, flag: keyof typeof MsiFlag): boolean {
  const domain = d.domains[d.call.domid] ?? d.picture.irq_domain.objects[d.device.msi_domain];
  const info = d.picture.msi_domain_info.objects[domain?.host_data ?? 0];
  return info !== undefined && (info.flags & MsiFlag[flag]) !== 0;
}
