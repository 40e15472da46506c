// SPDX-License-Identifier: GPL-2.0-only
/**
 * Runs mutants on the traces in which they can make a difference, until one is killed: a finding where
 * the reference has none. There is no clock; a mutant that never ends runs out of fuel.
 */
import { ANSWERS } from '../../run/apply.ts';
import { mayBeExpected } from '../../run/expected.ts';
import { SHOWS_THE_SAME } from '../../run/differ.ts';
import { type Options, runTrace, startSession } from '../../run/session.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Fate, MutantRow } from '../../report/mutants.ts';
import { besideFinding } from '../beside.ts';
import { shownPath } from '../change.ts';
import { type Listed, nameOf } from './listed.ts';
import type { Mutated } from './load.ts';
import type { Mutant } from './mutant.ts';
import { type Case, casesFor, type Plan, type Suite } from './suite.ts';

/** What became of one mutant. */
export interface Tried {
  readonly killed: boolean;
  readonly rule: string;
  /** Every rule that objects to the state in which it was found, that one among them. */
  readonly rules: readonly string[];
  readonly found: string;
  readonly traces: number;
  readonly differing: number;
  /** The first trace in which it shows something else than the reference, '' when that was not looked for. */
  readonly shows: string;
}

/** What `check` says too of an expected finding that is gone. */
const HAPPENS = 'what is on the expected list still happens';

/** How a mutant is run. */
export interface Trial extends Plan {
  /** Also look for anything that it shows and the reference does not. */
  readonly compare?: boolean;
}

/** What those that are listed as equivalent get of the traces: all of them take minutes. */
const LISTED = 0.1;

/**
 * Runs one mutant on a part of the traces, and when it survives them, on all: a fault point that one
 * trace has may be left out of the part. What is listed is compared as well.
 */
export function tryAsListed(
  mutated: Mutated,
  suite: Suite,
  mutant: Mutant,
  { plan, known }: { readonly plan: Plan; readonly known: Listed | undefined },
): Tried {
  const whole = { ...plan, runs: Number.POSITIVE_INFINITY, compare: true };
  if (known?.kind === 'equivalent') {
    const part = { ...plan, runs: Math.ceil(plan.runs * LISTED), compare: true };
    return tryMutant(mutated, suite, mutant, part);
  }
  const tried = known === undefined ? tryMutant(mutated, suite, mutant, plan) : undefined;
  return tried?.killed === true ? tried : tryMutant(mutated, suite, mutant, whole);
}

/** Runs one mutant on at most `runs` traces of each origin that is not kept. */
export function tryMutant(mutated: Mutated, suite: Suite, mutant: Mutant, trial: Trial): Tried {
  const cases = casesFor(suite, mutant.id, trial.runs);
  const differing = cases.length;
  const factory = mutated.choose(mutant);
  let traces = 0;
  let shows = '';
  for (const one of cases) {
    const { found } = one;
    traces += 1;
    const compare = trial.compare === true && shows === '';
    const { rule, differs } = judge(one, factory, { ...trial, compare });
    if (differs && shows === '') shows = found;
    if (rule === undefined) continue;
    const rules = [...new Set([rule, ...(one.known ? [] : objections(one.trace, factory))])];
    return { killed: true, rule, rules, found, traces, differing, shows };
  }
  return { killed: false, rule: '', rules: [], found: '', traces, differing, shows };
}

interface Judged {
  readonly rule: string | undefined;
  readonly differs: boolean;
}

function judge(one: Case, factory: SubjectFactory, trial: Trial): Judged {
  const { trace } = one;
  if (one.known) return judgeKnown(one, factory, trial);
  if (trial.compare !== true) return { rule: firstBroken(trace, { factory }), differs: false };
  const rule = firstBroken(trace, { factory, against: trial.base });
  return rule === SHOWS_THE_SAME
    ? { rule: firstBroken(trace, { factory }), differs: true }
    : { rule, differs: false };
}

/** Where the reference has a finding. */
function judgeKnown(one: Case, factory: SubjectFactory, trial: Trial): Judged {
  const rule = brokenBeside(one, factory, trial);
  if (rule !== undefined || trial.compare !== true) return { rule, differs: false };
  const { base } = trial;
  const aside = besideFinding(one.trace, { base, changed: factory, spec: 'kernel' });
  return { rule, differs: aside?.dead === false };
}

function firstBroken(trace: Trace, subjects: Subjects): string | undefined {
  return firstFinding(trace, subjects)?.rule;
}

/** Every rule that objects at the step of the first finding. */
function objections({ environment, steps }: Trace, factory: SubjectFactory): readonly string[] {
  try {
    const session = startSession(environment, { factory, spec: 'kernel' });
    for (const step of steps) if (session.apply(step).kind === 'finding') break;
    session.finish();
    return session.objections();
  } catch {
    // A mutant that does not start has no session that could say so.
    return [];
  }
}

type Subjects = Pick<Options, 'factory' | 'against'>;
type Found = Pick<Finding, 'rule' | 'at' | 'detail'>;

/** What is found first. What a kernel shows that did not survive the step is compared with nothing. */
function firstFinding({ environment, steps }: Trace, subjects: Subjects): Found | undefined {
  try {
    const session = startSession(environment, { ...subjects, spec: 'kernel' });
    for (const step of steps) {
      const { kind } = session.apply(step);
      if (kind === 'finding' || kind === 'ended') break;
    }
    const found = session.finish();
    const isLast = found?.rule === SHOWS_THE_SAME && session.observation()?.dead === true;
    return isLast ? undefined : found;
  } catch (error) {
    // A mutant that does not start has no session that could say so.
    if (error instanceof Error) return { rule: ANSWERS, at: 0, detail: error.message };
    throw error;
  }
}

const usuals = new WeakMap<Case, Found | undefined>();

/** What the reference shows in a trace; the same each time. */
function knownFinding(one: Case, base: SubjectFactory): Found | undefined {
  if (!usuals.has(one)) usuals.set(one, firstFinding(one.trace, { factory: base }));
  return usuals.get(one);
}

/** The same where the reference has a finding: one that comes earlier, that is not known, or that is gone. */
function brokenBeside(
  one: Case,
  factory: SubjectFactory,
  { base, expected }: Trial,
): string | undefined {
  const { trace, found } = one;
  const own = firstFinding(trace, { factory });
  if (own === undefined)
    return expected.some((entry) => entry.trace === found) ? HAPPENS : undefined;
  const usual = knownFinding(one, base);
  if (own.rule === usual?.rule && own.at === usual.at && own.detail === usual.detail)
    return undefined;
  if (own.rule === ANSWERS) return own.rule;
  const closely = runTrace(trace, { factory, spec: 'kernel' });
  const other = runTrace(trace, { factory: base, spec: 'kernel' });
  if (closely.kind !== 'finding' || other.kind !== 'finding') return undefined;
  const { finding } = closely;
  const isNew =
    finding.at < other.finding.at ||
    (finding.at === other.finding.at &&
      finding.rule !== other.finding.rule &&
      mayBeExpected(expected, finding) === undefined);
  return isNew ? finding.rule : undefined;
}

/** The row of the report. */
export function rowOf(
  mutant: Mutant,
  tried: Tried,
  { suite, listed }: { readonly suite: Suite; readonly listed: ReadonlyMap<string, Listed> },
): MutantRow {
  const name = nameOf(mutant);
  const known = listed.get(name);
  const { rule, rules, found, traces, differing, shows } = tried;
  const { line, operator } = mutant;
  return {
    file: shownPath(mutant.file),
    line,
    name,
    operator,
    fate: fateOf(tried, known, suite.reached[mutant.id] === 1),
    rule,
    rules,
    found,
    traces,
    differing,
    shows,
    why: known?.why ?? '',
  };
}

function fateOf({ killed, differing }: Tried, known: Listed | undefined, reached: boolean): Fate {
  if (killed) return 'killed';
  if (known !== undefined && known.kind !== 'open') return known.kind;
  return reached || differing > 0 ? 'survived' : 'not covered';
}

/** Entries about these files that are wrong: no such mutant, one that is killed, or one of the other kind. */
export function wrongEntries(
  entries: readonly Listed[],
  rows: readonly MutantRow[],
  files: readonly string[],
): readonly string[] {
  const fates = new Map(rows.map((row) => [row.name, row]));
  return entries
    .filter(({ name }) => files.includes(name.slice(0, name.indexOf(' '))))
    .flatMap(({ name, where }) => {
      const row = fates.get(name);
      if (row === undefined) return [`${where}: there is no such mutant: ${name}`];
      const wrong = wrongFate(row);
      return wrong === undefined ? [] : [`${where}: ${wrong}: ${name}`];
    });
}

function wrongFate({ fate, rule, found, shows }: MutantRow): string | undefined {
  if (fate === 'killed') return `is killed by "${rule}" in ${found}`;
  if (fate === 'equivalent' && shows !== '') return `shows something else in ${shows}`;
  if (fate === 'different' && shows === '') return 'shows nothing else in any trace';
  return undefined;
}
