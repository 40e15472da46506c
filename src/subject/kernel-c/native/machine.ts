// SPDX-License-Identifier: GPL-2.0-only
/**
 * A tree as a program of this machine (shim/native/main.c), which has a process for each world: what it
 * dies of is its own. Its answers bring the parts of its memory that are read here. A world that is gone
 * is made again by its steps.
 */
import { readFileSync } from 'node:fs';

import type { Environment } from '../../../trace/environment.ts';
import type { Step } from '../../../trace/step.ts';
import { NoModule } from '../build/no-module.ts';
import { environmentWords, stepWords } from '../encode.ts';
import { type Death, type Machine, Past, topOf } from '../machine.ts';
import { type Memory, memoryIn, PLACE_COUNT, textAt } from '../memory.ts';
import { ASK, MAGIC, MEMORY } from './codes.ts';
import { type Program, programOf } from './elf.ts';
import { placesOf } from './place.ts';
import { type Answer, startTalk, type Talk } from './talk.ts';

interface State {
  readonly talk: Talk;
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
  const talk = startTalk(path, bytes);
  const [magic, domids = 0, first = 0, end = 0, ...places] = talk.greeting;
  if (magic !== MAGIC || places.length !== PLACE_COUNT)
    throw new NoModule(`${path}: speaks another language; remove it, so that it is built again`);
  const memory = memoryIn(bytes.buffer, places);
  const state: State = {
    talk,
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
    save: () => pastOf(state),
    leave: () => pastOf(state),
    load: (world) => {
      if (!(world instanceof Past)) throw new Error('this world was saved from another machine');
      state.environment = world.environment;
      state.steps = [...world.steps];
      state.current = false;
    },
  };
}

function pastOf({ environment, steps }: State): Past {
  if (environment === undefined) throw new Error('there is no world to save');
  return new Past(environment, [...steps]);
}

/** The number of words of the picture. */
function begin(state: State, environment: Environment): number | Death {
  finish(state);
  state.environment = environment;
  state.steps = [];
  const { how, numbers } = ask(state, ASK.start, [state.longest, ...environmentWords(environment)]);
  if (how === 'dead') return deathAt(state, numbers);
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
  if (state.alive) state.talk.tell(ASK.end);
  state.alive = false;
  state.current = false;
}

function ask(state: State, what: Parameters<Talk['ask']>[0], words: readonly number[]): Answer {
  const answer = state.talk.ask(what, words);
  if (answer.how !== 'ok') {
    state.alive = false;
    state.current = false;
  }
  return answer;
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
