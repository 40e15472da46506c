// SPDX-License-Identifier: GPL-2.0-only
/**
 * Checks one change: the corpus, its sweep and random traces run on the changed copy, with oracle and
 * rules, beside the base, until a rule objects where the base passes or the budget is used up.
 */
import { startBatches } from '../generate/batch.ts';
import { SHOWS_THE_SAME } from '../run/differ.ts';
import { isExpected } from '../run/expected.ts';
import { type Options, runTrace, SAME } from '../run/session.ts';
import { sweepTrace } from '../run/sweep.ts';
import { isProblem, type Problem } from '../subject/changed/sources.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import { thrownText } from '../subject/thrown.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Budget, Shown, Source } from './budget.ts';
import { besideFinding, showsElse } from './beside.ts';
import { changedFiles } from './change.ts';
import { evidenceOf } from './evidence.ts';
import type { ChangeResult, Covered, VerdictKind } from '../report/change.ts';
import { unreadableFinding } from './unreadable.ts';
import { type Loadable, loadVersions, ofBase, type Versions } from './versions.ts';

/** What a result is about. */
export type Named = Pick<Loadable, 'name' | 'title'>;

/** A check that goes on. */
interface Check {
  readonly budget: Budget;
  readonly versions: Versions;
  readonly covered: { -readonly [key in keyof Covered]: Covered[key] };
  readonly repairs: Map<string, string>;
  readonly start: number;
  different: Shown | undefined;
  broken: Shown | undefined;
  /** Why the base cannot be checked. */
  unusable: Problem | undefined;
}

/** Checks a change of the reference. */
export function checkChange(change: Loadable, budget: Budget): ChangeResult {
  const start = budget.clock();
  if (changedFiles(change.base, change.changed).length === 0) return empty(change);
  const versions = loadVersions(change);
  return isProblem(versions)
    ? unusable(change, versions)
    : checkVersions(change, versions, { ...budget, start });
}

/** Checks what is loaded; `start` is when the check began, by the budget's clock. */
export function checkVersions(
  named: Named,
  versions: Versions,
  budget: Budget & { readonly start: number },
): ChangeResult {
  const { start } = budget;
  const check: Check = {
    budget,
    versions,
    covered: { traces: 0, steps: 0, corpus: 0, sweep: 0, random: 0 },
    repairs: new Map(),
    start,
    different: undefined,
    broken: undefined,
    unusable: undefined,
  };
  run(check);
  if (check.unusable !== undefined) return unusable(named, check.unusable);
  const touched = versions.touched();
  const verdict = verdictOf(
    check,
    touched.some(({ missed }) => missed.length > 0),
  );
  const { covered, repairs } = check;
  const milliseconds = Math.round(budget.clock() - start);
  return {
    ...empty(named),
    verdict,
    evidence: evidence(check),
    repairs: [...repairs].map(([finding, found]) => `${finding} (${found})`),
    touched: versions.own(touched),
    covered,
    milliseconds,
  };
}

/** The result where nothing can be run. */
export function unusable(change: Named, problem: Problem): ChangeResult {
  return { ...empty(change), verdict: 'does not load', problem };
}

/** A result without anything run. */
export function empty({ name, title }: Named): ChangeResult {
  return {
    name,
    title,
    verdict: 'same',
    problem: undefined,
    evidence: undefined,
    repairs: [],
    touched: [],
    covered: { traces: 0, steps: 0, corpus: 0, sweep: 0, random: 0 },
    milliseconds: 0,
    surprise: '',
    types: undefined,
    since: '',
  };
}

function verdictOf(check: Check, unreached: boolean): VerdictKind {
  const { broken, different } = check;
  if (broken !== undefined) return 'broken';
  if (different !== undefined) return 'different';
  // Nothing is known of a change that nothing was run on.
  return unreached || check.covered.traces === 0 ? 'unreached' : 'same';
}

function evidence({ broken, different, versions, budget }: Check): ChangeResult['evidence'] {
  const shown = broken ?? different;
  if (shown === undefined) return undefined;
  return evidenceOf(shown, { ...versions, budget });
}

function run(check: Check): void {
  const { budget } = check;
  for (const { path, trace } of budget.corpus) {
    if (done(check)) return;
    check.covered.corpus += 1;
    one(check, trace, path);
  }
  for (const source of budget.corpus) {
    if (done(check)) return;
    sweep(check, source);
  }
  random(check);
}

function done({ broken, unusable: stopped, budget, start }: Check): boolean {
  if (stopped !== undefined) return true;
  return broken !== undefined || budget.clock() - start >= budget.time;
}

/** How the changed subject is run: once something was seen to differ, the base need not run beside it. */
function optionsOf({ versions, different, budget }: Check): Options {
  const { spec, expected } = budget;
  const against = different === undefined ? versions.base : undefined;
  return { factory: versions.changed, spec, expected, against };
}

function one(check: Check, trace: Trace, found: string, look = closely): void {
  begin(check, trace, found);
  try {
    look(check, trace, found);
    check.versions.ran(trace);
  } catch (error) {
    unreadable(check, trace, found, error);
  }
}

/** With oracle and rules. */
function closely(check: Check, trace: Trace, found: string): void {
  const verdict = runTrace(trace, optionsOf(check));
  if (verdict.kind === 'finding') judge(check, trace, verdict.finding, found);
}

/** The same where the change shows anything that the base does not: else they pass both, or object to both. */
function showing(check: Check, trace: Trace, found: string): void {
  const { versions, budget, different } = check;
  const subjects = { ...versions, spec: budget.spec };
  if (different !== undefined || showsElse(trace, subjects)) closely(check, trace, found);
}

function sweep(check: Check, { path, trace }: Source): void {
  const found = `sweep of ${path}`;
  check.budget.progress(found, check.covered.traces);
  const options = { ...optionsOf(check), compareOnly: check.different === undefined };
  let last = trace;
  try {
    for (const swept of sweepTrace(trace, options)) {
      last = swept.trace;
      check.covered.sweep += 1;
      begin(check, last, found);
      check.versions.ran(last);
      const before = check.different;
      const { finding } = swept;
      if (finding?.rule === SAME) judge(check, last, finding, found);
      else if (finding !== undefined) closely(check, last, found);
      if (done(check)) return;
      // A difference ends a trace, so what is behind it is swept without comparing.
      if (check.different === before) continue;
      sweep(check, { path, trace });
      return;
    }
  } catch (error) {
    unreadable(check, last, found, error);
  }
}

/** Changed code may show anything, so that whoever looks at it throws: that is its fault where the base passes. */
function unreadable(check: Check, trace: Trace, found: string, error: unknown): void {
  const { versions, budget, covered } = check;
  const { base, changed: factory, entry } = versions;
  const finding = unreadableFinding(trace, error, { factory, spec: budget.spec });
  let known: Finding | undefined;
  try {
    known = findingOfBase(trace, base, budget);
  } catch (thrown) {
    const message = `cannot be checked: ${thrownText(thrown)}`;
    check.unusable = ofBase({ file: entry, line: 0, message });
    return;
  }
  if (known !== undefined && known.at <= finding.at) return;
  const milliseconds = budget.clock() - check.start;
  const { traces } = covered;
  isBroken(check, { trace, finding, beside: false, found, traces, milliseconds });
}

function isBroken(check: Check, shown: Shown): void {
  if (check.broken !== undefined) return;
  check.broken = shown;
  check.budget.found?.(shown);
}

/** Traces drawn from one seed, as in `check`. */
const BATCH = 64;

function random(check: Check): void {
  const { budget, covered } = check;
  const draw = startBatches(budget.environments, budget.seed);
  for (let batch = 0; covered.random < budget.runs && !done(check); batch += 1) {
    draw(batch, Math.min(BATCH, budget.runs - covered.random), (trace) => {
      covered.random += 1;
      one(check, trace, `random trace ${covered.random} of seed ${budget.seed}`, showing);
      return !done(check);
    });
  }
}

function begin({ covered, budget }: Check, trace: Trace, found: string): void {
  covered.traces += 1;
  covered.steps += trace.steps.length;
  budget.progress(found, covered.traces);
}

/** A finding counts where the base passes, up to that step. */
function judge(check: Check, trace: Trace, finding: Finding, found: string): void {
  const { versions, budget, covered, repairs } = check;
  const milliseconds = budget.clock() - check.start;
  const shown = { trace, finding, beside: false, found, traces: covered.traces, milliseconds };
  const known = findingOfBase(trace, versions.base, budget);
  if (finding.rule !== SHOWS_THE_SAME) {
    const isNew = known === undefined || known.at > finding.at;
    // What the base does in other traces is no news in this one.
    if (isNew && isExpected(budget.expected, finding) === undefined) isBroken(check, shown);
    else besideKnown(check, shown);
    return;
  }
  if (known !== undefined && known.at === finding.at)
    repairs.set(`${known.rule}: ${known.fn}`, repairs.get(`${known.rule}: ${known.fn}`) ?? found);
  if (check.different === undefined) {
    check.different = shown;
    budget.found?.(shown);
  }
  if (known === undefined || known.at > finding.at) one(check, trace, found);
}

/** The base does what is found as well; what else the change shows there, and behind it, counts nevertheless. */
function besideKnown(check: Check, shown: Shown): void {
  if (check.different !== undefined) return;
  const { versions, budget } = check;
  const seen = besideFinding(shown.trace, { ...versions, spec: budget.spec });
  if (seen !== undefined) check.different = { ...shown, finding: seen.different, beside: true };
}

/** What is found in the base, at the first step that shows it: every rule looks at everything. */
export function findingOfBase(
  trace: Trace,
  base: SubjectFactory,
  { spec }: Pick<Budget, 'spec'>,
): Finding | undefined {
  const verdict = runTrace(trace, { factory: base, spec });
  return verdict.kind === 'finding' ? verdict.finding : undefined;
}
