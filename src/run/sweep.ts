// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every fault point of every step of a trace: each allocation fails in three shapes, and each call of
 * an operation that can fail does. Each one that is reported did fire.
 */
import { Errno } from '../trace/errno.ts';
import type { Observation } from '../trace/observation.ts';
import { canFail, OP_NAMES, type Site, SITES } from '../trace/sites.ts';
import type { Fault, MemoryFault, Step, Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import { compareFaults } from './minimise/order.ts';
import {
  type Options,
  runTrace,
  SAME,
  type Session,
  type SessionSnapshot,
  startSession,
} from './session.ts';

/** What is swept. */
export interface SweepOptions extends Options {
  /** Two faults at a time as well, each a single failure. The number of runs is quadratic: for short traces. */
  readonly pairs?: boolean;
  /** Findings are not looked at a second time, from the beginning: for those who want the traces alone. */
  readonly unconfirmed?: boolean;
}

/** One run in which every armed fault fired. */
export interface SweepRun {
  /** Index of the swept step, the first one of a pair. */
  readonly at: number;
  readonly fn: string;
  /** The armed faults with the index of their steps. */
  readonly armed: readonly Armed[];
  readonly trace: Trace;
  readonly finding: Finding | undefined;
  /** Something ended the trace before its last step or with it. */
  readonly ended: boolean;
}

/** A fault and the step that has it. */
export interface Armed {
  readonly at: number;
  readonly fault: Fault;
}

/** All faults of one site or operation that fired in one step. */
export interface SweepPoint {
  readonly at: number;
  readonly fn: string;
  readonly where: string;
  /** The largest n that fired; all smaller ones did too. */
  readonly last: number;
}

/** What a sweep did. */
export interface SweepResult {
  readonly runs: number;
  /** In the order of steps. */
  readonly points: readonly SweepPoint[];
  readonly findings: readonly { readonly trace: Trace; readonly finding: Finding }[];
}

/** Sweeps a trace, one run at a time; stop iterating to stop sweeping. A step's own faults are left out while it is swept. */
export function* sweepTrace(
  trace: Trace,
  options: SweepOptions,
): Generator<SweepRun, void, undefined> {
  const session = startSession(trace.environment, options);
  for (const [at, step] of trace.steps.entries()) {
    const before = session.snapshot();
    for (const fault of faultsOf(session, before, {
      step: { ...step, faults: [] },
      shapes: [1, 2, 0],
    })) {
      yield* runsWith({ trace, session, options }, before, { at, fault });
    }
    session.restore(before);
    const result = session.apply(step);
    if (result.kind === 'finding' || result.kind === 'ended') return;
  }
}

/** Sweeps to the end and adds up. */
export function sweepAll(trace: Trace, options: SweepOptions): SweepResult {
  const count = startSweepCount();
  for (const run of sweepTrace(trace, options)) countSweepRun(count, run);
  return sweepResult(count);
}

/** Sums of a sweep that may be interrupted. */
export interface SweepCount {
  runs: number;
  readonly points: Map<string, SweepPoint>;
  readonly findings: { readonly trace: Trace; readonly finding: Finding }[];
}

/** Nothing yet. */
export function startSweepCount(): SweepCount {
  return { runs: 0, points: new Map(), findings: [] };
}

/** Adds one run. */
export function countSweepRun(count: SweepCount, { fn, armed, trace, finding }: SweepRun): void {
  count.runs += 1;
  if (finding !== undefined) count.findings.push({ trace, finding });
  for (const { at, fault } of armed) {
    const where = whereOf(fault);
    const known = count.points.get(`${at} ${where}`);
    if (known !== undefined && known.last >= fault.nth) continue;
    count.points.set(`${at} ${where}`, {
      at,
      fn: trace.steps[at]?.call.fn ?? fn,
      where,
      last: fault.nth,
    });
  }
}

/** The sums so far. */
export function sweepResult({ runs, points, findings }: SweepCount): SweepResult {
  return { runs, points: [...points.values()].toSorted((a, b) => a.at - b.at), findings };
}

interface Swept {
  readonly trace: Trace;
  readonly session: Session;
  readonly options: SweepOptions;
}

/** Which faults of which step. */
interface Series {
  readonly step: Step;
  readonly shapes: readonly MemoryFault['count'][];
  /** The fault that the step has already: only those that come after it in the order of the sweep. */
  readonly after?: Fault;
}

/** The fault fired and the session stands after its step: runs the rest, and in pairs all that can follow. */
function* runsWith(
  swept: Swept,
  before: SessionSnapshot,
  first: Armed,
): Generator<SweepRun, void, undefined> {
  const { trace, session, options } = swept;
  const pairs =
    options.pairs === true && (first.fault.kind === 'callback' || first.fault.count === 1);
  const after = pairs ? session.snapshot() : undefined;
  yield runRest(swept, [first]);
  if (after === undefined) return;
  const step = trace.steps[first.at];
  if (step === undefined) return;
  const together: Series = {
    step: { ...step, faults: [first.fault] },
    shapes: [1],
    after: first.fault,
  };
  for (const fault of faultsOf(session, before, together))
    yield runRest(swept, [first, { at: first.at, fault }]);
  session.restore(after);
  for (let at = first.at + 1; at < trace.steps.length; at += 1) {
    const later = trace.steps[at];
    if (later === undefined) return;
    const between = session.snapshot();
    const series: Series = { step: { ...later, faults: [] }, shapes: [1] };
    for (const fault of faultsOf(session, between, series))
      yield runRest(swept, [first, { at, fault }]);
    session.restore(between);
    session.apply(later);
  }
}

/** The faults that fire in a step, one after the other; after each the session stands behind the step with that fault. */
function* faultsOf(
  session: Session,
  before: SessionSnapshot,
  { step, shapes, after }: Series,
): Generator<Fault, void, undefined> {
  session.restore(before);
  const plain = session.apply(step);
  const observation = session.observation();
  if (plain.kind === 'skipped' || observation === undefined) return;
  const points = faultPoints(observation, () => shapes);
  const later = points.filter((fault) => after === undefined || compareFaults(fault, after) > 0);
  yield* firing(session, before, step, later);
}

/**
 * Every fault that a step can run into. Up to its fault a step does what it does without it, so the
 * n-th request fails exactly for each n that was reached without.
 */
export function faultPoints(
  { requests, callbacks }: Observation,
  shapesOf: (site: Site) => readonly MemoryFault['count'][],
): readonly Fault[] {
  return [
    ...SITES.flatMap((site, index) =>
      shapesOf(site).flatMap((count) =>
        upTo(requests[index] ?? 0, (nth): Fault => ({ kind: 'memory', site, nth, count })),
      ),
    ),
    ...OP_NAMES.filter(canFail).flatMap((op) =>
      upTo(callbacks.filter((callback) => callback.op === op).length, (nth): Fault => ({
        kind: 'callback',
        op,
        nth,
        ret: Errno.ENOMEM,
      })),
    ),
  ];
}

function upTo<T>(count: number, make: (nth: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

/** Runs a step with each fault in turn, from the same state; those that fire are handed out. */
export function* firing(
  session: Session,
  before: SessionSnapshot,
  step: Step,
  faults: readonly Fault[],
): Generator<Fault, void, undefined> {
  for (const fault of faults) {
    session.restore(before);
    session.apply({ ...step, faults: [...step.faults, fault] });
    const seen = session.observation();
    if (seen === undefined || hasFired(seen, fault)) yield fault;
  }
}

function whereOf(fault: Fault): string {
  return fault.kind === 'memory' ? fault.site : fault.op;
}

function hasFired(observation: Observation, fault: Fault): boolean {
  const where = whereOf(fault);
  return observation.fired.some((one) => one.where === where && one.nth === fault.nth);
}

function runRest({ trace, session, options }: Swept, armed: readonly Armed[]): SweepRun {
  const swept = {
    environment: trace.environment,
    steps: trace.steps.map((step, at) => withArmed(step, at, armed)),
  };
  for (const step of trace.steps.slice((armed.at(-1)?.at ?? 0) + 1)) session.apply(step);
  const found = session.finish();
  const at = armed[0]?.at ?? 0;
  const finding = found === undefined ? undefined : confirmed(swept, found, options);
  const fn = trace.steps[at]?.call.fn ?? '';
  return { at, fn, armed, trace: swept, finding, ended: session.hasEnded() };
}

/** What a run from the beginning finds; when it finds nothing, then going back to a snapshot made the difference. */
function confirmed(trace: Trace, found: Finding, options: SweepOptions): Finding {
  if (options.unconfirmed === true) return found;
  const { factory, spec, against, compareOnly } = options;
  const verdict = runTrace(trace, { factory, spec, against, compareOnly });
  if (verdict.kind === 'finding') return verdict.finding;
  return {
    ...found,
    rule: SAME,
    source: 'src/subject/subject.ts',
    detail: `found: only after restoring a snapshot: ${found.rule}: ${found.detail}`,
  };
}

function withArmed(step: Step, at: number, armed: readonly Armed[]): Step {
  const faults = armed.filter((one) => one.at === at).map(({ fault }) => fault);
  return faults.length === 0 ? step : { ...step, faults };
}
