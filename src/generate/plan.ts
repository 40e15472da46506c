// SPDX-License-Identifier: GPL-2.0-only
/** All that is worked out once per environment: its calls with their weights, draws and faults. */
import type { Environment } from '../trace/environment.ts';
import { PROFILES } from '../trace/profile.ts';
import { type CallName, SIGNATURES } from '../trace/signatures.ts';
import { ALLOC_CALLS } from './calls-alloc.ts';
import { BLOCK_CALLS } from './calls-block.ts';
import { DEVICE_CALLS } from './calls-device.ts';
import { DOMAIN_CALLS } from './calls-domain.ts';
import { MAPPING_CALLS } from './calls-mapping.ts';
import { OLD_CALLS } from './calls-old.ts';
import { STORE_CALLS } from './calls-store.ts';
import type { Entry } from './entry.ts';
import { type Facts, factsOf } from './facts.ts';
import { type Reach, reachOf } from './reach.ts';

const TABLE: readonly Entry[] = [
  ...DEVICE_CALLS,
  ...STORE_CALLS,
  ...DOMAIN_CALLS,
  ...ALLOC_CALLS,
  ...OLD_CALLS,
  ...BLOCK_CALLS,
  ...MAPPING_CALLS,
];

/** A call of an environment. */
export interface Choice extends Entry {
  readonly reach: Reach;
  /** The calls without which it finds nothing, also indirectly: a bit for each of `Plan.choices`, 32 to a number. */
  readonly implies: readonly [low: number, high: number];
}

/** An environment, ready to be drawn from. */
export interface Plan {
  readonly facts: Facts;
  readonly choices: readonly Choice[];
  readonly byName: ReadonlyMap<CallName, Choice>;
  /** Every call as often as its weight, for traces and moments that choose among all of them. */
  readonly wheel: readonly number[];
}

/** Makes the plan; `calls` are those that may be drawn, all unless told. */
export function planFor(environment: Environment, calls?: ReadonlySet<CallName>): Plan {
  const facts = factsOf(environment);
  const entries = TABLE.filter(({ fn, when }) => {
    const { release } = PROFILES[environment.release];
    if (!SIGNATURES[fn].releases.includes(release) || calls?.has(fn) === false) return false;
    return when === undefined || when(facts);
  });
  const choices = entries.map((entry) => ({
    ...entry,
    reach: reachOf(entry.fn, facts),
    implies: implied(entries, entry),
  }));
  return {
    facts,
    choices,
    byName: new Map(choices.map((choice) => [choice.fn, choice])),
    wheel: choices.flatMap(({ weight }, at) => Array.from({ length: weight }, () => at)),
  };
}

function implied(entries: readonly Entry[], { needs }: Entry): readonly [number, number] {
  let low = 0;
  let high = 0;
  let next: CallName | undefined = needs;
  while (next !== undefined) {
    const wanted: CallName = next;
    const at = entries.findIndex(({ fn }) => fn === wanted);
    if (at < 0) break;
    if (at < 32) low |= 1 << at;
    else high |= 1 << (at - 32);
    next = entries[at]?.needs;
  }
  return [low, high];
}
