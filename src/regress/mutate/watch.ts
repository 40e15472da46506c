// SPDX-License-Identifier: GPL-2.0-only
/** One trace on the reference with probes: what it does, and from which step on which mutants would do something else. */
import { type Options, startSession } from '../../run/session.ts';
import type { Step, Trace } from '../../trace/step.ts';
import type { Mutated } from './load.ts';

/** What the unchanged reference does in a trace. */
export interface Watched {
  readonly trace: Trace;
  /** It has a finding, which ends the trace. */
  readonly known: boolean;
  /** It did not survive the last of these steps. */
  readonly ended: boolean;
  /** The steps that were not refused, up to that end. */
  readonly applied: readonly Step[];
  readonly firsts: readonly First[];
}

/** A step and the mutants that would make a difference there and not before. */
export interface First {
  readonly place: Place;
  readonly ids: readonly number[];
}

/** A step of a trace. */
export interface Place {
  /** Its index. */
  readonly at: number;
  /** The same, without those that are refused. */
  readonly among: number;
}

/** Where a trace begins, which is before the first step. */
export const BEGINNING: Place = { at: 0, among: 0 };

/** Runs it; `passes` says that nothing ends it or is found in it, so that only what it executes is looked at. */
export function watch(
  { probe, probed }: Pick<Mutated, 'probe' | 'probed'>,
  trace: Trace,
  options: Omit<Options, 'factory'> & { readonly passes: boolean },
): Watched {
  const { steps, environment } = trace;
  const from = options.passes ? steps.length : 0;
  probed.forget();
  const session = startSession(environment, { ...options, factory: probe, from });
  const applied: Step[] = [];
  const firsts: First[] = [];
  let seen = 0;
  const look = (place: Place): void => {
    const ids = probed.differing.slice(seen);
    if (ids.length > 0) firsts.push({ place, ids });
    seen += ids.length;
  };
  // The devices were made.
  look(BEGINNING);
  for (const [at, step] of steps.entries()) {
    const place = { at, among: applied.length };
    const { kind } = session.apply(step);
    if (kind !== 'skipped') applied.push(step);
    look(place);
    if (kind === 'finding' || kind === 'ended') break;
  }
  const known = !options.passes && session.finish() !== undefined;
  return { trace, known, ended: session.hasEnded(), applied, firsts };
}
