// SPDX-License-Identifier: GPL-2.0-only
/**
 * One step: subject and oracle get it, the two are compared, the rules are checked. This is the hot
 * path; strings are made only when something is wrong.
 */
import { checkAll, checkEnd, checkTouched } from '../invariants/check.ts';
import { fold, type History } from '../invariants/history.ts';
import type { Broken } from '../invariants/rule.ts';
import { refuses } from '../legal/refuse.ts';
import { outcomes } from '../oracle/oracle.ts';

import type { Subject, SubjectFactory } from '../subject/subject.ts';
import type { Fired, Observation } from '../trace/observation.ts';
import type { Outcome } from '../trace/outcome.ts';
import type { Environment } from '../trace/environment.ts';
import type { Step } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Expected } from './expected.ts';
import { difference, pictureDifference, SHOWS_THE_SAME } from './differ.ts';
import { fitting, type Judged, whatIsWrong } from './judge.ts';
import { countRefusal, countSituations, countStep, type Reach } from './reach.ts';
import { belongings, type Spec, strictly } from './strict.ts';

/** What is run, and how closely it is looked at. */
export interface Options {
  readonly factory: SubjectFactory;
  readonly spec: Spec;
  /** Check every rule on every object after each step, not only on those that the step touched. */
  readonly precise?: boolean;
  /** Counts what was reached. */
  readonly reach?: Reach;
  /** A subject that must show the same at every step; what differs is a finding when no rule is broken. */
  readonly against?: SubjectFactory | undefined;
  /** Known findings: one of these is not looked at a second time. */
  readonly expected?: readonly Expected[];
}

/** What became of a step. After `ended` and `finding` no more steps are run. */
export type StepResult =
  | { readonly kind: 'applied' | 'ended' }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'finding'; readonly finding: Finding };

/** The rule that a subject breaks by throwing. */
export const ANSWERS = 'the subject answers every step';

const APPLIED: StepResult = { kind: 'applied' };
const ENDED: StepResult = { kind: 'ended' };

/** A session between two steps. */
export interface State {
  readonly environment: Environment;
  subject: Subject;
  /** The one that must show the same. */
  readonly against: Subject | undefined;
  history: History;
  fired: readonly Fired[];
  /** Index of the next step. */
  at: number;
  /** Index and function of the last step that was applied. */
  last: number;
  fn: string;
  ended: boolean;
  finding: Finding | undefined;
  observation: Observation | undefined;
}

/** Runs one step, unless the trace has ended. */
export function applyStep(state: State, step: Step, options: Options): StepResult {
  if (state.ended) return ENDED;
  const { call } = step;
  const { environment } = state;
  const picture = state.subject.picture();
  const refused = refuses(environment, picture, call, state.history.filledBy);
  if (refused !== undefined) {
    state.at += 1;
    if (options.reach !== undefined) countRefusal(options.reach, call);
    return { kind: 'skipped', why: refused };
  }
  const expected = outcomes(environment, picture, step);
  const before = options.spec === 'strict' ? belongings(picture) : undefined;
  state.last = state.at;
  state.fn = call.fn;
  const observation = answer(state, step);
  state.observation = typeof observation === 'string' ? undefined : observation;
  if (typeof observation === 'string')
    return stop(state, { rule: ANSWERS, source: 'src/subject/subject.ts', detail: observation });
  if (options.reach !== undefined) countStep(options.reach, step, observation);
  if (observation.fired.length > 0) state.fired = [...state.fired, ...observation.fired];
  return look(state, step, { observation, dev: call.dev, outcomes: expected, before }, options);
}

/** What the step was, and whether anything objects to it. */
function look(
  state: State,
  step: Step,
  judged: Judged & { readonly before: string | undefined },
  options: Options,
): StepResult {
  const { observation, before } = judged;
  const outcome = fitting(judged);
  const differs = outcome && compared(state, step, observation, options.precise === true);
  fold(state.history, observation, step.call);
  if (outcome === undefined) return stop(state, whatIsWrong(judged, state.history));
  if (options.reach !== undefined) countSituations(options.reach, observation, state.history);
  let broken: Broken | undefined;
  if (!outcome.last) broken = brokenRule(state, observation, outcome, options);
  if (!outcome.last && before !== undefined) broken ??= strictly(observation, step.call, before);
  const wrong = broken ?? differs;
  if (wrong !== undefined) return stop(state, wrong);
  state.at += 1;
  state.ended = outcome.last;
  return outcome.last ? ENDED : APPLIED;
}

function brokenRule(
  state: State,
  observation: Observation,
  { splats }: Outcome,
  { precise }: Options,
): Broken | undefined {
  return precise === true
    ? everything(state, observation)
    : checkTouched(observation, state.history, splats);
}

/** Runs the step on the other subject as well. */
function compared(
  { against }: State,
  step: Step,
  observation: Observation,
  everything: boolean,
): Broken | undefined {
  if (against === undefined) return undefined;
  const found = difference(against.apply(step), observation, everything);
  return found === undefined ? undefined : differing(found);
}

function differing(detail: string): Broken {
  return { rule: SHOWS_THE_SAME, source: 'src/run/differ.ts', detail: `base: ${detail}` };
}

/** What the subject shows, or what it threw: a changed copy of a subject may fail in any way. */
function answer(state: State, step: Step): Observation | string {
  try {
    return state.subject.apply(step);
  } catch (error) {
    return thrown(error);
  }
}

/** Also of an error that was made by code with global objects of its own. */
function thrown(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error) || !('stack' in error))
    return `threw: ${String(error)}`;
  const text = `threw: ${'name' in error ? String(error.name) : 'Error'}: ${String(error.message)}`;
  // How deep the stack is depends on the machine, and so does the function that it ends in.
  if (text.includes('call stack')) return text;
  const place = /\n\s+at (?:Object\.)?([\w$]+)/u.exec(String(error.stack))?.[1];
  return place === undefined || place === '$burn' ? text : `${text} in ${place}`;
}

function stop(state: State, { rule, source, detail }: Broken): StepResult {
  const { last: at, fn, fired } = state;
  const { release } = state.environment;
  const finding = { at, rule, source, detail, release, fn, fired };
  state.ended = true;
  state.finding = finding;
  return { kind: 'finding', finding };
}

/** What was found, or what a look at everything finds now. */
export function finish(state: State): Finding | undefined {
  const { observation } = state;
  if (state.ended || observation === undefined) return state.finding;
  const broken =
    everything(state, observation) ?? tidied(state, observation) ?? wholly(state, observation);
  if (broken !== undefined) stop(state, broken);
  return state.finding;
}

/** Objects that a changed subject reached without saying so. */
function wholly({ against }: State, { picture }: Observation): Broken | undefined {
  if (against === undefined) return undefined;
  const found = pictureDifference(against.picture(), picture, true);
  return found === undefined ? undefined : differing(found);
}

/** A driver that holds a lock has more to do, so what holds at the end of its work need not hold yet. */
function tidied({ history }: State, observation: Observation): Broken | undefined {
  const { objects } = observation.picture.msi_device_data;
  const locked = objects.some((data) => data !== undefined && data.mutex !== 0);
  return locked ? undefined : checkEnd(observation, history);
}

function everything({ history }: State, observation: Observation): Broken | undefined {
  return checkAll(observation, history);
}
