// SPDX-License-Identifier: GPL-2.0-only
/** One trace on two subjects, step by step, until they differ. The oracle says which calls make sense. */
import { fold, startHistory } from '../invariants/history.ts';
import { refuses } from '../legal/refuse.ts';
import { outcomes } from '../oracle/oracle.ts';
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
  const history = startHistory(environment);
  let picture = subjects[0].picture();
  const ran: Step[] = [];
  let fired = 0;
  const ended = (stopped?: Compared['stopped'], difference?: Difference): Compared => ({
    difference,
    ran,
    fired,
    stopped,
  });
  for (const [at, step] of steps.entries()) {
    if (refuses(environment, picture, step.call, history.filledBy) !== undefined) continue;
    if (isApart(step, intended)) return ended('apart');
    // Before the step: the picture of a subject may be what it works on.
    const possible = outcomes(environment, picture, step);
    const observation = subjects[0].apply(step);
    const found = unlike(observation, subjects[1].apply(step), intended);
    ran.push(step);
    fired += observation.fired.length;
    if (found !== undefined) return ended(undefined, { ...found, at, step });
    const outcome = fitting({ observation, outcomes: possible });
    if (outcome === undefined) return ended('not allowed');
    if (outcome.last) return ended();
    fold(history, observation, step);
    ({ picture } = observation);
  }
  return ended();
}
