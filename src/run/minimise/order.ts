// SPDX-License-Identifier: GPL-2.0-only
/**
 * Which of two traces is the simpler one. The order is total up to the environment's name, so the
 * simplest trace of a defect is one trace and not a matter of taste: fewer steps, an environment
 * nearer to the default one, fewer faults, smaller arguments, simpler calls.
 */
import { CALL_NAMES, type CallName } from '../../trace/call.ts';
import { type Environment, DEFAULT_ENVIRONMENT, OWN_OPS } from '../../trace/environment.ts';
import { BUS_TOKENS, MSI_ANY_INDEX, MSI_XA_DOMAIN_SIZE, MsiFlag } from '../../trace/flags.ts';
import { type Arg, SIGNATURES } from '../../trace/signatures.ts';
import { OP_NAMES, SITES } from '../../trace/sites.ts';
import type { Fault, Step, Trace } from '../../trace/step.ts';

const fnRanks: ReadonlyMap<CallName, number> = new Map(CALL_NAMES.map((fn, index) => [fn, index]));

/** Negative when `a` is simpler than `b`, 0 when they are the same but for the environment's name. */
export function compareTraces(a: Trace, b: Trace): number {
  return (
    a.steps.length - b.steps.length ||
    compareEnvironments(a.environment, b.environment) ||
    countFaults(a) - countFaults(b) ||
    sumOfArgs(a.steps) - sumOfArgs(b.steps) ||
    sumOfCalls(a.steps) - sumOfCalls(b.steps) ||
    compareSteps(a.steps, b.steps)
  );
}

/** Faults of the steps and hostile calls of the environment. */
function countFaults(trace: Trace): number {
  return trace.environment.hostile.length + faultsOf(trace.steps);
}

function faultsOf(steps: readonly Step[]): number {
  let count = 0;
  for (const step of steps) count += step.faults.length;
  return count;
}

/** Place of a value among the values of an argument: 0 is the simplest. */
export function rankOfArg(arg: Arg, value: number): number {
  if (arg.field === 'lock') return 1 - value;
  if (value === MSI_ANY_INDEX) return MSI_XA_DOMAIN_SIZE + 1;
  // 0 is "unlimited", the largest of them all.
  if (arg.kind === 'hwsize' && value === 0) return MSI_XA_DOMAIN_SIZE + 2;
  // An empty mask is what the kernel refuses, so it is not simpler than one CPU.
  if (arg.kind === 'affinity' && value !== 0 && (value & 15) === 0) return value + 16;
  return value;
}

/** Negative when `a` is nearer to the default environment. */
export function compareEnvironments(a: Environment, b: Environment): number {
  if (a === b) return 0;
  const left = environmentRank(a);
  const right = environmentRank(b);
  for (let i = 0; i < left.length; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const ranks = new WeakMap<Environment, readonly number[]>();

/** Number of things that differ from the default, then each field's own rank. */
function environmentRank(env: Environment): readonly number[] {
  const known = ranks.get(env);
  if (known !== undefined) return known;
  const fields = [
    env.release === '6.12' ? 0 : 1,
    numberRank(env.vectors, DEFAULT_ENVIRONMENT.vectors),
    numberRank(env.revmap_size, DEFAULT_ENVIRONMENT.revmap_size),
    numberRank(env.levels, DEFAULT_ENVIRONMENT.levels),
    ['device', 'global', 'none'].indexOf(env.msi),
    numberRank(env.devices, DEFAULT_ENVIRONMENT.devices),
    ['none', 'msi', 'msix'].indexOf(env.pci),
    env.fwnode ? 1 : 0,
    numberRank(env.hwsize, DEFAULT_ENVIRONMENT.hwsize),
    env.bus_token === DEFAULT_ENVIRONMENT.bus_token ? 0 : 1 + BUS_TOKENS.indexOf(env.bus_token),
    ['index', 'device', 'overlap'].indexOf(env.hwirq),
    env.handler ? 1 : 0,
    env.compose === 'vector' ? 0 : 1,
    env.prefix ? 1 : 0,
    env.parent === 'plain' ? 0 : 1,
    env.supported_flags ^ DEFAULT_ENVIRONMENT.supported_flags,
    env.required_flags ^ DEFAULT_ENVIRONMENT.required_flags,
    env.irq_ack ? 0 : 1,
    numberRank(env.nr_irqs, DEFAULT_ENVIRONMENT.nr_irqs),
    numberRank(env.online, DEFAULT_ENVIRONMENT.online),
    numberRank(env.wired, DEFAULT_ENVIRONMENT.wired),
  ];
  const flags = env.flags ^ DEFAULT_ENVIRONMENT.flags;
  const differing = fields.filter((rank) => rank !== 0).length + bitCount(flags) + env.ops.length;
  const ops = env.ops.reduce((bits, op) => bits | (1 << OWN_OPS.indexOf(op)), 0);
  const hostile = env.hostile.flatMap(({ op, nth, ret }) => [
    OP_NAMES.indexOf(op),
    nth,
    retRank(ret),
  ]);
  // Descriptors that come by themselves make for the shortest traces, so that flag comes first.
  const simple = flags & MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;
  const flagRank = 2 * (flags ^ simple) + (simple === 0 ? 0 : 1);
  const rank = [differing, ...fields, flagRank, ops, env.hostile.length, ...hostile];
  ranks.set(env, rank);
  return rank;
}

function numberRank(value: number, usual: number): number {
  return value === usual ? 0 : 1 + value;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

function sumOfCalls(steps: readonly Step[]): number {
  let sum = 0;
  for (const { call } of steps) sum += fnRanks.get(call.fn) ?? 0;
  return sum;
}

function sumOfArgs(steps: readonly Step[]): number {
  let sum = 0;
  for (const { call } of steps) {
    for (const arg of SIGNATURES[call.fn].args) sum += rankOfArg(arg, call[arg.field]);
  }
  return sum;
}

function compareSteps(a: readonly Step[], b: readonly Step[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined || left === right) continue;
    const difference = compareStep(left, right);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareStep(a: Step, b: Step): number {
  if (a.call.fn !== b.call.fn) return (fnRanks.get(a.call.fn) ?? 0) - (fnRanks.get(b.call.fn) ?? 0);
  for (const arg of SIGNATURES[a.call.fn].args) {
    const difference = rankOfArg(arg, a.call[arg.field]) - rankOfArg(arg, b.call[arg.field]);
    if (difference !== 0) return difference;
  }
  if (a.faults.length !== b.faults.length) return a.faults.length - b.faults.length;
  for (const [i, fault] of a.faults.entries()) {
    const other = b.faults[i];
    const difference = other === undefined ? 0 : compareFaults(fault, other);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Memory before callbacks, a named site before `any`, one failure before several, early before late. */
export function compareFaults(a: Fault, b: Fault): number {
  const left = faultRank(a);
  const right = faultRank(b);
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2] || left[3] - right[3];
}

function faultRank(fault: Fault): readonly [number, number, number, number] {
  if (fault.kind === 'callback')
    return [1, OP_NAMES.indexOf(fault.op), fault.nth, retRank(fault.ret)];
  const site = fault.site === 'any' ? SITES.length : SITES.indexOf(fault.site);
  return [0, shapeRank(fault.count) * (SITES.length + 1) + site, fault.nth, 0];
}

function shapeRank(count: number): number {
  return count === 0 ? 2 : count - 1;
}

/** -ENOMEM is what most callers expect; then the other errors, then positive values. */
function retRank(ret: number): number {
  if (ret === -12) return 0;
  return ret < 0 ? -ret : 1000 + ret;
}
