// SPDX-License-Identifier: GPL-2.0-only
/**
 * From a trace that fails to the simplest one that fails in the same way.
 *
 * Two phases take turns until neither gets anywhere. The walk drops and lowers one thing at a time.
 * The look around then tries what a walk cannot reach: two steps at once, a step less where another
 * one does more, another environment with a step less, every small call in the place of a step. So
 * the result does not depend on where the walk began.
 */
import { DEFAULT_ENVIRONMENT, type Environment } from '../../trace/environment.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import { MsiFlag } from '../../trace/flags.ts';
import type { Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import { lowerArguments, lowerLinked, lowerTogether, shiftSlots } from './arguments.ts';
import { atlasOf, HIERARCHIES, type Short, visit } from './atlas.ts';
import { dropChunks, dropLocks, dropPairs, renameHandles, swapNeighbours } from './dropping.ts';
import {
  dropFaultAndRaise,
  dropStepAndMove,
  dropStepAndRaise,
  dropStepAndUndo,
  dropStepInEnvironment,
  lowestDomidAndRename,
  ownDomains,
  simplerEnvironmentAndRaise,
  simpleDescriptors,
  simplerEnvironmentAndRename,
} from './exchange.ts';
import { type Expected, mayBeExpected } from '../expected.ts';
import { kindOf } from '../finding.ts';
import { compareEnvironments } from './order.ts';
import { replays } from './replay.ts';
import {
  type Holds,
  type Pass,
  type Questions,
  type Search,
  startSearch,
  toFixedPoint,
  withSteps,
} from './search.ts';
import { type Options, runTrace, SAME, startSession, transcript } from '../session.ts';
import { dropFaults, replaceFaults, settleHostile, simplifyFaults } from './simpler-faults.ts';
import { renameCalls, replaceLastPair, replaceSteps } from './small.ts';
import { environmentsBelow, namedEnvironments, reduceEnvironment } from './surroundings.ts';
import { firstDifference } from '../transcript.ts';

/** How far to go. */
export interface Effort {
  /** Environments to try, the preferred ones first. */
  readonly environments?: readonly Environment[];
  /** Traces to run at most; 20000 unless told. */
  readonly budget?: number;
  /** More passes, which run when the walk gets no further. */
  readonly passes?: readonly Pass[];
  readonly equivalent?: Questions['equivalent'];
}

/** How to run, how far to go, and which findings are not the one that is looked for. */
export interface MinimiseOptions extends Options, Effort {
  /** A trace that comes down to a known finding is not taken for an unknown one. */
  readonly expected?: readonly Expected[];
  /**
   * `same` (the usual one) keeps the rule and the kind of what was seen. `any` takes every finding
   * that is not expected: right for a subject with one defect that breaks several rules.
   */
  readonly keep?: 'same' | 'any';
  /** A subject without the defect that is looked for: it passes the minimised trace. */
  readonly baseline?: SubjectFactory;
}

/** The simplest trace, and how many were run to find it. */
export interface Minimised {
  readonly trace: Trace;
  readonly runs: number;
}

/**
 * Minimises a trace in which `finding` was found. The result has a finding of the same rule and kind;
 * `finding` is the one that a run of the result gives.
 */
export function minimise(
  trace: Trace,
  finding: Finding,
  options: MinimiseOptions,
): Minimised & { readonly finding: Finding } {
  const { factory, spec, against, compareOnly } = options;
  const closely = { factory, spec, against, compareOnly, precise: true };
  const start = applicable(withSteps(trace, trace.steps.slice(0, finding.at + 1)), closely);
  const wanted = isWanted(finding, options);
  const same = finding.rule === SAME;
  const { holds, equivalent } = same
    ? { holds: differs(closely) }
    : replays(start, wanted, closely, options.baseline);
  const passes = same ? [] : [jump(wanted, options)];
  const least = minimiseWith(start, holds, { ...options, equivalent, passes });
  const verdict = runTrace(least.trace, closely);
  return { ...least, finding: verdict.kind === 'finding' ? verdict.finding : finding };
}

/** Steps of the longest traces that are known by heart in an environment. */
const LONGEST = 2;

/**
 * To the simplest short trace that has the finding: in the environments that are as simple, in those
 * where descriptors come by themselves, and when one step may do, in all of them.
 */
function jump(wanted: (finding: Finding) => boolean, options: MinimiseOptions): Pass {
  const jumpIn = (search: Search, environment: Environment, longest: number): boolean => {
    const atlas = atlasOf(environment, options);
    search.dismiss(atlas.clean);
    const offer = ({ trace, finding }: Short): boolean =>
      wanted(finding) && search.attempt(trace, -1);
    return visit(atlas, options, { best: search.best, offer, longest });
  };
  return (search) => {
    const { environment, steps } = search.best();
    const near = [
      ...environmentsBelow(environment),
      ...[DEFAULT_ENVIRONMENT, environment].map(simple),
      ...(steps.length === 1 ? HIERARCHIES : []),
    ];
    if (near.some((env) => jumpIn(search, env, LONGEST))) return true;
    const others =
      steps.length === LONGEST ? [...HIERARCHIES, ...(options.environments ?? [])] : [];
    return others.some((env) => env.release === environment.release && jumpIn(search, env, 1));
  };
}

function simple(environment: Environment): Environment {
  return { ...environment, flags: environment.flags | MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS };
}

/** The trace without the steps that are refused; those change nothing. */
function applicable(trace: Trace, options: Options): Trace {
  const session = startSession(trace.environment, options);
  return withSteps(
    trace,
    trace.steps.filter((step) => session.apply(step).kind !== 'skipped'),
  );
}

/**
 * Whether a finding is as good as the one that is looked for. A known one only is when that one may
 * be known too: otherwise the walk would slip from a new defect to an old one.
 */
function isWanted(
  finding: Finding,
  { expected = [], keep = 'same' }: MinimiseOptions,
): (other: Finding) => boolean {
  const kind = kindOf(finding);
  const known = mayBeExpected(expected, finding) !== undefined;
  return (other) => {
    if (!known && mayBeExpected(expected, other) !== undefined) return false;
    return keep === 'any' || (other.rule === finding.rule && kindOf(other) === kind);
  };
}

/** Two runs from the beginning show different things. */
function differs(options: Options): Holds {
  return (trace) =>
    firstDifference(transcript(trace, options), transcript(trace, options)) !== undefined;
}

/** Minimises with any judgement of what a trace must still do; `start` has it. */
export function minimiseWith(start: Trace, holds: Holds, effort: Effort = {}): Minimised {
  const { equivalent, budget = 20_000 } = effort;
  const search = startSearch(start, { holds, equivalent, budget });
  const environments = effort.environments ?? [];
  shorten(search, environments);
  const look = [...(effort.passes ?? []), renameCalls, ...lookPasses(environments)];
  do toFixedPoint(search, WALK);
  while (!search.spent() && look.some((pass) => pass(search)));
  return { trace: named(search.best(), environments), runs: search.runs() };
}

/** The coarse part: what makes every later run cheaper comes first. */
function shorten(search: Search, environments: readonly Environment[]): void {
  dropChunks(search);
  namedEnvironments(environments)(search);
  dropFaults(search);
  dropLocks(search);
  dropChunks(search);
}

const WALK: readonly Pass[] = [
  dropChunks,
  dropFaults,
  dropLocks,
  settleHostile,
  reduceEnvironment,
  renameHandles,
  lowerTogether,
  shiftSlots,
  lowerArguments,
  lowerLinked,
  ownDomains,
  simplifyFaults,
  swapNeighbours,
];

function lookPasses(environments: readonly Environment[]): readonly Pass[] {
  return [
    namedEnvironments(environments),
    dropPairs,
    dropStepAndRaise,
    dropFaultAndRaise,
    dropStepInEnvironment,
    simplerEnvironmentAndRaise,
    simplerEnvironmentAndRename,
    lowestDomidAndRename,
    dropStepAndMove,
    simpleDescriptors,
    dropStepAndUndo,
    replaceFaults,
    replaceSteps,
    replaceLastPair,
  ];
}

/** Gives the environment the name of the first one in the list that is the same. */
function named(trace: Trace, environments: readonly Environment[]): Trace {
  const same = [DEFAULT_ENVIRONMENT, ...environments].find(
    (env) => compareEnvironments(env, trace.environment) === 0,
  );
  return { ...trace, environment: { ...trace.environment, name: same?.name ?? 'reduced' } };
}
