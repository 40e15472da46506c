// SPDX-License-Identifier: GPL-2.0-only
/**
 * Runs many variations of one trace. What a variation shares with the trace accepted last, or with the
 * first one in another environment, is not run again: sessions are taken back to a snapshot in it.
 */
import { refuses } from '../../legal/refuse.ts';
import type { Model } from '../../oracle/model.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Call } from '../../trace/call.ts';
import type { Observation } from '../../trace/observation.ts';
import { SITES } from '../../trace/sites.ts';
import type { Fault, Step, Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Questions } from './search.ts';
import { type Options, type Session, type SessionSnapshot, startSession } from '../session.ts';

/** Steps between two snapshots on the way: running a few steps is cheaper than copying a state. */
const STRIDE = 8;

/** A trace, a session that runs its steps, and what is known by the number of steps before it. */
interface Base {
  readonly trace: Trace;
  readonly options: Options;
  session: Session;
  readonly snapshots: Map<number, SessionSnapshot>;
  /** What the oracle believes before each step, as far as they were run. */
  readonly models: Model[];
  /** What a step does without its faults. */
  readonly plain: Map<number, Plain>;
  /** How many steps were before the state that was asked for last: a second time is worth a snapshot. */
  asked: number;
}

interface Plain {
  readonly call: Call;
  readonly seen: Pick<Observation, 'requests' | 'callbacks'>;
}

/** Accepts a trace when `same` says so of what is found in it, and when the baseline, if there is one, passes it. */
export function replays(
  start: Trace,
  same: (finding: Finding) => boolean,
  options: Options,
  baseline?: SubjectFactory,
): Pick<Questions, 'holds' | 'equivalent'> {
  let base = stand(start, options);
  let aside: Base | undefined;
  const nearest = (trace: Trace, common: number): readonly [Base, number] => {
    if (common >= 0) return [base, common];
    if (aside?.trace.environment !== trace.environment) aside = stand(trace, options);
    return [aside, sharedSteps(aside.trace, trace)];
  };
  return {
    equivalent: (trace, common) => withoutIdle(trace, ...nearest(trace, common)),
    holds: (trace, common) => {
      const [from, shared] = nearest(trace, common);
      const session = rewind(from, shared);
      const models: Model[] = [];
      const finding = rest(session, trace.steps.slice(shared), models);
      if (finding === undefined || !same(finding)) return false;
      if (baseline !== undefined && !passes(trace, { factory: baseline, spec: options.spec }))
        return false;
      forget(from, shared);
      base = { ...from, trace, models: [...from.models.slice(0, shared), ...models] };
      if (from === aside) aside = undefined;
      return true;
    },
  };
}

function passes({ environment, steps }: Trace, options: Options): boolean {
  return rest(startSession(environment, options), steps) === undefined;
}

function stand(trace: Trace, options: Options): Base {
  const session = startSession(trace.environment, options);
  const snapshots = new Map([[0, session.snapshot()]]);
  return { trace, options, session, snapshots, models: [], plain: new Map(), asked: -1 };
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

/** Takes the session to the state before step `to` of the base. */
function rewind(base: Base, to: number): Session {
  const { trace, session, snapshots, models } = base;
  let from = to;
  while (from > 0 && !snapshots.has(from)) from -= 1;
  const snapshot = snapshots.get(from);
  if (snapshot !== undefined) session.restore(snapshot);
  for (; from < to; from += 1) {
    const step = trace.steps[from];
    if (step === undefined) break;
    if (from % STRIDE === 0) keep(base, from);
    models[from] = session.model();
    session.apply(step);
  }
  if (base.asked === to) keep(base, to);
  base.asked = to;
  return session;
}

function keep({ session, snapshots }: Base, at: number): void {
  if (!snapshots.has(at)) snapshots.set(at, session.snapshot());
}

/** The first finding of the steps, or of the end; adds what the oracle believes before each. */
function rest(session: Session, steps: readonly Step[], models: Model[] = []): Finding | undefined {
  for (const step of steps) {
    models.push(session.model());
    const { kind } = session.apply(step);
    if (kind === 'finding' || kind === 'ended') break;
  }
  return session.finish();
}

function forget({ snapshots, plain: known }: Base, after: number): void {
  for (const at of snapshots.keys()) if (at > after) snapshots.delete(at);
  for (const at of known.keys()) if (at > after) known.delete(at);
}
