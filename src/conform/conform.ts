// SPDX-License-Identifier: GPL-2.0-only
/** One trace on two subjects, step by step, until they differ. The oracle says which calls make sense. */
import { refuses } from '../legal/refuse.ts';
import { initialModel } from '../oracle/model.ts';
import { adopt } from '../run/adopt.ts';
import { fitting } from '../run/judge.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import type { Step, Trace } from '../trace/step.ts';
import { unlike, type Unlike } from './alike.ts';
import { type Apart, isApart } from './intended.ts';

/** Two subjects, and where they may differ. */
export interface Pair {
  readonly one: SubjectFactory;
  readonly other: SubjectFactory;
  readonly intended: readonly Apart[];
}

/** A step after which the two show different things. */
export interface Difference extends Unlike {
  /** Index of the step. */
  readonly at: number;
  readonly step: Step;
}

/** How far a trace was compared. */
export interface Compared {
  readonly difference: Difference | undefined;
  /** Steps that both ran, and how many faults fired in them. */
  readonly ran: readonly Step[];
  readonly fired: number;
  /** Why the rest was not: a fault that the two do not share, or something that the oracle does not allow (`check` reports it). */
  readonly stopped: 'apart' | 'not allowed' | undefined;
}

/** Runs a trace on both. Throws what a subject throws that has no other way to say that it does not work. */
export function conform({ environment, steps }: Trace, { one, other, intended }: Pair): Compared {
  const subjects = [one.start(environment), other.start(environment)] as const;
  let model = initialModel(environment);
  const ran: Step[] = [];
  let fired = 0;
  const ended = (stopped?: Compared['stopped'], difference?: Difference): Compared => ({
    difference,
    ran,
    fired,
    stopped,
  });
  for (const [at, step] of steps.entries()) {
    if (refuses(model, step.call) !== undefined) continue;
    if (isApart(step, intended)) return ended('apart');
    const observation = subjects[0].apply(step);
    const found = unlike(observation, subjects[1].apply(step), intended);
    ran.push(step);
    fired += observation.fired.length;
    if (found !== undefined) return ended(undefined, { ...found, at, step });
    const outcome = fitting({ step, observation, model, spec: 'kernel' });
    if (outcome === undefined) return ended('not allowed');
    if (outcome.dead) return ended();
    model = outcome.next;
    adopt(outcome.next, observation.picture, step.call);
  }
  return ended();
}
