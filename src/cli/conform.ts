// SPDX-License-Identifier: GPL-2.0-only
/** `conform`: its command line. What it does is read once that makes sense. */
import { type Command, InvalidArgumentError, Option } from 'commander';

import type { Flags } from './conform-run.ts';
import {
  CHECK_TIME,
  KINDS,
  parseRuns,
  parseSeed,
  parseSubject,
  parseTime,
  timeText,
  withBackend,
  withReportOptions,
} from './options.ts';

/** Adds the command. */
export function addConform(program: Command): void {
  const subject = new Option(
    '--subject <name>',
    `one of the two, or both: a name of list subjects, or ${KINDS}; one alone is compared with the reference`,
  );
  const time = new Option(
    '--time <time>',
    `how long to run random traces, as in 30s or 2m (default: ${timeText(CHECK_TIME)})`,
  );
  const runs = new Option('--runs <n>', 'how many random traces, instead of a time');
  const command = program
    .command('conform')
    .description(
      'run the same traces, faults included, on two subjects; minimise the first difference',
    )
    .argument('[trace...]', 'files with traces, instead of the corpus and random ones')
    .addOption(subject.argParser(parseSubjects))
    .addOption(
      new Option('--seed <text>', 'words that choose the traces')
        .argParser(parseSeed)
        .default('msicheck'),
    )
    .addOption(time.argParser(parseTime))
    .addOption(runs.argParser(parseRuns).conflicts('time'));
  withReportOptions(withBackend(command)).action(async (paths: readonly string[], flags: Flags) => {
    await (await import('./conform-run.ts')).run(paths, flags);
  });
}

/** The names of one or two subjects. */
function parseSubjects(text: string, before: readonly string[] = []): readonly string[] {
  const name = /^exec:./u.test(text) ? text : parseSubject(text);
  if (before.length === 2) throw new InvalidArgumentError('Expected one or two subjects.');
  return [...before, name];
}
