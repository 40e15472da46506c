// SPDX-License-Identifier: GPL-2.0-only
/**
 * Every short trace of small calls in an environment, with every single fault in its last step, and
 * what is found in it: where a walk that lowers one thing at a time would end if it could jump.
 * What is known of an environment depends on it, on subject and specification alone, so it is kept.
 */
import { expected } from '../../oracle/oracle.ts';
import { refuses } from '../../legal/refuse.ts';
import { fits, type SubjectFactory } from '../../subject/subject.ts';
import type { Call } from '../../trace/call.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from '../../trace/environment.ts';
import type { Observation } from '../../trace/observation.ts';
import { type Site, SITES } from '../../trace/sites.ts';
import type { Fault, Step, Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Options } from '../apply.ts';
import { key, kindOf } from '../finding.ts';
import { compareEnvironments, compareTraces } from './order.ts';
import { hashTrace } from './search.ts';
import { type Session, type SessionSnapshot, startSession } from '../session.ts';
import { isPlain, smallCalls } from './small.ts';
import { faultPoints, firing } from '../sweep.ts';

/** A short trace and what is found in it. */
export interface Short {
  readonly trace: Trace;
  readonly finding: Finding;
}

/** Who asks: only traces that are simpler than the best one matter, and one that is taken is the best one then. */
export interface Visitor {
  readonly best: () => Trace;
  readonly offer: (short: Short) => boolean;
  /** Steps of the longest traces that are looked at. */
  readonly longest: number;
}

/** What is known of the short traces of an environment. */
export interface Atlas {
  readonly environment: Environment;
  /** The simplest trace of each finding. */
  readonly found: Map<string, Short>;
  /** Hashes of traces in which nothing is found. */
  readonly clean: Set<number>;
  /** What a call does that comes first, or after the one call that is before it; its faults were tried. */
  readonly does: Map<Call | undefined, Map<Call, string>>;
  /** Calls that are deadly as the first step: a device without MSI data is a NULL dereference to most. */
  readonly deadly: Set<Call>;
  known: Reach;
}

/** Which traces: all with so many steps at most, and those that are simpler than one that has a step more. */
interface Reach {
  readonly whole: number;
  readonly below: Trace | undefined;
}

/** Where one call goes through several levels. */
export const HIERARCHIES: readonly Environment[] = [
  { ...DEFAULT_ENVIRONMENT, levels: 1 },
  { ...DEFAULT_ENVIRONMENT, levels: 2 },
];

const atlases = new WeakMap<SubjectFactory, Map<string, Atlas>>();

/** What is known so far. */
export function atlasOf(environment: Environment, options: Options): Atlas {
  const known = atlases.get(options.factory) ?? new Map<string, Atlas>();
  atlases.set(options.factory, known);
  const name = `${options.spec} ${options.against?.name ?? ''} ${JSON.stringify({ ...environment, name: '' })}`;
  const atlas = known.get(name) ?? {
    environment,
    found: new Map(),
    clean: new Set(),
    does: new Map(),
    deadly: new Set(),
    known: { whole: 0, below: undefined },
  };
  known.set(name, atlas);
  return atlas;
}

/** Offers all short traces that have a finding and are simpler than the best one; true when one was taken. */
export function visit(atlas: Atlas, options: Options, visitor: Visitor): boolean {
  let taken = false;
  const offer = (short: Short): boolean => {
    const took = compareTraces(short.trace, visitor.best()) < 0 && visitor.offer(short);
    taken ||= took;
    return took;
  };
  [...atlas.found.values()].toSorted((a, b) => compareTraces(a.trace, b.trace)).some(offer);
  if (!covers(atlas.known, reach(atlas, visitor))) {
    const { factory, spec, against } = options;
    if (!fits(factory, atlas.environment)) return taken;
    const session = startSession(atlas.environment, { factory, spec, against });
    atlas.does.clear();
    const home = atlasOf(DEFAULT_ENVIRONMENT, options);
    const plainer = [home, ...HIERARCHIES.map((one) => atlasOf(one, options))].filter(
      (one) => compareEnvironments(one.environment, atlas.environment) < 0,
    );
    extend({ atlas, session, spec, visitor: { ...visitor, offer }, home, plainer }, []);
    atlas.known = reach(atlas, visitor);
  }
  return taken;
}

function reach({ environment }: Atlas, { best, longest }: Visitor): Reach {
  const trace = best();
  const { length } = trace.steps;
  const nearer = compareEnvironments(environment, trace.environment);
  const whole = Math.min(longest, nearer < 0 ? length : length - 1);
  return { whole, below: nearer === 0 && length <= longest ? trace : undefined };
}

function covers(known: Reach, { whole, below }: Reach): boolean {
  if (known.whole < whole) return false;
  if (below === undefined || known.whole >= below.steps.length) return true;
  return known.below !== undefined && compareTraces(below, known.below) <= 0;
}

interface Exploration {
  readonly atlas: Atlas;
  readonly session: Session;
  readonly spec: Options['spec'];
  readonly visitor: Visitor;
  /** The default environment. */
  readonly home: Atlas;
  /** Simpler environments: what a call does there as well was looked at there. */
  readonly plainer: readonly Atlas[];
}

/** Every small call after the steps that were run, and then every one after that. */
function extend(exploration: Exploration, steps: readonly Step[]): void {
  const { atlas, session, spec, visitor, home } = exploration;
  const before = session.snapshot();
  const model = session.model();
  const next: Step[] = [];
  let clean = true;
  for (const call of smallCalls(atlas.environment)) {
    const step = { call, faults: [] };
    if (!matters(exploration, [...steps, step]) || refuses(model, call) !== undefined) continue;
    if (home.deadly.has(call) && expected(model, call, spec).dead) continue;
    if (!clean) session.restore(before);
    clean = false;
    const { kind } = session.apply(step);
    if (note(exploration, [...steps, step])) continue;
    if (kind === 'ended' && steps.length === 0) home.deadly.add(call);
    if (kind === 'ended') continue;
    if (isPlain(call) && session.model() !== model) next.push(step);
    if (matters(exploration, [...steps, { call, faults: [SIMPLEST] }]))
      failing(exploration, before, [...steps, step]);
  }
  const { whole, below } = reach(atlas, visitor);
  if (steps.length + 1 >= (below?.steps.length ?? whole)) return;
  for (const step of next) {
    session.restore(before);
    session.apply(step);
    extend(exploration, [...steps, step]);
  }
}

const SIMPLEST: Fault = { kind: 'memory', site: SITES[0], nth: 1, count: 1 };

function matters(
  { atlas: { environment }, visitor: { best, longest } }: Exploration,
  steps: readonly Step[],
): boolean {
  return steps.length <= longest && compareTraces({ environment, steps }, best()) < 0;
}

/** The last step again, with each fault; only trees ask a second time when memory is refused. */
function failing(exploration: Exploration, before: SessionSnapshot, steps: readonly Step[]): void {
  const { session, atlas, plainer } = exploration;
  const observation = session.observation();
  const step = steps.at(-1);
  if (observation === undefined || step === undefined) return;
  const { call } = step;
  const does = behaviour(observation);
  const prior = steps.at(-2)?.call;
  const known = [
    ...(prior === undefined ? [] : [atlas, ...plainer].map((one) => tried(one, undefined, call))),
    ...plainer.map((one) => tried(one, prior, call)),
  ];
  if (known.includes(does)) return; // what is around it makes no difference
  const after = atlas.does.get(prior) ?? new Map<Call, string>();
  atlas.does.set(prior, after.set(call, does));
  const faults = faultPoints(observation, (site) => (TREES.includes(site) ? [1, 2] : [1]));
  for (const fault of firing(session, before, step, faults))
    note(exploration, [...steps.slice(0, -1), { call, faults: [fault] }]);
}

function tried({ does }: Atlas, prior: Call | undefined, call: Call): string | undefined {
  return does.get(prior)?.get(call);
}

const TREES: readonly Site[] = ['xa_node', 'maple_node', 'radix_tree_node'];

/** What the last step did, apart from numbers of interrupts. */
function behaviour({ ret, callbacks, splats, requests }: Observation): string {
  const ops = callbacks.map(({ op, domain }) => `${op} ${domain}`);
  return `${Math.min(ret, 1)} ${ops.join()} ${splats.length} ${requests.join()}`;
}

/** True when something is found; keeps the simplest trace of each finding, and offers it. */
function note({ atlas, session, visitor }: Exploration, steps: readonly Step[]): boolean {
  const trace = { environment: atlas.environment, steps };
  const finding = session.finish();
  if (finding === undefined) {
    atlas.clean.add(hashTrace(trace));
    return false;
  }
  const name = `${key(finding)} | ${kindOf(finding)}`;
  const known = atlas.found.get(name);
  if (known === undefined || compareTraces(trace, known.trace) < 0)
    atlas.found.set(name, { trace, finding });
  visitor.offer({ trace, finding });
  return true;
}
