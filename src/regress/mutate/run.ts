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
import type { Fate, MutantRow } from '../../report/mutants.ts';
import { shownPath } from '../change.ts';
import { type Listed, nameOf } from './listed.ts';
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
    const rule = one.known ? brokenBeside(one, factory, plan) : firstBroken(one.trace, factory);
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
  factory: SubjectFactory,
  { base, expected }: Plan,
): string | undefined {
  const rule = firstBroken(trace, factory);
  if (rule === ANSWERS) return rule;
  if (rule === undefined)
    return expected.some((entry) => entry.trace === found) ? HAPPENS : undefined;
  const own = runTrace(trace, { factory, spec: 'kernel' });
  const known = runTrace(trace, { factory: base, spec: 'kernel' });
  if (own.kind !== 'finding' || known.kind !== 'finding') return undefined;
  const { finding } = own;
  const isNew =
    finding.at < known.finding.at ||
    (finding.at === known.finding.at &&
      finding.rule !== known.finding.rule &&
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
  const { rule, found, traces, differing } = tried;
  const { line, operator } = mutant;
  return {
    file: shownPath(mutant.file),
    line,
    name,
    operator,
    fate: fateOf(tried, known, suite.reached[mutant.id] === 1),
    rule,
    found,
    traces,
    differing,
    why: known?.why ?? '',
  };
}

function fateOf({ killed, differing }: Tried, known: Listed | undefined, reached: boolean): Fate {
  if (killed) return 'killed';
  if (known?.kind === 'equivalent') return 'equivalent';
  return reached || differing > 0 ? 'survived' : 'not covered';
}

/** Entries about these files that are wrong: no such mutant, or one that is killed. */
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
      if (row.fate !== 'killed') return [];
      return [`${where}: is killed by "${row.rule}" in ${row.found}: ${name}`];
    });
}
