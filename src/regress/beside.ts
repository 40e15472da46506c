// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a change shows where it has the same finding as the base. That finding ends the trace for oracle
 * and rules: what they say of its consequences is as often about the finding as about the change. Two
 * subjects can be compared all the same.
 */
import { startSession } from '../run/session.ts';
import type { Spec } from '../oracle/oracle.ts';
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
export function besideFinding(
  { environment, steps }: Trace,
  { base: against, changed: factory, spec }: Beside,
): Aside | undefined {
  const session = startSession(environment, { factory, against, spec, compareOnly: true });
  for (const step of steps) {
    const { kind } = session.apply(step);
    if (kind === 'finding' || kind === 'ended') break;
  }
  const different = session.finish();
  const dead = session.observation()?.dead ?? false;
  return different === undefined ? undefined : { different, dead };
}
