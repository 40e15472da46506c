// SPDX-License-Identifier: GPL-2.0-only
/**
 * Runs mutants on the traces in which they can make a difference, until one is killed: a finding where
 * the reference has none. There is no clock; a mutant that never ends runs out of fuel.
 */
import { ANSWERS } from '../../run/apply.ts';
import { type Options, startSession } from '../../run/session.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import type { Trace } from '../../trace/step.ts';
import type { Fate, MutantRow } from '../../report/mutants.ts';
import { shownPath } from '../change.ts';
import { type Equivalent, nameOf } from './equivalent.ts';
import type { Mutated } from './load.ts';
import type { Mutant } from './mutant.ts';
import { casesFor, type Suite } from './suite.ts';

/** What became of one mutant. */
export interface Tried {
  readonly killed: boolean;
  readonly rule: string;
  readonly found: string;
  readonly traces: number;
  readonly differing: number;
}

/** Runs one mutant on at most `runs` traces of each origin that is not kept. */
export function tryMutant(mutated: Mutated, suite: Suite, mutant: Mutant, runs: number): Tried {
  const cases = casesFor(suite, mutant.id, runs);
  const differing = cases.length;
  const factory = mutated.choose(mutant);
  let traces = 0;
  for (const { trace, known, found } of cases) {
    traces += 1;
    const broken = firstBroken(trace, factory);
    if (broken !== undefined && broken.at < known)
      return { killed: true, rule: broken.rule, found, traces, differing };
  }
  return { killed: false, rule: '', found: '', traces, differing };
}

/** Which rule objects, and at which step at the earliest. */
function firstBroken(
  trace: Trace,
  factory: SubjectFactory,
): { readonly at: number; readonly rule: string } | undefined {
  const options: Options = { factory, spec: 'kernel' };
  try {
    const session = startSession(trace.environment, options);
    for (const step of trace.steps) {
      const { kind } = session.apply(step);
      if (kind === 'finding' || kind === 'ended') break;
    }
    return session.finish();
  } catch (error) {
    // A mutant that does not start has no session that could say so.
    if (error instanceof Error) return { at: -1, rule: ANSWERS };
    throw error;
  }
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
