// SPDX-License-Identifier: GPL-2.0-only
/**
 * Runs many variations of one trace. What a variation shares with the trace accepted last is not
 * run again: sessions are taken back to a snapshot in it.
 */
import { fits, type SubjectFactory } from '../../subject/subject.ts';
import type { Step, Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Holds } from './search.ts';
import { type Options, type Session, type SessionSnapshot, startSession } from '../session.ts';

/** Steps between two snapshots on the way: running a few steps is cheaper than copying a state. */
const STRIDE = 8;
/** A state that is asked for more often than this gets a snapshot of its own. */
const OFTEN = 3;

/** The trace accepted last, its session, and snapshots by the number of steps before them. */
interface Base {
  trace: Trace;
  session: Session;
  readonly snapshots: Map<number, SessionSnapshot>;
  /** How often in a row the state after `steps` steps was asked for. */
  asked: { readonly steps: number; times: number };
}

/** Accepts a trace when `same` says so of what is found in it, and when the baseline, if there is one, passes it. */
export function replays(
  start: Trace,
  same: (finding: Finding) => boolean,
  options: Options,
  baseline?: SubjectFactory,
): Holds {
  let base = begin(start, options);
  return (trace, common) => {
    const own = common >= 0;
    if (!own && !fits(options.factory, trace.environment)) return false;
    const target = own ? base : begin(trace, options);
    const from = own ? rewind(target, common) : 0;
    const finding = rest(target.session, trace.steps, from);
    if (finding === undefined || !same(finding)) return false;
    if (baseline !== undefined && !passes(trace, { factory: baseline, spec: options.spec }))
      return false;
    if (own) forget(base, common);
    else base = target;
    base.trace = trace;
    return true;
  };
}

function passes(trace: Trace, options: Options): boolean {
  return rest(startSession(trace.environment, options), trace.steps, 0) === undefined;
}

function begin(trace: Trace, options: Options): Base {
  const session = startSession(trace.environment, options);
  return {
    trace,
    session,
    snapshots: new Map([[0, session.snapshot()]]),
    asked: { steps: 0, times: 0 },
  };
}

/** Takes the session to the state before step `to` of the base; returns where it is, which is `to`. */
function rewind(base: Base, to: number): number {
  const { trace, session, snapshots } = base;
  if (base.asked.steps !== to) base.asked = { steps: to, times: 0 };
  base.asked.times += 1;
  let from = to;
  while (from > 0 && !snapshots.has(from)) from -= 1;
  const snapshot = snapshots.get(from);
  if (snapshot !== undefined) session.restore(snapshot);
  for (; from < to; from += 1) {
    const step = trace.steps[from];
    if (step === undefined) break;
    if (from % STRIDE === 0) keep(base, from);
    session.apply(step);
  }
  if (base.asked.times > OFTEN) keep(base, to);
  return to;
}

function keep({ session, snapshots }: Base, at: number): void {
  if (!snapshots.has(at)) snapshots.set(at, session.snapshot());
}

/** The first finding of the steps from `from` on, or of the end. */
function rest(session: Session, steps: readonly Step[], from: number): Finding | undefined {
  for (let at = from; at < steps.length; at += 1) {
    const step = steps[at];
    if (step === undefined) break;
    const { kind } = session.apply(step);
    if (kind === 'finding' || kind === 'ended') break;
  }
  return session.finish();
}

function forget({ snapshots }: Base, after: number): void {
  for (const at of snapshots.keys()) if (at > after) snapshots.delete(at);
}
