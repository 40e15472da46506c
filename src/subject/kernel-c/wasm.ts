// SPDX-License-Identifier: GPL-2.0-only
/** A tree as a WebAssembly module in this process: a world is a copy of the part of linear memory that is in use. */
import type { Environment } from '../../trace/environment.ts';
import { writeEnvironment, writeStep } from './encode.ts';
import { topFunction } from './instance.ts';
import type { Machine } from './machine.ts';
import { type Exports, type Image, load, memoryOf, save, textAt } from './memory.ts';

/** Runs the module that has these exports. */
export function wasmMachine(exports: Exports): Machine {
  const memory = memoryOf(exports);
  const linear = { memory, stack: exports.stack, stackTop: exports.stack.value };
  const pristine = save(memory);
  const fresh = (environment: Environment): void => {
    load(linear, pristine);
    writeEnvironment(memory, environment);
  };
  return {
    memory,
    domids: exports.kc_domids(),
    missing: (environment) => {
      fresh(environment);
      return textAt(memory, exports.kc_missing());
    },
    begin: (environment) => {
      fresh(environment);
      exports.kc_boot();
      return exports.kc_dump();
    },
    step: (step) => {
      writeStep(memory, step);
      try {
        exports.kc_step();
      } catch (error) {
        return { fn: topFunction(error) };
      }
      return exports.kc_dump();
    },
    // Behind the stack, around the log, to where the heap begins.
    gather: () => [
      { first: linear.stackTop, end: memory.at.log },
      { first: memory.at.logEnd, end: memory.at.heap },
    ],
    save: () => new Saved(save(memory)),
    load: (world) => {
      if (!(world instanceof Saved)) throw new Error('this world was saved from another machine');
      load(linear, world.image);
    },
  };
}

class Saved {
  readonly image: Image;

  constructor(image: Image) {
    this.image = image;
  }
}
