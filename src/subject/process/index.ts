// SPDX-License-Identifier: GPL-2.0-only
/** Any program that speaks the protocol (docs/protocol.md) as a subject. */
import type { Environment } from '../../trace/environment.ts';
import type { SubjectFactory } from '../subject.ts';
import { type Abilities, inRelease } from './abilities.ts';
import { commandText, commandWords } from './command.ts';
import { type Limits, LIMITS } from './exchange.ts';
import { machineFor } from './machine.ts';
import type { ProgramError } from './trouble.ts';
import { type ProcessSubject, startWorld } from './world.ts';

/** Starts worlds of a program, which is started when it is first needed. */
export interface ProcessFactory extends SubjectFactory {
  readonly start: (environment: Environment) => ProcessSubject;
  /** What the program says of itself. Throws a mistake when it does not start or speak. */
  readonly abilities: () => Abilities;
  /** The environment in the program's release, or why it cannot have it: it is asked. */
  readonly fit: (environment: Environment) => Environment | string;
  /** The end of what the program has written to its standard error. */
  readonly stderr: () => string;
  /** Ends the program as it should end; what it does wrong then. What is used later starts it again. */
  readonly close: () => ProgramError | undefined;
}

/**
 * A command as a subject: a program and its arguments, or both in one text with the quotes of a shell.
 * Throws a mistake for a text that is no command.
 */
export function processSubject(
  command: readonly string[] | string,
  limits: Partial<Limits> = {},
): ProcessFactory {
  const words = commandWords(command);
  const machine = machineFor(words, { ...LIMITS, ...limits });
  return {
    name: `exec:${commandText(words)}`,
    start: (environment) => startWorld(machine, environment),
    abilities: machine.abilities,
    fit: (environment) => {
      const own = inRelease(environment, machine.abilities());
      if (typeof own === 'string') return own;
      return machine.begin({}, own) ?? own;
    },
    stderr: machine.stderr,
    close: machine.close,
  };
}
