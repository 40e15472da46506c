// SPDX-License-Identifier: GPL-2.0-only
/**
 * A tree as a program of this machine (shim/native/main.c), which has a process for each world: what it
 * dies of is its own. Its answers bring the parts of its memory that are read here. A world that is gone
 * is made again by its steps.
 */
import { readFileSync } from 'node:fs';

import type { Environment } from '../../../trace/environment.ts';
import type { Frame } from '../../../trace/observation.ts';
import type { Step } from '../../../trace/step.ts';
import { NoModule } from '../build/no-module.ts';
import { environmentWords, stepWords } from '../encode.ts';
import {
  type Death,
  kernelStack,
  type Machine,
  type Moment,
  Past,
  stopAt,
  topOf,
} from '../machine.ts';
import { type Memory, memoryIn, PLACE_COUNT, textAt } from '../memory.ts';
import { ASK, MAGIC, MEMORY } from './codes.ts';
import { type Program, programOf } from './elf.ts';
import { Lost } from './pipe.ts';
import { type Places, placesOf } from './place.ts';
import { type Answer, startTalk, type Talk } from './talk.ts';

interface State {
  talk: Talk;
  readonly restart: () => Talk;
  readonly program: Program;
  readonly places: Places;
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
    restart: () => startTalk(path, bytes),
    program,
    places: placesOf(path),
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
    missing: (environment) =>
      again(state, () => {
        finish(state);
        const { numbers } = ask(state, ASK.missing, environmentWords(environment));
        return textAt(memory, numbers[0] ?? 0);
      }),
    begin: (environment) => again(state, () => begin(state, environment)),
    step: (step) => runStep(state, step),
    stack: (moment) => again(state, () => stackAt(state, moment)),
    gather: () => {
      again(state, () => {
        enter(state);
        ask(state, ASK.all, []);
      });
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

/** A program that is gone is started once more; when it is gone after that too, it is what was asked that ends it. */
function again<T>(state: State, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Lost)) throw error;
    state.talk = state.restart();
    state.alive = false;
    state.current = false;
    return action();
  }
}

function pastOf({ environment, steps }: State): Past {
  if (environment === undefined) throw new Error('there is no world to save');
  return new Past(environment, [...steps]);
}

function begin(state: State, environment: Environment): number | Death {
  state.environment = environment;
  state.steps = [];
  return boot(state, environment);
}

function boot(state: State, environment: Environment): number | Death {
  finish(state);
  const answer = ask(state, ASK.start, [state.longest, ...environmentWords(environment)]);
  state.alive = answer.how === 'ok';
  state.current = state.alive;
  return outcome(state, answer, 'the boot');
}

/** The world that there was is made again when it is wanted. */
function stackAt(state: State, moment: Moment): readonly Frame[] {
  const world = pastOf(state);
  finish(state);
  const words = environmentWords(world.environment, stopAt(moment, world));
  let ended = ask(state, ASK.start, [state.longest, ...words]);
  state.alive = ended.how === 'ok';
  // One by one: what a world that ends has not read would be taken for the next request.
  for (const step of world.steps)
    if (ended.how === 'ok') ended = ask(state, ASK.steps, stepWords(step));
  finish(state);
  if (ended.how === 'dead' || ended.how === 'hangs') return framesOf(state, ended.numbers);
  // The run went on behind it, so that nobody knows who called.
  return ended.how === 'undefined' ? framesOf(state, ended.numbers.slice(0, 1)) : [];
}

function framesOf({ program, places }: State, addresses: readonly number[]): readonly Frame[] {
  const found = places(addresses);
  return kernelStack(
    addresses.map((address, index) => ({
      fn: program.functionAt(address) ?? 'unknown',
      place: found[index],
    })),
  );
}

function runStep(state: State, step: Step): number | Death {
  const answer = again(state, () => {
    enter(state);
    return ask(state, ASK.steps, stepWords(step));
  });
  state.steps.push(step);
  return outcome(state, answer, step.call.fn);
}

/** The number of words of the picture; or what became of a call that was ended from outside, or of what it called. */
function outcome(state: State, { how, numbers }: Answer, fn: string): number | Death {
  switch (how) {
    case 'ok':
      return numbers[0] ?? 0;
    case 'dead':
      return deathAt(state, numbers);
    case 'hangs': {
      const seconds = state.longest / 1000;
      return { fn, ended: `the step had not ended after ${seconds} s of processor time` };
    }
    case 'undefined':
      return undefinedIn(state, numbers);
    case 'lost':
      return { fn, ended: lostText(numbers[0] ?? 0) };
  }
}

function lostText(signal: number): string {
  return signal === 0 ? 'the process ended by itself' : `the process ended with signal ${signal}`;
}

function deathAt(state: State, frames: readonly number[]): Death {
  const top = topFrame(state, frames);
  if (top === undefined) return { fn: 'unknown' };
  const [place] = state.places([top.address]);
  return place === undefined ? { fn: top.fn } : { fn: top.fn, place };
}

function undefinedIn(state: State, numbers: readonly number[]): Death {
  const [address = 0, what = 0] = numbers;
  const fn = state.program.functionAt(address) ?? 'unknown';
  const text = textAt(state.memory, what);
  return text === '' ? { fn } : { fn, what: `UBSAN: ${text}` };
}

/** Makes the world again that is wanted. */
function enter(state: State): void {
  if (state.current) return;
  const { environment, steps } = state;
  if (environment === undefined) throw new Error('there is no world');
  const begun = boot(state, environment);
  if (steps.length === 0) return;
  const ended =
    typeof begun === 'number' ? ask(state, ASK.steps, steps.flatMap(stepWords)).how : 'dead';
  if (ended !== 'ok') throw new Error('the same steps end differently the second time');
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

interface Spot {
  readonly fn: string;
  readonly address: number;
}

/** The function of the kernel that died on a stack, and where in it. */
function topFrame({ program }: State, addresses: readonly number[]): Spot | undefined {
  const frames = addresses.flatMap((address): Spot[] => {
    const fn = program.functionAt(address);
    return fn === undefined ? [] : [{ fn, address }];
  });
  return frames[topOf(frames.map(({ fn }) => fn))];
}
