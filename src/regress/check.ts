// SPDX-License-Identifier: GPL-2.0-only
/**
 * Checks one change: the corpus, its sweep and random traces run on the changed copy, with oracle and
 * rules, beside the base, until a rule objects where the base passes or the budget is used up.
 */
import { startBatches } from '../generate/batch.ts';
import { SHOWS_THE_SAME } from '../run/differ.ts';
import { isExpected } from '../run/expected.ts';
import { type Options, runTrace } from '../run/session.ts';
import { sweepTrace } from '../run/sweep.ts';
import { type ChangedSubject, loadChanged } from '../subject/changed/load.ts';
import { isProblem, type Problem, type Sources } from '../subject/changed/sources.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Budget, Shown, Source } from './budget.ts';
import { besideFinding } from './beside.ts';
import { changedFiles, shownPath } from './change.ts';
import { evidenceOf } from './evidence.ts';
import type { ChangeResult, Covered, VerdictKind } from '../report/change.ts';
import { ownLines, touchedLines } from './touched.ts';

/** A change that can be loaded. */
export interface Loadable {
  readonly name: string;
  readonly title: string;
  readonly base: Sources;
  /** What the change was made on: its own lines are told apart from those of changes before it. */
  readonly before: Sources;
  readonly changed: Sources;
}

/** A check that goes on. */
interface Check {
  readonly budget: Budget;
  readonly base: SubjectFactory;
  readonly changed: ChangedSubject;
  readonly covered: { -readonly [key in keyof Covered]: Covered[key] };
  readonly repairs: Map<string, string>;
  readonly start: number;
  different: Shown | undefined;
  broken: Shown | undefined;
}

/** Checks it. Throws when the base does not load. */
export function checkChange(change: Loadable, budget: Budget): ChangeResult {
  const start = budget.clock();
  const files = changedFiles(change.base, change.changed);
  if (files.length === 0) return empty(change);
  const base = loadChanged(change.base, { name: 'base', counted: files, apart: true });
  if (isProblem(base))
    throw new Error(`the base does not load: ${base.file}:${base.line}: ${base.message}`);
  const changed = loadChanged(change.changed, { name: change.name, counted: files, apart: true });
  if (isProblem(changed))
    return { ...empty(change), verdict: 'does not load', problem: shownProblem(changed) };
  const check: Check = {
    budget,
    base: base.factory,
    changed,
    covered: { traces: 0, steps: 0, corpus: 0, sweep: 0, random: 0 },
    repairs: new Map(),
    start,
    different: undefined,
    broken: undefined,
  };
  run(check);
  const touched = touchedLines(
    { sources: change.base, subject: base },
    { sources: change.changed, subject: changed },
  );
  const verdict = verdictOf(
    check,
    touched.some(({ missed }) => missed.length > 0),
  );
  const { covered, repairs } = check;
  const milliseconds = Math.round(budget.clock() - start);
  return {
    ...empty(change),
    verdict,
    evidence: evidence(check),
    repairs: [...repairs].map(([finding, found]) => `${finding} (${found})`),
    touched: ownLines(touched, change),
    covered,
    milliseconds,
  };
}

function shownProblem({ file, line, message }: Problem): Problem {
  return { file: shownPath(file), line, message };
}

/** A result without anything run. */
export function empty({ name, title }: Pick<Loadable, 'name' | 'title'>): ChangeResult {
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
    since: '',
  };
}

function verdictOf({ broken, different }: Check, unreached: boolean): VerdictKind {
  if (broken !== undefined) return 'broken';
  if (different !== undefined) return 'different';
  return unreached ? 'unreached' : 'same';
}

function evidence({ broken, different, changed, base, budget }: Check): ChangeResult['evidence'] {
  const shown = broken ?? different;
  if (shown === undefined) return undefined;
  return evidenceOf(shown, { changed: changed.factory, base, budget });
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

function done({ broken, budget, start }: Check): boolean {
  return broken !== undefined || budget.clock() - start >= budget.time;
}

/** How the changed subject is run: once something was seen to differ, the base need not run beside it. */
function optionsOf({ changed, base, different, budget }: Check): Options {
  const { spec, expected } = budget;
  const against = different === undefined ? base : undefined;
  return { factory: changed.factory, spec, expected, against };
}

function one(check: Check, trace: Trace, found: string): void {
  begin(check, trace, found);
  const verdict = runTrace(trace, optionsOf(check));
  if (verdict.kind === 'finding') judge(check, trace, verdict.finding, found);
}

function sweep(check: Check, { path, trace }: Source): void {
  const found = `sweep of ${path}`;
  check.budget.progress(found, check.covered.traces);
  for (const swept of sweepTrace(trace, optionsOf(check))) {
    check.covered.sweep += 1;
    begin(check, swept.trace, found);
    const before = check.different;
    if (swept.finding !== undefined) judge(check, swept.trace, swept.finding, found);
    if (done(check)) return;
    // A difference ends a trace, so what is behind it is swept without comparing.
    if (check.different === before) continue;
    sweep(check, { path, trace });
    return;
  }
}

/** Traces drawn from one seed, as in `check`. */
const BATCH = 64;

function random(check: Check): void {
  const { budget, covered } = check;
  const draw = startBatches(budget.environments, budget.seed);
  for (let batch = 0; covered.random < budget.runs && !done(check); batch += 1) {
    draw(batch, Math.min(BATCH, budget.runs - covered.random), (trace) => {
      covered.random += 1;
      one(check, trace, `random trace ${covered.random} of seed ${budget.seed}`);
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
  const { base, budget, covered, repairs } = check;
  const milliseconds = budget.clock() - check.start;
  const shown = { trace, finding, beside: false, found, traces: covered.traces, milliseconds };
  const known = findingOfBase(trace, base, budget);
  if (finding.rule !== SHOWS_THE_SAME) {
    const isNew = known === undefined || known.at > finding.at;
    // What the base does in other traces is no news in this one.
    if (isNew && isExpected(budget.expected, finding) === undefined) check.broken ??= shown;
    else besideKnown(check, shown);
    return;
  }
  if (known !== undefined && known.at === finding.at)
    repairs.set(`${known.rule}: ${known.fn}`, repairs.get(`${known.rule}: ${known.fn}`) ?? found);
  check.different ??= shown;
  if (known === undefined || known.at > finding.at) one(check, trace, found);
}

/** The base does what is found as well; what else the change shows there, and behind it, counts nevertheless. */
function besideKnown(check: Check, shown: Shown): void {
  if (check.different !== undefined) return;
  const { base, changed, budget } = check;
  const { spec } = budget;
  const seen = besideFinding(shown.trace, { base, changed: changed.factory, spec });
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
