// SPDX-License-Identifier: GPL-2.0-only
/**
 * Whether a mutant shows in a trace what the reference shows. That is told without oracle and rules, in a
 * part of the time, and it is the fate of most traces that a mutant is run on.
 */
import { difference, pictureDifference } from '../../run/differ.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Case } from './suite.ts';

/** `dead`: what differs is what a kernel shows that did not survive the step, half done. */
export type Comparison = 'same' | 'different' | 'dead';

/** Runs the two side by side from the first step that may differ on. */
export function comparison(
  { run: { trace, applied, ended }, from }: Case,
  { base, factory }: { readonly base: SubjectFactory; readonly factory: SubjectFactory },
): Comparison {
  try {
    const one = base.start(trace.environment);
    const other = factory.start(trace.environment);
    for (const [index, step] of applied.entries()) {
      const usual = one.apply(step);
      const shown = other.apply(step);
      if (index < from.among || difference(usual, shown, false) === undefined) continue;
      return shown.dead ? 'dead' : 'different';
    }
    if (ended) return 'same';
    return pictureDifference(one.picture(), other.picture(), true) === undefined
      ? 'same'
      : 'different';
  } catch {
    return 'different';
  }
}
