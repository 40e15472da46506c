// SPDX-License-Identifier: GPL-2.0-only
/** Draws one whole trace, step after step, from a plan and random bits. */
import { PROFILES } from '../trace/profile.ts';
import type { CallName } from '../trace/signatures.ts';
import { below, type Bits, nextBits, oneIn } from './bits.ts';
import { emit, script, turnTo } from './emit.ts';
import { endBlindly, endInMisuse } from './misuse.ts';
import { begin, tearDownAll, unlockAll } from './orderly.ts';
import type { Plan } from './plan.ts';
import { spinWheel, type Wheel } from './swarm.ts';
import { blankCall, startWorld, type World } from './world.ts';

/** What may be switched off, for comparison or because a suite wants it so. */
export interface Habits {
  /** Each trace has a random subset of the calls. */
  readonly swarm: boolean;
  /** Faults are injected, in most traces. */
  readonly faults: boolean;
  /** Some traces end in misuse that no kernel survives. */
  readonly misuse: boolean;
  /** The longest trace, 1 or more. */
  readonly longest: number;
  /** The calls that may be drawn; all unless told. */
  readonly calls?: ReadonlySet<CallName>;
}

/** Steps that tearing everything down may take. */
const TEARDOWN = 14;
const TRIES = 6;
/** Faulty steps of 256, chosen once per trace. */
const RATES = [0, 0, 0, 8, 16, 32, 64, 128];

/** The steps, and what the generator believes about them. */
export function drawWorld(plan: Plan, bits: Bits, habits: Habits): World {
  const world = startWorld(plan.facts, bits);
  const { environment, oneStore, overrides } = plan.facts;
  const r = nextBits(bits);
  const rate = habits.faults ? (RATES[r & 7] ?? 0) : 0;
  world.two =
    environment.msi === 'device' &&
    PROFILES[environment.release].MSI_MAX_DEVICE_IRQDOMAINS > 1 &&
    !oneStore &&
    !overrides &&
    (r & (environment.devices > 1 ? 8 : 24)) === 0;
  const wheel = habits.swarm ? spinWheel(plan, bits) : plan.wheel;
  const length = Math.max(1, Math.min(habits.longest - TEARDOWN, drawLength(bits)));
  if ((r & 0xf00) !== 0) begin(world, plan, rate >> 2);
  for (let tries = 0; tries < length && world.steps.length < length; tries += 1)
    step(world, plan, { wheel, rate });
  if (world.steps.length === 0) script(world, plan, 'msi_setup_device_data', {});
  finish(world, plan, { ending: (r >>> 12) & 63, habits });
  if (world.steps.length > habits.longest) world.steps.length = habits.longest;
  return world;
}

/** 1 to 46, a quarter of them short and a quarter long. */
function drawLength(bits: Bits): number {
  const r = nextBits(bits);
  const fraction = r >>> 16;
  if ((r & 3) === 0) return 1 + (Math.imul(fraction, 8) >>> 16);
  if ((r & 3) === 1) return 27 + (Math.imul(fraction, 20) >>> 16);
  return 9 + (Math.imul(fraction, 18) >>> 16);
}

function step(
  world: World,
  plan: Plan,
  { wheel, rate }: { readonly wheel: Wheel; readonly rate: number },
): void {
  if (finishes(world, plan)) return;
  const { bits } = world;
  const { choices } = plan;
  for (let tries = 0; tries < 2 * TRIES; tries += 1) {
    // What the subset of this trace has nothing left to do with, the whole table may have.
    const from = tries < TRIES ? wheel : plan.wheel;
    const at = from[below(bits, from.length)];
    const choice = at === undefined ? undefined : choices[at];
    if (choice === undefined) continue;
    world.call = blankCall(choice.fn);
    world.span = 1;
    if (!choice.draw(world)) continue;
    emit(world, choice, rate);
    return;
  }
}

/** Goes on with an iteration, or releases a mutex that has been held for a while. */
function finishes(world: World, plan: Plan): boolean {
  if (world.iterating > 0 && world.device.lock) {
    world.iterating -= 1;
    const { domid } = world.call;
    const dev = world.device.handle;
    if (!oneIn(world.bits, 4)) {
      return (
        script(world, plan, 'msi_next_desc', { dev, domid, filter: world.filter }) ||
        script(world, plan, 'msi_next_desc_6_1', { dev, filter: world.filter })
      );
    }
  }
  for (const device of world.devices) {
    if (!device.lock || !oneIn(world.bits, 8)) continue;
    turnTo(world, device);
    return script(world, plan, 'msi_unlock_descs', { dev: device.handle });
  }
  return false;
}

function finish(
  world: World,
  plan: Plan,
  { ending, habits }: { readonly ending: number; readonly habits: Habits },
): void {
  if (habits.misuse && ending < 3) endInMisuse(world, plan);
  else if (habits.misuse && ending < 6) endBlindly(world, plan);
  if (world.dead) return;
  unlockAll(world, plan);
  if (ending >= 44) tearDownAll(world, plan);
}
