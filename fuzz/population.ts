// SPDX-License-Identifier: GPL-2.0-only
/** The traces that showed something first, how often each feature was shown, and which of them to change next. */
import { below, type Bits } from '../src/generate/bits.ts';
import type { Trace } from '../src/trace/step.ts';
import { FEATURES } from './novelty.ts';

/** A trace, and what it showed. */
export interface Member {
  readonly trace: Trace;
  /** The abstract state after each step that ran. */
  readonly states: readonly number[];
  /** Each once. */
  readonly features: readonly number[];
}

/** What a campaign has learned. */
export interface Population {
  readonly members: Member[];
  /** By the name of their environment. */
  readonly byEnvironment: Map<string, Member[]>;
  /** By feature: the number of traces that showed it. */
  readonly shown: Uint32Array;
  /** How many features were shown at all. */
  known: number;
}

/** Nothing yet. */
export function startPopulation(): Population {
  return {
    members: [],
    byEnvironment: new Map(),
    shown: new Uint32Array(FEATURES),
    known: 0,
  };
}

/** Adds a member; its features are counted by `count`. */
export function addMember({ members, byEnvironment }: Population, member: Member): void {
  members.push(member);
  const { name } = member.trace.environment;
  const others = byEnvironment.get(name);
  if (others === undefined) byEnvironment.set(name, [member]);
  else others.push(member);
}

/** Counts `times` more traces that showed a feature. */
export function count(population: Population, feature: number, times: number): void {
  const { shown } = population;
  if (shown[feature] === 0) population.known += 1;
  shown[feature] = (shown[feature] ?? 0) + times;
}

/** Members that are looked at for one that is picked. */
const CANDIDATES = 4;

/** A member to change: of a few at random the one with the rarest feature. Undefined where there is none. */
export function pickMember({ members, shown }: Population, bits: Bits): Member | undefined {
  let best: Member | undefined;
  let least = Infinity;
  for (let i = 0; i < CANDIDATES; i += 1) {
    const member = at(members, bits);
    const times = member === undefined ? Infinity : rarest(member, shown);
    if (times >= least) continue;
    least = times;
    best = member;
  }
  return best;
}

/** Any member of the same environment, which may be the same one. */
export function pickOther({ byEnvironment }: Population, member: Member, bits: Bits): Member {
  return at(byEnvironment.get(member.trace.environment.name) ?? [], bits) ?? member;
}

/** How many traces showed its rarest feature. */
function rarest({ features }: Member, shown: Uint32Array): number {
  let least = Infinity;
  for (const feature of features) least = Math.min(least, shown[feature] ?? 0);
  return least;
}

/** `below` goes up to 65536; a larger corpus is picked from in two steps. */
function at(members: readonly Member[], bits: Bits): Member | undefined {
  const pages = Math.ceil(members.length / 0x1_0000);
  const page = pages > 1 ? below(bits, pages) * 0x1_0000 : 0;
  const size = Math.min(0x1_0000, members.length - page);
  return size > 0 ? members[page + below(bits, size)] : undefined;
}
