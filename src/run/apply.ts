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
import { thrownText } from '../subject/thrown.ts';
import type { Fired, Observation, Picture } from '../trace/observation.ts';
import type { Outcome } from '../trace/outcome.ts';
import type { Environment } from '../trace/environment.ts';
import type { Step } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Expected } from './expected.ts';
import { difference, leakDifference, pictureDifference, SHOWS_THE_SAME } from './differ.ts';
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
  /** Told of each step that the subject ran. */
  readonly seen?: (step: Step, observation: Observation) => void;
  /** A subject that must show the same at every step; what differs is a finding when no rule is broken. */
  readonly against?: SubjectFactory | undefined;
  /** Only what the other subject shows differently is a finding: for what comes with a finding, and behind it. */
  readonly compareOnly?: boolean | undefined;
  /** Index of the first step that is judged: for those who know that the ones before it are as they must be. */
  readonly from?: number;
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

/** What the subject shows before the next step. */
export function shown({ observation, subject }: State): Picture {
  return observation?.picture ?? subject.picture();
}

/** Runs one step, unless the trace has ended. */
export function applyStep(state: State, step: Step, options: Options): StepResult {
  if (state.ended) return ENDED;
  const { call } = step;
  const { environment } = state;
  const picture = shown(state);
  const refused = refuses(environment, picture, call, state.history.filledBy);
  if (refused !== undefined) {
    state.at += 1;
    if (options.reach !== undefined) countRefusal(options.reach, call);
    return { kind: 'skipped', why: refused };
  }
  if (state.at < (options.from ?? 0)) return passOver(state, step);
  if (options.compareOnly === true) return compareStep(state, step, options);
  const possible = outcomes(environment, picture, step);
  const before = options.spec === 'strict' ? belongings(picture) : undefined;
  const observation = answer(state, step);
  if (typeof observation === 'string') return threw(state, observation);
  if (options.reach !== undefined) countStep(options.reach, step, observation);
  options.seen?.(step, observation);
  return look(state, step, { observation, outcomes: possible, before }, options);
}

/** A step that only has to have happened. */
function passOver(state: State, step: Step): StepResult {
  const observation = answer(state, step);
  if (typeof observation === 'string') return threw(state, observation);
  state.against?.apply(step);
  fold(state.history, observation, step);
  state.at += 1;
  state.ended = observation.dead;
  return state.ended ? ENDED : APPLIED;
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
  fold(state.history, observation, step);
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

/** Of the oracle it takes only whether a complaint ends the trace; it goes on where the oracle has no outcome. */
function compareStep(state: State, step: Step, { precise, reach }: Options): StepResult {
  const observation = answer(state, step);
  if (typeof observation === 'string') return threw(state, observation);
  if (reach !== undefined) countStep(reach, step, observation);
  const last = observation.dead || isLast(state, step, observation);
  const differs = compared(state, step, observation, precise === true);
  if (differs !== undefined) return stop(state, differs);
  state.at += 1;
  fold(state.history, observation, step);
  state.ended = last;
  return last ? ENDED : APPLIED;
}

/** Whether the oracle lets a trace end so. The other subject still shows what was there before the step. */
function isLast({ environment, against }: State, step: Step, observation: Observation): boolean {
  if (observation.splats.length === 0 || against === undefined) return false;
  const possible = outcomes(environment, against.picture(), step);
  const outcome = fitting({ observation, outcomes: possible });
  return (outcome ?? possible[0])?.last === true;
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
  state.last = state.at;
  state.fn = step.call.fn;
  state.observation = undefined;
  try {
    const observation = state.subject.apply(step);
    state.observation = observation;
    if (observation.fired.length > 0) state.fired = [...state.fired, ...observation.fired];
    return observation;
  } catch (error) {
    return `threw: ${thrownText(error)}`;
  }
}

function threw(state: State, detail: string): StepResult {
  return stop(state, { rule: ANSWERS, source: 'src/subject/subject.ts', detail });
}

function stop(state: State, { rule, source, detail }: Broken): StepResult {
  const { last: at, fn, fired } = state;
  const { release } = state.environment;
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
function wholly({ against, subject }: State, { picture }: Observation): Broken | undefined {
  if (against === undefined) return undefined;
  const found =
    pictureDifference(against.picture(), picture, true) ??
    leakDifference(against.leaks?.() ?? [], subject.leaks?.() ?? []);
  return found === undefined ? undefined : differing(found);
}

/** A driver that holds a lock has more to do, so what holds at the end of its work need not hold yet. */
function tidied({ history }: State, observation: Observation): Broken | undefined {
  const { objects } = observation.picture.msi_device_data;
  const locked = objects.some((data) => data !== undefined && data.mutex !== 0);
  return locked ? undefined : checkEnd(observation, history);
}

/** What no table shows: the rules cannot see it, the subject can. */
function leaked({ subject }: State): Broken | undefined {
  const [detail] = subject.leaks?.() ?? [];
  return detail === undefined ? undefined : { rule: OWNED, source: 'mm/kmemleak.c', detail };
}

function everything(state: State, observation: Observation): Broken | undefined {
  return checkAll(observation, state.history) ?? leaked(state);
}
