// SPDX-License-Identifier: GPL-2.0-only
/** Checks a change in a thread of its own, which can be ended when the change does not end. */
import type { Budget } from '../regress/budget.ts';
import { checkChange, type Loadable } from '../regress/check.ts';
import { matrixRow } from '../regress/matrix.ts';
import type { ChangeResult } from '../report/change.ts';
import type { MatrixRow } from '../report/matrix.ts';
import type { Sources } from '../subject/changed/sources.ts';
import { reference } from '../subject/reference/index.ts';
import { writePlace } from './place.ts';
import { type Keeping, startKeeping } from './regress-evidence.ts';

/** What is sent to the thread: plain data. */
export interface Task {
  readonly change: Omit<Loadable, 'base'>;
  /** Sources that it is compared with. */
  readonly base: Sources;
  readonly budget: Omit<Budget, 'clock' | 'progress' | 'found'>;
  /** Where the thread says which trace it runs. */
  readonly place: SharedArrayBuffer;
}

/** What a check takes: where what it finds is kept, besides. */
export interface CheckTask extends Task {
  readonly keeping: Keeping;
}

/** Checks it, and keeps what it finds. */
export function check(task: CheckTask): ChangeResult {
  const { change, base, keeping } = task;
  writePlace(task.place, 'loading', 0);
  const { draft, keep } = startKeeping(keeping);
  return keep(checkChange({ ...change, base }, { ...budgetOf(task), found: draft }));
}

/** What a row of the kill matrix takes: the seeds besides. */
export interface MatrixTask extends Task {
  readonly seeds: readonly string[];
}

/** Its row of the kill matrix. */
export function matrix(task: MatrixTask): MatrixRow {
  const { change, base, seeds } = task;
  writePlace(task.place, 'loading', 0);
  return matrixRow({ ...change, base }, reference, { ...budgetOf(task), seeds });
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
