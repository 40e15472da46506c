// SPDX-License-Identifier: GPL-2.0-only
/** One trace on the reference and on a program: at once, or a step at a time in a fresh process. */
import { fold, startHistory } from '../invariants/history.ts';
import { refuses } from '../legal/refuse.ts';
import { outcomes } from '../oracle/oracle.ts';
import { fitting } from '../run/judge.ts';
import type { Answer } from '../subject/process/answer.ts';
import type { ProcessFactory } from '../subject/process/index.ts';
import { ProgramError } from '../subject/process/trouble.ts';
import { reference } from '../subject/reference/index.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from '../trace/environment.ts';
import type { Step, Trace } from '../trace/step.ts';
import type { Unlike } from './alike.ts';
import type { Compared } from './conform.ts';
import { type Expectation, expectationOf, noRenaming, unlikeExpected } from './shown.ts';

/** Where a program does not do what the reference does, or does not keep to the protocol. */
export interface Departure {
  readonly trace: Trace;
  /** Index of the step; `undefined` for what is wrong at another moment. */
  readonly at: number | undefined;
  /** A word for the kind of difference: what is shown there, or how the program fails. */
  readonly where: string;
  /** What the reference shows and what the program shows; absent when it fails. */
  readonly unlike: Unlike | undefined;
  /** How it fails, in a sentence. */
  readonly failure: string | undefined;
  /** What it has written to its standard error. */
  readonly stderr: string;
}

/** The two that are compared. */
export interface Both {
  readonly program: ProcessFactory;
  /** What the program must agree with; the reference unless told. */
  readonly base?: SubjectFactory;
}

/** A trace as it was run: steps that the program answered, and how far the other one went. */
export interface Played extends Omit<Compared, 'difference'> {
  readonly departure: Departure | undefined;
}

/** What the reference was asked, and what it showed. */
interface Asked {
  readonly steps: readonly Step[];
  readonly expected: readonly Expectation[];
  readonly stopped: Compared['stopped'];
}

/** Runs what the reference does not refuse on both: first there, then all at once on the program. */
export function play(trace: Trace, options: Both): Played {
  const { environment } = trace;
  const asked = ask(trace, options);
  const { steps, expected, stopped } = asked;
  const played = (count: number, departure: Departure | undefined): Played => ({
    ran: steps.slice(0, count),
    fired: expected.slice(0, count).reduce((sum, { fired }) => sum + fired, 0),
    stopped: count < steps.length ? undefined : stopped,
    departure,
  });
  if (steps.length === 0) return played(0, undefined);
  try {
    const { answers, error } = options.program.start(environment).applyAll(steps);
    const failure = error === undefined ? undefined : failed(environment, steps, error);
    return played(answers.length, differing(environment, asked, answers) ?? failure);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return played(0, failed(environment, steps, error));
  }
}

/** The steps that make sense; the oracle knows which do, and what it does not allow ends the trace. */
function ask({ environment, steps }: Trace, { program, base = reference }: Both): Asked {
  const { shows } = program.abilities();
  const subject = base.start(environment);
  const asked: Step[] = [];
  const expected: Expectation[] = [];
  const history = startHistory(environment);
  let picture = subject.picture();
  for (const step of steps) {
    const { call } = step;
    if (refuses(environment, picture, call, history.filledBy) !== undefined) continue;
    const possible = outcomes(environment, picture, step);
    const observation = subject.apply(step);
    // What a kernel does not survive is not asked of a program that could not say so.
    if (observation.dead && !shows.results.has('dead')) break;
    asked.push(step);
    expected.push(expectationOf(observation, { fn: call.fn, shows }));
    const outcome = fitting({ observation, outcomes: possible });
    if (outcome === undefined) return { steps: asked, expected, stopped: 'not allowed' };
    if (outcome.last) break;
    fold(history, observation, step);
    ({ picture } = observation);
  }
  return { steps: asked, expected, stopped: undefined };
}

function differing(
  environment: Environment,
  { steps, expected }: Asked,
  answers: readonly Answer[],
): Departure | undefined {
  const renaming = noRenaming();
  for (const [at, answer] of answers.entries()) {
    const expectation = expected[at];
    if (expectation === undefined) return undefined;
    const unlike = unlikeExpected(expectation, answer, renaming);
    if (unlike === undefined) continue;
    const trace = { environment, steps: steps.slice(0, at + 1) };
    return { trace, at, where: unlike.where, unlike, failure: undefined, stderr: '' };
  }
  return undefined;
}

/** How a program failed, as a departure. */
export function failed(
  environment: Environment | undefined,
  steps: readonly Step[],
  { kind, message, step, stderr }: ProgramError,
): Departure {
  return {
    trace: {
      environment: environment ?? DEFAULT_ENVIRONMENT,
      steps: step > 0 ? steps.slice(0, step) : steps,
    },
    at: step > 0 ? step - 1 : undefined,
    where: kind,
    unlike: undefined,
    failure: message,
    stderr,
  };
}

/**
 * A trace in a process of its own, a step at a time, and to its end: which step is to blame is then
 * certain, and lines that were not asked for have all come.
 */
export function fresh(trace: Trace, options: Both): Departure | undefined {
  const { program } = options;
  program.close();
  const asked = ask(trace, options);
  const departure = stepByStep(trace.environment, asked, program);
  const end = program.close();
  if (end !== undefined && (end.kind === 'talks' || departure === undefined))
    return { ...failed(trace.environment, asked.steps, end), at: departure?.at };
  return departure === undefined ? undefined : { ...departure, stderr: program.stderr() };
}

function stepByStep(
  environment: Environment,
  asked: Asked,
  program: ProcessFactory,
): Departure | undefined {
  const answers: Answer[] = [];
  try {
    const world = program.start(environment);
    for (const step of asked.steps) {
      const { answers: some, error } = world.applyAll([step]);
      answers.push(...some);
      const departure =
        differing(environment, asked, answers) ??
        (error === undefined ? undefined : failed(environment, asked.steps, error));
      if (departure !== undefined) return departure;
    }
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return failed(environment, asked.steps, error);
  }
  return undefined;
}
