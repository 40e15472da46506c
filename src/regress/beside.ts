// SPDX-License-Identifier: GPL-2.0-only
/**
 * Two subjects compared without oracle and rules. What a change shows where it has the same finding as the
 * base: that ends the trace for oracle and rules, as what they say of its consequences is as often about the
 * finding as about the change. And whether a trace shows anything that they may object to at all.
 */
import { type Session, startSession } from '../run/session.ts';
import type { Spec } from '../run/strict.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';

/** Two subjects. */
export interface Beside {
  readonly base: SubjectFactory;
  readonly changed: SubjectFactory;
  readonly spec: Spec;
}

/** What they show differently first. */
export interface Aside {
  readonly different: Finding;
  /** The changed kernel did not survive the step, so that what it left behind is half done. */
  readonly dead: boolean;
}

/** Runs a trace in which both have a finding. `undefined`: they show the same to its end. */
export function besideFinding(trace: Trace, subjects: Beside): Aside | undefined {
  const session = compare(trace, subjects, true);
  const different = session.finish();
  const dead = session.observation()?.dead ?? false;
  return different === undefined ? undefined : { different, dead };
}

/** Whether they show anything differently; where is for others to find out. */
export function showsElse(trace: Trace, subjects: Beside): boolean {
  return compare(trace, subjects, false).finish() !== undefined;
}

function compare(
  { environment, steps }: Trace,
  { base: against, changed: factory, spec }: Beside,
  precise: boolean,
): Session {
  const options = { factory, against, spec, compareOnly: true, precise };
  const session = startSession(environment, options);
  for (const step of steps) {
    const { kind } = session.apply(step);
    if (kind === 'finding' || kind === 'ended') break;
  }
  return session;
}
