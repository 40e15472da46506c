// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every short trace of small calls in an environment, with every single fault in its last step, and
 * what is found in it: where a walk that lowers one thing at a time would end if it could jump.
 * It depends on subject, specification and environment alone, so it is made once for all of them.
 */
import type { SubjectFactory } from '../subject/subject.ts';
import type { Call } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import type { Fault, Step, Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Options } from './apply.ts';
import { key, kindOf } from './finding.ts';
import { compareTraces } from './order.ts';
import { type Session, startSession } from './session.ts';
import { isPlain, smallCalls } from './small.ts';
import { faultsOf } from './sweep.ts';

/** A short trace and what is found in it. */
export interface Short {
  readonly trace: Trace;
  readonly finding: Finding;
}

/** Steps of the longest trace. */
const LONGEST = 2;

const atlases = new WeakMap<SubjectFactory, Map<string, readonly Short[]>>();

/** The simplest short trace of every finding, the simplest first. */
export function shortTraces(environment: Environment, options: Options): readonly Short[] {
  const known = atlases.get(options.factory) ?? new Map<string, readonly Short[]>();
  atlases.set(options.factory, known);
  const name = `${options.spec} ${JSON.stringify({ ...environment, name: '' })}`;
  const made = known.get(name) ?? explore(environment, options);
  known.set(name, made);
  return made;
}

interface Exploration {
  readonly environment: Environment;
  readonly session: Session;
  readonly found: Map<string, Short>;
}

function explore(environment: Environment, { factory, spec }: Options): readonly Short[] {
  const session = startSession(environment, { factory, spec, precise: true });
  const found = new Map<string, Short>();
  extend({ environment, session, found }, []);
  return [...found.values()].toSorted((a, b) => compareTraces(a.trace, b.trace));
}

/** Every small call after the steps that were run, and then every one after that. */
function extend(exploration: Exploration, steps: readonly Step[]): void {
  const { environment, session } = exploration;
  const before = session.snapshot();
  const model = session.model();
  const next: Step[] = [];
  for (const call of smallCalls(environment)) {
    const step = { call, faults: [] };
    session.restore(before);
    const { kind } = session.apply(step);
    if (kind === 'skipped') continue;
    const finding = session.finish();
    if (finding !== undefined) note(exploration, [...steps, step], finding);
    else if (kind === 'applied' && isPlain(call) && session.model() !== model) next.push(step);
    for (const fault of faultsOf(session, before, { step, shapes: [1, 2] })) {
      const failed = session.finish();
      if (failed !== undefined) note(exploration, [...steps, withFault(call, fault)], failed);
    }
  }
  if (steps.length + 1 >= LONGEST) return;
  for (const step of next) {
    session.restore(before);
    session.apply(step);
    extend(exploration, [...steps, step]);
  }
}

function withFault(call: Call, fault: Fault): Step {
  return { call, faults: [fault] };
}

/** Keeps the simplest trace of each finding. */
function note({ environment, found }: Exploration, steps: readonly Step[], finding: Finding): void {
  const name = `${key(finding)} | ${kindOf(finding)}`;
  const trace = { environment, steps };
  const known = found.get(name);
  if (known === undefined || compareTraces(trace, known.trace) < 0)
    found.set(name, { trace, finding });
}
