// SPDX-License-Identifier: GPL-2.0-only
/** `replay`: runs one trace and prints every observation. */
import type { Command } from 'commander';

import { findingLines } from '../report/finding.ts';
import type { Paint } from '../report/paint.ts';
import type { Expected } from '../run/expected.ts';
import { formatEnvironment } from '../trace/format.ts';
import type { Finding } from '../trace/verdict.ts';
import { readChange } from './beside.ts';
import { readTrace } from './files.ts';
import { explains, keptFor, readKept } from './kept.ts';
import { noteLabel } from './label.ts';
import { KEYS, type Request, requests } from './keys.ts';
import { mistake, Status } from './mistake.ts';
import { type RunFlags, withRunOptions } from './options.ts';
import { type Player, startPlayer } from './player.ts';
import { USUAL_SUBJECT } from './subjects.ts';
import { needs } from './target.ts';
import { finish, note, paintFor } from './terminal.ts';

/** What the command line says. */
interface Flags extends RunFlags {
  readonly stepByStep?: true;
  readonly change?: readonly string[];
}

/** Adds the command. */
export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('run a trace and print every observation')
    .argument('<trace>', 'file with a trace')
    .option('--step-by-step', `stop after each step. ${KEYS}`)
    .option(
      '--change <change...>',
      'run it on a change that regress takes, beside what it changes',
    );
  withRunOptions(command).action(async (path: string, flags: Flags) => {
    if (flags.change !== undefined && !canChange(flags.subject.name))
      throw mistake(
        '--change is a change of the reference or of a tree; expected no other --subject beside it',
      );
    if (flags.change !== undefined && flags.backend === 'native')
      throw mistake(
        '--backend native: --change is built to modules; expected one of the two alone',
      );
    await replay(path, flags);
  });
}

function canChange(subject: string): boolean {
  return subject === USUAL_SUBJECT || treeIn(subject) !== undefined;
}

/** The name of the tree in a subject's. */
function treeIn(subject: string): string | undefined {
  return /^tree:(.*)$/su.exec(subject)?.[1];
}

async function replay(path: string, flags: Flags): Promise<void> {
  const { trace } = readTrace(path);
  noteLabel(path, trace);
  const { program: command } = flags.subject;
  if (command !== undefined) {
    const { refuseOptions, runOnProgram } = await import('./on-program.ts');
    const { spec, stepByStep } = flags;
    refuseOptions(flags.subject.name, {
      spec: spec !== 'kernel',
      'step-by-step': stepByStep === true,
    });
    await runOnProgram({ command, files: [{ path, trace }] });
    return;
  }
  const corpus = readKept();
  const target = await flags.subject.load();
  needs(target, path, trace);
  const kept = keptFor(corpus, target);
  const paint = paintFor(process.stdout);
  const pair =
    flags.change === undefined
      ? { factory: target.factory }
      : await readChange(flags.change, treeIn(flags.subject.name));
  const player = startPlayer(trace, { ...pair, spec: flags.spec }, paint);
  process.stdout.write(`${formatEnvironment(trace.environment)}\n\n`);
  if (flags.stepByStep === true) await interact(player);
  else play(player, player.length);
  const { finding, stack, told, complete } = player.finish();
  if (!complete) {
    finish(Status.ok, '');
    return;
  }
  const known = finding === undefined ? undefined : explains(kept, flags.spec, finding);
  const passes = finding === undefined || known !== undefined;
  const status = passes && player.differing().length === 0 ? Status.ok : Status.finding;
  if (finding !== undefined && !told) {
    process.stdout.write(
      `${[paint.bad(`finding: ${finding.rule}`), ...findingLines(finding, stack)].join('\n')}\n`,
    );
  }
  const beside = 'base' in pair ? `${comparison(player, paint)}\n` : '';
  finish(status, `${beside}${conclusion(player, finding, known, paint)}\n`);
}

/** Runs and prints until `position` steps have been run or the trace ends. */
function play(player: Player, position: number): void {
  while (player.position() < position) {
    const text = player.forward();
    if (text === undefined) return;
    process.stdout.write(`${text}\n\n`);
  }
}

async function interact(player: Player): Promise<void> {
  note(`${player.length} steps. ${KEYS}`);
  for await (const request of requests(process.stdin)) {
    if (request.kind === 'quit') return;
    answer(player, request);
  }
}

function answer(player: Player, request: Request): void {
  const at = player.position();
  switch (request.kind) {
    case 'quit':
      return;
    case 'next':
      play(player, at + 1);
      if (player.position() === at) note('this is the end; b goes back, q quits');
      return;
    case 'back':
      if (player.back()) note(`back after step ${at - 1}`);
      else note('this is the beginning');
      return;
    case 'go':
      goTo(player, request.step);
      return;
    case 'unknown':
      note(`'${request.text}' is no request. ${KEYS}`);
  }
}

function goTo(player: Player, step: number): void {
  if (step > player.length) {
    note(`there are ${player.length} steps`);
    return;
  }
  if (step > player.position()) {
    play(player, step);
    return;
  }
  while (player.position() > step) player.back();
  note(`back after step ${step}`);
}

function comparison(player: Player, paint: Paint): string {
  const steps = player.differing();
  if (steps.length === 0) return paint.good('shows what the base shows');
  return paint.bad(`shows something else than the base at ${stepsText(steps)}; - base, + change`);
}

function stepsText(steps: readonly number[]): string {
  return steps.length === 1 ? `step ${steps.join('')}` : `steps ${steps.join(', ')}`;
}

function conclusion(
  player: Player,
  finding: Finding | undefined,
  known: Expected | undefined,
  paint: Paint,
): string {
  const steps = player.position();
  const left = player.length - steps;
  const rest = left > 0 ? `; ${left} later steps were not run` : '';
  if (finding === undefined) return paint.good(`no finding in ${steps} steps${rest}`);
  if (known !== undefined) return paint.good(`this finding is expected: ${known.why}${rest}`);
  return paint.bad(`this finding is not expected${rest}`);
}
