// SPDX-License-Identifier: GPL-2.0-only
/** A world of a tree: what it shows after each step, read from the memory of the machine that runs it. */
import type { Environment } from '../../trace/environment.ts';
import type { Observation, Picture } from '../../trace/observation.ts';
import type { Step } from '../../trace/step.ts';
import type { Subject } from '../subject.ts';
import { addAbandoned, markAbandoned } from './abandoned.ts';
import { type AtBoot, atBoot, leaksOf } from './leaks.ts';
import type { Checks } from './lines.ts';
import type { Machine } from './machine.ts';
import { readCallbacks, readFired, readRequests, readSplats } from './observe.ts';
import { addressesOf, copyNumbers, noNumbers, type Numbers, readPicture } from './picture.ts';

/** One machine for all subjects of a tree: whose turn it is has its world in it. */
export interface Shared {
  readonly machine: Machine;
  readonly checks: Checks;
  owner: CSubject | undefined;
}

/** A world as it is between two steps of its subject. */
interface World {
  readonly image: object;
  readonly numbers: Numbers;
  readonly picture: Picture;
  readonly abandoned: ReadonlySet<number>;
  readonly dead: boolean;
}

/** A world of its own; it is in the machine while it has its turn, and in `away` else. */
export class CSubject implements Subject {
  readonly #shared: Shared;
  #numbers: Numbers = noNumbers();
  #away: object | undefined;
  #picture: Picture;
  #abandoned: ReadonlySet<number> = new Set();
  #dead = false;
  readonly #boot: AtBoot;

  constructor(shared: Shared, environment: Environment) {
    this.#shared = shared;
    shared.owner?.leave();
    shared.owner = this;
    const { machine } = shared;
    this.#picture = this.#read(machine.begin(environment), undefined);
    this.#boot = atBoot(machine.memory, this.#picture, addressesOf(this.#numbers));
  }

  apply(step: Step): Observation {
    const { machine, checks } = this.#shared;
    const { memory } = machine;
    this.#enter();
    const ended = machine.step(step);
    const death = typeof ended === 'number' ? undefined : ended;
    const { words, at } = memory;
    const splats = readSplats(memory, checks, death);
    if (typeof ended === 'number') {
      const before = this.#picture;
      this.#picture = this.#read(ended, before);
      this.#abandoned = addAbandoned(before, this.#picture, splats, this.#abandoned);
      markAbandoned(this.#picture, this.#abandoned);
    }
    const dead = death !== undefined;
    this.#dead = dead;
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

  /** Of a kernel that died there is nobody to free anything. */
  leaks(): readonly string[] {
    if (this.#dead) return [];
    this.#enter();
    const { machine } = this.#shared;
    const statics = machine.gather();
    return leaksOf(machine.memory, {
      statics,
      boot: this.#boot,
      picture: this.#picture,
      shown: addressesOf(this.#numbers),
    });
  }

  snapshot(): object {
    this.#enter();
    return new Saved({
      image: this.#shared.machine.save(),
      numbers: copyNumbers(this.#numbers),
      picture: this.#picture,
      abandoned: this.#abandoned,
      dead: this.#dead,
    });
  }

  restore(snapshot: object): void {
    if (!(snapshot instanceof Saved))
      throw new Error('this snapshot was taken from another subject');
    const { image, numbers, picture, abandoned, dead } = snapshot.world;
    if (this.#shared.owner !== this) this.#shared.owner?.leave();
    this.#shared.owner = this;
    this.#away = undefined;
    this.#shared.machine.load(image);
    this.#numbers = copyNumbers(numbers);
    this.#picture = picture;
    this.#abandoned = abandoned;
    this.#dead = dead;
  }

  /** Gives the machine up. */
  leave(): void {
    this.#away = this.#shared.machine.save();
    this.#shared.owner = undefined;
  }

  #enter(): void {
    const { owner, machine } = this.#shared;
    if (owner === this) return;
    owner?.leave();
    if (this.#away !== undefined) machine.load(this.#away);
    this.#away = undefined;
    this.#shared.owner = this;
  }

  #read(words: number, before: Picture | undefined): Picture {
    return readPicture(this.#shared.machine.memory, words, this.#numbers, before);
  }
}

class Saved {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }
}
