// SPDX-License-Identifier: GPL-2.0-only
/** A subject under test from its start on: step by step, back and forth, or a whole trace at once. */
import { checkRule } from '../invariants/check.ts';
import { copyHistory, type History, startHistory } from '../invariants/history.ts';
import { RULES } from '../invariants/index.ts';
import { refuses } from '../legal/refuse.ts';
import { expected } from '../oracle/oracle.ts';
import { fits, required, type Snapshot } from '../subject/subject.ts';
import type { Call } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import type { Fired, Frame, Observation } from '../trace/observation.ts';
import type { Step, Trace } from '../trace/step.ts';
import type { Finding, Verdict } from '../trace/verdict.ts';
import { applyStep, finish, type Options, shown, type State, type StepResult } from './apply.ts';
import { isExpected } from './expected.ts';
import { firstDifference, observationLine, pictureLine } from './transcript.ts';

export type { Options, StepResult } from './apply.ts';

/** A subject and what has happened so far. */
export interface Session {
  readonly apply: (step: Step) => StepResult;
  /** Why a call would be skipped now, or `undefined`. */
  readonly refuses: (call: Call) => string | undefined;
  /** Whether the oracle says that the trace would end with the call. */
  readonly endsWith: (call: Call) => boolean;
  readonly hasEnded: () => boolean;
  /** What was found, if anything; otherwise checks everything once more, as at the end of a trace. */
  readonly finish: () => Finding | undefined;
  readonly snapshot: () => SessionSnapshot;
  readonly restore: (snapshot: SessionSnapshot) => void;
  /** Who called whom, as far as the subject knows (Subject.stack). */
  readonly stack: (of: 'leak' | number) => readonly Frame[];
  /** What the subject showed last; valid until the next step. */
  readonly observation: () => Observation | undefined;
  /** After a finding: every rule that objects to the state it is in, the oracle's word among them. */
  readonly objections: () => readonly string[];
}

/** A state of a session; it can be restored more than once, on the session that made it. */
export interface SessionSnapshot {
  readonly subject: Snapshot;
  readonly against: Snapshot | undefined;
  readonly history: History;
  readonly fired: readonly Fired[];
  readonly at: number;
  readonly last: number;
  readonly fn: string;
  readonly ended: boolean;
  readonly finding: Finding | undefined;
}

/** Starts a subject. Throws for an environment that the subject does not fit, and what the factory throws. */
export function startSession(wanted: Environment, options: Options): Session {
  const environment = required(options.factory, wanted);
  const state: State = {
    environment,
    subject: options.factory.start(environment),
    against: options.against?.start(environment),
    history: startHistory(environment),
    fired: [],
    at: 0,
    last: 0,
    fn: '',
    ended: false,
    finding: undefined,
    observation: undefined,
  };
  return {
    apply: (step) => applyStep(state, step, options),
    refuses: (call) => refuses(environment, shown(state), call, state.history.filledBy),
    endsWith: (call) => expected(environment, shown(state), call).last,
    hasEnded: () => state.ended,
    finish: () => finish(state, options),
    snapshot: () => copyState(state),
    restore: (snapshot) => restore(state, snapshot),
    stack: (of) => state.subject.stack?.(of) ?? [],
    observation: () => state.observation,
    objections: () => objections(state),
  };
}

/** The rules look apart from each other, at everything; the one that was found first is always among them. */
function objections({ finding, observation, history }: State): readonly string[] {
  if (finding === undefined || observation === undefined)
    return finding === undefined ? [] : [finding.rule];
  const others = RULES.filter(
    (rule) => rule.end === undefined && checkRule(rule, observation, history) !== undefined,
  );
  return [...new Set([finding.rule, ...others.map(({ name }) => name)])];
}

function copyState({
  subject,
  against,
  history,
  fired,
  at,
  last,
  fn,
  ended,
  finding,
}: State): SessionSnapshot {
  return {
    subject: subject.snapshot(),
    against: against?.snapshot(),
    history: copyHistory(history),
    fired,
    at,
    last,
    fn,
    ended,
    finding,
  };
}

function restore(state: State, snapshot: SessionSnapshot): void {
  state.subject.restore(snapshot.subject);
  if (snapshot.against !== undefined) state.against?.restore(snapshot.against);
  state.history = copyHistory(snapshot.history);
  state.fired = snapshot.fired;
  state.at = snapshot.at;
  state.last = snapshot.last;
  state.fn = snapshot.fn;
  state.ended = snapshot.ended;
  state.finding = snapshot.finding;
  state.observation = undefined;
}

/** The rule that is broken when two runs of one trace differ. */
export const SAME = 'the same trace behaves the same way';

/**
 * Runs a trace. A finding is located with every rule on every object after each step, twice, so
 * that it is the first one there is, and so that a subject with a hidden state is found out.
 */
export function runTrace(trace: Trace, options: Options): Verdict {
  if (options.reach !== undefined) options.reach.traces += 1;
  const { finding, applied } = play(trace, options, undefined);
  if (finding === undefined) return { kind: 'ok', steps: applied };
  const known = isExpected(options.expected ?? [], finding) !== undefined;
  return { kind: 'finding', finding: known ? finding : locate(trace, options, finding) };
}

function locate(
  trace: Trace,
  { factory, spec, against, compareOnly }: Options,
  found: Finding,
): Finding {
  const closely = { factory, spec, against, compareOnly, precise: true };
  const lines: [string[], string[]] = [[], []];
  const first = play(trace, closely, lines[0]).finding;
  const second = play(trace, closely, lines[1]).finding;
  const difference = firstDifference(lines[0], lines[1]);
  if (difference !== undefined) {
    const fn = trace.steps[difference.at]?.call.fn ?? '';
    return {
      ...found,
      at: difference.at,
      rule: SAME,
      source: 'src/subject/subject.ts',
      detail: difference.detail,
      fn,
    };
  }
  return first ?? second ?? found;
}

/** What the subject shows at each step, one line per step. */
export function transcript(trace: Trace, options: Options): readonly string[] {
  const lines: string[] = [];
  play(trace, options, lines);
  return lines;
}

function play(
  trace: Trace,
  options: Options,
  lines: string[] | undefined,
): { readonly finding: Finding | undefined; readonly applied: number } {
  // What the subject does not have cannot show anything.
  if (!fits(options.factory, trace.environment)) return { finding: undefined, applied: 0 };
  const session = startSession(trace.environment, options);
  let applied = 0;
  for (const step of trace.steps) {
    const result = session.apply(step);
    if (result.kind !== 'skipped') applied += 1;
    const observation = session.observation();
    if (lines !== undefined)
      lines.push(
        result.kind === 'skipped' || observation === undefined
          ? result.kind
          : observationLine(observation),
      );
    if (lines !== undefined && result.kind === 'finding')
      lines.push(`${result.finding.rule}: ${result.finding.detail}`);
    if (result.kind === 'finding' || result.kind === 'ended') break;
  }
  const observation = session.observation();
  if (lines !== undefined && observation !== undefined)
    lines.push(pictureLine(observation.picture));
  return { finding: session.finish(), applied };
}
