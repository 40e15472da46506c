// SPDX-License-Identifier: GPL-2.0-only
/** Which of the oracle's outcomes an observation is, and in which words it is none of them. */
import type { History } from '../invariants/history.ts';
import type { Broken } from '../invariants/rule.ts';
import { SPLATS } from '../invariants/splat.ts';
import { formatErrno } from '../trace/errno.ts';
import type { Observation, Splat } from '../trace/observation.ts';
import { ANY, FAILED, type Outcome } from '../trace/outcome.ts';

/** The rule of every finding that is a difference between subject and oracle. */
export const AGREE = 'subject and oracle agree';

/** What a subject showed after a call, and how that call may end. */
export interface Judged {
  readonly observation: Observation;
  readonly outcomes: readonly Outcome[];
}

/**
 * The outcome that the observation is: the plain one, or the first of those that injected faults
 * lead to, which count only when a fault was reached.
 */
export function fitting(judged: Judged): Outcome | undefined {
  const { observation, outcomes } = judged;
  for (let i = 0; i < outcomes.length; i += 1) {
    const outcome = outcomes[i];
    if (outcome !== undefined && isPossible(outcome, observation) && fits(outcome, judged))
      return outcome;
  }
  return undefined;
}

/** Some outcomes take a fault that was reached. */
function isPossible({ fault }: Outcome, { fired }: Observation): boolean {
  return !fault || fired.length > 0;
}

function fits(outcome: Outcome, { observation }: Judged): boolean {
  if (!sameSplats(outcome.splats, observation.splats)) return false;
  return outcome.last || (!observation.dead && returned(outcome, observation));
}

function returned({ ret }: Outcome, seen: Observation): boolean {
  return ret === ANY || (ret === FAILED ? seen.ret !== 0 : seen.ret === ret);
}

/** How often a function complains that the mutex is not held says nothing. */
function sameSplats(wanted: readonly string[], seen: readonly Splat[]): boolean {
  let count = 0;
  for (let i = 0; i < seen.length; i += 1) {
    const splat = seen[i];
    if (splat === undefined) return false;
    const text = splatText(splat);
    if (wanted[count] === text) count += 1;
    else if (splat.kind !== 'lockdep' || !wanted.slice(0, count).includes(text)) return false;
  }
  return count === wanted.length;
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
  const { observation } = judged;
  const outcomes = judged.outcomes.filter((outcome) => isPossible(outcome, observation));
  for (const rule of SPLATS) {
    const details = outcomes.map(({ splats }) => rule.step?.(observation, history, splats));
    const [detail] = details;
    if (detail !== undefined && !details.includes(undefined))
      return { rule: rule.name, source: rule.source, detail };
  }
  const detail = difference(outcomes, judged);
  return { rule: AGREE, source: 'src/oracle/oracle.ts', detail };
}

/** What was seen and what would have been possible; the first words say in what they differ. */
function difference(outcomes: readonly Outcome[], { observation }: Judged): string {
  const bySplats = outcomes.filter(({ splats }) => sameSplats(splats, observation.splats));
  if (bySplats.length === 0) {
    const wanted = either(outcomes.map(({ splats }) => list(splats)));
    return `complained: ${list(observation.splats.map(splatText))}; allowed: ${wanted}`;
  }
  if (observation.dead) return 'died: the oracle goes on';
  const wanted = bySplats.map(returnText);
  return `returned: ${formatErrno(observation.ret)}; allowed: ${either(wanted)}`;
}

function returnText({ ret }: Outcome): string {
  return ret === FAILED ? 'a failure' : formatErrno(ret);
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}

function either(texts: readonly string[]): string {
  return [...new Set(texts)].join(' or ');
}
