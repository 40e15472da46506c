// SPDX-License-Identifier: GPL-2.0-only
/** `check`: its command line. What it does is read once that makes sense. */
import { type Command, Option } from 'commander';

import type { Flags } from './check-run.ts';
import { CORPUS } from './files.ts';
import {
  CHECK_TIME,
  parseRuns,
  parseSeed,
  parseTime,
  timeText,
  withReportOptions,
  withRunOptions,
  withTreeOptions,
} from './options.ts';

/** The seed of a run that is given none: every such run tries the same traces first. */
const DEFAULT_SEED = 'msicheck';

/** Adds the command. */
export function addCheck(program: Command): void {
  const seed = new Option('--seed <text>', 'words that choose the traces').argParser(parseSeed);
  const time = new Option(
    '--time <time>',
    `how long, as in 30s or 2m (default: ${timeText(CHECK_TIME)})`,
  );
  const runs = new Option('--runs <n>', 'how many random traces, instead of a time');
  const corpus = new Option('--corpus <folder>', 'traces that are replayed first');
  const command = program
    .command('check')
    .description(
      'replay the corpus, then run random traces until something new is found; minimise and save it',
    )
    .addOption(seed.default(DEFAULT_SEED))
    .addOption(time.argParser(parseTime))
    .addOption(runs.argParser(parseRuns).conflicts('time'))
    .option('--env <name...>', 'only these environments (list environments)')
    .addOption(corpus.default(CORPUS, 'fuzz/corpus'));
  withTreeOptions(withReportOptions(withRunOptions(command))).action(async (flags: Flags) => {
    await (await import('./check-run.ts')).check(flags);
  });
}
