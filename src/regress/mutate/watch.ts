// SPDX-License-Identifier: GPL-2.0-only
/** What the reference with probes does in traces, and from which step on mutants would do something else. */
import type { Snapshot, SubjectFactory } from '../../subject/subject.ts';
import type { Environment } from '../../trace/environment.ts';
import type { Step, Trace } from '../../trace/step.ts';
import type { Mutated } from './load.ts';

/** How a trace ended for the unchanged reference. */
export interface End {
  /** With a finding. */
  readonly known: boolean;
  /** With a step that it did not survive, or that was found to be wrong. */
  readonly ended: boolean;
}

/** What the unchanged reference does in a trace. */
export interface Watched extends End {
  readonly trace: Trace;
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

/** The reference, and what became of it. */
export interface Watching {
  readonly factory: SubjectFactory;
  /** What it did in the trace that was run last, also if a snapshot stands for the beginning. */
  readonly read: (trace: Trace, end: End) => Watched;
}

/** A step that was run, after others. */
interface Ran {
  readonly before: Ran | undefined;
  /** None is the start. */
  readonly step: Step | undefined;
  /** Mutants that would have made a difference in it and not before. */
  readonly ids: readonly number[];
  /** By number of a mutant: 1 when it would have made one by now. */
  readonly seen: Uint8Array;
}

/** Watches one subject at a time. */
export function startWatching({ probe, probed }: Pick<Mutated, 'probe' | 'probed'>): Watching {
  const nothing = probed.reached.map(() => 0);
  let last: Ran | undefined;
  const ran = (step: Step | undefined): void => {
    const before = step && last;
    const known = before?.seen ?? nothing;
    const ids = probed.differing.filter((id) => known[id] === 0);
    const seen = ids.length === 0 ? known : known.slice();
    for (const id of ids) seen[id] = 1;
    last = { before, step, ids, seen };
    probed.forget();
  };
  const start = (environment: Environment): ReturnType<SubjectFactory['start']> => {
    probed.forget();
    const subject = probe.start(environment);
    ran(undefined);
    return {
      ...subject,
      apply: (step) => {
        const observation = subject.apply(step);
        ran(step);
        return observation;
      },
      snapshot: () => new Saved(subject.snapshot(), last),
      restore: (snapshot) => {
        if (!(snapshot instanceof Saved)) throw new Error('this snapshot is not of a probe');
        subject.restore(snapshot.own);
        last = snapshot.last;
      },
    };
  };
  const read = (trace: Trace, end: End): Watched => {
    const all: Ran[] = [];
    for (let one = last; one !== undefined; one = one.before) all.push(one);
    return { trace, ...end, ...inOrder(trace, all.toReversed()) };
  };
  return { factory: { name: probe.name, start }, read };
}

class Saved {
  readonly own: Snapshot;
  readonly last: Ran | undefined;

  constructor(own: Snapshot, last: Ran | undefined) {
    this.own = own;
    this.last = last;
  }
}

/** Calls are the same objects in the trace and in what was run; faults may have been added. */
function inOrder({ steps }: Trace, all: readonly Ran[]): Pick<Watched, 'applied' | 'firsts'> {
  const firsts: First[] = [];
  const applied: Step[] = [];
  let at = 0;
  for (const { step, ids } of all) {
    while (step !== undefined && at < steps.length - 1 && steps[at]?.call !== step.call) at += 1;
    const place = step === undefined ? BEGINNING : { at, among: applied.length };
    if (ids.length > 0) firsts.push({ place, ids });
    if (step === undefined) continue;
    applied.push(step);
    at += 1;
  }
  return { applied, firsts };
}
