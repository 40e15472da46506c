// SPDX-License-Identifier: GPL-2.0-only
/** Runs random traces on the reference and on a program; the first difference is minimised. */
import { startBatches } from '../generate/batch.ts';
import { minimiseWith } from '../run/minimise/minimise.ts';
import type { ProcessFactory } from '../subject/process/index.ts';
import type { Environment } from '../trace/environment.ts';
import { reference } from '../subject/reference/index.ts';
import { fitted } from '../subject/subject.ts';
import type { Trace } from '../trace/step.ts';
import { type Both, type Departure, failed, fresh, play } from './play.ts';
import { inRelease } from '../subject/process/abilities.ts';
import { restrict } from './restrict.ts';
import { addCompared, startTally, type Tally } from './tally.ts';

/** What to run, and how long. */
export interface ProgramOptions extends Both {
  readonly environments: readonly Environment[];
  readonly seed: string;
  /** Steps to run at least, unless something is found. */
  readonly steps: number;
  /** Traces that the minimiser may run. */
  readonly budget?: number;
  /** Asked before each trace. */
  readonly goOn?: () => boolean;
}

/** What was run, and what was found first. */
export interface ProgramRun {
  readonly tally: Tally;
  /** Environments that were run in, and why the program refused the others. */
  readonly environments: readonly Environment[];
  readonly refused: ReadonlyMap<string, string>;
  readonly found: Departure | undefined;
  /** Traces that were run to make it small. */
  readonly minimised: number;
}

const BATCH = 200;
/** Traces in a row without a step that the program could run, after which it is not asked any more. */
const IDLE = 1000;
/** Traces that the minimiser runs at most, also where each needs a fresh process, or is waited for in vain. */
const BUDGET = 3000;
const FRESH_BUDGET = 60;
const SLOW_BUDGET = 12;

interface State {
  readonly tally: Tally;
  /** Traces since the last one with a step. */
  idle: number;
  /** Environments that are drawn from; which of them the program has taken, by name, and refused. */
  environments: readonly Environment[];
  readonly taken: Set<string>;
  readonly refused: Map<string, string>;
  previous: Trace | undefined;
  found: Departure | undefined;
}

/**
 * Runs until there are enough steps or a difference. Throws a mistake when the program does not start,
 * takes none of the environments, or has none of the calls that are drawn.
 */
export function compareProgram(options: ProgramOptions): ProgramRun {
  const { program, seed, goOn = () => true } = options;
  const { calls } = program.abilities();
  const state = begin(options);
  let [environments, run] = [state.environments, startBatches(state.environments, seed, { calls })];
  const goesOn = (): boolean =>
    state.found === undefined && state.tally.steps < options.steps && goOn();
  for (let batch = 0; goesOn(); batch += 1) {
    if (environments !== state.environments)
      [environments, run] = [state.environments, startBatches(state.environments, seed, { calls })];
    run(
      batch,
      BATCH,
      (trace) => isTaken(trace, state, options) && (look(trace, state, options), goesOn()),
    );
  }
  const ran = state.environments.filter(({ name }) => state.taken.has(name));
  const { tally, refused, found } = state;
  const small = found === undefined ? undefined : minimised(found, ran, options);
  const end = program.close();
  const atEnd = end === undefined ? undefined : failed(ran[0], [], end);
  return {
    tally,
    environments: ran,
    refused,
    found: small?.departure ?? atEnd,
    minimised: small?.runs ?? 0,
  };
}

function begin({ program, environments, base = reference }: ProgramOptions): State {
  const abilities = program.abilities();
  const refused = new Map<string, string>();
  const possible = environments.flatMap((named) => {
    const own = inRelease(named, abilities);
    const had = typeof own === 'string' ? own : fitted(base, own);
    if (typeof had !== 'string') return [had];
    refused.set(named.name, had);
    return [];
  });
  const state = {
    tally: startTally(),
    idle: 0,
    environments: possible,
    taken: new Set<string>(),
    refused,
    previous: undefined,
    found: undefined,
  };
  if (possible.length === 0) refuseAll(state, program);
  return state;
}

/** False for an environment that the program refuses; it is asked when one is first drawn, for it may take long. */
function isTaken({ environment }: Trace, state: State, { program }: ProgramOptions): boolean {
  const { name } = environment;
  if (state.taken.has(name)) return true;
  const why = missing(program, environment);
  if (why === undefined) state.taken.add(name);
  else {
    state.refused.set(name, why);
    state.environments = state.environments.filter((other) => other.name !== name);
    if (state.environments.length === 0) refuseAll(state, program);
  }
  return why === undefined;
}

function refuseAll({ refused }: State, program: ProcessFactory): never {
  const [why = 'there are none'] = refused.values();
  throw mistake(program, `can have none of the environments: ${why}`, 'one that it can have');
}

function look(drawn: Trace, state: State, options: ProgramOptions): void {
  const trace = restrict(drawn, options.program.abilities());
  const played = play(trace, options);
  addCompared(state.tally, { ...played, difference: undefined });
  state.idle = played.ran.length === 0 ? state.idle + 1 : 0;
  state.found = culprit(played.departure, state.previous, options);
  state.previous = trace;
  if (state.idle >= IDLE)
    throw mistake(
      options.program,
      `has no call that could be made in ${IDLE} traces`,
      'more calls',
    );
}

/**
 * Runs one trace on both, and then a second time step by step if they differ; adds to the tally. Throws a
 * mistake for a trace of another release, or in an environment that the program refuses.
 */
export function compareTrace(
  trace: Trace,
  options: Both,
  tally: Tally = startTally(),
): Departure | undefined {
  const { program } = options;
  const environment = worldOf(trace, options);
  if (typeof environment === 'string')
    throw mistake(
      program,
      `cannot run the trace: ${environment}`,
      'one in an environment that it has',
    );
  const played = play(restrict({ ...trace, environment }, program.abilities()), options);
  addCompared(tally, { ...played, difference: undefined });
  const { departure } = played;
  return departure === undefined ? undefined : confirmed(departure, options);
}

/** The world of a trace as both have it, or why one of them has none. */
export function worldOf(
  { environment }: Trace,
  { program, base = reference }: Both,
): Environment | string {
  const own = inRelease(environment, program.abilities());
  const had = typeof own === 'string' ? own : fitted(base, own);
  if (typeof had === 'string') return had;
  return missing(program, had) ?? had;
}

/** Why the program refuses an environment, which costs a world in it. */
function missing({ fit }: ProcessFactory, environment: Environment): string | undefined {
  const had = fit(environment);
  return typeof had === 'string' ? had : undefined;
}

function mistake({ name }: ProcessFactory, wrong: string, expected: string): Error {
  const error = new Error(`${name}: ${wrong}; expected ${expected}`);
  error.name = 'Mistake';
  return error;
}

/** What is wrong between two traces may be the fault of the one before. */
function culprit(
  found: Departure | undefined,
  previous: Trace | undefined,
  options: Both,
): Departure | undefined {
  if (found === undefined || !isOutside(found) || previous === undefined) return found;
  return fresh(previous, options) ?? found;
}

/** It shows only when more is asked, or when the program has ended. */
function isOutside({ where, at, unlike }: Departure): boolean {
  return unlike === undefined && (at === undefined || where === 'talks');
}

/** The simplest trace that differs in the same place, and what a fresh process does in it. */
function minimised(
  found: Departure,
  environments: readonly Environment[],
  options: ProgramOptions,
): { readonly departure: Departure; readonly runs: number } {
  const abilities = options.program.abilities();
  const outside = isOutside(found);
  const run = (candidate: Trace): Departure | undefined =>
    outside ? fresh(candidate, options) : play(candidate, options).departure;
  const holds = (candidate: Trace): boolean =>
    restrict(candidate, abilities).steps.length === candidate.steps.length &&
    run(candidate)?.where === found.where;
  const slow = found.where === 'slow' || found.where === 'late';
  const most = slow ? SLOW_BUDGET : outside ? FRESH_BUDGET : BUDGET;
  const budget = Math.min(options.budget ?? BUDGET, most);
  const { trace, runs } = minimiseWith(found.trace, holds, { environments, budget });
  return { departure: confirmed(run(trace) ?? found, options), runs };
}

/** What is said of a program that does something else in a fresh process. */
const SAME = 'the same trace behaves the same way';

function confirmed(found: Departure, options: Both): Departure {
  const again = fresh(found.trace, options);
  if (again !== undefined) return again;
  const { unlike, failure } = found;
  const what =
    unlike === undefined
      ? (failure ?? '')
      : `${options.program.name}: ${unlike.where} was ${unlike.other}`;
  return {
    ...found,
    where: SAME,
    failure: `${what}; not so in a fresh process, expected the same`,
  };
}
