// SPDX-License-Identifier: GPL-2.0-only
/** The results of a round's units, put together in the order of their numbers, in whatever order they come. */
import { addReach, type Reach } from '../src/run/reach.ts';
import type { Estimate } from './estimate.ts';
import { addMember, count, type Member, type Population } from './population.ts';
import { type Failure, ROUND, UNIT, type UnitResult } from './unit.ts';

/** What a round has taught: for every worker's own copy of the population. */
export interface Lesson {
  readonly members: readonly Member[];
  readonly features: Uint32Array;
  readonly times: Uint32Array;
}

/** Told what happens, in an order that depends on the seed alone; traces by their number in the campaign, from 0. */
export interface Listener {
  readonly kept: (member: Member, trace: number) => void;
  readonly failed: (failure: Failure, trace: number) => void;
  /** Asked after each unit; false ends the campaign. */
  readonly goesOn: () => boolean;
}

/** What a campaign has done so far. */
export interface Campaign {
  /** Without what the round that runs has taught. */
  readonly population: Population;
  readonly reach: Reach;
  readonly estimate: Estimate;
  /** Number of the round that runs, from 0. */
  round: number;
}

/** A round that runs. */
export interface Round {
  /** Takes a result; false when the campaign is to end. */
  readonly add: (unit: number, result: UnitResult) => boolean;
  readonly lesson: () => Lesson;
}

/** Starts a round. */
export function startRound(campaign: Campaign, listener: Listener): Round {
  const waiting = new Map<number, UnitResult>();
  const members: Member[] = [];
  const times = new Map<number, number>();
  let next = 0;
  let goesOn = true;
  return {
    add: (unit, result) => {
      waiting.set(unit, result);
      for (let due = waiting.get(next); due !== undefined && goesOn; due = waiting.get(next)) {
        merge(campaign, listener, { members, times, unit: next, result: due });
        waiting.delete(next);
        next += 1;
        goesOn = listener.goesOn();
      }
      return goesOn;
    },
    lesson: () => ({
      members,
      features: Uint32Array.from(times.keys()),
      times: Uint32Array.from(times.values()),
    }),
  };
}

/** Takes a lesson in. */
export function learn(population: Population, { members, features, times }: Lesson): void {
  for (const member of members) addMember(population, member);
  for (const [i, feature] of features.entries()) count(population, feature, times[i] ?? 0);
}

interface Due {
  readonly members: Member[];
  /** By feature: traces of the round that showed it. */
  readonly times: Map<number, number>;
  readonly unit: number;
  readonly result: UnitResult;
}

function merge(
  campaign: Campaign,
  listener: Listener,
  { members, times, unit, result }: Due,
): void {
  const { population, reach, estimate } = campaign;
  const first = (campaign.round * ROUND + unit) * UNIT;
  const known = (feature: number): boolean =>
    times.has(feature) || (population.shown[feature] ?? 0) > 0;
  addReach(reach, result.reach);
  const showers = new Map<number, number>();
  for (const { nth, ...member } of result.news) {
    for (const feature of member.features)
      if (!showers.has(feature)) showers.set(feature, first + nth);
    if (member.features.every(known)) continue;
    members.push(member);
    listener.kept(member, first + nth);
  }
  for (const [i, feature] of result.features.entries()) {
    const now = result.times[i] ?? 0;
    if (known(feature)) estimate.again(feature);
    else if (now === 1) estimate.alone(feature, showers.get(feature) ?? first);
    times.set(feature, (times.get(feature) ?? 0) + now);
  }
  for (const failure of result.failures) listener.failed(failure, first + failure.nth);
}
