// SPDX-License-Identifier: GPL-2.0-only
/**
 * Runs mutants on the traces in which they can make a difference, until one is killed: a finding where
 * the reference has none. There is no clock; a mutant that never ends runs out of fuel.
 */
import { ANSWERS } from '../../run/apply.ts';
import { type Expected, mayBeExpected } from '../../run/expected.ts';
import { type Options, runTrace, startSession } from '../../run/session.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Trace } from '../../trace/step.ts';
import type { Finding } from '../../trace/verdict.ts';
import type { Fate, MutantRow } from '../../report/mutants.ts';
import { shownPath } from '../change.ts';
import { type Equivalent, nameOf } from './equivalent.ts';
import type { Mutated } from './load.ts';
import type { Mutant } from './mutant.ts';
import { type Case, casesFor, type Plan, type Suite } from './suite.ts';

/** What became of one mutant. */
export interface Tried {
  readonly killed: boolean;
  readonly rule: string;
  readonly found: string;
  readonly traces: number;
  readonly differing: number;
}

/** What `check` says too of an expected finding that is gone. */
const HAPPENS = 'what is on the expected list still happens';

/** Runs one mutant on at most `runs` traces of each origin that is not kept. */
export function tryMutant(mutated: Mutated, suite: Suite, mutant: Mutant, plan: Plan): Tried {
  const cases = casesFor(suite, mutant.id, plan.runs);
  const differing = cases.length;
  const factory = mutated.choose(mutant);
  let traces = 0;
  for (const one of cases) {
    traces += 1;
    const rule =
      one.known === undefined
        ? firstBroken(one.trace, factory)
        : brokenBeside(one, one.known, { factory, spec: 'kernel', expected: plan.expected });
    if (rule !== undefined) return { killed: true, rule, found: one.found, traces, differing };
  }
  return { killed: false, rule: '', found: '', traces, differing };
}

/** Which rule objects, if one does. */
function firstBroken(trace: Trace, factory: SubjectFactory): string | undefined {
  try {
    const session = startSession(trace.environment, { factory, spec: 'kernel' });
    for (const step of trace.steps) {
      const { kind } = session.apply(step);
      if (kind === 'finding' || kind === 'ended') break;
    }
    return session.finish()?.rule;
  } catch (error) {
    // A mutant that does not start has no session that could say so.
    if (error instanceof Error) return ANSWERS;
    throw error;
  }
}

/** The same where the reference has a finding: one that comes earlier, that is not known, or that is gone. */
function brokenBeside(
  { trace, found }: Case,
  known: Finding,
  options: Options & { readonly expected: readonly Expected[] },
): string | undefined {
  const rule = firstBroken(trace, options.factory);
  if (rule === ANSWERS) return rule;
  if (rule === undefined)
    return options.expected.some((entry) => entry.trace === found) ? HAPPENS : undefined;
  const verdict = runTrace(trace, { ...options, expected: [] });
  if (verdict.kind !== 'finding') return undefined;
  const { finding } = verdict;
  const isNew =
    finding.at < known.at ||
    (finding.at === known.at && mayBeExpected(options.expected, finding) === undefined);
  return isNew ? finding.rule : undefined;
}

/** The row of the report; survivors that are listed are equivalent. */
export function rowOf(
  mutant: Mutant,
  tried: Tried,
  { suite, listed }: { readonly suite: Suite; readonly listed: ReadonlySet<string> },
): MutantRow {
  const name = nameOf(mutant);
  const { rule, found, traces, differing } = tried;
  const fate = fateOf(tried, listed.has(name), suite.reached[mutant.id] === 1);
  const { line, operator } = mutant;
  return {
    file: shownPath(mutant.file),
    line,
    name,
    operator,
    fate,
    rule,
    found,
    traces,
    differing,
  };
}

function fateOf({ killed, differing }: Tried, listed: boolean, reached: boolean): Fate {
  if (killed) return 'killed';
  if (listed) return 'equivalent';
  return reached || differing > 0 ? 'survived' : 'not covered';
}

/** Entries about these files that are wrong: no such mutant, or one that is killed. */
export function wrongEntries(
  entries: readonly Equivalent[],
  rows: readonly MutantRow[],
  files: readonly string[],
): readonly string[] {
  const fates = new Map(rows.map((row) => [row.name, row]));
  return entries
    .filter(({ name }) => files.includes(name.slice(0, name.indexOf(' '))))
    .flatMap(({ name, where }) => {
      const row = fates.get(name);
      if (row === undefined) return [`${where}: there is no such mutant: ${name}`];
      if (row.fate !== 'killed') return [];
      return [`${where}: is killed by "${row.rule}" in ${row.found}: ${name}`];
    });
}
