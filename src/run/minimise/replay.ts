// SPDX-License-Identifier: GPL-2.0-only
/**
 * Runs many variations of one trace. What a variation shares with the trace accepted last, or with the
 * first one in another environment, is not run again: sessions are taken back to a snapshot in it.
 */
import { refuses } from '../../legal/refuse.ts';
import type { Model } from '../../oracle/model.ts';
import { fits, type SubjectFactory } from '../../subject/subject.ts';
import type { Call } from '../../trace/call.ts';
import type { Observation } from '../../trace/observation.ts';
import { SITES } from '../../trace/sites.ts';
import type { Fault, Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Questions } from './search.ts';
import { type Options, type Session, type SessionSnapshot, startSession } from '../session.ts';

/** Steps between two snapshots on the way: running a few steps is cheaper than copying a state. */
const STRIDE = 3;

/** A trace, a session that runs its steps, and what is known by the number of steps before it. */
interface Base {
  readonly trace: Trace;
  readonly options: Options;
  session: Session | undefined;
  readonly snapshots: Map<number, SessionSnapshot>;
  /** What the oracle believes before each step, as far as they were run. */
  models: Model[];
  /** What a step does without its faults. */
  readonly plain: Map<number, Plain>;
  /** How many steps were before the state that was asked for last: a second time is worth a snapshot. */
  asked: number;
}

interface Plain {
  readonly call: Call;
  readonly seen: Pick<Observation, 'requests' | 'callbacks'>;
}

/** The same trace for the subject and for the baseline, if there is one. */
type Pair = readonly [Base, Base?];

/** Accepts a trace when `same` says so of what is found in it, and when the baseline, if there is one, passes it. */
export function replays(
  start: Trace,
  same: (finding: Finding) => boolean,
  options: Options,
  baseline?: SubjectFactory,
): Pick<Questions, 'holds' | 'equivalent'> {
  const stand = (trace: Trace): Pair =>
    baseline === undefined
      ? [begin(trace, options)]
      : [begin(trace, options), begin(trace, { factory: baseline, spec: options.spec })];
  let accepted = stand(start);
  let aside: Pair | undefined;
  const nearest = (trace: Trace, common: number): readonly [Pair, number] => {
    if (common >= 0) return [accepted, common];
    if (aside?.[0].trace.environment === trace.environment)
      return [aside, sharedSteps(aside[0].trace, trace)];
    aside = stand(trace);
    return [aside, 0];
  };
  return {
    equivalent: (trace, common) => {
      if (common < 0 && !fits(options.factory, trace.environment)) return undefined;
      const [[base], shared] = nearest(trace, common);
      return withoutIdle(trace, base, shared);
    },
    holds: (trace, common) => {
      if (common < 0 && !fits(options.factory, trace.environment)) return false;
      const [[subject, other], shared] = nearest(trace, common);
      const ran = rest(subject, trace, shared);
      if (ran.finding === undefined || !same(ran.finding)) return false;
      if (other === undefined) {
        accepted = [moved(subject, { trace, shared, ...ran })];
      } else {
        const passed = rest(other, trace, shared);
        if (passed.finding !== undefined) return false;
        accepted = [
          moved(subject, { trace, shared, ...ran }),
          moved(other, { trace, shared, ...passed }),
        ];
      }
      if (aside?.[0] === subject) aside = undefined;
      return true;
    },
  };
}

function begin(trace: Trace, options: Options): Base {
  return {
    trace,
    options,
    session: undefined,
    snapshots: new Map(),
    models: [],
    plain: new Map(),
    asked: -1,
  };
}

function sharedSteps(a: Trace, b: Trace): number {
  const at = b.steps.findIndex((step, i) => step !== a.steps[i]);
  return at === -1 ? b.steps.length : at;
}

/** The trace without the first step that is not shared when that is refused, or without its fault when nothing runs into it. */
function withoutIdle(trace: Trace, base: Base, shared: number): Trace | undefined {
  const step = trace.steps[shared];
  const model = base.models[shared];
  if (step === undefined || model === undefined) return undefined;
  const { environment, steps } = trace;
  if (refuses(model, step.call) !== undefined)
    return { environment, steps: steps.toSpliced(shared, 1) };
  const [fault] = step.faults;
  if (fault === undefined || step.faults.length > 1) return undefined;
  if (base.trace.steps[shared]?.call !== step.call) return undefined;
  if (reaches(plain(base, shared, step.call), fault)) return undefined;
  return { environment, steps: steps.with(shared, { call: step.call, faults: [] }) };
}

function plain(base: Base, at: number, call: Call): Plain['seen'] {
  const known = base.plain.get(at);
  if (known?.call === call) return known.seen;
  const session = rewind(base, at);
  session.apply({ call, faults: [] });
  const { requests, callbacks } = session.observation() ?? NOTHING;
  const seen = { requests: [...requests], callbacks: [...callbacks] };
  base.plain.set(at, { call, seen });
  return seen;
}

const NOTHING: Plain['seen'] = { requests: [], callbacks: [] };

/** Up to its fault a step does what it does without it. */
function reaches({ requests, callbacks }: Plain['seen'], fault: Fault): boolean {
  if (fault.kind === 'callback')
    return callbacks.filter(({ op }) => op === fault.op).length >= fault.nth;
  const { site, nth } = fault;
  const asked =
    site === 'any' ? requests.reduce((a, b) => a + b, 0) : requests[SITES.indexOf(site)];
  return asked === undefined || asked >= nth;
}

/** Takes a session to the state before step `to` of the base. */
function rewind(base: Base, to: number): Session {
  const { trace, options, snapshots, models } = base;
  let from = to;
  while (from > 0 && !snapshots.has(from)) from -= 1;
  const snapshot = snapshots.get(from);
  if (base.session === undefined || snapshot === undefined)
    base.session = startSession(trace.environment, options);
  else base.session.restore(snapshot);
  const { session } = base;
  for (; from < to; from += 1) {
    const step = trace.steps[from];
    if (step === undefined) break;
    if (from % STRIDE === 0) keep(base, session, from);
    models[from] = session.model();
    session.apply(step);
  }
  models[to] = session.model();
  if (base.asked === to) keep(base, session, to);
  base.asked = to;
  return session;
}

function keep({ snapshots }: Base, session: Session, at: number): void {
  if (!snapshots.has(at)) snapshots.set(at, session.snapshot());
}

/** What is found in a trace, of which the base shares some steps. */
interface Run {
  readonly finding: Finding | undefined;
  readonly models: Model[];
}

function rest(base: Base, trace: Trace, shared: number): Run {
  const session = rewind(base, shared);
  const models = base.models.slice(0, shared);
  for (const step of trace.steps.slice(shared)) {
    models.push(session.model());
    const { kind } = session.apply(step);
    if (kind === 'finding' || kind === 'ended') break;
  }
  if (trace === base.trace) base.models = models;
  return { finding: session.finish(), models };
}

/** The base for the trace that was run last on it. */
function moved(
  base: Base,
  { trace, shared, models }: Run & { readonly trace: Trace; readonly shared: number },
): Base {
  return {
    ...base,
    trace,
    models,
    snapshots: upTo(base.snapshots, shared),
    plain: upTo(base.plain, shared),
  };
}

function upTo<T>(known: ReadonlyMap<number, T>, last: number): Map<number, T> {
  return new Map([...known].filter(([at]) => at <= last));
}
