// SPDX-License-Identifier: GPL-2.0-only
/** `findings`: its command line. What it does is read once that makes sense. */
import { type Command, InvalidArgumentError, Option } from 'commander';

import { withReportOptions } from './options.ts';
import type { Flags } from './findings-run.ts';

/** Adds the command. */
export function addFindings(program: Command): void {
  const subject = new Option('--subject <tree>', 'a kernel tree, tree:NAME; once for each tree');
  const command = program
    .command('findings')
    .description(
      'what kernel trees are known to show, and since which of them: a table for maintainers',
    )
    .addOption(subject.argParser(parseTrees).makeOptionMandatory());
  withReportOptions(command).action(async (flags: Flags) => {
    await (await import('./findings-run.ts')).run(flags);
  });
}

function parseTrees(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^tree:./u.test(text)) throw new InvalidArgumentError('Expected tree:NAME (tree list).');
  if (before.includes(text)) throw new InvalidArgumentError('Expected each tree once.');
  return [...before, text];
}
