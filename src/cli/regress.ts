// SPDX-License-Identifier: GPL-2.0-only
/** `regress`: what a change of the reference breaks, or that it changes nothing that can be seen. */
import { availableParallelism } from 'node:os';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { ENVIRONMENTS } from '../generate/environments.ts';
import { bisect } from '../regress/bisect.ts';
import type { Change } from '../regress/change.ts';
import { empty } from '../regress/check.ts';
import { gather, type Series } from '../regress/gather.ts';
import { NoChange } from '../regress/no-change.ts';
import { markSince } from '../regress/since.ts';
import { brokenPromise } from '../regress/promise.ts';
import { bisectStatus, regressStatus } from '../regress/status.ts';
import type { ChangeResult, RegressReport } from '../report/change.ts';
import { startCounting } from './counting.ts';
import { CORPUS, prepareFolder } from './files.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { readKept } from './kept.ts';
import { fileMistake, mistake, Status, systemCode } from './mistake.ts';
import {
  parseRuns,
  parseSeed,
  parseTime,
  type ReportFlags,
  timeText,
  withReportOptions,
} from './options.ts';
import { runRefresh } from './regress-refresh.ts';
import { runMatrix } from './regress-matrix.ts';
import { type Pool, startPool } from './regress-pool.ts';
import { note } from './terminal.ts';
import { FORMATS, type Format, publishRegress, saveEvidence } from './regress-publish.ts';
import type { Task } from './regress-worker.ts';

/** Milliseconds per change when no budget is given. */
const DEFAULT_TIME = 10_000;

/** What the command line says. */
interface Flags extends ReportFlags {
  readonly each?: true;
  readonly bisect?: true;
  readonly forBisect?: true;
  readonly matrix?: true;
  readonly refresh?: true;
  readonly seeds: number;
  readonly seed: string;
  readonly time?: number;
  readonly runs?: number;
  readonly jobs: number;
  readonly corpus: string;
  readonly format: Format;
}

/** Adds the command. */
export function addRegress(program: Command): void {
  const seed = new Option('--seed <text>', 'words that choose the random traces');
  const time = new Option(
    '--time <time>',
    `how long for each change (default: ${timeText(DEFAULT_TIME)})`,
  );
  const runs = new Option(
    '--runs <n>',
    'how many random traces for each change, instead of a time',
  );
  const seeds = new Option('--seeds <n>', 'seeds of the matrix');
  const jobs = new Option('--jobs <n>', 'changes that are checked at the same time');
  const format = new Option('--format <name>', 'what is printed');
  const corpus = new Option('--corpus <folder>', 'traces that are replayed and swept first');
  const command = program
    .command('regress')
    .description('check a change of the reference: a patch, a series, a changed copy, or commits')
    .argument('<change...>', '*.patch, a folder, a series file, or a range of commits')
    .option('--each', 'take the patches of a series one by one, not one on top of the other')
    .addOption(
      new Option('--bisect', 'name the first bad patch of a series').conflicts([
        'each',
        'forBisect',
      ]),
    )
    .option('--for-bisect', "end with git bisect's statuses: 0 good, 1 bad, 125 cannot be built")
    .addOption(
      new Option(
        '--matrix',
        'which rules object to each patch and to each canary, over many seeds',
      ).conflicts(['bisect', 'forBisect']),
    )
    .option('--refresh', 'carry patches over to the sources as they are now, and check them again')
    .addOption(seeds.argParser(parseSmall).default(20))
    .addOption(seed.argParser(parseSeed).default('msicheck'))
    .addOption(time.argParser(parseTime))
    .addOption(runs.argParser(parseRuns).conflicts('time'))
    .addOption(jobs.argParser(parseSmall).default(availableParallelism(), 'one per core'))
    .addOption(corpus.default(CORPUS, 'fuzz/corpus'))
    .addOption(format.choices(FORMATS).default('text'));
  withReportOptions(command).action(regress);
}

function parseSmall(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/u.test(text) && value >= 1 && value <= 256) return value;
  throw new InvalidArgumentError('Expected a whole number, 1..256.');
}

/** What one run of the command works with. */
interface Run {
  readonly flags: Flags;
  readonly budget: Task['budget'];
  readonly pool: Pool;
  readonly interrupt: Interrupt;
}

async function regress(names: readonly string[], flags: Flags): Promise<void> {
  const budget = budgetOf(flags);
  prepareFolder(flags.reports);
  const interrupt = listenForInterrupt();
  const pool = startPool(flags.jobs, interrupt);
  try {
    await work(names, { flags, budget, pool, interrupt });
  } finally {
    await pool.close();
    interrupt.release();
  }
}

async function work(names: readonly string[], run: Run): Promise<void> {
  const { flags } = run;
  if (flags.refresh === true) return refresh(names, run);
  const series = names.map((name) => gathered(name, flags));
  const changes = series.flatMap((each) => each.changes);
  if (flags.matrix === true)
    return runMatrix(changes, { ...run, ...flags, json: flags.json === true });
  if (flags.bisect === true && (series.length > 1 || series[0]?.cumulative !== true))
    throw mistake('--bisect: expected one series: a folder of patches, a series file or a range');
  const { results, firstBad } =
    flags.bisect === true ? await halve(changes, run) : await all(series, run);
  publish(results, firstBad, run);
}

function gathered(name: string, { each, matrix }: Flags): Series {
  return guarded(name, () => gather(name, each === true || matrix === true));
}

function guarded<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw expectedChange(name, error);
  }
}

async function refresh(names: readonly string[], run: Run): Promise<void> {
  try {
    await runRefresh(names, (change) => one(change, run));
  } catch (error) {
    throw expectedChange(names.join(', '), error);
  }
}

function expectedChange(name: string, error: unknown): unknown {
  if (error instanceof NoChange) return mistake(error.message);
  if (systemCode(error) === '') return error;
  return fileMistake(name, error, 'a patch, a series, a folder with a changed copy, or a range');
}

function budgetOf({ seed, time, runs, corpus }: Flags): Task['budget'] {
  const kept = readKept(corpus);
  const limit = runs === undefined ? (time ?? DEFAULT_TIME) : Number.POSITIVE_INFINITY;
  return {
    spec: 'kernel',
    seed,
    corpus: kept.traces.map(({ path, trace }) => ({ path, trace })),
    expected: kept.expected,
    environments: ENVIRONMENTS,
    runs: runs ?? Number.POSITIVE_INFINITY,
    time: limit,
  };
}

/** Results in the order of the changes. */
interface Checked {
  readonly results: readonly ChangeResult[];
  readonly firstBad: string | undefined;
}

async function all(series: readonly Series[], run: Run): Promise<Checked> {
  const total = series.reduce((sum, { changes }) => sum + changes.length, 0);
  const counting = startCounting(total, 'changes');
  const check = async (change: Change): Promise<ChangeResult | undefined> => {
    const result = await one(change, run);
    counting.done(`${change.name}: ${result?.verdict ?? 'interrupted'}`);
    return result;
  };
  const results = await Promise.all(
    series.map(async ({ cumulative, changes }) => {
      const checked = await Promise.all(changes.map(check));
      const ended = checked.filter((result) => result !== undefined);
      return cumulative ? markSince(ended) : ended;
    }),
  );
  counting.stop();
  return { results: results.flat(), firstBad: undefined };
}

async function halve(changes: readonly Change[], run: Run): Promise<Checked> {
  const { firstBad, results } = await bisect(changes.length, async (index) => {
    const change = changes[index];
    return change === undefined ? undefined : one(change, run);
  });
  const named = firstBad.map((index) => changes[index]?.name ?? '').join(', ');
  const ordered = results.toSorted(([a], [b]) => a - b).map(([, result]) => result);
  return { results: markSince(ordered), firstBad: named };
}

async function one(change: Change, run: Run): Promise<ChangeResult | undefined> {
  const { name, title, base, before, outcome } = change;
  if (outcome.kind === 'does not apply')
    return { ...empty(change), verdict: outcome.kind, problem: outcome.problem };
  const { pool, budget, flags } = run;
  const changed = { name, title, before, changed: outcome.sources };
  const checked = await pool.check({ change: changed, base, budget });
  if (checked === undefined) return undefined;
  const result = { ...checked, surprise: brokenPromise(checked, change.expects) ?? '' };
  saveEvidence(result, flags.reports);
  return result;
}

function publish(results: readonly ChangeResult[], firstBad: string | undefined, run: Run): void {
  const { flags, interrupt } = run;
  const { seed, time, runs, reports } = flags;
  const report: RegressReport = {
    subject: 'reference',
    seed,
    budget: runs === undefined ? timeText(time ?? DEFAULT_TIME) : `${runs} random traces`,
    changes: results,
    firstBad,
  };
  const found = flags.forBisect === true ? bisectStatus(results) : regressStatus(results);
  const status = interrupt.wanted() && found !== 1 ? Status.interrupted : found;
  if (interrupt.wanted())
    note('msicheck: interrupted; changes that were not finished are left out');
  publishRegress(report, { reports, status, format: flags.json === true ? 'json' : flags.format });
}
