// SPDX-License-Identifier: GPL-2.0-only
/** Writes an environment and a step into the module's memory: struct kc_env, kc_call and kc_fault (shim/world.h, shim/kc.h). */
import { CALL_NAMES, type Call } from '../../trace/call.ts';
import { type Environment, OWN_OPS } from '../../trace/environment.ts';
import { BUS_TOKENS } from '../../trace/flags.ts';
import { OP_NAMES, SITES } from '../../trace/sites.ts';
import type { Fault, Step } from '../../trace/step.ts';
import { NO_STOP, type Stop } from './machine.ts';
import type { Memory } from './memory.ts';

const MSI = ['none', 'global', 'device'] as const;
const PCI = ['none', 'msi', 'msix'] as const;
const HWIRQ = ['index', 'device', 'overlap'] as const;
const COMPOSE = ['vector', 'msi'] as const;
const PARENT = ['plain', 'irq-msi-lib'] as const;

/** Writes the environment, before kc_boot(). */
export function writeEnvironment({ words, at }: Memory, env: Environment, stop: Stop): void {
  words.set(environmentWords(env, stop), at.env >> 2);
}

/** struct kc_env. */
export function environmentWords(env: Environment, stop: Stop = NO_STOP): readonly number[] {
  let bits = 0;
  for (const op of env.ops) bits |= 1 << OWN_OPS.indexOf(op);
  return [
    env.vectors,
    env.revmap_size,
    env.levels,
    MSI.indexOf(env.msi),
    env.devices,
    PCI.indexOf(env.pci),
    Number(env.fwnode),
    env.flags,
    env.hwsize,
    BUS_TOKENS.indexOf(env.bus_token),
    bits,
    HWIRQ.indexOf(env.hwirq),
    Number(env.handler),
    COMPOSE.indexOf(env.compose),
    Number(env.prefix),
    PARENT.indexOf(env.parent),
    env.supported_flags,
    env.required_flags,
    Number(env.irq_ack),
    env.nr_irqs,
    env.online,
    env.wired,
    stop.object,
    stop.step,
    stop.splat,
    env.hostile.length,
    ...env.hostile.flatMap(({ op, nth, ret }) => [OP_NAMES.indexOf(op), nth, ret]),
  ];
}

/** Writes the call and the faults that are armed for it, before kc_step(). */
export function writeStep({ words, at }: Memory, { call, faults }: Step): void {
  words.set(callWords(call), at.call >> 2);
  words[at.faults >> 2] = faults.length;
  words.set(faults.flatMap(faultWords), at.fault >> 2);
}

/** The words of a step one after the other: the call, the number of faults, and those. */
export function stepWords({ call, faults }: Step): readonly number[] {
  return [...callWords(call), faults.length, ...faults.flatMap(faultWords)];
}

function callWords(call: Call): readonly number[] {
  return [
    CALL_NAMES.indexOf(call.fn),
    call.dev,
    call.domid,
    call.first,
    call.last,
    call.index,
    call.nvec_used,
    call.affinity,
    call.msi_attrib,
    call.filter,
    call.nirqs,
    call.lock,
    call.hwsize,
    call.domain,
    call.hwirq,
    call.block,
    call.vec,
    call.bus_token,
    call.res,
    call.icookie,
    call.reserve,
    call.type,
  ];
}

function faultWords(fault: Fault): readonly number[] {
  if (fault.kind === 'callback') return [0, OP_NAMES.indexOf(fault.op), fault.nth, 1, fault.ret];
  const where = fault.site === 'any' ? -1 : SITES.indexOf(fault.site);
  return [1, where, fault.nth, fault.count, 0];
}
