// SPDX-License-Identifier: GPL-2.0-only
/** One child process that speaks the protocol: lines in, lines out, limits of time and size. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

import {
  type Limits,
  LONGEST_ANSWER,
  MOST_GREETING,
  type Reply,
  type Trouble,
} from './exchange.ts';
import { kill, leash, unleash } from './leash.ts';
import { GREETING } from './vocabulary.ts';

/** A running program. One request at a time; `done` is called once for each. */
export interface Program {
  readonly ask: (lines: readonly string[], answers: number, done: Done) => void;
  readonly end: (politely: boolean, done: Done) => void;
}

type Done = (reply: Reply) => void;

/** Characters of standard error that are kept. */
const KEPT = 4000;
/** Milliseconds that output may come after the process is gone: a child of it may hold the pipe. */
const DRAIN = 500;
/** Unasked lines after which a program is not listened to any more. */
const MOST_TALK = 100;

interface State {
  readonly child: ChildProcessWithoutNullStreams;
  readonly limits: Limits;
  /** Whole lines that nobody has taken, and the bytes of the one that has not ended. */
  readonly lines: string[];
  rest: Buffer[];
  restLength: number;
  stderr: string;
  trouble: Trouble | undefined;
  /** Input is closed; output is only collected. */
  closing: boolean;
  /** How many of the lines are the answer, 0 for not yet; `undefined` when nothing is asked. */
  enough: ((lines: readonly string[]) => number) | undefined;
  done: Done | undefined;
  limit: number;
  timer: NodeJS.Timeout | undefined;
  total: NodeJS.Timeout | undefined;
}

/** Starts a program and waits for its greeting. */
export function startProgram(command: readonly string[], limits: Limits, done: Done): Program {
  const [file = '', ...args] = command;
  // A group of its own, so that what it starts itself can be ended with it.
  const child = spawn(file, args, { detached: true, stdio: 'pipe' });
  const state: State = {
    child,
    limits,
    lines: [],
    rest: [],
    restLength: 0,
    stderr: '',
    trouble: undefined,
    closing: false,
    enough: undefined,
    done: undefined,
    limit: limits.start,
    timer: undefined,
    total: undefined,
  };
  state.total = setTimeout(() => {
    stop(state, { kind: 'late' });
  }, limits.total);
  listen(state);
  wait(state, greeted, done);
  state.limit = limits.answer;
  return {
    ask: (lines, answers, answered) => {
      ask(state, lines, answers, answered);
    },
    end: (politely, ended) => {
      end(state, politely, ended);
    },
  };
}

/** The greeting goes to `ready`, unless it is none. */
function greeted(lines: readonly string[]): number {
  const [first] = lines;
  const over = first !== undefined && (first !== GREETING || lines.length >= MOST_GREETING);
  return over ? lines.length : lines.indexOf('ready') + 1;
}

function listen(state: State): void {
  const { child } = state;
  child.on('error', (error) => {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
    gone(state, { kind: 'not started', code });
  });
  child.on('spawn', () => {
    leash(child.pid);
  });
  child.on('exit', (code, signal) => {
    kill(child.pid);
    unleash(child.pid);
    setTimeout(() => {
      gone(state, { kind: 'ended', code, signal });
    }, DRAIN).unref();
  });
  child.on('close', (code, signal) => {
    gone(state, { kind: 'ended', code, signal });
  });
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (bytes: Buffer) => {
    read(state, bytes);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    state.stderr = (state.stderr + text).slice(-KEPT);
  });
}

function ask(state: State, lines: readonly string[], answers: number, done: Done): void {
  const [line] = state.lines.splice(0);
  if (line !== undefined) stop(state, { kind: 'talks', line });
  if (state.trouble === undefined)
    state.child.stdin.write(lines.map((text) => `${text}\n`).join(''));
  wait(state, (received) => (received.length >= answers ? answers : 0), done);
}

function end(state: State, politely: boolean, done: Done): void {
  state.closing = true;
  if (!politely && state.trouble === undefined) stop(state, { kind: 'late' });
  else state.child.stdin.end();
  wait(state, () => 0, done);
}

/** Collects lines until there are enough or no more will come. */
function wait(state: State, enough: NonNullable<State['enough']>, done: Done): void {
  state.enough = enough;
  state.done = done;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => {
    stop(state, { kind: 'slow' });
  }, state.limit);
  look(state);
}

function read(state: State, bytes: Buffer): void {
  let from = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    const whole = Buffer.concat([...state.rest, bytes.subarray(from, at)]);
    state.rest = [];
    state.restLength = 0;
    from = at + 1;
    if (state.lines.length < MOST_TALK || state.enough !== undefined) take(state, whole);
  }
  if (from < bytes.length) state.rest.push(bytes.subarray(from));
  state.restLength += bytes.length - from;
  if (state.restLength > LONGEST_ANSWER) stop(state, { kind: 'endless' });
}

function take(state: State, bytes: Buffer): void {
  if (state.trouble !== undefined) return;
  state.lines.push(bytes.toString('utf8').replace(/\r$/u, ''));
  if (state.done === undefined) return;
  if (state.closing && state.lines.length >= MOST_TALK)
    stop(state, { kind: 'talks', line: state.lines[0] ?? '' });
  else if (!state.closing) state.timer?.refresh();
  look(state);
}

/** Answers when there is enough, or when there is no more. */
function look(state: State): void {
  const { enough, done, lines, trouble } = state;
  if (enough === undefined || done === undefined) return;
  const count = enough(lines);
  if (count === 0 && trouble === undefined) return;
  clearTimeout(state.timer);
  state.enough = undefined;
  state.done = undefined;
  const given = lines.splice(0, count === 0 ? lines.length : count);
  done({ lines: given, trouble: count === 0 ? trouble : undefined, stderr: state.stderr });
}

/** Ends a program that does not do what it should. */
function stop(state: State, trouble: Trouble): void {
  state.trouble ??= trouble;
  kill(state.child.pid);
  look(state);
}

/** No more output will come. */
function gone(state: State, trouble: Trouble): void {
  clearTimeout(state.total);
  if (state.restLength > 0 && state.trouble === undefined)
    state.lines.push(Buffer.concat(state.rest).toString('utf8'));
  state.rest = [];
  state.restLength = 0;
  state.trouble ??= trouble;
  look(state);
}
