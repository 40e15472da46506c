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
import { ANSWERS, ASK, MAGIC, MEMORY } from './codes.ts';
import { type Program, programOf } from './elf.ts';
import { openPipe, type Pipe } from './pipe.ts';
import { placesOf } from './place.ts';

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
  readonly placeOf: (address: number) => string | undefined;
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
    placeOf: placesOf(path),
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
      return deathAt(state, numbers);
    case 'hangs':
      return {
        fn: step.call.fn,
        ended: `the step had not ended after ${state.longest / 1000} s of processor time`,
      };
    case 'undefined':
      return undefinedIn(state, numbers);
    case 'lost':
      return { fn: step.call.fn, ended: lostText(numbers[0] ?? 0) };
  }
}

function lostText(signal: number): string {
  return signal === 0 ? 'the process ended by itself' : `the process ended with signal ${signal}`;
}

function deathAt(state: State, frames: readonly number[]): Death {
  const [top] = framesOf(state, frames);
  if (top === undefined) return { fn: 'unknown' };
  const place = state.placeOf(top.address);
  return place === undefined ? { fn: top.fn } : { fn: top.fn, place };
}

function undefinedIn(state: State, numbers: readonly number[]): Death {
  const [address = 0, what = 0] = numbers;
  const fn = state.program.functionAt(address) ?? 'unknown';
  const text = textAt(state.memory, what);
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

interface Frame {
  readonly fn: string;
  readonly address: number;
}

/** Functions of a stack, from the one of the kernel that died on. */
function framesOf({ program }: State, addresses: readonly number[]): readonly Frame[] {
  const frames = addresses.flatMap((address) => {
    const fn = program.functionAt(address);
    return fn === undefined ? [] : [{ fn, address }];
  });
  const top = topOf(frames.map(({ fn }) => fn));
  return top < 0 ? [] : frames.slice(top);
}

function stackText(state: State, addresses: readonly number[]): string {
  const names = framesOf(state, addresses).map(({ fn }) => fn);
  return names.slice(0, 3).join(', called from ');
}
