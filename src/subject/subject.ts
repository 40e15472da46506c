// SPDX-License-Identifier: GPL-2.0-only
/** The only door to code under test. */
import type { Environment } from '../trace/environment.ts';
import type { Frame, Observation, Picture } from '../trace/observation.ts';
import type { Step } from '../trace/step.ts';

/** A running subject. Everything that can influence it is the environment and the steps so far. */
export interface Subject {
  /** Runs one step. The observation is valid until the next call of any method. */
  readonly apply: (step: Step) => Observation;
  /** What exists now, without a step. */
  readonly picture: () => Picture;
  /** Memory that has no owner, in words that begin with the function that asked for it; absent where the picture shows all there is. */
  readonly leaks?: () => readonly string[];
  /**
   * Who called whom, from the call in: where the first of the leaks was asked for, or where a complaint of the
   * last step, by its place among them, was made; absent for a subject without a stack. It may run everything again.
   */
  readonly stack?: (of: 'leak' | number) => readonly Frame[];
  /** A copy of the whole state, at a cost proportional to it. */
  readonly snapshot: () => Snapshot;
  /** Returns to a state taken from this subject; the snapshot stays usable. */
  readonly restore: (snapshot: Snapshot) => void;
}

/** Opaque to everybody but the subject that made it. */
export type Snapshot = object;

/** Starts a subject in an environment. */
export interface SubjectFactory {
  readonly name: string;
  readonly start: (environment: Environment) => Subject;
  /** The environment as the subject has it, or words for what it lacks; absent when it has every one as it is. */
  readonly fit?: (environment: Environment) => Environment | string;
  /** How it was built, on one line; absent for a subject that is not built. */
  readonly build?: string;
}

/** The environment as a subject has it, or words for what it lacks. */
export function fitted(factory: SubjectFactory, environment: Environment): Environment | string {
  return factory.fit?.(environment) ?? environment;
}

/** The environment as a subject has it; throws for one that it does not fit. */
export function required(factory: SubjectFactory, environment: Environment): Environment {
  const had = fitted(factory, environment);
  if (typeof had !== 'string') return had;
  throw new Error(`${factory.name} cannot be started: it has no ${had}`);
}

/** A subject in an environment as it has it; throws for one that it does not fit. */
export function started(factory: SubjectFactory, environment: Environment): Subject {
  return factory.start(required(factory, environment));
}

/** Whether a subject can be started in an environment. */
export function fits(factory: SubjectFactory, environment: Environment): boolean {
  return typeof fitted(factory, environment) !== 'string';
}
