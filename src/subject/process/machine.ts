// SPDX-License-Identifier: GPL-2.0-only
/** The one process that all worlds of a command share: one world at a time, in a fresh process where it has to be. */
import type { Environment } from '../../trace/environment.ts';
import { FIELDS } from '../../trace/fields.ts';
import { quote } from '../../trace/problem.ts';
import { type Abilities, BadAbilities, parseAbilities } from './abilities.ts';
import { commandText } from './command.ts';
import type { Limits, Reply } from './exchange.ts';
import { type Moment, ProgramError, troubleText } from './trouble.ts';
import { GREETING } from './vocabulary.ts';
import { openWire, type Wire } from './wire.ts';

/** A command that runs, or will when it is needed. */
export interface Machine {
  readonly abilities: () => Abilities;
  /** Starts a world that belongs to `owner`; what the program says against it. Throws `ProgramError`. */
  readonly begin: (owner: object, environment: Environment) => string | undefined;
  /** True while the world of `owner` is the one that the process has. */
  readonly has: (owner: object) => boolean;
  /** The world of `owner` is not what the process should have any more. */
  readonly leave: (owner: object) => void;
  /** Changes with every world, also with every process. */
  readonly world: () => number;
  readonly ask: (lines: readonly string[], answers: number) => Reply;
  /** The end of what the process has written to its standard error, also after its end. */
  readonly stderr: () => string;
  /** Throws for an answer that is not `ok`. */
  readonly order: (request: string) => void;
  readonly blame: (what: string, moment: Moment, stderr: string) => ProgramError;
  /** What a reply without enough lines is to be blamed for. */
  readonly blameReply: (reply: Reply, moment: Moment) => ProgramError;
  /** Kills the process: nothing that it says now means anything. */
  readonly drop: () => void;
  readonly close: () => ProgramError | undefined;
}

interface State {
  readonly words: readonly string[];
  readonly command: string;
  readonly limits: Limits;
  wire: Wire | undefined;
  abilities: Abilities | undefined;
  greeting: string;
  /** The process has had a world. */
  used: boolean;
  owner: object | undefined;
  /** The environment of the world, as long as nothing was asked in it. */
  untouched: Environment | undefined;
  world: number;
  /** The end of what it has written to its standard error. */
  stderr: string;
  /** What was wrong when a process ended that had to make room for a fresh one. */
  ending: ProgramError | undefined;
}

const START: Moment = { request: 'start', step: 0, expected: '"ok", or "no" and why not' };

/** Prepares a command; nothing runs before it has to. */
export function machineFor(words: readonly string[], limits: Limits): Machine {
  const state: State = {
    words,
    command: commandText(words),
    limits,
    wire: undefined,
    abilities: undefined,
    greeting: '',
    used: false,
    owner: undefined,
    untouched: undefined,
    world: 0,
    stderr: '',
    ending: undefined,
  };
  return {
    abilities: () => state.abilities ?? open(state).abilities,
    begin: (owner, environment) => begin(state, owner, environment),
    has: (owner) => state.owner === owner,
    leave: (owner) => {
      if (state.owner === owner) state.owner = undefined;
    },
    world: () => state.world,
    ask: (lines, answers) => {
      state.untouched = undefined;
      return heard(state, open(state).wire.ask(lines, answers));
    },
    stderr: () => state.stderr,
    order: (request) => {
      order(state, request);
    },
    blame: (what, moment, stderr) => blame(state, what, moment, stderr),
    blameReply: (reply, moment) => blameReply(state, reply, moment),
    drop: () => {
      drop(state);
    },
    close: () => close(state),
  };
}

function begin(state: State, owner: object, environment: Environment): string | undefined {
  const { can } = open(state).abilities;
  if (state.untouched === environment) {
    state.owner = owner;
    return undefined;
  }
  if (state.used && !can.has('restart')) state.ending ??= close(state);
  const { wire } = open(state);
  state.used = true;
  state.world += 1;
  state.owner = undefined;
  state.untouched = undefined;
  const reply = wire.ask([...environmentLines(environment), 'start'], 1);
  const [line] = reply.lines;
  if (line === undefined) throw fatal(state, blameReply(state, reply, START));
  if (/^no\b/u.test(line)) return line;
  if (line !== 'ok')
    throw fatal(state, blame(state, `answered ${quote(line)}`, START, reply.stderr));
  state.owner = owner;
  state.untouched = environment;
  return undefined;
}

/** The name and every field, also those that are as usual, for a program should not need to know what is. */
function environmentLines(environment: Environment): readonly string[] {
  const fields = FIELDS.map(({ name, format }) => `${name}: ${format(environment)}`);
  return [`environment: ${environment.name}`, ...fields];
}

function heard(state: State, reply: Reply): Reply {
  state.stderr = reply.stderr;
  return reply;
}

/** A process that has greeted. */
function open(state: State): { readonly wire: Wire; readonly abilities: Abilities } {
  if (state.wire !== undefined && state.abilities !== undefined)
    return { wire: state.wire, abilities: state.abilities };
  const { words, limits } = state;
  const wire = openWire(words, limits);
  const { lines, trouble, stderr } = heard(state, wire.greeting);
  const moment = {
    request: '',
    step: 0,
    expected: `"${GREETING}" and what follows it, to "ready"`,
  };
  const began = state.abilities !== undefined;
  const say = (what: string, expected: string): ProgramError =>
    new ProgramError(
      {
        command: state.command,
        what,
        kind: trouble?.kind ?? 'answer',
        moment: { ...moment, expected },
        stderr,
      },
      began,
    );
  if (trouble !== undefined) {
    const slow =
      trouble.kind === 'slow' ? `did not get ready within ${limits.start / 1000} s` : undefined;
    throw say(slow ?? troubleText(trouble, limits), moment.expected);
  }
  const greeting = lines.join('\n');
  const abilities = read(lines, (error) => {
    wire.end(false);
    const [what = '', expected = ''] = error.message.split('; expected ');
    return say(what, expected);
  });
  if (began && greeting !== state.greeting) {
    wire.end(false);
    throw say('says something else of itself than it did before', 'the same lines each time');
  }
  Object.assign(state, {
    wire,
    abilities,
    greeting,
    used: false,
    owner: undefined,
    untouched: undefined,
  });
  return { wire, abilities };
}

function read(lines: readonly string[], refused: (error: BadAbilities) => ProgramError): Abilities {
  try {
    return parseAbilities(lines);
  } catch (error) {
    throw error instanceof BadAbilities ? refused(error) : error;
  }
}

function order(state: State, request: string): void {
  const reply = open(state).wire.ask([request], 1);
  const moment = { request, step: 0, expected: '"ok"' };
  const [line] = reply.lines;
  if (line === undefined) throw fatal(state, blameReply(state, reply, moment));
  if (line !== 'ok')
    throw fatal(state, blame(state, `answered ${quote(line)}`, moment, reply.stderr));
}

function blameReply(state: State, { trouble, stderr }: Reply, moment: Moment): ProgramError {
  const what = trouble === undefined ? 'did not answer' : troubleText(trouble, state.limits);
  const expected = trouble?.kind === 'talks' ? 'one line for each request' : moment.expected;
  const { command } = state;
  const kind = trouble?.kind ?? 'answer';
  return new ProgramError({ command, what, kind, moment: { ...moment, expected }, stderr }, true);
}

function blame({ command }: State, what: string, moment: Moment, stderr: string): ProgramError {
  return new ProgramError({ command, what, kind: 'answer', moment, stderr }, true);
}

function fatal(state: State, error: ProgramError): ProgramError {
  drop(state);
  return error;
}

function drop(state: State): void {
  state.wire?.end(false);
  forget(state);
}

/** The process is not talked to any more. */
function forget(state: State): void {
  state.wire = undefined;
  state.owner = undefined;
  state.untouched = undefined;
}

/** Ends the process as it should end. */
function close(state: State): ProgramError | undefined {
  const { wire, ending } = state;
  state.ending = undefined;
  if (wire === undefined) return ending;
  forget(state);
  const { lines, trouble, stderr } = heard(state, wire.end(true));
  const moment = { request: 'the end of its input', step: 0, expected: 'status 0' };
  const [line] = lines;
  if (line !== undefined)
    return ending ?? blameReply(state, { lines, trouble: { kind: 'talks', line }, stderr }, moment);
  if (trouble?.kind === 'ended' && trouble.code === 0) return ending;
  return ending ?? blameReply(state, { lines, trouble, stderr }, moment);
}
