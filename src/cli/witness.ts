// SPDX-License-Identifier: GPL-2.0-only
/** `witness`: its command line. What it does is read once that makes sense. */
import { type Command, InvalidArgumentError, Option } from 'commander';

import {
  CHECK_TIME,
  parseRuns,
  parseSeed,
  parseTime,
  timeText,
  withReportOptions,
} from './options.ts';
import type { Flags } from './witness-run.ts';

/** Adds the command. */
export function addWitness(program: Command): void {
  const subject = new Option(
    '--subject <name>',
    'a tree as tree:NAME (tree list); twice for two side by side',
  );
  const time = new Option(
    '--time <time>',
    `how long to run random traces on each tree, as in 30s or 2m (default: ${timeText(CHECK_TIME)})`,
  );
  const runs = new Option('--runs <n>', 'how many random traces, instead of a time');
  const command = program
    .command('witness')
    .description(
      'the shortest trace to each return and each goto of a file of a kernel tree, and what nothing reaches',
    )
    .argument(
      '[trace...]',
      'files with traces, instead of the corpus, small calls and random traces',
    )
    .addOption(subject.argParser(parseTrees).makeOptionMandatory())
    .addOption(new Option('--file <file>', 'of the tree').default('kernel/irq/msi.c'))
    .addOption(
      new Option('--seed <text>', 'words that choose the traces')
        .argParser(parseSeed)
        .default('msicheck'),
    )
    .addOption(time.argParser(parseTime))
    .addOption(runs.argParser(parseRuns).conflicts('time'));
  withReportOptions(command).action(async (paths: readonly string[], flags: Flags) => {
    await (await import('./witness-run.ts')).run(paths, flags);
  });
}

/** The names of one or two trees, without `tree:`. */
function parseTrees(text: string, before: readonly string[] = []): readonly string[] {
  const name = /^tree:(.+)$/u.exec(text)?.[1];
  if (name === undefined) throw new InvalidArgumentError('Expected tree:NAME (tree list).');
  if (before.includes(name)) throw new InvalidArgumentError('Expected two different trees.');
  if (before.length === 2) throw new InvalidArgumentError('Expected one or two trees.');
  return [...before, name];
}
