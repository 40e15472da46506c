// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every short trace of small calls in an environment, with every single fault in its last step, and
 * what is found in it: where a walk that lowers one thing at a time would end if it could jump.
 * It depends on subject, specification and environment alone, so it is made once for all of them.
 */
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Call } from '../../trace/call.ts';
import type { Environment } from '../../trace/environment.ts';
import type { Site } from '../../trace/sites.ts';
import type { Step, Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Options } from '../apply.ts';
import { key, kindOf } from '../finding.ts';
import { compareTraces } from './order.ts';
import { type Session, type SessionSnapshot, startSession } from '../session.ts';
import { isPlain, smallCalls } from './small.ts';
import { faultPoints, firing } from '../sweep.ts';

/** A short trace and what is found in it. */
export interface Short {
  readonly trace: Trace;
  readonly finding: Finding;
}

const atlases = new WeakMap<SubjectFactory, Map<string, readonly Short[]>>();

/** The simplest short trace of every finding, of `longest` steps at most; the simplest first. */
export function shortTraces(
  environment: Environment,
  options: Options,
  longest: number,
): readonly Short[] {
  const known = atlases.get(options.factory) ?? new Map<string, readonly Short[]>();
  atlases.set(options.factory, known);
  const name = `${longest} ${options.spec} ${options.against?.name ?? ''} ${JSON.stringify({ ...environment, name: '' })}`;
  const made = known.get(name) ?? explore(environment, options, longest);
  known.set(name, made);
  return made;
}

interface Exploration {
  readonly environment: Environment;
  readonly session: Session;
  readonly longest: number;
  readonly found: Map<string, Short>;
  /** What each call does as the first step. */
  readonly alone: Map<Call, string>;
  /** Calls that are deadly as the first step: a device without MSI data is a NULL dereference to most. */
  readonly deadly: Set<Call>;
}

function explore(
  environment: Environment,
  { factory, spec, against }: Options,
  longest: number,
): readonly Short[] {
  const session = startSession(environment, { factory, spec, against });
  const exploration = {
    environment,
    session,
    longest,
    found: new Map(),
    alone: new Map(),
    deadly: new Set<Call>(),
  };
  extend(exploration, []);
  return [...exploration.found.values()].toSorted((a, b) => compareTraces(a.trace, b.trace));
}

/** Every small call after the steps that were run, and then every one after that. */
function extend(exploration: Exploration, steps: readonly Step[]): void {
  const { environment, session, alone, deadly } = exploration;
  const before = session.snapshot();
  const next: Step[] = [];
  const stillDeadly = session.observation()?.picture.msi_device_data.live === 0;
  let clean = true;
  for (const call of smallCalls(environment)) {
    if (stillDeadly && deadly.has(call)) continue;
    const step = { call, faults: [] };
    if (!clean) session.restore(before);
    const { kind } = session.apply(step);
    clean = kind === 'skipped';
    if (clean) continue;
    const finding = session.finish();
    if (finding !== undefined) note(exploration, [...steps, step], finding);
    if (kind === 'ended' && steps.length === 0) deadly.add(call);
    if (finding !== undefined || kind === 'ended') continue;
    if (isPlain(call)) next.push(step);
    const does = behaviour(session);
    if (steps.length === 0) alone.set(call, does);
    else if (alone.get(call) === does) continue; // what is before it makes no difference
    failing(exploration, before, steps, step);
  }
  if (steps.length + 1 >= exploration.longest) return;
  for (const step of next) {
    session.restore(before);
    session.apply(step);
    extend(exploration, [...steps, step]);
  }
}

/** The last step again, with each fault; only trees ask a second time when memory is refused. */
function failing(
  exploration: Exploration,
  before: SessionSnapshot,
  steps: readonly Step[],
  step: Step,
): void {
  const { session } = exploration;
  const observation = session.observation();
  if (observation === undefined) return;
  const faults = faultPoints(observation, (site) => (TREES.includes(site) ? [1, 2] : [1]));
  for (const fault of firing(session, before, step, faults)) {
    const finding = session.finish();
    if (finding === undefined) continue;
    note(exploration, [...steps, { call: step.call, faults: [fault] }], finding);
  }
}

const TREES: readonly Site[] = ['xa_node', 'maple_node', 'radix_tree_node'];

/** What the last step did, apart from numbers of interrupts. */
function behaviour(session: Session): string {
  const seen = session.observation();
  if (seen === undefined) return '';
  const { ret, callbacks, splats, requests } = seen;
  return `${Math.min(ret, 1)} ${callbacks.map(({ op }) => op).join()} ${splats.length} ${requests.join()}`;
}

/** Keeps the simplest trace of each finding. */
function note({ environment, found }: Exploration, steps: readonly Step[], finding: Finding): void {
  const name = `${key(finding)} | ${kindOf(finding)}`;
  const trace = { environment, steps };
  const known = found.get(name);
  if (known === undefined || compareTraces(trace, known.trace) < 0)
    found.set(name, { trace, finding });
}
