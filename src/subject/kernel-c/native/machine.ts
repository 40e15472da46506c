// SPDX-License-Identifier: GPL-2.0-only
/**
 * A tree as a program of this machine (shim/native/main.c), which has a process for each world: what it
 * dies of is its own. Its answers bring the parts of its memory that are read here. A world that is gone
 * is made again by its steps.
 */
import { readFileSync } from 'node:fs';

import type { Environment } from '../../../trace/environment.ts';
import type { Step } from '../../../trace/step.ts';
import { environmentWords, stepWords } from '../encode.ts';
import { type Death, type Machine, topOf } from '../machine.ts';
import { type Memory, memoryIn, PLACE_COUNT, textAt } from '../memory.ts';
import { type Program, programOf } from './elf.ts';
import { openPipe, type Pipe } from './pipe.ts';

/** `enum kc_request` and `enum kc_answer` (shim/native/native.h). */
const ASK = { missing: 0, start: 1, steps: 2, all: 3, end: 4 } as const;
const ANSWERS = ['ok', 'dead', 'hangs', 'undefined', 'lost'] as const;
/** What main.c greets with. */
const MAGIC = 0x6b63_6e31;
/** KC_BASE + KC_MEMORY (shim/kc_memory.h): no address is above. */
const MEMORY = 0x600_0000;

/** A world by what led to it. */
class Past {
  readonly environment: Environment;
  readonly steps: readonly Step[];

  constructor(environment: Environment, steps: readonly Step[]) {
    this.environment = environment;
    this.steps = steps;
  }
}

interface Answer {
  readonly how: (typeof ANSWERS)[number];
  readonly numbers: readonly number[];
}

interface State {
  readonly pipe: Pipe;
  readonly program: Program;
  readonly memory: Memory;
  readonly longest: number;
  /** The process has a world. */
  alive: boolean;
  /** It is the one that is wanted. */
  current: boolean;
  environment: Environment | undefined;
  steps: Step[];
}

/** Starts a program; a request may take `longest` milliseconds. */
export function nativeMachine(path: string, longest: number): Machine {
  const bytes = new Uint8Array(new ArrayBuffer(MEMORY));
  const program = programOf(readFileSync(path));
  program.load(bytes);
  const pipe = openPipe(path);
  const [magic, domids = 0, first = 0, end = 0, ...places] = receive(pipe, bytes).numbers;
  if (magic !== MAGIC || places.length !== PLACE_COUNT)
    throw new Error(`${path}: speaks another language; remove it, so that it is built again`);
  const memory = memoryIn(bytes.buffer, places);
  const state: State = {
    pipe,
    program,
    memory,
    longest,
    alive: false,
    current: false,
    environment: undefined,
    steps: [],
  };
  return {
    memory,
    domids,
    missing: (environment) => {
      finish(state);
      const { numbers } = ask(state, ASK.missing, environmentWords(environment));
      return textAt(memory, numbers[0] ?? 0);
    },
    begin: (environment) => begin(state, environment),
    step: (step) => runStep(state, step),
    gather: () => {
      enter(state);
      ask(state, ASK.all, []);
      return [
        { first, end: memory.at.log },
        { first: memory.at.logEnd, end },
      ];
    },
    save: () => {
      if (state.environment === undefined) throw new Error('there is no world to save');
      return new Past(state.environment, [...state.steps]);
    },
    load: (world) => {
      if (!(world instanceof Past)) throw new Error('this world was saved from another machine');
      state.environment = world.environment;
      state.steps = [...world.steps];
      state.current = false;
    },
  };
}

/** The number of words of the picture. */
function begin(state: State, environment: Environment): number {
  finish(state);
  state.environment = environment;
  state.steps = [];
  const { how, numbers } = ask(state, ASK.start, [state.longest, ...environmentWords(environment)]);
  if (how !== 'ok')
    throw new Error(`the kernel did not boot: ${how} in ${stackText(state, numbers)}`);
  state.alive = true;
  state.current = true;
  return numbers[0] ?? 0;
}

function runStep(state: State, step: Step): number | Death {
  enter(state);
  state.steps.push(step);
  const { how, numbers } = ask(state, ASK.steps, stepWords(step));
  switch (how) {
    case 'ok':
      return numbers[0] ?? 0;
    case 'dead':
      return { fn: namesOf(state, numbers)[0] ?? 'unknown' };
    case 'hangs':
      return {
        fn: step.call.fn,
        ended: `the step had not ended after ${state.longest / 1000} s of processor time`,
      };
    case 'undefined':
      return undefinedIn(state, numbers);
    case 'lost':
      return { fn: step.call.fn, ended: `the process ended with signal ${numbers[0] ?? 0}` };
  }
}

function undefinedIn(state: State, numbers: readonly number[]): Death {
  const { memory } = state;
  const [pc = 0, what = 0] = numbers;
  const fn = namesOf(state, [pc])[0] ?? 'unknown';
  const text = textAt(memory, what);
  return text === '' ? { fn } : { fn, what: `undefined behaviour: ${text}` };
}

/** Makes the world again that is wanted. */
function enter(state: State): void {
  if (state.current) return;
  const { environment, steps } = state;
  if (environment === undefined) throw new Error('there is no world');
  begin(state, environment);
  state.steps = steps;
  if (steps.length === 0) return;
  const { how } = ask(state, ASK.steps, steps.flatMap(stepWords));
  if (how !== 'ok') throw new Error('the same steps end differently the second time');
}

/** Ends the world that there is. */
function finish(state: State): void {
  if (state.alive) state.pipe.send([ASK.end, 0]);
  state.alive = false;
  state.current = false;
}

function ask(state: State, what: number, words: readonly number[]): Answer {
  state.pipe.send([what, words.length, ...words]);
  const answer = receive(state.pipe, state.memory.bytes);
  if (answer.how !== 'ok') {
    state.alive = false;
    state.current = false;
  }
  return answer;
}

/** Takes an answer apart: the outcome, its numbers, and parts of memory, which are put where they belong. */
function receive(pipe: Pipe, bytes: Uint8Array): Answer {
  const answer = pipe.receive();
  const word = (at: number): number => answer.readUInt32LE(4 * at);
  const count = word(1);
  const numbers = Array.from({ length: count }, (_, i) => word(2 + i));
  const ranges = word(2 + count);
  let from = 4 * (3 + count + 2 * ranges);
  for (let i = 0; i < ranges; i += 1) {
    const address = word(3 + count + 2 * i);
    const length = word(4 + count + 2 * i);
    bytes.set(answer.subarray(from, from + length), address);
    from += length;
  }
  return { how: ANSWERS[word(0)] ?? 'lost', numbers };
}

/** Kernel functions of a stack, from the one that died on. */
function namesOf({ program }: State, frames: readonly number[]): readonly string[] {
  const names = frames.flatMap((frame) => program.functionAt(frame) ?? []);
  const top = topOf(names);
  return top < 0 ? [] : names.slice(top);
}

function stackText(state: State, frames: readonly number[]): string {
  return namesOf(state, frames).slice(0, 3).join(', called from ');
}
