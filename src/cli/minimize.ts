// SPDX-License-Identifier: GPL-2.0-only
/** `minimize`: the smallest trace with the same finding. */
import type { Command } from 'commander';

import { findingComments } from '../report/finding.ts';
import { runTrace } from '../run/session.ts';
import { formatTrace } from '../trace/format.ts';
import { smallestCase } from './examine.ts';
import { readTrace } from './files.ts';
import { explains, keptFor, readKept } from './kept.ts';
import { noteLabel } from './label.ts';
import { mistake, Status } from './mistake.ts';
import { type RunFlags, withRunOptions } from './options.ts';
import { needs } from './target.ts';
import { finish, note } from './terminal.ts';

/** Adds the command. */
export function addMinimize(program: Command): void {
  const command = program
    .command('minimize')
    .description('print the smallest trace with the same finding')
    .argument('<trace>', 'file with a trace that has a finding');
  withRunOptions(command).action(minimize);
}

async function minimize(path: string, { subject, spec }: RunFlags): Promise<void> {
  const { trace } = readTrace(path);
  noteLabel(path, trace);
  const corpus = readKept();
  const target = await subject.load();
  needs(target, path, trace);
  const kept = keptFor(corpus, target);
  const { factory } = target;
  const options = { factory, spec };
  const verdict = runTrace(trace, options);
  if (verdict.kind === 'ok') {
    throw mistake(
      `${path}: no finding in ${verdict.steps} steps at level ${spec}; expected a trace with a finding`,
    );
  }
  const smallest = smallestCase({ trace, finding: verdict.finding }, kept, options);
  const entry = explains(kept, spec, smallest.finding);
  note(`finding: ${smallest.finding.rule}`);
  note(
    entry === undefined ? 'this finding is not expected' : `this finding is expected: ${entry.why}`,
  );
  note(
    `${trace.steps.length} steps became ${smallest.trace.steps.length}, by running ${smallest.runs} traces`,
  );
  const status = entry === undefined ? Status.finding : Status.ok;
  finish(
    status,
    formatTrace(
      smallest.trace,
      findingComments(smallest.finding, {
        subject: factory.name,
        build: factory.build,
        spec,
        found: `minimize ${path}`,
      }),
    ),
  );
}
