// SPDX-License-Identifier: GPL-2.0-only
/**
 * What each call may do, from the state that the oracle believes in. Source: kernel/irq/{msi,irqdomain,irqdesc}.c and
 * drivers/base/devres.c (6.12, with the dialect of 6.1). It knows no subject; it is wrong only where a sentence in it is wrong.
 */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import type { Observation } from '../trace/observation.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import type { Step } from '../trace/step.ts';
import { DEVICE_CALLS } from './devres.ts';
import type { Draft, Plan, Work } from './draft.ts';
import { IRQ_CALLS } from './irqdomain.ts';
import type { Model } from './model.ts';
import { MSI_CALLS } from './msi.ts';

export { refuses } from './refuse.ts';

/** `kernel` allows what the kernel does by design, `strict` wants every failed call to change nothing. */
export type Spec = 'kernel' | 'strict';

/** One way in which a call may end. */
export interface Outcome {
  /** What the function returns; 1 stands for any interrupt number. `rets`: what it may return instead. */
  readonly ret: number;
  readonly rets?: readonly number[] | undefined;
  /** An interrupt number is handed out. */
  readonly virq: boolean;
  /** `WARN msi_ctrl_valid 1`: kind, function and number of the check in it, in order. */
  readonly splats: readonly string[];
  /** Only a fault that was reached leads there. */
  readonly fault: boolean;
  /** No step follows: the kernel is dead, or what follows is undefined. */
  readonly dead: boolean;
  readonly next: Model;
  /** Name in DIFFERENCES. */
  readonly difference?: string | undefined;
}

const CALLS: Readonly<Record<string, Work>> = { ...DEVICE_CALLS, ...MSI_CALLS, ...IRQ_CALLS };
const PLAIN: Readonly<Record<Spec, Plan>> = {
  kernel: { memory: false, forced: [], taken: [], strict: false },
  strict: { memory: false, forced: [], taken: [], strict: true },
};

/** What a call does when no fault is reached: the first of its outcomes. */
export function expected(model: Model, call: Call, spec: Spec): Outcome {
  return outcome(work(model, call, PLAIN[spec]));
}

/** The plain outcome, and after it those in which something armed has failed. */
export function allowed(model: Model, { call, faults }: Step, spec: Spec): readonly Outcome[] {
  const { hostile } = model.environment;
  const outcomes: Outcome[] = [];
  const armed = faults.length > 0 || hostile.length > 0;
  const forced = armed ? [...hostile, ...faults.filter((fault) => fault.kind === 'callback')] : [];
  const memory = armed && faults.some(({ kind }) => kind === 'memory');
  explore(model, call, armed ? { ...PLAIN[spec], forced, memory } : PLAIN[spec], outcomes);
  return outcomes;
}

function explore(model: Model, call: Call, plan: Plan, outcomes: Outcome[]): void {
  const [d, ret] = work(model, call, plan);
  outcomes.push(outcome([d, ret]));
  for (let next = (plan.taken.at(-1) ?? 0) + 1; next <= d.chances; next += 1)
    explore(model, call, { ...plan, taken: [...plan.taken, next] }, outcomes);
}

/** Whether an observation shows what an outcome says, the state apart. */
export function returned({ ret, rets, virq }: Outcome, { fn }: Call, seen: Observation): boolean {
  if (SIGNATURES[fn].returns === 'virq' && virq) return seen.ret > 0;
  return (
    (seen.ret === ret || rets?.includes(seen.ret) === true) &&
    (SIGNATURES[fn].returns !== 'map' || seen.virq > 0 === virq)
  );
}

function work(before: Model, call: Call, plan: Plan): readonly [Draft, number] {
  const device = before.devices[call.dev];
  const worker = CALLS[call.fn];
  if (device === undefined || worker === undefined)
    throw new Error(`refused calls must not be asked about: ${call.fn}`);
  const d: Draft = {
    before,
    call,
    plan,
    world: { ...before },
    device: { ...device },
    splats: NOTHING,
    dead: false,
    doomed: false,
    virq: false,
    difference: undefined,
    chances: 0,
    values: NOTHING,
    fault: false,
  };
  const ret = worker(d, call);
  d.virq &&= !d.dead;
  return [d, d.dead ? 0 : ret];
}

const NOTHING: readonly never[] = [];

function outcome([d, ret]: readonly [Draft, number]): Outcome {
  const { virq, splats, values, fault } = d;
  const dead = d.dead || d.doomed;
  const failed = isFailure(d, ret);
  const rets = values.length > 1 && values[0] === ret ? values.slice(1) : undefined;
  const next = finish(d);
  const difference = dead || next === d.before ? undefined : nameOf(d, failed, ret);
  if (!d.plan.strict) return { ret, rets, virq, splats, fault, dead, next, difference };
  if (dead || !(failed || difference === 'legacy interrupt left out'))
    return { ret, rets, virq, splats, fault, dead, next, difference: undefined };
  const quiet = splats.filter((text) => text !== 'WARN msi_domain_free_descs 1');
  return {
    ret: !failed || SIGNATURES[d.call.fn].returns === 'bool' ? 0 : ret > 0 ? Errno.ENOSPC : ret,
    rets: rets?.filter((other) => other < 0),
    virq,
    splats: quiet,
    fault,
    dead,
    next: undone(d),
    difference: undefined,
  };
}

function isFailure({ call, virq }: Draft, ret: number): boolean {
  switch (SIGNATURES[call.fn].returns) {
    case 'errno':
      return ret !== 0;
    case 'bool':
      return ret === 0;
    case 'map':
    case 'virq':
      return !virq;
    default:
      return false;
  }
}

/** What of it no transaction would have done. */
function nameOf(d: Draft, failed: boolean, ret: number): string | undefined {
  const old = d.before.devices[d.call.dev];
  if (d.difference !== undefined || !failed) return d.difference;
  if (ret > 0) return 'positive failure';
  if (
    old?.stores === d.device.stores &&
    old.data === d.device.data &&
    d.before.irqs === d.world.irqs
  )
    return undefined;
  if (d.call.fn === 'msi_create_device_irq_domain') return 'device data stays';
  return d.call.fn === 'msi_domain_alloc_irq_at' ? 'orphan descriptor' : 'whole range rolled back';
}

function finish({ before, call: { dev }, device, world }: Draft): Model {
  const old = before.devices[dev];
  const same =
    old !== undefined &&
    old.stores === device.stores &&
    old.locked === device.locked &&
    old.cursor === device.cursor &&
    old.devres === device.devres &&
    old.data === device.data &&
    old.alive === device.alive &&
    old.msiDomain === device.msiDomain;
  if (!same) world.devices = world.devices.with(dev, device);
  const { devices, domains, blocks, vectors, irqs } = world;
  const nothing =
    same &&
    domains === before.domains &&
    blocks === before.blocks &&
    vectors === before.vectors &&
    irqs === before.irqs;
  return nothing && devices === before.devices ? before : world;
}

/** The state before, but for the lock and the cursor, which are the caller's business. */
function undone({ before, call: { dev }, device: { locked, cursor } }: Draft): Model {
  const old = before.devices[dev];
  if (old === undefined || !old.data || (old.locked === locked && old.cursor === cursor))
    return before;
  return { ...before, devices: before.devices.with(dev, { ...old, locked, cursor }) };
}
