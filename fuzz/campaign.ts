// SPDX-License-Identifier: GPL-2.0-only
/**
 * A campaign: rounds of units. What a round has taught is known to all from the next one on, so that the result is
 * the same for any number of workers.
 */
import { type Reach, startReach } from '../src/run/reach.ts';
import { startEstimate } from './estimate.ts';
import { startPopulation } from './population.ts';
import { type Campaign, learn, type Lesson, type Listener, startRound } from './round.ts';
import { type Ground, ROUND, startUnits, UNIT, type UnitResult } from './unit.ts';

/** Whoever runs units, in this process or in others. */
export interface Runner {
  /** Runs the units of a round, of these sizes; tells each result, in any order, until it is told false. */
  readonly round: (round: number, sizes: readonly number[], done: Done) => Promise<void>;
  /** Tells the workers what a round has taught. */
  readonly learn: (lesson: Lesson) => void;
}

/** Takes the result of a unit; false when no more are wanted. */
export type Done = (unit: number, result: UnitResult) => boolean;

/** Nothing done yet; `round` is where an earlier run ended, `reach` is counted on. */
export function startCampaign(round: number = 0, reach: Reach = startReach()): Campaign {
  return { population: startPopulation(), reach, estimate: startEstimate(), round };
}

/** Runs `runs` traces, or as many as the listener wants. */
export async function runCampaign(
  campaign: Campaign,
  runner: Runner,
  { runs, listener }: { readonly runs: number; readonly listener: Listener },
): Promise<void> {
  let left = runs;
  let goesOn = true;
  while (left > 0 && goesOn) {
    const sizes = sizesFor(left);
    const round = startRound(campaign, listener);
    // oxlint-disable-next-line no-await-in-loop -- a round builds on the one before
    await runner.round(campaign.round, sizes, (unit, result) => {
      goesOn = round.add(unit, result);
      return goesOn;
    });
    const lesson = round.lesson();
    learn(campaign.population, lesson);
    runner.learn(lesson);
    campaign.round += 1;
    left -= sizes.reduce((sum, size) => sum + size, 0);
  }
}

/** Sizes of the units of a round with so many traces left to run. */
function sizesFor(left: number): readonly number[] {
  const units = Math.min(ROUND, Math.ceil(left / UNIT));
  return Array.from({ length: units }, (_, unit) => Math.min(UNIT, left - unit * UNIT));
}

/** Runs units here, one after the other; `breathe` lets other things happen between two. */
export function runHere(ground: Ground, campaign: Campaign, breathe: () => Promise<void>): Runner {
  const run = startUnits(ground);
  return {
    round: async (round, sizes, done) => {
      for (const [unit, size] of sizes.entries()) {
        if (!done(unit, run(campaign.population, { round, unit, size }))) return;
        // oxlint-disable-next-line no-await-in-loop -- between two units
        await breathe();
      }
    },
    learn: () => undefined,
  };
}
