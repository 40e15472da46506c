// SPDX-License-Identifier: GPL-2.0-only
/** A world of a tree: what it shows after each step, read from the memory of the machine that runs it. */
import type { Environment } from '../../trace/environment.ts';
import type { Frame, Observation, Picture, Splat } from '../../trace/observation.ts';
import type { Step } from '../../trace/step.ts';
import type { Subject } from '../subject.ts';
import { addAbandoned, markAbandoned } from './abandoned.ts';
import { type AtBoot, atBoot, type Leak, leaksOf } from './leaks.ts';
import type { Checks } from './lines.ts';
import { DiesAtBoot, type Machine } from './machine.ts';
import { readCallbacks, readFired, readRequests, readSplats } from './observe.ts';
import { addressesOf, copyNumbers, noNumbers, type Numbers, readPicture } from './picture.ts';
import type { Shown } from './tables.ts';

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
  readonly shown: Shown;
  readonly abandoned: ReadonlySet<number>;
  readonly dead: boolean;
}

/** A world of its own; it is in the machine while it has its turn, and in `away` else. */
export class CSubject implements Subject {
  readonly #shared: Shared;
  #numbers: Numbers = noNumbers();
  #away: object | undefined;
  #shown: Shown;
  #abandoned: ReadonlySet<number> = new Set();
  #dead = false;
  /** It has come back once: it may do so again. */
  #returns = false;
  readonly #boot: AtBoot;

  constructor(shared: Shared, environment: Environment) {
    this.#shared = shared;
    shared.owner?.leave();
    shared.owner = this;
    const { machine, checks } = shared;
    const booted = machine.begin(environment);
    if (typeof booted !== 'number') {
      const [splat] = readSplats(machine.memory, checks, booted).toReversed();
      shared.owner = undefined;
      throw new DiesAtBoot(deathText(splat, environment));
    }
    this.#shown = this.#read(booted, undefined);
    this.#boot = atBoot(machine.memory, this.picture(), addressesOf(this.#numbers));
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
      const before = this.#shown;
      const { picture, source } = this.#read(ended, before);
      this.#abandoned = addAbandoned(before.picture, picture, splats, this.#abandoned);
      this.#shown = { picture: markAbandoned(picture, this.#abandoned), source };
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
      picture: this.picture(),
    };
  }

  picture(): Picture {
    return this.#shown.picture;
  }

  leaks(): readonly string[] {
    return this.#leaks().map(({ text }) => text);
  }

  stack(of: 'leak' | number): readonly Frame[] {
    const { machine } = this.#shared;
    if (of !== 'leak') {
      this.#enter();
      return machine.stack({ splat: of });
    }
    const [leak] = this.#leaks();
    return leak === undefined ? [] : machine.stack({ object: leak.object });
  }

  /** Of a kernel that died there is nobody to free anything. */
  #leaks(): readonly Leak[] {
    if (this.#dead) return [];
    this.#enter();
    const { machine } = this.#shared;
    const statics = machine.gather();
    return leaksOf(machine.memory, {
      statics,
      boot: this.#boot,
      picture: this.picture(),
      shown: addressesOf(this.#numbers),
    });
  }

  snapshot(): object {
    this.#enter();
    return new Saved({
      image: this.#shared.machine.save(),
      numbers: copyNumbers(this.#numbers),
      shown: this.#shown,
      abandoned: this.#abandoned,
      dead: this.#dead,
    });
  }

  restore(snapshot: object): void {
    if (!(snapshot instanceof Saved))
      throw new Error('this snapshot was taken from another subject');
    const { image, numbers, shown, abandoned, dead } = snapshot.world;
    if (this.#shared.owner !== this) this.#shared.owner?.leave();
    this.#shared.owner = this;
    this.#away = undefined;
    this.#shared.machine.load(image);
    this.#numbers = copyNumbers(numbers);
    this.#shown = shown;
    this.#abandoned = abandoned;
    this.#dead = dead;
  }

  /** Gives the machine up. */
  leave(): void {
    const { machine } = this.#shared;
    this.#away = this.#returns || this.#dead ? machine.save() : machine.leave();
    this.#shared.owner = undefined;
  }

  #enter(): void {
    const { owner, machine } = this.#shared;
    if (owner === this) return;
    owner?.leave();
    if (this.#away !== undefined) {
      machine.load(this.#away);
      this.#returns = true;
    }
    this.#away = undefined;
    this.#shared.owner = this;
  }

  #read(words: number, before: Shown | undefined): Shown {
    return readPicture(this.#shared.machine.memory, words, this.#numbers, before);
  }
}

class Saved {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }
}

function deathText(splat: Splat | undefined, { name }: Environment): string {
  const { kind, fn, what, place } = splat ?? {
    kind: 'it hangs',
    fn: '',
    what: '',
    place: undefined,
  };
  const where = place === undefined ? '' : ` (${place})`;
  const about = what === '' ? '' : `, ${what}`;
  return `the kernel dies at boot in environment ${name}: ${kind} ${fn}${about}${where}`;
}
