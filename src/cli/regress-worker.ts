// SPDX-License-Identifier: GPL-2.0-only
/** Checks a change in a thread of its own, which can be ended when the change does not end. */
import type { Budget } from '../regress/budget.ts';
import { checkChange, checkVersions, unusable } from '../regress/check.ts';
import { matrixRow, rowOf } from '../regress/matrix.ts';
import type { Loadable, Versions } from '../regress/versions.ts';
import type { ChangeResult } from '../report/change.ts';
import type { MatrixRow } from '../report/matrix.ts';
import { isProblem, type Problem, type Sources } from '../subject/changed/sources.ts';
import { reference } from '../subject/reference/index.ts';
import { fitted } from '../subject/subject.ts';
import type { NamedTree } from '../trees/registry.ts';
import { writePlace } from './place.ts';
import { type Keeping, startKeeping } from './regress-evidence.ts';

/** What is sent to the thread: plain data. */
export interface Task {
  readonly change: Omit<Loadable, 'base'>;
  /** Sources that it is compared with. */
  readonly base: Sources;
  /** The kernel tree that the sources are of; absent for the reference. */
  readonly tree?: NamedTree | undefined;
  readonly budget: Omit<Budget, 'clock' | 'progress' | 'found'>;
  /** Where the thread says which trace it runs. */
  readonly place: SharedArrayBuffer;
}

/** What a check takes: where what it finds is kept, besides. */
export interface CheckTask extends Task {
  readonly keeping: Keeping;
}

/** Checks it, and keeps what it finds. */
export async function check(task: CheckTask): Promise<ChangeResult> {
  const { change, base, keeping } = task;
  writePlace(task.place, 'loading', 0);
  const { draft, keep } = startKeeping(keeping);
  const budget = { ...budgetOf(task), found: draft };
  if (task.tree === undefined) return keep(checkChange({ ...change, base }, budget));
  const versions = await versionsOf(task, task.tree);
  if (isProblem(versions)) return unusable(change, versions);
  // A build takes the time it takes, and the budget is for traces.
  const start = clock();
  return keep(checkVersions(change, versions, { ...fittedTo(versions, budget), start }));
}

/** What a row of the kill matrix takes: the seeds besides. */
export interface MatrixTask extends Task {
  readonly seeds: readonly string[];
}

/** Its row of the kill matrix. */
export async function matrix(task: MatrixTask): Promise<MatrixRow> {
  const { change, base, seeds } = task;
  writePlace(task.place, 'loading', 0);
  const plan = { ...budgetOf(task), seeds };
  if (task.tree === undefined) return matrixRow({ ...change, base }, reference, plan);
  const versions = await versionsOf(task, task.tree);
  if (isProblem(versions)) return { name: change.name, rules: [], corpus: 0, sweep: 0, seeds: [] };
  return rowOf(change.name, versions, { ...fittedTo(versions, plan), seeds });
}

async function versionsOf(
  { change, base, place }: Task,
  tree: NamedTree,
): Promise<Versions | Problem> {
  const { treeVersions } = await import('../regress/tree/versions.ts');
  return treeVersions({ ...change, base }, tree, (what) => {
    writePlace(place, what, 0);
  });
}

/** What a tree does not have is not run; what it has is run as it has it. */
function fittedTo({ changed }: Versions, budget: Budget): Budget {
  const corpus = budget.corpus.flatMap(({ path, trace }) => {
    const environment = fitted(changed, trace.environment);
    return typeof environment === 'string' ? [] : [{ path, trace: { ...trace, environment } }];
  });
  const environments = budget.environments.flatMap((each) => {
    const environment = fitted(changed, each);
    return typeof environment === 'string' ? [] : [environment];
  });
  return { ...budget, corpus, environments };
}

function budgetOf({ budget, place }: Task): Budget {
  const progress = (found: string, traces: number): void => {
    writePlace(place, found, traces);
  };
  return { ...budget, clock, progress };
}

function clock(): number {
  return performance.now();
}
