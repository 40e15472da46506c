// SPDX-License-Identifier: GPL-2.0-only
/** What runs a tree: one world at a time, whose memory is read here wherever it is. */
import type { Environment } from '../../trace/environment.ts';
import type { Frame, Splat } from '../../trace/observation.ts';
import type { Step } from '../../trace/step.ts';
import type { Statics } from './leaks.ts';
import type { Memory } from './memory.ts';

/** How a kernel died. */
export interface Death {
  /** The kernel function on top of the stack. */
  readonly fn: string;
  /** File and line in it, where they are known and the complaint has none. */
  readonly place?: string;
  /** What the complaint is about, where it is no memory. */
  readonly what?: string;
  /** What the machine noticed itself, which no check before an access sees. */
  readonly trap?: Pick<Splat, 'kind' | 'what'>;
  /** Why the world was ended from outside, for then the kernel itself has complained of nothing. */
  readonly ended?: string;
}

/** Where to stop: when an object is made, by its place in the allocator's list, or at a complaint of the last step, from 0. */
export type Moment = { readonly object: number } | { readonly splat: number };

/** struct kc_stop (shim/kc.h). */
export interface Stop {
  readonly object: number;
  readonly step: number;
  readonly splat: number;
}

/** A run that nothing stops. */
export const NO_STOP: Stop = { object: -1, step: -1, splat: -1 };

/** The same as the C side has it, of a world that ran some steps. */
export function stopAt(moment: Moment, { steps }: Past): Stop {
  return { ...NO_STOP, step: steps.length, ...moment };
}

/** A kernel that does not live to see the first step. */
export class DiesAtBoot extends Error {
  override readonly name = 'DiesAtBoot';
}

/** Memory holds the log of a step, and the words of a picture, until the next call of any method. */
export interface Machine {
  readonly memory: Memory;
  /** Domains that a device can have of its own; 0 before there were any. */
  readonly domids: number;
  /** What the release lacks that the environment needs. The world that there was is gone. */
  readonly missing: (environment: Environment) => string;
  /** Makes a fresh world; returns the number of words of its picture, or how the kernel died at boot. */
  readonly begin: (environment: Environment) => number | Death;
  /** Runs a step; returns the number of words of the picture behind it, or how the kernel died. */
  readonly step: (step: Step) => number | Death;
  /** Runs the same steps once more, up to where that stops: who called whom there. The world stays as it is. */
  readonly stack: (moment: Moment) => readonly Frame[];
  /** Brings everything into memory that can hold an address; returns where static data is. */
  readonly gather: () => readonly Statics[];
  /** The world as it is. */
  readonly save: () => object;
  /** The same of a world that may never come back: cheap to take, dear to put back. */
  readonly leave: () => object;
  /** Puts a world back that was saved or left here. */
  readonly load: (world: object) => void;
}

/** A world by what led to it. */
export class Past {
  readonly environment: Environment;
  readonly steps: readonly Step[];

  constructor(environment: Environment, steps: readonly Step[]) {
    this.environment = environment;
    this.steps = steps;
  }
}

/** What checks an access, and what follows pointers for others: copies, locks, trees. */
const PLUMBING =
  /^(?:__asan\w*|kc_\w+|mem(?:cpy|set|move)|kfree|_*(?:raw_)?spin_\w+|mutex_\w+|_*xas?_\w+)$/u;

/** Which of the functions on a stack, the innermost first, is the kernel's that died. */
export function topOf(names: readonly string[]): number {
  const asan = names.findLastIndex((name) => name.startsWith('__asan'));
  return names.findIndex((name, at) => at > asan && !PLUMBING.test(name));
}

/** A stack, the innermost first, as the kernel's own functions from the call in: without the driver around them, and the shims below. */
export function kernelStack(frames: readonly Frame[]): readonly Frame[] {
  const first = frames.findIndex(isKernel);
  const last = frames.findLastIndex(isKernel);
  return first < 0 ? [] : frames.slice(first, last + 1).toReversed();
}

/** Files of the tree are named relative to it; code that was merged from several lines is of none. */
function isKernel({ fn, place }: Frame): boolean {
  return place === undefined
    ? !/^(?:kc_\w+|__asan\w*|unknown)$/u.test(fn)
    : !/^(?:shim)?\//u.test(place);
}
