// SPDX-License-Identifier: GPL-2.0-only
/** A tree as a WebAssembly module in this process: a world is a copy of the part of linear memory that is in use. */
import type { Environment } from '../../trace/environment.ts';
import type { Frame } from '../../trace/observation.ts';
import { writeEnvironment, writeStep } from './encode.ts';
import { deathOf, stackOf } from './instance.ts';
import type { Step } from '../../trace/step.ts';
import {
  type Death,
  kernelStack,
  type Machine,
  NO_STOP,
  Past,
  type Stop,
  stopAt,
} from './machine.ts';
import { type Exports, type Image, load, type Memory, memoryOf, save, textAt } from './memory.ts';

/** Runs the module that has these exports. */
export function wasmMachine(exports: Exports): Machine {
  const memory = memoryOf(exports);
  const linear = { memory, stack: exports.stack, stackTop: exports.stack.value };
  const pristine = save(memory);
  let past: { readonly environment: Environment; readonly steps: Step[] } | undefined;
  const fresh = (environment: Environment, stop: Stop = NO_STOP): void => {
    load(linear, pristine);
    writeEnvironment(memory, environment, stop);
  };
  const begin = (environment: Environment): Death | undefined => {
    fresh(environment);
    past = { environment, steps: [] };
    return survived(exports, 'the boot', exports.kc_boot);
  };
  const step = (each: Step): Death | undefined => {
    past?.steps.push(each);
    writeStep(memory, each);
    return survived(exports, each.call.fn, exports.kc_step);
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
    stack: (moment) => {
      const world = pastOf(past);
      const image = save(memory);
      fresh(world.environment, stopAt(moment, world));
      const frames = framesOf(exports, memory, world);
      load(linear, image);
      return frames;
    },
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

/** Who called whom where a run of these steps ends; nobody when it does not. */
function framesOf(exports: Exports, memory: Memory, { steps }: Past): readonly Frame[] {
  try {
    exports.kc_boot();
    for (const step of steps) {
      writeStep(memory, step);
      exports.kc_step();
    }
    return [];
  } catch (error) {
    return kernelStack(stackOf(error, exports));
  }
}

/** How the kernel died of a call; nothing when it did not. */
function survived(exports: Exports, fn: string, call: () => unknown): Death | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return deathOf(error, exports, fn);
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
