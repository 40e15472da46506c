// SPDX-License-Identifier: GPL-2.0-only
/** The command line: finds the command, and turns what goes wrong into a message and an exit status. */
import { Command, CommanderError } from 'commander';

import { isMistake, Status } from './mistake.ts';
import { note } from './terminal.ts';

/** Adds a command with its options to the program. */
type Add = (program: Command) => void;

/** Every command, in the order of the help; its file is read when it is needed. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  check: async () => (await import('./check.ts')).addCheck,
  fuzz: async () => (await import('./fuzz.ts')).addFuzz,
  sweep: async () => (await import('./sweep.ts')).addSweep,
  replay: async () => (await import('./replay.ts')).addReplay,
  minimize: async () => (await import('./minimize.ts')).addMinimize,
  conform: async () => (await import('./conform.ts')).addConform,
  witness: async () => (await import('./witness.ts')).addWitness,
  regress: async () => (await import('./regress.ts')).addRegress,
  eject: async () => (await import('./eject.ts')).addEject,
  mutate: async () => (await import('./mutate.ts')).addMutate,
  findings: async () => (await import('./findings.ts')).addFindings,
  tree: async () => (await import('./tree.ts')).addTree,
  serve: async () => (await import('./serve.ts')).addServe,
  list: async () => (await import('./list.ts')).addList,
};

/** Runs the command that the arguments call, and sets the exit status. */
export async function main(args: readonly string[]): Promise<void> {
  const program = await build(args[0]);
  if (args.length === 0) {
    program.outputHelp({ error: true });
    process.exitCode = Status.mistake;
    return;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const status = failed(program, args, error);
    // What is wrong with the command line is neither good nor bad to git bisect.
    const stops = args.includes('--for-bisect') && status === Status.mistake;
    process.exitCode = stops ? Status.stopBisect : status;
  }
}

/** With the command that is called; with all of them when it is the help that is wanted. */
async function build(called: string | undefined): Promise<Command> {
  const program = new Command('msicheck')
    .description("Property-based verification and fuzzing of the Linux kernel's MSI core")
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      'after',
      `
Exit status:
  0    nothing unexpected was found, and every situation was reached
  1    a finding that is not expected
  2    a mistake in the call or in a file
  3    the run ended with a situation that was never reached
  70   a mistake of msicheck itself
  130  interrupted before anything was found`,
    );
  const helps = called === undefined || called === 'help' || called.startsWith('-');
  for (const [name, load] of Object.entries(COMMANDS)) {
    if (helps || name === called) (await load())(program);
    // Messages about the command line need no more than the names of the others.
    else program.command(name);
  }
  return program;
}

/** Says what went wrong; returns the exit status. */
function failed(program: Command, args: readonly string[], error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return Status.ok;
    note(`msicheck: ${error.message.replace(/^error: /u, '')}`);
    for (const line of expectations(program, args, error.code)) note(line);
    return Status.mistake;
  }
  if (isMistake(error)) {
    note(`msicheck: ${error.message}`);
    return Status.mistake;
  }
  if (error instanceof Error && error.name === 'DiesAtBoot') {
    note(`msicheck: ${error.message}; expected a kernel that lives to see the first step`);
    return Status.finding;
  }
  note(`msicheck: this is a mistake in msicheck, please report it: ${String(error)}`);
  if (process.env['MSICHECK_DEBUG'] === undefined) note('MSICHECK_DEBUG=1 shows where it happened');
  else if (error instanceof Error) note(error.stack ?? '');
  return Status.ours;
}

/** What the command line parser expected, in the terms of the command that was called. */
function expectations(program: Command, args: readonly string[], code: string): readonly string[] {
  const command = program.commands.find((known) => known.name() === args[0]);
  if (command === undefined) {
    return [
      `expected one of ${program.commands.map((known) => known.name()).join(', ')}; see msicheck --help`,
    ];
  }
  const see = `see msicheck ${command.name()} --help`;
  if (code !== 'commander.unknownOption')
    return [`usage: msicheck ${command.name()} ${command.usage()}; ${see}`];
  return [`expected one of ${command.options.map((option) => option.flags).join(', ')}; ${see}`];
}
