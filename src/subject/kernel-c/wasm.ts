// SPDX-License-Identifier: GPL-2.0-only
/** A tree as a WebAssembly module in this process: a world is a copy of the part of linear memory that is in use. */
import type { Environment } from '../../trace/environment.ts';
import { writeEnvironment, writeStep } from './encode.ts';
import { deathOf } from './instance.ts';
import type { Step } from '../../trace/step.ts';
import { type Death, type Machine, Past } from './machine.ts';
import { type Exports, type Image, load, memoryOf, save, textAt } from './memory.ts';

/** Runs the module that has these exports. */
export function wasmMachine(exports: Exports): Machine {
  const memory = memoryOf(exports);
  const linear = { memory, stack: exports.stack, stackTop: exports.stack.value };
  const pristine = save(memory);
  let past: { readonly environment: Environment; readonly steps: Step[] } | undefined;
  const fresh = (environment: Environment): void => {
    load(linear, pristine);
    writeEnvironment(memory, environment);
  };
  const begin = (environment: Environment): Death | undefined => {
    fresh(environment);
    past = { environment, steps: [] };
    return survived(exports.kc_boot);
  };
  const step = (each: Step): Death | undefined => {
    past?.steps.push(each);
    writeStep(memory, each);
    return survived(exports.kc_step);
  };
  return {
    memory,
    domids: exports.kc_domids(),
    missing: (environment) => {
      fresh(environment);
      return textAt(memory, exports.kc_missing());
    },
    begin: (environment) => begin(environment) ?? exports.kc_dump(),
    step: (each) => step(each) ?? exports.kc_dump(),
    // Behind the stack, around the log, to where the heap begins.
    gather: () => [
      { first: linear.stackTop, end: memory.at.log },
      { first: memory.at.logEnd, end: memory.at.heap },
    ],
    save: () => new Saved(save(memory), pastOf(past)),
    leave: () => pastOf(past),
    load: (world) => {
      if (world instanceof Past) {
        begin(world.environment);
        for (const each of world.steps) step(each);
        return;
      }
      if (!(world instanceof Saved)) throw new Error('this world was saved from another machine');
      load(linear, world.image);
      const { environment, steps } = world.past;
      past = { environment, steps: [...steps] };
    },
  };
}

/** How the kernel died of a call; nothing when it did not. */
function survived(call: () => unknown): Death | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return deathOf(error);
  }
}

function pastOf(
  past: { readonly environment: Environment; readonly steps: readonly Step[] } | undefined,
): Past {
  if (past === undefined) throw new Error('there is no world to save');
  return new Past(past.environment, [...past.steps]);
}

class Saved {
  readonly image: Image;
  readonly past: Past;

  constructor(image: Image, past: Past) {
    this.image = image;
    this.past = past;
  }
}
