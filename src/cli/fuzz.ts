// SPDX-License-Identifier: GPL-2.0-only
/** `fuzz`: its command line. What it does is read once that makes sense. */
import { availableParallelism } from 'node:os';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { CORPUS, FUZZING } from './files.ts';
import type { Flags } from './fuzz-run.ts';
import {
  parseRuns,
  parseSeed,
  parseTime,
  withReportOptions,
  withRunOptions,
  withTreeOptions,
} from './options.ts';

/** The seed of a campaign that is given none. */
const DEFAULT_SEED = 'msicheck';
const MOST_WORKERS = 256;

/** Adds the command. */
export function addFuzz(program: Command): void {
  const seed = new Option('--seed <text>', 'words that choose the traces').argParser(parseSeed);
  const time = new Option('--time <time>', 'how long, as in 30s or 2h (default: until Ctrl-C)');
  const runs = new Option('--runs <n>', 'how many traces, instead of a time');
  const stale = new Option(
    '--until-stale <time>',
    'end when nothing new was seen for that long, as in 5m',
  );
  const workers = new Option('--workers <n>', 'threads that run traces');
  const folder = new Option('--folder <folder>', 'the campaign: it goes on where it was ended');
  const corpus = new Option('--corpus <folder>', 'traces that are replayed first');
  const command = program
    .command('fuzz')
    .description(
      'random traces, guided by what they show, for as long as you like; it can be ended and gone on with',
    )
    .addOption(seed.default(DEFAULT_SEED))
    .addOption(time.argParser(parseTime))
    .addOption(runs.argParser(parseRuns).conflicts('time'))
    .addOption(stale.argParser(parseTime))
    .option('--env <name...>', 'only these environments (list environments)')
    .addOption(
      workers.argParser(parseWorkers).default(availableParallelism(), 'one for each processor'),
    )
    .option('--unguided', 'draw every trace anew, as check does')
    .addOption(folder.default(FUZZING, 'reports/fuzz'))
    .addOption(corpus.default(CORPUS, 'fuzz/corpus'));
  withTreeOptions(withReportOptions(withRunOptions(command))).action(async (flags: Flags) => {
    await (await import('./fuzz-run.ts')).fuzz(flags);
  });
}

function parseWorkers(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/u.test(text) && value >= 1 && value <= MOST_WORKERS) return value;
  throw new InvalidArgumentError(`Expected a whole number of threads, 1..${MOST_WORKERS}.`);
}
