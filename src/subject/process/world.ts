// SPDX-License-Identifier: GPL-2.0-only
/** A world of a program: its steps so far are remembered, so that it can be made again in another process. */
import type { Environment } from '../../trace/environment.ts';
import { formatStep } from '../../trace/format.ts';
import type { Observation } from '../../trace/observation.ts';
import { quote } from '../../trace/problem.ts';
import type { Step } from '../../trace/step.ts';
import type { Subject } from '../subject.ts';
import { type Answer, type Items, parseWords } from './answer.ts';
import { EMPTY, observationOf } from './observed.ts';
import type { Machine } from './machine.ts';
import type { ProgramError } from './trouble.ts';
import { showsState } from './vocabulary.ts';
import { parseErrno } from '../../trace/errno.ts';

/** What became of several steps: answers, and why there are no more. */
export interface Answers {
  readonly answers: readonly Answer[];
  readonly error: ProgramError | undefined;
}

/**
 * A running world of a program. Its observations have what the program shows, and else nothing: the
 * picture is always empty, for the protocol knows neither objects nor addresses.
 */
export interface ProcessSubject extends Subject {
  /** Runs steps in one go, which is much faster; ends at one that kills the kernel or the program. */
  readonly applyAll: (steps: readonly Step[]) => Answers;
}

/** Steps, and the lines that answered each of them. */
interface Past {
  readonly steps: readonly Step[];
  readonly lines: readonly string[];
}

/** Snapshots that a program is asked to keep at a time. */
const KEPT = 32;

interface State {
  readonly machine: Machine;
  readonly environment: Environment;
  readonly owner: object;
  past: Past;
  /** Numbers of the snapshots that the program has, oldest first, and the world that they belong to. */
  readonly kept: number[];
  keptIn: number;
  next: number;
}

/** Starts a world. Throws `ProgramError` when the program does not take the environment. */
export function startWorld(machine: Machine, environment: Environment): ProcessSubject {
  const past = { steps: [], lines: [] };
  const state = { machine, environment, owner: {}, past, kept: [], keptIn: 0, next: 0 };
  enter(state);
  return {
    applyAll: (steps) => applyAll(state, steps),
    apply: (step) => apply(state, step),
    picture: () => EMPTY,
    snapshot: () => snapshot(state),
    restore: (saved) => {
      restore(state, saved);
    },
  };
}

function apply(state: State, step: Step): Observation {
  const { answers, error } = applyAll(state, [step]);
  const [answer] = answers;
  if (answer !== undefined) return observationOf(answer);
  throw error ?? new Error('a step without an answer and without an error');
}

function applyAll(state: State, steps: readonly Step[]): Answers {
  enter(state);
  const { answers, lines, error } = run(state, steps, state.past.steps.length);
  state.past = {
    steps: [...state.past.steps, ...steps.slice(0, answers.length)],
    lines: [...state.past.lines, ...lines],
  };
  return { answers, error };
}

/** Makes the world again where the process has another one. */
function enter(state: State): void {
  const { machine, owner, environment, past } = state;
  if (machine.has(owner)) return;
  const why = machine.begin(owner, environment);
  const moment = { request: 'start', step: 0, expected: '"ok"' };
  if (why !== undefined) throw machine.blame(`refused the environment: ${quote(why)}`, moment, '');
  if (past.steps.length === 0) return;
  const { lines, error } = run(state, past.steps, 0);
  if (error !== undefined) throw error;
  const at = past.lines.findIndex((line, i) => line !== lines[i]);
  if (at < 0) return;
  const step = past.steps[at];
  machine.drop();
  throw machine.blame(
    `answered ${quote(lines[at] ?? '')} the second time`,
    {
      request: step === undefined ? '' : formatStep(step),
      step: at + 1,
      expected: `${quote(past.lines[at] ?? '')} again`,
    },
    '',
  );
}

function run(
  { machine }: State,
  steps: readonly Step[],
  before: number,
): Answers & { readonly lines: readonly string[] } {
  const { shows } = machine.abilities();
  const requests = showsState(shows) ? 2 : 1;
  const texts = steps.map(formatStep);
  const asked = requests === 1 ? texts : texts.flatMap((text) => [text, 'state']);
  const reply = machine.ask(asked, asked.length);
  const answers: Answer[] = [];
  const lines: string[] = [];
  for (const [i, step] of steps.entries()) {
    const own = reply.lines.slice(i * requests, (i + 1) * requests);
    const moment = { request: texts[i] ?? '', step: before + i + 1, expected: 'an answer' };
    const answer = readAnswer(machine, step, own, requests);
    if (answer !== undefined && 'wrong' in answer) {
      machine.drop();
      const { wrong, expected } = answer;
      return { answers, lines, error: machine.blame(wrong, { ...moment, expected }, reply.stderr) };
    }
    if (answer === undefined) {
      machine.drop();
      return { answers, lines, error: machine.blameReply(reply, moment) };
    }
    answers.push(answer);
    lines.push(own.join(' / '));
    if (!answer.dead) continue;
    // A program may die with its kernel, and what is asked behind that has no meaning.
    if (reply.lines.length < asked.length || i + 1 < steps.length) machine.drop();
    break;
  }
  return { answers, lines, error: undefined };
}

interface Wrong {
  readonly wrong: string;
  readonly expected: string;
}

/** `undefined` when lines are missing. */
function readAnswer(
  machine: Machine,
  { call: { fn } }: Step,
  [line, state]: readonly string[],
  requests: number,
): Answer | Wrong | undefined {
  const { shows } = machine.abilities();
  if (line === undefined) return undefined;
  if (/^no\b/u.test(line))
    return {
      wrong: `answered ${quote(line)}`,
      expected: 'an answer, for it says that it has this call',
    };
  const read = parseWords(line, shows, 'step');
  if (read.wrong !== undefined)
    return { wrong: `answered with ${read.wrong}`, expected: read.expected };
  const result = {
    fn,
    shows,
    ret: parseErrno(read.results.get('ret') ?? '0') ?? 0,
    virq: parseErrno(read.results.get('virq') ?? '0') ?? 0,
    dead: read.results.get('dead') === 'yes',
  };
  if (requests === 1 || result.dead) return { ...result, items: read.items };
  if (state === undefined) return undefined;
  const shown = parseWords(state, shows, 'state');
  if (shown.wrong !== undefined)
    return { wrong: `answered "state" with ${shown.wrong}`, expected: shown.expected };
  const items: Items = new Map([...read.items, ...shown.items]);
  return { ...result, items };
}

/** A state by what led to it, and by its number where the program keeps it too. */
class Saved {
  readonly owner: object;
  readonly past: Past;
  readonly world: number;
  readonly number: number;

  constructor(owner: object, past: Past, { world, number }: { world: number; number: number }) {
    this.owner = owner;
    this.past = past;
    this.world = world;
    this.number = number;
  }
}

function snapshot(state: State): Saved {
  const { machine, owner, past, kept } = state;
  if (!machine.abilities().can.has('snapshot'))
    return new Saved(owner, past, { world: 0, number: 0 });
  enter(state);
  if (state.keptIn !== machine.world()) kept.length = 0;
  state.keptIn = machine.world();
  if (kept.length >= KEPT) machine.order(`forget ${kept.shift()}`);
  state.next += 1;
  machine.order(`snapshot ${state.next}`);
  kept.push(state.next);
  return new Saved(owner, past, { world: state.keptIn, number: state.next });
}

function restore(state: State, saved: object): void {
  const { machine, owner, kept } = state;
  if (!(saved instanceof Saved) || saved.owner !== owner)
    throw new Error('this snapshot was taken from another subject');
  const same = state.past === saved.past;
  state.past = saved.past;
  if (same && machine.has(owner)) return;
  if (machine.has(owner) && saved.world === machine.world() && kept.includes(saved.number))
    machine.order(`restore ${saved.number}`);
  else machine.leave(owner);
}
