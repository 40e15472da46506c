// SPDX-License-Identifier: GPL-2.0-only
/**
 * One step: subject and oracle get it, the two are compared, the rules are checked. This is the hot
 * path; strings are made only when something is wrong.
 */
import { checkAll, checkEnd, checkTouched } from '../invariants/check.ts';
import { fold, type History } from '../invariants/history.ts';
import type { Broken } from '../invariants/rule.ts';
import { refuses } from '../legal/refuse.ts';
import type { Model } from '../oracle/model.ts';
import { expected, type Spec } from '../oracle/oracle.ts';
import type { Subject, SubjectFactory } from '../subject/subject.ts';
import { thrownText } from '../subject/thrown.ts';
import type { Fired, Observation } from '../trace/observation.ts';
import type { Step } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import { adopt } from './adopt.ts';
import { mismatchAll } from './compare.ts';
import type { Expected } from './expected.ts';
import { difference, pictureDifference, SHOWS_THE_SAME } from './differ.ts';
import { AGREE, fitting, type Judged, whatIsWrong } from './judge.ts';
import { countRefusal, countSituations, countStep, type Reach } from './reach.ts';

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
  /** Only what the other subject shows differently is a finding: for what comes with a finding, and behind it. */
  readonly compareOnly?: boolean | undefined;
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

/** The rule that memory breaks which the picture does not show. */
export const OWNED =
  'memory that no table shows has something that refers to it, and is gone with what it was for';

const APPLIED: StepResult = { kind: 'applied' };
const ENDED: StepResult = { kind: 'ended' };

/** A session between two steps. */
export interface State {
  subject: Subject;
  /** The one that must show the same. */
  readonly against: Subject | undefined;
  model: Model;
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
  const refused = refuses(state.model, call);
  if (refused !== undefined) {
    state.at += 1;
    if (options.reach !== undefined) countRefusal(options.reach, call);
    return { kind: 'skipped', why: refused };
  }
  state.last = state.at;
  state.fn = call.fn;
  const observation = answer(state, step);
  state.observation = typeof observation === 'string' ? undefined : observation;
  if (typeof observation === 'string')
    return stop(state, { rule: ANSWERS, source: 'src/subject/subject.ts', detail: observation });
  if (options.reach !== undefined) countStep(options.reach, step, observation);
  if (observation.fired.length > 0) state.fired = [...state.fired, ...observation.fired];
  const judged = { step, observation, model: state.model, spec: options.spec };
  if (options.compareOnly === true) return compareStep(state, judged);
  const outcome = fitting(judged);
  if (outcome === undefined) {
    fold(state.history, observation, step);
    return stop(state, whatIsWrong(judged, state.history));
  }
  const differs = compared(state, step, observation, options.precise === true);
  state.model = outcome.next;
  if (!outcome.dead) adopt(outcome.next, observation.picture, call);
  fold(state.history, observation, step);
  if (options.reach !== undefined) countSituations(options.reach, observation, state.history);
  if (outcome.dead && differs === undefined) {
    state.at += 1;
    state.ended = true;
    return ENDED;
  }
  if (outcome.dead && differs !== undefined) return stop(state, differs);
  const broken =
    options.precise === true
      ? everything(state, observation)
      : checkTouched(observation, state.history, outcome.splats);
  if (broken !== undefined) return stop(state, broken);
  if (differs !== undefined) return stop(state, differs);
  state.at += 1;
  return APPLIED;
}

/** Of the oracle it takes only which calls name what is there; it goes on where the oracle has no outcome. */
function compareStep(state: State, judged: Judged): StepResult {
  const { step, observation, model, spec } = judged;
  const differs = compared(state, step, observation, true);
  if (differs !== undefined) return stop(state, differs);
  state.at += 1;
  const outcome = fitting(judged) ?? expected(model, step.call, spec);
  state.ended = observation.dead || outcome.dead;
  if (state.ended) return ENDED;
  state.model = outcome.next;
  adopt(outcome.next, observation.picture, step.call);
  return APPLIED;
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
    return `threw: ${thrownText(error)}`;
  }
}

function stop(state: State, { rule, source, detail }: Broken): StepResult {
  const { last: at, fn, fired } = state;
  const { release } = state.model.environment;
  const finding = { at, rule, source, detail, release, fn, fired };
  state.ended = true;
  state.finding = finding;
  return { kind: 'finding', finding };
}

/** What was found, or what a look at everything finds now; a precise run has looked at it after its last step. */
export function finish(
  state: State,
  { precise = false, compareOnly = false }: Options,
): Finding | undefined {
  const { observation } = state;
  if (state.ended || observation === undefined) return state.finding;
  const judged = compareOnly
    ? undefined
    : ((precise ? undefined : everything(state, observation)) ?? tidied(state, observation));
  const broken = judged ?? wholly(state, observation);
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
function tidied({ model, history }: State, observation: Observation): Broken | undefined {
  return model.devices.some(({ locked }) => locked) ? undefined : checkEnd(observation, history);
}

/** What no table shows: the rules cannot see it, the subject can. */
function leaked({ subject }: State): Broken | undefined {
  const [detail] = subject.leaks?.() ?? [];
  return detail === undefined ? undefined : { rule: OWNED, source: 'mm/kmemleak.c', detail };
}

function everything(state: State, observation: Observation): Broken | undefined {
  const { model, history } = state;
  const mismatch = mismatchAll(model, observation.picture);
  if (mismatch !== undefined)
    return { rule: AGREE, source: 'src/oracle/oracle.ts', detail: `state: ${mismatch}` };
  return checkAll(observation, history) ?? leaked(state);
}
