// SPDX-License-Identifier: GPL-2.0-only
/**
 * What each call may do, from the state that the oracle believes in. Source: kernel/irq/{msi,irqdomain,irqdesc}.c and
 * drivers/base/devres.c (6.12, with the dialect of 6.1). It knows no subject; it is wrong only where a sentence in it is wrong.
 */
import type { Call } from '../trace/call.ts';
import type { Observation } from '../trace/observation.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import type { Step } from '../trace/step.ts';
import { DEVICE_CALLS } from './devres.ts';
import { ANY, type Draft, type Plan, VIRQ, type Work } from './draft.ts';
import { IRQ_CALLS } from './irqdomain.ts';
import type { Model, Store, World } from './model.ts';
import { MSI_CALLS } from './msi.ts';
import { locked } from './store.ts';

/** `kernel` allows what the kernel does by design, `strict` wants every failed call to change nothing. */
export type Spec = 'kernel' | 'strict';

/** One way in which a call may end. */
export interface Outcome {
  /** What the function returns, ANY for what a rule knows, or VIRQ for any interrupt number. */
  readonly ret: number;
  /** `WARN msi_ctrl_valid 1`: kind, function and number of the check in it, in order. */
  readonly splats: readonly string[];
  /** Only a fault that was reached leads there. */
  readonly fault: boolean;
  /** No step follows: the kernel is dead, or what follows is undefined. */
  readonly dead: boolean;
  /** A state of its own, to be completed. */
  readonly next: World;
}

const CALLS: Readonly<Record<string, Work>> = { ...DEVICE_CALLS, ...MSI_CALLS, ...IRQ_CALLS };
const PLAIN: Readonly<Record<Spec, Plan>> = {
  kernel: { memory: [], forced: [], taken: [], strict: false },
  strict: { memory: [], forced: [], taken: [], strict: true },
};

/** What a call does when no fault is reached: the first of its outcomes. */
export function expected(model: Model, call: Call, spec: Spec): Outcome {
  return work(model, call, PLAIN[spec])[0];
}

/** The plain outcome, and after it those in which something armed has failed. */
export function allowed(model: Model, { call, faults }: Step, spec: Spec): readonly Outcome[] {
  const { hostile } = model.environment;
  const memory = faults.filter((fault) => fault.kind === 'memory');
  const forced = [...hostile, ...faults.filter((fault) => fault.kind === 'callback')];
  const outcomes: Outcome[] = [];
  explore(model, call, { ...PLAIN[spec], memory, forced }, outcomes);
  return outcomes;
}

/** Takes each alternative of each choice that comes after those that the plan has taken. */
function explore(model: Model, call: Call, plan: Plan, outcomes: Outcome[]): void {
  const [outcome, choices] = work(model, call, plan);
  outcomes.push(outcome);
  const taken = [...plan.taken];
  for (let at = taken.length; at < choices.length; at += 1) {
    for (let one = 1; one <= (choices[at] ?? 0); one += 1)
      explore(model, call, { ...plan, taken: [...taken, one] }, outcomes);
    taken.push(0);
  }
}

/** Whether an observation shows what an outcome says, the state apart. */
export function returned({ ret }: Outcome, seen: Observation): boolean {
  return ret === ANY || (ret === VIRQ ? seen.ret > 0 : seen.ret === ret);
}

function work(before: Model, call: Call, plan: Plan): readonly [Outcome, readonly number[]] {
  const old = before.devices[call.dev];
  const worker = CALLS[call.fn];
  if (old === undefined || worker === undefined)
    throw new Error(`refused calls must not be asked about: ${call.fn}`);
  const device = { ...old, devres: old.devres.slice(), stores: old.stores.map(copyStore) };
  const world = {
    ...before,
    devices: before.devices.with(call.dev, device),
    domains: before.domains.slice(),
    blocks: before.blocks.slice(),
  };
  const d: Draft = {
    before,
    call,
    plan,
    world,
    device,
    splats: [],
    dead: false,
    doomed: false,
    vectors: before.vectors,
    numbers: before.numbers,
    mapped: [],
    choices: [],
    fault: false,
  };
  const ret = (call.lock === 1 ? locked(worker) : worker)(d, call);
  const { splats, fault } = d;
  const dead = d.dead || d.doomed;
  const outcome = { ret: d.dead ? 0 : ret, splats, fault, dead, next: world };
  const undo = plan.strict && !dead && isFailure(d, ret);
  return [undo ? undone(outcome, before) : outcome, d.choices];
}

function copyStore({ domain, slots }: Store): Store {
  return { domain, slots };
}

function isFailure({ call }: Draft, ret: number): boolean {
  const { returns } = SIGNATURES[call.fn];
  if (returns === 'errno') return ret !== 0;
  if (returns === 'map') return ret < 0;
  return ret <= 0 && (returns === 'bool' || returns === 'virq');
}

/** A transaction that fails changes nothing, and drops no descriptor on the way. */
function undone(outcome: Outcome, before: Model): Outcome {
  const splats = outcome.splats.filter((text) => text !== 'WARN msi_domain_free_descs 1');
  return { ...outcome, splats, next: { ...before, domains: before.domains.slice() } };
}
