// SPDX-License-Identifier: GPL-2.0-only
/** What `fuzz` does: the corpus, the traces of earlier runs, then rounds until the budget is used up. */
import {
  runCampaign,
  runHere,
  type Runner,
  startCampaign as startFuzzing,
} from '../../fuzz/campaign.ts';
import { startNovelty } from '../../fuzz/novelty.ts';
import type { Member } from '../../fuzz/population.ts';
import { type Campaign as Fuzzing, learn, type Lesson } from '../../fuzz/round.ts';
import { type Ground, kept as keptOf } from '../../fuzz/unit.ts';
import type { Ended, Learned } from '../report/summary.ts';
import { count, countOf } from '../report/text.ts';
import { runTrace } from '../run/session.ts';
import { fits } from '../subject/subject.ts';
import { quote } from '../trace/problem.ts';
import type { Trace } from '../trace/step.ts';
import { acceptInto } from './accept.ts';
import { type Campaign, replayFile, settle, startCampaign, summarise } from './campaign.ts';
import { CORPUS, FUZZING, prepareFolder, shown } from './files.ts';
import { type Folder, openFolder } from './fuzz-folder.ts';
import { startThreads } from './fuzz-threads.ts';
import { breathe } from './interrupt.ts';
import { LONGEST, type ReportFlags, type RunFlags, timeText, type TreeFlags } from './options.ts';
import { prepare } from './prepare.ts';
import { publish } from './publish.ts';
import { amountOf } from './summarise.ts';

/** Milliseconds between two notes of how far the campaign came. */
const NOTED_EVERY = 1000;

/** What the command line says. */
export interface Flags extends RunFlags, ReportFlags, TreeFlags {
  readonly seed: string;
  readonly time?: number;
  readonly runs?: number;
  readonly untilStale?: number;
  readonly env?: readonly string[];
  readonly workers: number;
  readonly unguided?: true;
  readonly folder: string;
  readonly corpus: string;
}

/** Runs it. */
export async function fuzz(flags: Flags): Promise<void> {
  const { name, program } = flags.subject;
  if (program !== undefined) {
    await fuzzProgram(program, flags);
    return;
  }
  const { target, kept, environments, absent } = await prepare(flags);
  prepareFolder(flags.reports);
  const guided = flags.unguided !== true;
  const { seed, spec } = flags;
  const names = environments.map((each) => each.name);
  const folder = openFolder(flags.folder, {
    subject: name,
    spec,
    seed,
    environments: names,
    guided,
  });
  try {
    const plan = {
      command: 'fuzz',
      options: { factory: target.factory, spec },
      kept,
      environments,
      named: flags.env ?? [],
      absent,
      reports: flags.reports,
      seed,
      budget: budgetText(flags),
      accept: flags.accept === true ? acceptInto(target, flags.expected) : undefined,
    } as const;
    const campaign = startCampaign(plan, () => performance.now());
    const ended = await run(campaign, { flags, folder, guided });
    campaign.progress.stop();
    campaign.interrupt.release();
    publish(summarise(campaign, ended), flags.reports, flags.json === true);
  } finally {
    folder.close();
  }
}

/** A program does not show enough to be guided by: the reference and the program get the same random traces. */
async function fuzzProgram(command: string, flags: Flags): Promise<void> {
  const { refuseOptions, runOnProgram } = await import('./on-program.ts');
  const { env, corpus, spec, accept, folder, untilStale, runs, time } = flags;
  refuseOptions(flags.subject.name, {
    env: env !== undefined,
    corpus: corpus !== CORPUS,
    spec: spec !== 'kernel',
    accept: accept === true,
    folder: folder !== FUZZING,
    'until-stale': untilStale !== undefined,
  });
  const budget = runs === undefined ? { time: time ?? LONGEST } : { runs };
  await runOnProgram({ ...flags, ...budget, command });
}

function budgetText({ time, runs, untilStale }: Flags): string {
  const parts = [
    ...(time === undefined ? [] : [timeText(time)]),
    ...(runs === undefined ? [] : [`${count(runs)} traces`]),
    ...(untilStale === undefined ? [] : [`until stale for ${timeText(untilStale)}`]),
  ];
  return parts.length === 0 ? 'until interrupted' : parts.join(', ');
}

interface Setting {
  readonly flags: Flags;
  readonly folder: Folder;
  readonly guided: boolean;
}

async function run(campaign: Campaign, { flags, folder, guided }: Setting): Promise<Ended> {
  const { plan, interrupt } = campaign;
  for (const file of plan.kept.traces) {
    replayFile(campaign, file);
    // oxlint-disable-next-line no-await-in-loop -- between two traces
    await breathe();
    if (interrupt.wanted()) return 'interrupted';
  }
  const expected = plan.options.spec === 'kernel' ? plan.kept.expected : [];
  const ground = { ...plan, options: { ...plan.options, expected }, guided };
  const fuzzing = startFuzzing(folder.position.round, campaign.random);
  const runner = await runnerFor(ground, fuzzing, flags);
  try {
    const known = lessonOf(ground, folder.traces);
    learn(fuzzing.population, known);
    runner.learn(known);
    await goOn(campaign, fuzzing, { runner, flags, folder });
  } finally {
    await runner.close();
  }
  return interrupt.wanted() ? 'interrupted' : 'complete';
}

type Closing = Runner & { readonly close: () => Promise<void> };

function runnerFor(ground: Ground, fuzzing: Fuzzing, flags: Flags): Promise<Closing> | Closing {
  const { workers, subject, backend, spec } = flags;
  if (workers === 1)
    return { ...runHere(ground, fuzzing, breathe), close: () => Promise.resolve() };
  const { environments, seed, guided, options } = ground;
  const expected = options.expected ?? [];
  return startThreads(workers, {
    subject: subject.name,
    backend,
    spec,
    expected,
    environments,
    seed,
    guided,
  });
}

/** What the traces of earlier runs show; those that fail now teach nothing. */
function lessonOf({ options, environments }: Ground, traces: readonly Trace[]): Lesson {
  const novelty = startNovelty();
  const members: Member[] = [];
  const times = new Map<number, number>();
  const names = new Set(environments.map(({ name }) => name));
  for (const trace of traces) {
    if (!names.has(trace.environment.name) || !fits(options.factory, trace.environment)) continue;
    novelty.begin();
    if (runTrace(trace, { ...options, seen: novelty.step }).kind === 'finding') continue;
    members.push(keptOf(trace, novelty));
    for (const feature of novelty.features) times.set(feature, (times.get(feature) ?? 0) + 1);
  }
  return {
    members,
    features: Uint32Array.from(times.keys()),
    times: Uint32Array.from(times.values()),
  };
}

async function goOn(
  campaign: Campaign,
  fuzzing: Fuzzing,
  { runner, flags, folder }: Omit<Setting, 'guided'> & { readonly runner: Runner },
): Promise<void> {
  const { time = Infinity, runs = Infinity, untilStale = Infinity } = flags;
  const { elapsed, interrupt, progress } = campaign;
  const start = elapsed();
  let news = start;
  let noted = start;
  const learned = (): Learned => ({
    workers: flags.workers,
    kept: fuzzing.population.members.length,
    features: fuzzing.population.known,
    chance: fuzzing.estimate.chance(fuzzing.reach.traces),
    folder: shown(folder.path),
  });
  const reached = (): void => {
    noted = elapsed();
    folder.reached({
      round: fuzzing.round,
      traces: folder.position.traces + fuzzing.reach.traces,
      seconds: folder.position.seconds + Math.round(noted - start) / 1000,
    });
  };
  const share = (now: number): number =>
    Math.min(
      1,
      Math.max((now - start) / time, fuzzing.reach.traces / runs, (now - news) / untilStale),
    );
  campaign.learned = learned;
  await runCampaign(fuzzing, runner, {
    runs,
    listener: {
      kept: ({ trace }) => {
        news = elapsed();
        folder.keep(trace);
      },
      failed: ({ trace, finding, times }, number) => {
        const found = `fuzz --seed ${quote(flags.seed)}, trace ${number + 1}`;
        for (let i = 0; i < times; i += 1) settle(campaign, trace, finding, found);
      },
      goesOn: () => {
        const now = elapsed();
        if (now - noted >= NOTED_EVERY) reached();
        progress.show(now, () => ({
          ...amountOf(fuzzing.reach),
          share: share(now),
          reached: learnedText(learned(), campaign.findings.length, now - news),
        }));
        return !interrupt.wanted() && share(now) < 1;
      },
    },
  });
  reached();
}

function learnedText({ kept, features, chance }: Learned, findings: number, quiet: number): string {
  const rare = chance > 0 ? `1 in ${count(Math.round(1 / chance))}` : 'none';
  const parts = [
    `${count(kept)} kept`,
    `${count(features)} features`,
    `new ${rare}`,
    `news ${count(Math.round(quiet / 1000))} s ago`,
  ];
  if (findings > 0) parts.push(countOf(findings, 'finding'));
  return parts.join(', ');
}
