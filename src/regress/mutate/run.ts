// SPDX-License-Identifier: GPL-2.0-only
/**
 * Runs mutants on the traces in which they can make a difference, until one is killed: a finding where
 * the reference has none. There is no clock; a mutant that never ends runs out of fuel.
 */
import { ANSWERS } from '../../run/apply.ts';
import { mayBeExpected } from '../../run/expected.ts';
import { runTrace, startSession } from '../../run/session.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Fate, MutantRow } from '../../report/mutants.ts';
import { besideFinding } from '../beside.ts';
import { shownPath } from '../change.ts';
import { type Listed, nameOf } from './listed.ts';
import type { Mutated } from './load.ts';
import type { Mutant } from './mutant.ts';
import { comparison } from './comparison.ts';
import { type Case, casesFor, type Plan, type Suite } from './suite.ts';
import type { Watched } from './watch.ts';

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
    const looks = { compare: trial.compare === true && shows === '', likely: traces <= LIKELY };
    const { rules, differs } = judge(one, factory, { ...trial, ...looks });
    if (differs && shows === '') shows = found;
    const [rule] = rules;
    if (rule === undefined) continue;
    return { killed: true, rule, rules, found, traces, differing, shows };
  }
  return { killed: false, rule: '', rules: [], found: '', traces, differing, shows };
}

/** Most mutants are killed by one of the first traces. One that is not will often show nothing. */
const LIKELY = 3;

interface Judged {
  /** Those that object. */
  readonly rules: readonly string[];
  readonly differs: boolean;
}

const PASSES: Judged = { rules: [], differs: false };

function judge(
  one: Case,
  factory: SubjectFactory,
  trial: Trial & { readonly likely: boolean },
): Judged {
  const { compare, likely, base } = trial;
  if (one.run.known) return judgeKnown(one, factory, trial);
  const shown = compare === true || !likely ? comparison(one, { base, factory }) : undefined;
  // Oracle and rules see nothing but what is shown, and pass the reference.
  if (shown === 'same') return PASSES;
  const { trace } = one.run;
  const differs = shown === 'different' && compare === true;
  return { rules: firstFinding(trace, factory, one.from.at)?.rules() ?? [], differs };
}

/** Where the reference has a finding. */
function judgeKnown(one: Case, factory: SubjectFactory, trial: Trial): Judged {
  const rule = brokenBeside(one, factory, trial);
  if (rule !== undefined) return { rules: [rule], differs: false };
  if (trial.compare !== true) return PASSES;
  const { base } = trial;
  const aside = besideFinding(one.run.trace, { base, changed: factory, spec: 'kernel' });
  return { rules: [], differs: aside?.dead === false };
}

interface Found extends Pick<Finding, 'rule' | 'at' | 'detail'> {
  /** Every rule that objects to the state in which it was found, that one first. */
  readonly rules: () => readonly string[];
}

/** What is found first, when the steps before `from` are known to be as they must be. */
function firstFinding(
  { environment, steps }: Trace,
  factory: SubjectFactory,
  from: number,
): Found | undefined {
  try {
    const session = startSession(environment, { factory, from, spec: 'kernel' });
    for (const step of steps) {
      const { kind } = session.apply(step);
      if (kind === 'finding' || kind === 'ended') break;
    }
    const found = session.finish();
    return found && { ...found, rules: session.objections };
  } catch (error) {
    // A mutant that does not start has no session that could say so.
    if (!(error instanceof Error)) throw error;
    return { rule: ANSWERS, at: 0, detail: error.message, rules: () => [ANSWERS] };
  }
}

const usuals = new WeakMap<Watched, Found | undefined>();

/** What the reference shows in a trace; the same each time. */
function knownFinding(run: Watched, base: SubjectFactory): Found | undefined {
  if (!usuals.has(run)) usuals.set(run, firstFinding(run.trace, base, 0));
  return usuals.get(run);
}

/** The same where the reference has a finding: one that comes earlier, that is not known, or that is gone. */
function brokenBeside(
  one: Case,
  factory: SubjectFactory,
  { base, expected }: Trial,
): string | undefined {
  const { run, found, from } = one;
  const { trace } = run;
  const own = firstFinding(trace, factory, from.at);
  if (own === undefined)
    return expected.some((entry) => entry.trace === found) ? HAPPENS : undefined;
  const usual = knownFinding(run, base);
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
    fate: fateOf(tried, known, (suite.reached[mutant.id] ?? 0) > 0),
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
