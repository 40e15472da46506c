// SPDX-License-Identifier: GPL-2.0-only
/** How situations are written down, and what environments need for the usual ones. */
import type { Environment, OwnOp } from '../trace/environment.ts';
import { MsiFlag } from '../trace/flags.ts';
import { ownFlags, refusal } from '../trace/parent.ts';
import type { Observation } from '../trace/observation.ts';
import { PROFILES } from '../trace/profile.ts';
import type { History } from './remember.ts';
import type { IrqDesc } from '../trace/structs.ts';
import type { Situation } from './rule.ts';
import { type DescView, descView } from './view.ts';

/** A situation that is a fact. */
export function happened(
  name: string,
  when: number,
  needs: Situation['needs'] = anywhere,
): Situation {
  return { name, when, reached: (_observation, { facts }) => (facts & when) !== 0, needs };
}

/** A situation that takes more than a fact. */
export function happens(
  name: string,
  when: number,
  reached: (observation: Observation, history: History) => boolean,
  needs: Situation['needs'] = anywhere,
): Situation {
  return {
    name,
    when,
    reached: (observation, history) =>
      (history.facts & when) !== 0 && reached(observation, history),
    needs,
  };
}

/** True when an interrupt that the step dealt with, and that exists, is one of these. */
export function someIrq(
  { picture }: Observation,
  { touched, touchedCount }: History,
  wanted: (desc: Readonly<IrqDesc>) => boolean,
): boolean {
  for (let i = 0; i < touchedCount; i += 1) {
    const desc = picture.irq_desc.objects[picture.sparse_irqs[touched[i] ?? 0] ?? 0];
    if (desc !== undefined && wanted(desc)) return true;
  }
  return false;
}

/** True when a descriptor that the step used, and that exists, is one of these. */
export function someDesc({ picture }: Observation, wanted: (view: DescView) => boolean): boolean {
  const { touched, objects } = picture.msi_desc;
  for (let i = 0; i < touched.length; i += 1) {
    const address = touched[i] ?? 0;
    const desc = objects[address];
    if (desc !== undefined && wanted(descView(picture, address, desc))) return true;
  }
  return false;
}

/** Every environment will do. */
export function anywhere(): boolean {
  return true;
}

/** There is a domain that MSI interrupts come from. */
export function withMsi({ msi }: Environment): boolean {
  return msi !== 'none';
}

/** MSI interrupts that go through the irq domains: not those of an overriding domain alone. */
export function withLevels(env: Environment): boolean {
  return env.msi !== 'none' && (env.release !== '6.1' || !env.ops.includes('domain_alloc_irqs'));
}

/** Interrupts are activated when they are allocated, and stay so. */
export function activatesEarly(env: Environment): boolean {
  return withLevels(env) && has(env, 'MSI_FLAG_ACTIVATE_EARLY');
}

/** The same, with a deactivation when they are freed: what reservation mode does without. */
export function deactivates(env: Environment): boolean {
  return activatesEarly(env);
}

/** Domains want sysfs entries. */
export function withSysfs(env: Environment): boolean {
  return withMsi(env) && has(env, 'MSI_FLAG_DEV_SYSFS');
}

/** Per-device domains. */
export function withDeviceDomains(env: Environment): boolean {
  return env.msi === 'device' && refusal(env) === 0;
}

/** The environment provides an operation. */
export function withOp(op: OwnOp): Situation['needs'] {
  return (env) => withMsi(env) && env.ops.includes(op);
}

/** The release has msi_check. */
export function withCheck(env: Environment): boolean {
  return withMsi(env) && PROFILES[env.release].hasMsiCheck;
}

/** MSI domains have a flag; those of devices, where devices have their own. */
export function has(env: Environment, flag: keyof typeof MsiFlag): boolean {
  return (ownFlags(env) & MsiFlag[flag]) !== 0;
}
