// SPDX-License-Identifier: GPL-2.0-only
/** The kill matrix: which rules object to a change, and how soon random traces alone find it. */
import { startBatches } from '../generate/batch.ts';
import type { ChangeResult } from '../report/change.ts';
import type { MatrixRow, SeedRow } from '../report/matrix.ts';
import { isExpected } from '../run/expected.ts';
import { startSession, runTrace } from '../run/session.ts';
import { sweepTrace } from '../run/sweep.ts';
import { loadChanged } from '../subject/changed/load.ts';
import { isProblem } from '../subject/changed/sources.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Budget } from './budget.ts';
import { checkChange, findingOfBase } from './check.ts';
import { evidenceOf } from './evidence.ts';
import type { Loadable } from './versions.ts';

/** What makes a row. */
export interface MatrixPlan extends Budget {
  readonly seeds: readonly string[];
}

interface Row {
  readonly plan: MatrixPlan;
  readonly base: SubjectFactory;
  readonly changed: SubjectFactory;
  readonly rules: Map<string, number>;
}

/**
 * Runs corpus and sweep to their ends; then, for every seed, a whole check and random traces alone,
 * `plan.runs` at most. Without seeds the corpus alone, which shows the rules in a hundredth of the time.
 */
export function matrixRow(change: Loadable, base: SubjectFactory, plan: MatrixPlan): MatrixRow {
  const loaded = loadChanged(change.changed, { name: change.name, apart: true });
  if (isProblem(loaded)) return { name: change.name, rules: [], corpus: 0, sweep: 0, seeds: [] };
  const check = (budget: Budget): ChangeResult => checkChange(change, budget);
  return rowOf(change.name, { base, changed: loaded.factory, check }, plan);
}

/** What a row is about. */
export interface Pair {
  readonly base: SubjectFactory;
  readonly changed: SubjectFactory;
  /** A whole check; absent where it takes seconds, as on a kernel: then nothing is swept either. */
  readonly check?: (budget: Budget) => ChangeResult;
}

/** The same for two subjects that are loaded. */
export function rowOf(name: string, { base, changed, check }: Pair, plan: MatrixPlan): MatrixRow {
  const row = { plan, base, changed, rules: new Map<string, number>() };
  let corpus = 0;
  let sweep = 0;
  const options = { factory: changed, spec: plan.spec, expected: plan.expected };
  for (const { path, trace } of plan.corpus) {
    plan.progress(path, 1);
    const verdict = runTrace(trace, options);
    if (verdict.kind === 'finding' && objects(row, trace, verdict.finding)) corpus += 1;
    if (plan.seeds.length === 0 || check === undefined) continue;
    for (const { trace: swept, finding } of sweepTrace(trace, options))
      if (finding !== undefined && objects(row, swept, finding)) sweep += 1;
  }
  const seeds = plan.seeds.map((seed) => {
    const hunted = hunt(row, seed);
    return {
      check: check === undefined ? ended(hunted) : whole(check({ ...plan, seed })),
      ...hunted,
    };
  });
  const rules = [...row.rules].toSorted(([, a], [, b]) => b - a);
  return { name, rules, corpus, sweep, seeds };
}

/** Until a whole check objects. */
function whole({ verdict, evidence }: ChangeResult): number | undefined {
  return verdict === 'broken' ? evidence?.milliseconds : undefined;
}

/** Until random traces object. */
function ended({ steps, milliseconds }: Omit<SeedRow, 'check'>): number | undefined {
  return steps > 0 ? milliseconds : undefined;
}

/** Whether the base passes the trace; then every rule that objects at the step of the finding is counted. */
function objects({ plan, base, changed, rules }: Row, trace: Trace, finding: Finding): boolean {
  if (isExpected(plan.expected, finding) !== undefined) return false;
  const known = findingOfBase(trace, base, plan);
  if (known !== undefined && known.at <= finding.at) return false;
  const session = startSession(trace.environment, { factory: changed, spec: plan.spec });
  for (const step of trace.steps) if (session.apply(step).kind === 'finding') break;
  session.finish();
  for (const rule of session.objections()) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  return true;
}

/** Random traces alone. */
function hunt(row: Row, seed: string): Omit<SeedRow, 'check'> {
  const { plan, base, changed } = row;
  const options = { factory: changed, spec: plan.spec, expected: plan.expected };
  const draw = startBatches(plan.environments, seed);
  const start = plan.clock();
  let traces = 0;
  let found: Omit<SeedRow, 'check'> | undefined;
  for (let batch = 0; found === undefined && traces < plan.runs; batch += 1) {
    draw(batch, Math.min(64, plan.runs - traces), (trace) => {
      traces += 1;
      plan.progress(`random trace of seed ${seed}`, traces);
      const verdict = runTrace(trace, options);
      if (verdict.kind === 'ok' || !objects(row, trace, verdict.finding)) return true;
      const milliseconds = Math.round(plan.clock() - start);
      const shown = {
        trace,
        finding: verdict.finding,
        beside: false,
        found: seed,
        traces,
        milliseconds,
      };
      const { steps, rule } = evidenceOf(shown, { base, changed, budget: plan });
      found = { seed, traces, milliseconds, steps, rule };
      return false;
    });
  }
  return (
    found ?? { seed, traces, milliseconds: Math.round(plan.clock() - start), steps: 0, rule: '' }
  );
}
