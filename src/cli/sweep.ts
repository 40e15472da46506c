// SPDX-License-Identifier: GPL-2.0-only
/** `sweep`: every fault point of every step of the given traces. */
import type { Command } from 'commander';

import type { Ended } from '../report/summary.ts';
import { countSweepRun, startSweepCount, sweepResult, sweepTrace } from '../run/sweep.ts';
import { type Campaign, replayFile, canRun, settle, startCampaign, summarise } from './campaign.ts';
import { acceptInto } from './accept.ts';
import { prepareFolder, readTrace, type TraceFile } from './files.ts';
import { breathe } from './interrupt.ts';
import { keptFor, readKept } from './kept.ts';
import {
  type ReportFlags,
  type RunFlags,
  type TreeFlags,
  withReportOptions,
  withRunOptions,
  withTreeOptions,
} from './options.ts';
import { publish } from './publish.ts';
import { amountOf } from './summarise.ts';

/** Milliseconds of work between two looks at signals and the bar. */
const SLICE = 50;

/** What the command line says. */
interface Flags extends RunFlags, ReportFlags, TreeFlags {
  readonly pairs?: true;
}

/** Adds the command. */
export function addSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description(
      'fail every allocation (alone, with the next one, with all after it) and every callback of every step',
    )
    .argument('[trace...]', 'files with traces (default: the corpus)')
    .option('--pairs', 'two faults at a time as well; for short traces');
  withTreeOptions(withReportOptions(withRunOptions(command))).action(sweep);
}

async function sweep(paths: readonly string[], flags: Flags): Promise<void> {
  const corpus = readKept();
  const named = paths.map(readTrace);
  const { program: command } = flags.subject;
  if (command !== undefined) {
    const { refuseOptions, runOnProgram } = await import('./on-program.ts');
    const { spec, accept, pairs } = flags;
    refuseOptions(flags.subject.name, {
      spec: spec !== 'kernel',
      accept: accept === true,
      pairs: pairs === true,
    });
    const files = named.length === 0 ? corpus.traces : named;
    await runOnProgram({ ...flags, command, files, swept: true, whatFits: named.length === 0 });
    return;
  }
  const target = await flags.subject.load();
  const kept = keptFor(corpus, target, flags.expected);
  const files = paths.length === 0 ? kept.traces : named;
  prepareFolder(flags.reports);
  const options = { factory: target.factory, spec: flags.spec };
  const plan = {
    command: 'sweep',
    options,
    kept,
    environments: [],
    named: [],
    absent: [],
    reports: flags.reports,
    accept: flags.accept === true ? acceptInto(target, flags.expected) : undefined,
    seed: '',
    budget: '',
  } as const;
  const campaign = startCampaign(plan, () => performance.now());
  const ended = await run(campaign, files, flags.pairs === true);
  campaign.progress.stop();
  campaign.interrupt.release();
  publish(summarise(campaign, ended), flags.reports, flags.json === true);
}

async function run(
  campaign: Campaign,
  files: readonly TraceFile[],
  pairs: boolean,
): Promise<Ended> {
  for (const [index, file] of files.entries()) {
    if (!canRun(campaign, file)) continue;
    replayFile(campaign, file);
    const ended = await sweepFile(campaign, file, { pairs, done: index, of: files.length });
    if (ended === 'interrupted') return ended;
  }
  return 'complete';
}

/** Where a sweep is, and how far it goes. */
interface Extent {
  readonly pairs: boolean;
  readonly done: number;
  readonly of: number;
}

async function sweepFile(
  campaign: Campaign,
  { path, trace }: TraceFile,
  extent: Extent,
): Promise<Ended> {
  const { corpus, plan, interrupt, progress } = campaign;
  const count = startSweepCount();
  let last = campaign.elapsed();
  for (const swept of sweepTrace(trace, { ...plan.options, reach: corpus, pairs: extent.pairs })) {
    corpus.traces += 1;
    countSweepRun(count, swept);
    if (swept.finding !== undefined)
      settle(campaign, swept.trace, swept.finding, `sweep ${path}, step ${swept.at + 1}`);
    const now = campaign.elapsed();
    if (now - last < SLICE) continue;
    last = now;
    const share = (extent.done + swept.at / trace.steps.length) / extent.of;
    progress.show(now, () => ({ ...amountOf(corpus), share }));
    await breathe();
    if (interrupt.wanted()) break;
  }
  const { points, runs } = sweepResult(count);
  campaign.swept.push({ trace: path, steps: trace.steps.length, points: points.length, runs });
  return interrupt.wanted() ? 'interrupted' : 'complete';
}
