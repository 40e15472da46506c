// SPDX-License-Identifier: GPL-2.0-only
/** Guided campaigns: what they learn, what they make of it, and that it depends on the seed alone. */
import { describe, expect, test } from 'vitest';

import { type Done, runCampaign, runHere, type Runner, startCampaign } from '../fuzz/campaign.ts';
import { startEstimate } from '../fuzz/estimate.ts';
import { mutate } from '../fuzz/mutate.ts';
import { startNovelty } from '../fuzz/novelty.ts';
import { type Member, startPopulation } from '../fuzz/population.ts';
import { learn } from '../fuzz/round.ts';
import { type Ground, kept, startUnits, UNIT, type UnitResult } from '../fuzz/unit.ts';
import { startBatches } from '../src/generate/batch.ts';
import { startBits } from '../src/generate/bits.ts';
import { ENVIRONMENTS, environmentNamed } from '../src/generate/environments.ts';
import { planFor } from '../src/generate/plan.ts';
import { runTrace } from '../src/run/session.ts';
import { reference } from '../src/subject/reference/index.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { formatTrace } from '../src/trace/format.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Trace } from '../src/trace/step.ts';
import { altered } from './altered.ts';

const GROUND: Ground = {
  options: { factory: reference, spec: 'kernel' },
  environments: ENVIRONMENTS,
  seed: 'fuzz',
  guided: true,
};
const NOTHING_SHOWN = { features: new Uint32Array(), times: new Uint32Array() };
/** A round and a bit. */
const RUNS = 1056;

/** What a campaign keeps and finds, in order, with the numbers of the traces. */
async function story(ground: Ground, runnerFor = runHere, runs = RUNS): Promise<readonly string[]> {
  const campaign = startCampaign();
  const told: string[] = [];
  const runner = runnerFor(ground, campaign, () => Promise.resolve());
  await runCampaign(campaign, runner, {
    runs,
    listener: {
      kept: ({ trace }, number) => told.push(`${number}: ${formatTrace(trace)}`),
      failed: ({ finding, times }, number) => told.push(`${number}: ${finding.rule} ${times}`),
      goesOn: () => true,
    },
  });
  expect(campaign.reach.traces).toBe(runs);
  told.push(`${campaign.population.known} ${campaign.estimate.chance(runs)}`);
  return told;
}

/** Copies of everything, results from the last unit to the first: what threads could do at worst. */
function runBackwards(ground: Ground): Runner {
  const population = startPopulation();
  const run = startUnits(ground);
  return {
    round: (round, sizes, done: Done) => {
      const results = sizes.map((size, unit): UnitResult => run(population, { round, unit, size }));
      for (const [unit, result] of [...results.entries()].toReversed())
        done(unit, structuredClone(result));
      return Promise.resolve();
    },
    learn: (lesson) => {
      learn(population, structuredClone(lesson));
    },
  };
}

/** Members of one environment. */
function members(name: string, count: number): readonly Member[] {
  const environment = environmentNamed(name);
  if (environment === undefined) throw new Error(`no environment ${name}`);
  const novelty = startNovelty();
  const found: Member[] = [];
  startBatches([environment], 'members')(0, count, (trace) => {
    novelty.begin();
    runTrace(trace, { ...GROUND.options, seen: novelty.step });
    found.push(kept(trace, novelty));
    return true;
  });
  return found;
}

describe('a campaign', () => {
  test('keeps and finds the same, in the same order, whoever runs its units', async () => {
    const here = await story(GROUND);
    expect(here.length).toBeGreaterThan(100);
    expect(await story(GROUND, runBackwards)).toEqual(here);
    const few = await story(GROUND, runHere, UNIT);
    expect(here.slice(0, 20)).toEqual(few.slice(0, 20));
    expect(await story({ ...GROUND, seed: 'another' }, runHere, UNIT)).not.toEqual(few);
  });

  test('changes what it has kept, unless it is told not to', async () => {
    const guided = startCampaign();
    learn(guided.population, { members: members('flat', 64), ...NOTHING_SHOWN });
    const run = startUnits(GROUND);
    const second = { round: 0, unit: 1, size: UNIT };
    const environments = (result: UnitResult): ReadonlySet<string> =>
      new Set(result.news.map(({ trace }) => trace.environment.name));
    expect([...environments(run(guided.population, second))]).toEqual(['flat']);
    expect(environments(run(guided.population, { ...second, unit: 2 })).size).toBeGreaterThan(5);
    const unguided = startUnits({ ...GROUND, guided: false });
    expect(environments(unguided(guided.population, second)).size).toBeGreaterThan(5);
  });

  test('ends after the unit after which nobody wants more', async () => {
    const campaign = startCampaign();
    let units = 0;
    await runCampaign(
      campaign,
      runHere(GROUND, campaign, () => Promise.resolve()),
      {
        runs: RUNS,
        listener: {
          kept: () => undefined,
          failed: () => undefined,
          goesOn: () => (units += 1) < 3,
        },
      },
    );
    expect([units, campaign.reach.traces]).toEqual([3, 3 * UNIT]);
  });

  test('tells of a failing trace once in a unit, with how many show the same', async () => {
    const factory = altered('one more', (seen, { call }) =>
      call.fn === 'msi_setup_device_data' ? { ...seen, ret: 7 } : seen,
    );
    const told = await story(
      { ...GROUND, options: { factory, spec: 'kernel' } },
      runHere,
      2 * UNIT,
    );
    const failures = told.filter((one) => / agree \d+$/u.test(one));
    const times = failures.map((one) => Number(/\d+$/u.exec(one)?.[0]));
    // With and without a fault, in two units.
    expect(failures.length).toBeLessThan(10);
    expect(times.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(3 * failures.length);
  });
});

describe('a change of a trace', () => {
  test('is a trace that can be written and read, whatever it was made from', () => {
    const bits = startBits(1, 2);
    const seen = new Set<string>();
    for (const { name } of ENVIRONMENTS) {
      const some = members(name, 20);
      for (const [i, parent] of some.entries()) {
        const { environment } = parent.trace;
        const other = some[(i * 7) % some.length] ?? parent;
        const made = mutate({ bits, plan: planFor(environment), parent, other });
        const text = formatTrace(made);
        expect(parseTrace(text, 'a.trace').trace).toEqual(made);
        expect(made.steps.length).toBeLessThanOrEqual(64);
        seen.add(text);
      }
    }
    expect(seen.size).toBeGreaterThan(ENVIRONMENTS.length * 18);
  });

  test('has no call that makes thousands of simple descriptors', () => {
    const some = members('simple-descs', 40);
    const bits = startBits(5, 6);
    const tooMany: string[] = [];
    const plan = planFor(some[0]?.trace.environment ?? DEFAULT_ENVIRONMENT);
    for (let i = 0; i < 4000; i += 1) {
      const [parent, other] = [some[i % 40], some[(i * 7) % 40]];
      if (parent === undefined || other === undefined) throw new Error('no members');
      const { steps } = mutate({ bits, plan, parent, other });
      for (const { call } of steps) {
        const sized = call.fn.startsWith('msi_create_');
        const fits = !sized || (call.hwsize > 0 && call.hwsize <= 256);
        if (!fits || call.last - call.first >= 256) tooMany.push(call.fn);
      }
    }
    expect(tooMany).toEqual([]);
  });

  test('has other arguments, other faults, other steps, and another order of them', () => {
    const [parent, other] = members('two-level', 2);
    if (parent === undefined || other === undefined) throw new Error('no members');
    const plan = planFor(parent.trace.environment);
    const bits = startBits(3, 4);
    const lines = ({ steps }: Trace, faults: boolean): readonly string[] =>
      steps.map((step) => JSON.stringify(faults ? step : step.call));
    const before = lines(parent.trace, false);
    const kinds = { argument: 0, fault: 0, fewer: 0, more: 0, theirs: 0 };
    for (let i = 0; i < 400; i += 1) {
      const made = mutate({ bits, plan, parent, other });
      const after = lines(made, false);
      if (after.length < before.length) kinds.fewer += 1;
      if (after.length > before.length) kinds.more += 1;
      if (after.some((line) => lines(other.trace, false).includes(line) && !before.includes(line)))
        kinds.theirs += 1;
      if (after.length === before.length && after.join() !== before.join()) kinds.argument += 1;
      if (
        after.join() === before.join() &&
        lines(made, true).join() !== lines(parent.trace, true).join()
      )
        kinds.fault += 1;
    }
    expect(Object.entries(kinds).filter(([, times]) => times < 10)).toEqual([]);
  });
});

describe('the chance of news', () => {
  test('is the share of traces that alone showed something', () => {
    const estimate = startEstimate();
    expect(estimate.chance(0)).toBe(1);
    estimate.alone(10, 1);
    estimate.alone(11, 1);
    estimate.alone(12, 2);
    expect(estimate.chance(4)).toBe(0.5);
    estimate.again(10);
    expect(estimate.chance(4)).toBe(0.5);
    estimate.again(11);
    estimate.again(11);
    expect(estimate.chance(5)).toBe(0.2);
    estimate.again(12);
    expect(estimate.chance(6)).toBe(0);
  });

  test('is near what the next traces show', async () => {
    const campaign = startCampaign();
    const runner = runHere({ ...GROUND, guided: false }, campaign, () => Promise.resolve());
    let news = 0;
    const listener = { kept: () => (news += 1), failed: () => undefined, goesOn: () => true };
    await runCampaign(campaign, runner, { runs: 1024, listener });
    const chance = campaign.estimate.chance(1024);
    news = 0;
    await runCampaign(campaign, runner, { runs: 256, listener });
    expect(Math.abs(news / 256 / chance - 1)).toBeLessThan(0.3);
  });
});
