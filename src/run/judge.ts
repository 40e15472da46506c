// SPDX-License-Identifier: GPL-2.0-only
/** Which of the oracle's outcomes an observation is, and in which words it is none of them. */
import type { History } from '../invariants/history.ts';
import type { Broken } from '../invariants/rule.ts';
import { SPLATS } from '../invariants/splat.ts';
import { mismatch } from './compare.ts';
import { VIRQ } from '../oracle/draft.ts';
import type { Model } from '../oracle/model.ts';
import { allowed, expected, type Outcome, returned, type Spec } from '../oracle/oracle.ts';
import { formatErrno } from '../trace/errno.ts';
import type { Observation, Splat } from '../trace/observation.ts';
import type { Step } from '../trace/step.ts';

/** The rule of every finding that is a difference between subject and oracle. */
export const AGREE = 'subject and oracle agree';

/** A step, what a subject showed, and what the oracle believed before it. */
export interface Judged {
  readonly step: Step;
  readonly observation: Observation;
  readonly model: Model;
  readonly spec: Spec;
}

/**
 * The outcome that the observation is: the plain one, or the first of those that injected faults
 * lead to, which count only when a fault was reached.
 */
export function fitting(judged: Judged): Outcome | undefined {
  const { step, model, spec } = judged;
  const plain = expected(model, step.call, spec);
  if (fits(plain, judged)) return plain;
  return possible(judged).find((outcome) => fits(outcome, judged));
}

/** Outcomes that are possible after the faults that were reached. */
function possible({ step, observation, model, spec }: Judged): readonly Outcome[] {
  const reached = observation.fired.length > 0;
  return allowed(model, step, spec).filter(({ fault }) => reached || !fault);
}

function fits(outcome: Outcome, { step, observation, model }: Judged): boolean {
  if (!sameSplats(outcome.splats, observation.splats)) return false;
  if (outcome.dead) return true;
  return (
    !observation.dead &&
    returned(outcome, observation) &&
    mismatch(model, outcome.next, observation.picture, step.call.dev) === undefined
  );
}

function sameSplats(wanted: readonly string[], seen: readonly Splat[]): boolean {
  if (wanted.length !== seen.length) return false;
  for (let i = 0; i < wanted.length; i += 1) {
    const splat = seen[i];
    if (splat === undefined || wanted[i] !== splatText(splat)) return false;
  }
  return true;
}

/** `WARN msi_ctrl_valid 1`, as the oracle names it. */
export function splatText({ kind, fn, nth }: Splat): string {
  return `${kind} ${fn} ${nth}`;
}

/**
 * What is wrong with an observation that is none of the possible outcomes: a complaint that nobody
 * named, or else a difference.
 */
export function whatIsWrong(judged: Judged, history: History): Broken {
  const outcomes = possible(judged);
  for (const rule of SPLATS) {
    const details = outcomes.map(({ splats }) => rule.step?.(judged.observation, history, splats));
    const [detail] = details;
    if (detail !== undefined && !details.includes(undefined))
      return { rule: rule.name, source: rule.source, detail };
  }
  const detail = difference(outcomes, judged);
  return { rule: AGREE, source: 'src/oracle/oracle.ts', detail };
}

/** What was seen and what would have been possible; the first words say in what they differ. */
function difference(outcomes: readonly Outcome[], { step, observation, model }: Judged): string {
  const bySplats = outcomes.filter(({ splats }) => sameSplats(splats, observation.splats));
  if (bySplats.length === 0) {
    const wanted = either(outcomes.map(({ splats }) => list(splats)));
    return `complained: ${list(observation.splats.map(splatText))}; allowed: ${wanted}`;
  }
  if (observation.dead) return 'died: the oracle goes on';
  const byRet = bySplats.filter((outcome) => returned(outcome, observation));
  if (byRet.length === 0) {
    const wanted = bySplats.map(returnText);
    return `returned: ${formatErrno(observation.ret)}; allowed: ${either(wanted)}`;
  }
  const states = byRet.map(
    ({ next }) => mismatch(model, next, observation.picture, step.call.dev) ?? 'nothing',
  );
  return `state: ${either(states)}`;
}

function returnText({ ret }: Outcome): string {
  return ret === VIRQ ? 'an interrupt number' : formatErrno(ret);
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}

function either(texts: readonly string[]): string {
  return [...new Set(texts)].join(' or ');
}
