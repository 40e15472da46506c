// SPDX-License-Identifier: GPL-2.0-only
/** The kernel's own C as a subject: a tree built to a WebAssembly module (build/), driven through linear memory. */
import { readFileSync } from 'node:fs';
import type { Environment } from '../../trace/environment.ts';
import type { Observation, Picture } from '../../trace/observation.ts';
import type { Step } from '../../trace/step.ts';
import type { Subject, SubjectFactory } from '../subject.ts';
import { addAbandoned, markAbandoned } from './abandoned.ts';
import { writeEnvironment, writeStep } from './encode.ts';
import { type Checks, checksOf } from './lines.ts';
import { type Exports, type Image, load, type Memory, memoryOf, save, textAt } from './memory.ts';
import { readCallbacks, readFired, readRequests, readSplats } from './observe.ts';
import { type AtBoot, atBoot, leaksOf } from './leaks.ts';
import { addressesOf, copyNumbers, noNumbers, type Numbers, readPicture } from './picture.ts';
import { type Death, deathOf, exportsOf } from './instance.ts';

/** A tree that was built. */
export interface BuiltTree {
  readonly name: string;
  /** Root of the source, for the numbers of checks. */
  readonly path: string;
  /** The WebAssembly module. */
  readonly module: string;
  /** Texts that it was built from in place of the tree's, by path. */
  readonly overlay?: ReadonlyMap<string, string>;
}

/** A world as it is between two steps of its subject. */
interface World {
  readonly image: Image;
  readonly numbers: Numbers;
  readonly picture: Picture;
  readonly abandoned: ReadonlySet<number>;
}

/** One instance for all subjects of a tree: whose turn it is has its world in memory. */
interface Machine {
  readonly exports: Exports;
  readonly memory: Memory;
  readonly checks: Checks;
  readonly pristine: Image;
  readonly stackTop: number;
  owner: CSubject | undefined;
}

/** A tree as a subject. */
export interface KernelC extends SubjectFactory {
  /** What the release lacks that the environment needs; such an environment is not to be started. */
  readonly missing: (environment: Environment) => string | undefined;
  /** Domains that a device can have of its own; 0 before there were any. */
  readonly domids: number;
}

/** Starts subjects of a tree; `watch` may stand between them and what the module exports. */
export function kernelC(
  tree: BuiltTree,
  watch: (exports: Exports) => Exports = (exports) => exports,
): KernelC {
  const exports = watch(exportsOf(readFileSync(tree.module)));
  const memory = memoryOf(exports);
  const stackTop = exports.stack.value;
  const machine: Machine = {
    exports,
    memory,
    checks: checksOf(tree.path, tree.overlay),
    pristine: save(memory),
    stackTop,
    owner: undefined,
  };
  return {
    name: tree.name,
    start: (environment) => new CSubject(machine, environment),
    missing: (environment) => missing(machine, environment),
    domids: exports.kc_domids(),
  };
}

function missing(machine: Machine, environment: Environment): string | undefined {
  machine.owner?.leave();
  load(machine.memory, machine.pristine, machine.stackTop);
  writeEnvironment(machine.memory, environment);
  const text = textAt(machine.memory, machine.exports.kc_missing());
  machine.owner = undefined;
  return text === '' ? undefined : text;
}

/** A world of its own; it is in the machine's memory while it has its turn, and in `away` else. */
class CSubject implements Subject {
  readonly #machine: Machine;
  #numbers: Numbers = noNumbers();
  #away: Image | undefined;
  #picture: Picture;
  #abandoned: ReadonlySet<number> = new Set();
  readonly #boot: AtBoot;

  constructor(machine: Machine, environment: Environment) {
    this.#machine = machine;
    machine.owner?.leave();
    machine.owner = this;
    load(machine.memory, machine.pristine, machine.stackTop);
    writeEnvironment(machine.memory, environment);
    machine.exports.kc_boot();
    this.#picture = this.#read(undefined);
    this.#boot = atBoot(machine.memory, this.#picture, addressesOf(this.#numbers));
  }

  apply(step: Step): Observation {
    const { memory, exports, checks } = this.#machine;
    this.#enter();
    writeStep(memory, step);
    let death: Death | undefined;
    try {
      exports.kc_step();
    } catch (error) {
      death = deathOf(error);
    }
    const dead = death !== undefined;
    const { words, at } = memory;
    const splats = readSplats(memory, checks, death);
    if (!dead) {
      const before = this.#picture;
      this.#picture = this.#read(before);
      this.#abandoned = addAbandoned(before, this.#picture, splats, this.#abandoned);
      markAbandoned(this.#picture, this.#abandoned);
    }
    return {
      ret: dead ? 0 : (words[at.ret >> 2] ?? 0),
      virq: dead ? 0 : (words[at.virq >> 2] ?? 0),
      callbacks: readCallbacks(memory),
      splats,
      fired: readFired(memory),
      requests: readRequests(memory),
      dead,
      picture: this.#picture,
    };
  }

  picture(): Picture {
    return this.#picture;
  }

  leaks(): readonly string[] {
    this.#enter();
    const { memory, exports, stackTop } = this.#machine;
    return leaksOf(memory, {
      statics: { first: stackTop, end: exports.heap },
      boot: this.#boot,
      picture: this.#picture,
      shown: addressesOf(this.#numbers),
    });
  }

  snapshot(): object {
    this.#enter();
    return new Saved({
      image: save(this.#machine.memory),
      numbers: copyNumbers(this.#numbers),
      picture: this.#picture,
      abandoned: this.#abandoned,
    });
  }

  restore(snapshot: object): void {
    if (!(snapshot instanceof Saved))
      throw new Error('this snapshot was taken from another subject');
    const { image, numbers, picture, abandoned } = snapshot.world;
    if (this.#machine.owner !== this) this.#machine.owner?.leave();
    this.#machine.owner = this;
    this.#away = undefined;
    load(this.#machine.memory, image, this.#machine.stackTop);
    this.#numbers = copyNumbers(numbers);
    this.#picture = picture;
    this.#abandoned = abandoned;
  }

  /** Gives the memory up. */
  leave(): void {
    this.#away = save(this.#machine.memory);
    this.#machine.owner = undefined;
  }

  #enter(): void {
    const { owner, memory, stackTop } = this.#machine;
    if (owner === this) return;
    owner?.leave();
    if (this.#away !== undefined) load(memory, this.#away, stackTop);
    this.#away = undefined;
    this.#machine.owner = this;
  }

  #read(before: Picture | undefined): Picture {
    const { memory, exports } = this.#machine;
    return readPicture(memory, exports.kc_dump(), this.#numbers, before);
  }
}

class Saved {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }
}
