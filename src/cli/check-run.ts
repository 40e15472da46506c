// SPDX-License-Identifier: GPL-2.0-only
/** What `check` does: the corpus, then random traces until the budget is used up or something is found. */
import type { Ended } from '../report/summary.ts';
import { count } from '../report/text.ts';
import { addReach, startReach } from '../run/reach.ts';
import { runTrace } from '../run/session.ts';
import type { Trace } from '../trace/step.ts';
import { startBatches } from '../generate/batch.ts';
import {
  type Campaign,
  type Plan,
  replayFile,
  settle,
  startCampaign,
  summarise,
} from './campaign.ts';
import { CORPUS, prepareFolder } from './files.ts';
import { acceptInto } from './accept.ts';
import { breathe } from './interrupt.ts';
import {
  CHECK_TIME,
  type ReportFlags,
  type RunFlags,
  timeText,
  type TreeFlags,
} from './options.ts';
import type { Position } from './progress.ts';
import { prepare } from './prepare.ts';
import { publish } from './publish.ts';
import { USUAL_SUBJECT } from './subjects.ts';
import { amountOf, situationRows } from './summarise.ts';

/** Traces drawn from one seed. It is part of what a seed means: another number draws other traces. */
const BATCH = 64;
/** Milliseconds of work between two looks at signals and the bar. */
const SLICE = 50;

/** What the command line says. */
export interface Flags extends RunFlags, ReportFlags, TreeFlags {
  readonly seed: string;
  readonly time?: number;
  readonly runs?: number;
  readonly env?: readonly string[];
  readonly corpus: string;
}

/** Runs it. */
export async function check(flags: Flags): Promise<void> {
  const { program } = flags.subject;
  if (program !== undefined) {
    await checkProgram(program, flags);
    return;
  }
  const { target, kept, environments, absent } = await prepare(flags);
  prepareFolder(flags.reports);
  const budget = budgetOf(flags);
  const options = { factory: target.factory, spec: flags.spec };
  const plan = {
    command: 'check',
    options,
    kept,
    environments,
    named: flags.env ?? [],
    absent,
    reports: flags.reports,
    seed: flags.seed,
    budget: budget.text,
    accept: flags.accept === true ? acceptInto(target, flags.expected) : undefined,
  } as const;
  const campaign = startCampaign(plan, () => performance.now());
  const ended = await run(campaign, budget);
  campaign.progress.stop();
  campaign.interrupt.release();
  publish(summarise(campaign, ended), flags.reports, flags.json === true);
}

async function checkProgram(command: string, flags: Flags): Promise<void> {
  const { refuseOptions, runOnProgram } = await import('./on-program.ts');
  const { env, corpus, spec, accept } = flags;
  refuseOptions(flags.subject.name, {
    env: env !== undefined,
    corpus: corpus !== CORPUS,
    spec: spec !== 'kernel',
    accept: accept === true,
  });
  await runOnProgram({ ...flags, command });
}

/** How much there is to do; `share` is 1 when it is done. */
interface Budget {
  readonly text: string;
  readonly runs: number;
  readonly share: (campaign: Campaign) => number;
}

function budgetOf({ time, runs }: Flags): Budget {
  if (runs !== undefined) {
    return { text: `${count(runs)} traces`, runs, share: ({ random }) => random.traces / runs };
  }
  const limit = time ?? CHECK_TIME;
  return {
    text: timeText(limit),
    runs: Number.POSITIVE_INFINITY,
    share: ({ elapsed }) => elapsed() / limit,
  };
}

async function run(campaign: Campaign, budget: Budget): Promise<Ended> {
  let last = campaign.elapsed();
  const pause = async (): Promise<void> => {
    const now = campaign.elapsed();
    if (now - last < SLICE) return;
    campaign.progress.show(now, () => positionOf(campaign, budget));
    await breathe();
    last = campaign.elapsed();
  };
  for (const file of campaign.plan.kept.traces) {
    replayFile(campaign, file);
    await pause();
    if (campaign.interrupt.wanted()) return 'interrupted';
  }
  if (campaign.findings.length > 0) return 'finding';
  const batches = startBatches(campaign.plan.environments, campaign.plan.seed);
  for (let batch = 0; budget.share(campaign) < 1; batch += 1) {
    const size = Math.min(BATCH, budget.runs - campaign.random.traces);
    if (
      randomBatch(campaign, (each) => {
        batches(batch, size, each);
      })
    )
      return 'finding';
    await pause();
    if (campaign.interrupt.wanted()) return 'interrupted';
  }
  return 'complete';
}

/** Runs the traces that `draw` hands out; true when something new was found. */
function randomBatch(campaign: Campaign, draw: (run: (trace: Trace) => boolean) => void): boolean {
  const { plan, random } = campaign;
  const expected = plan.options.spec === 'kernel' ? plan.kept.expected : [];
  const options = { ...plan.options, reach: random, expected };
  let found = false;
  draw((trace) => {
    const verdict = runTrace(trace, options);
    if (verdict.kind === 'ok') return true;
    const where = `npm run -s msicheck -- ${commandOf(plan)} --runs ${random.traces}`;
    found = settle(campaign, trace, verdict.finding, where);
    return !found;
  });
  return found;
}

/** What to type for the same random traces. */
function commandOf({ seed, named, options }: Plan): string {
  const words = ['check', '--seed', `'${seed.replaceAll("'", `'\\''`)}'`];
  if (named.length > 0) words.push('--env', ...named);
  if (options.spec !== 'kernel') words.push('--spec', options.spec);
  const { name: subject } = options.factory;
  if (subject !== USUAL_SUBJECT) words.push('--subject', subject.replace(/^planted:/u, ''));
  return words.join(' ');
}

function positionOf(campaign: Campaign, budget: Budget): Position {
  const { corpus, random } = campaign;
  const sum = startReach();
  addReach(sum, corpus);
  addReach(sum, random);
  const rows = situationRows(corpus, random, campaign.plan.environments);
  const possible = rows.filter((row) => row.random !== undefined);
  const reached = possible.filter((row) => row.corpus + (row.random ?? 0) > 0).length;
  return {
    ...amountOf(sum),
    share: Math.min(1, budget.share(campaign)),
    reached: `${reached}/${possible.length} situations`,
  };
}
