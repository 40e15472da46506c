// SPDX-License-Identifier: GPL-2.0-only
/** Adding a step whose arguments are complete, and calls that are made for a purpose and not drawn. */
import type { CallName } from '../trace/signatures.ts';
import { nextBits } from './bits.ts';
import { drawFaults, NO_FAULTS, shouldFail } from './faults.ts';
import type { Choice, Plan } from './plan.ts';
import { blankCall, type Device, type Draft, type World } from './world.ts';

/** Adds `world.call`, with a fault in `rate` of 256 cases, and notes what it does. */
export function emit(world: World, choice: Choice, rate: number): void {
  let faults = NO_FAULTS;
  let failed = false;
  if (rate > 0 && (nextBits(world.bits) & 0xff) < rate) {
    faults = drawFaults(world.bits, choice.reach, world.span);
    failed = shouldFail(faults, world.span);
  }
  world.steps.push({ call: world.call, faults });
  choice.effect(world, failed);
}

/** Adds a call of `device` with these arguments; false where the environment does not have it. */
export function script(
  world: World,
  plan: Plan,
  fn: CallName,
  args: Partial<Omit<Draft, 'fn'>>,
): boolean {
  const choice = plan.byName.get(fn);
  if (choice === undefined) return false;
  world.call = Object.assign(blankCall(fn), args);
  world.span = 1;
  world.store = world.call.domid === 1 ? world.device.second : world.device.first;
  emit(world, choice, 0);
  return true;
}

/** The same for another device than the last one. */
export function turnTo(world: World, device: Device): void {
  world.device = device;
  world.store = device.first;
}
