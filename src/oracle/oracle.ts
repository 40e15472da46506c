// SPDX-License-Identifier: GPL-2.0-only
/**
 * How a call may end, from what is there before it. Source: kernel/irq/{msi,irqdomain,irqdesc}.c and drivers/base/devres.c
 * (6.12, with the dialect of 6.1). It knows no subject; it is wrong only where a sentence in it is wrong. It says what
 * a call complains of, and what it answers where that follows from what was there. The rest is for the rules to say.
 */
import type { Call } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { dataOf, deviceNamed, descsIn } from '../trace/look.ts';
import type { Picture } from '../trace/observation.ts';
import { ANY, type Outcome } from '../trace/outcome.ts';
import { PROFILES } from '../trace/profile.ts';
import { SIGNATURES, TAKING_MUTEX } from '../trace/signatures.ts';
import type { Step } from '../trace/step.ts';
import { DEVICE_CALLS } from './devres.ts';
import type { Draft, Work } from './draft.ts';
import { IRQ_CALLS } from './irqdomain.ts';
import { MSI_CALLS } from './msi.ts';
import { locked } from './store.ts';

const CALLS: Readonly<Record<string, Work>> = { ...DEVICE_CALLS, ...MSI_CALLS, ...IRQ_CALLS };

/** The plain outcome, and after it those in which one of the places that may fail does. */
export function outcomes(environment: Environment, picture: Picture, step: Step): Outcome[] {
  const plain = draft(environment, picture, step);
  const found = [work(plain)];
  for (let nth = 1; nth <= -plain.failing; nth += 1)
    found.push(work({ ...draft(environment, picture, step), failing: nth }));
  return found;
}

/** What a call does when no fault is reached: the first of its outcomes. */
export function expected(environment: Environment, picture: Picture, call: Call): Outcome {
  return work(draft(environment, picture, { call, faults: [] }));
}

/** What is not listed is left to rules. */
function work(d: Draft): Outcome {
  const { fn, lock } = d.call;
  const worker = CALLS[fn] ?? (() => ANY);
  const ret = (lock === 1 || TAKING_MUTEX.includes(fn) ? locked(worker) : worker)(d, d.call);
  d.ret = d.dead || SIGNATURES[fn].returns === 'void' ? 0 : ret;
  return d;
}

function draft(environment: Environment, picture: Picture, { call, faults }: Step): Draft {
  const device = deviceNamed(picture, call.dev);
  if (device === undefined) throw new Error(`the oracle does not know device ${call.dev}`);
  const profile = PROFILES[environment.release];
  const data = dataOf(picture, device);
  const ids = [0, 1].slice(0, profile.MSI_MAX_DEVICE_IRQDOMAINS);
  return {
    environment,
    profile,
    picture,
    call,
    faults,
    device,
    domains: ids.map((id) => picture.irq_domain.objects[data?.domains[id]?.domain ?? 0]),
    data: data !== undefined,
    locked: data !== undefined && data.mutex !== 0,
    stores: ids.map((id) => descsIn(picture, data?.domains[id]?.store)),
    ret: 0,
    splats: [],
    last: false,
    dead: false,
    fault: false,
    failing: 0,
  };
}
