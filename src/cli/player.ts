// SPDX-License-Identifier: GPL-2.0-only
/** Runs a trace one step at a time, forwards and backwards, and says what each step did. */
import { changes, copyPicture } from '../report/changes.ts';
import { findingLines } from '../report/finding.ts';
import { observationLines } from '../report/observation.ts';
import type { Paint } from '../report/paint.ts';
import {
  type Options,
  type Session,
  type SessionSnapshot,
  startSession,
  type StepResult,
} from '../run/session.ts';
import type { Subject, SubjectFactory } from '../subject/subject.ts';
import { behindNow } from '../run/complaint.ts';
import { placeless } from '../run/differ.ts';
import { startBeside } from './beside.ts';
import { formatStep } from '../trace/format.ts';
import type { Frame } from '../trace/observation.ts';
import type { Step, Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';

/** A trace with a place in it. */
export interface Player {
  /** Steps that have been run. */
  readonly position: () => number;
  readonly length: number;
  /** Steps that were run and show something else than the base; counted from 1. */
  readonly differing: () => readonly number[];
  /** Runs the next step and describes it; `undefined` at the end, or where the trace ended early. */
  readonly forward: () => string | undefined;
  /** Takes back the last step; false at the beginning. */
  readonly back: () => boolean;
  /** What was found so far, at the end also by checking everything once more. */
  readonly finish: () => Ending;
}

/** How a trace ended. */
export interface Ending {
  readonly finding: Finding | undefined;
  readonly stack: readonly Frame[];
  /** The description of a step has told it. */
  readonly told: boolean;
  /** False when steps are left that could be run. */
  readonly complete: boolean;
}

/** How a trace is played. */
export interface PlayerOptions extends Options {
  /** What the subject is a change of: where it shows something else, both are shown. */
  readonly base?: SubjectFactory | undefined;
}

/** Starts before the first step. Every rule is checked on every object after each step. */
export function startPlayer(trace: Trace, options: PlayerOptions, paint: Paint): Player {
  const { base } = options;
  const beside = base === undefined ? undefined : startBeside(base, trace.environment, paint);
  const differing = new Set<number>();
  const { factory, subject } = watched(options.factory);
  const session = startSession(trace.environment, { ...options, factory, precise: true });
  const before: SessionSnapshot[] = [];
  /** Whether a step was run, or refused. */
  const ran: boolean[] = [];
  let stopped = false;
  let found: Finding | undefined;
  return {
    position: () => before.length,
    length: trace.steps.length,
    differing: () => [...differing],
    forward: () => {
      const step = trace.steps[before.length];
      if (step === undefined || stopped) return undefined;
      before.push(session.snapshot());
      const picture = copyPicture(subject().picture());
      const result = session.apply(step);
      stopped = result.kind === 'finding' || result.kind === 'ended';
      if (result.kind === 'finding') found = result.finding;
      const shown = result.kind === 'skipped' ? undefined : session.observation();
      const seen = shown === undefined || beside === undefined ? shown : placeless(shown);
      const own =
        seen === undefined
          ? []
          : observationLines(step.call.fn, seen, changes(picture, seen.picture));
      const { lines, differs } =
        beside === undefined || result.kind === 'skipped'
          ? { lines: own, differs: false }
          : beside.compare(step, own);
      if (differs) differing.add(before.length);
      ran.push(result.kind !== 'skipped');
      const all = [
        heading(before.length, step, paint),
        ...lines,
        ...resultLines(session, result, paint),
      ];
      return all.join('\n');
    },
    back: () => {
      const snapshot = before.pop();
      if (snapshot === undefined) return false;
      differing.delete(before.length + 1);
      if (ran.pop() === true) beside?.back();
      session.restore(snapshot);
      stopped = false;
      found = undefined;
      return true;
    },
    finish: () => {
      const complete = stopped || before.length === trace.steps.length;
      const finding = complete && !stopped ? session.finish() : found;
      const stack = finding === undefined ? [] : behindNow(session, finding).stack;
      return { finding, stack, told: found !== undefined, complete };
    },
  };
}

function heading(number: number, step: Step, paint: Paint): string {
  return paint.strong(`${number}. ${formatStep(step)}`);
}

function resultLines(session: Session, result: StepResult, paint: Paint): readonly string[] {
  switch (result.kind) {
    case 'applied':
      return [];
    case 'ended':
      return [paint.faint('  the oracle expects this: the trace ends here')];
    case 'skipped':
      return [paint.faint(`  not run   ${result.why}`)];
    case 'finding':
      return [
        paint.bad(`  finding   ${result.finding.rule}`),
        ...findingLines(result.finding, behindNow(session, result.finding).stack),
      ];
  }
}

/** The factory, and a way to look at the subject that it started last. */
function watched(factory: SubjectFactory): { factory: SubjectFactory; subject: () => Subject } {
  let started: Subject | undefined;
  return {
    factory: {
      ...factory,
      start: (environment) => {
        started = factory.start(environment);
        return started;
      },
    },
    subject: () => {
      if (started === undefined) throw new Error('the session has started no subject');
      return started;
    },
  };
}
