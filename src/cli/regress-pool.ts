// SPDX-License-Identifier: GPL-2.0-only
/** Runs checks of changes in threads: one that hangs or takes all memory is ended, and that is its verdict. */
import { Tinypool } from 'tinypool';

import { empty } from '../regress/check.ts';
import type { ChangeResult } from '../report/change.ts';
import type { MatrixRow } from '../report/matrix.ts';
import { ANSWERS } from '../run/apply.ts';
import type { Interrupt } from './interrupt.ts';
import { newPlace, readPlace } from './place.ts';
import type { MatrixTask, Task } from './regress-worker.ts';

/** Megabytes for the objects of a thread; the unchanged reference needs a tenth of it. */
const MEMORY = 1024;
/** Milliseconds in which a thread must begin another trace. Fuel ends loops long before. */
const STALLED = 60_000;
const LOOK_EVERY = 250;

/** Threads that check changes. */
export interface Pool {
  /** The verdict, whatever the change does; `undefined` when the user interrupted the run. */
  readonly check: (task: Omit<Task, 'place'>) => Promise<ChangeResult | undefined>;
  /** The row of the kill matrix; `undefined` when the run was interrupted. Throws when the thread was lost. */
  readonly matrix: (task: Omit<MatrixTask, 'place'>) => Promise<MatrixRow | undefined>;
  readonly close: () => Promise<void>;
}

/** Starts threads as they are needed. */
export function startPool(jobs: number, interrupt: Interrupt): Pool {
  const pool = new Tinypool({
    filename: new URL('regress-worker.ts', import.meta.url).href,
    runtime: 'worker_threads',
    minThreads: 0,
    maxThreads: jobs,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY, maxYoungGenerationSizeMb: 64 },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return {
    check: (task) => checkIn(pool, { ...task, place: newPlace() }, interrupt),
    matrix: (task) => matrixIn(pool, { ...task, place: newPlace() }, interrupt),
    close: () => pool.destroy(),
  };
}

async function checkIn(
  pool: Tinypool,
  task: Task,
  interrupt: Interrupt,
): Promise<ChangeResult | undefined> {
  const { result, error, stalled } = await runIn<ChangeResult>(pool, 'check', task, interrupt);
  if (error === undefined || interrupt.wanted()) return result;
  const why = stalled ? `no new trace within ${STALLED / 1000} seconds` : error.message;
  return lost(task, `ended: ${why} in ${readPlace(task.place) || 'loading'}`);
}

async function matrixIn(
  pool: Tinypool,
  task: MatrixTask,
  interrupt: Interrupt,
): Promise<MatrixRow | undefined> {
  const { result, error } = await runIn<MatrixRow>(pool, 'matrix', task, interrupt);
  if (error === undefined || interrupt.wanted()) return result;
  throw error;
}

/** How the function of the worker ended: with a result, or why there is none. */
interface EndOfTask<T> {
  readonly result: T | undefined;
  readonly error: Error | undefined;
  readonly stalled: boolean;
}

async function runIn<T>(
  pool: Tinypool,
  name: string,
  task: Task,
  interrupt: Interrupt,
): Promise<EndOfTask<T>> {
  const abort = new AbortController();
  const watch = watchPlace(task.place, abort, interrupt);
  try {
    const result: T = await pool.run(task, { name, signal: abort.signal });
    return { result, error: undefined, stalled: false };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { result: undefined, error, stalled: abort.signal.aborted };
  } finally {
    clearInterval(watch);
  }
}

function watchPlace(
  place: SharedArrayBuffer,
  abort: AbortController,
  interrupt: Interrupt,
): NodeJS.Timeout {
  let last = '';
  let since = 0;
  return setInterval(() => {
    if (interrupt.wanted()) abort.abort();
    const now = readPlace(place);
    since = now === last ? since + LOOK_EVERY : 0;
    last = now;
    if (since >= STALLED && now !== '') abort.abort();
  }, LOOK_EVERY);
}

/** A subject that ends the thread it runs in does not answer; there is no trace left to show. */
function lost({ change }: Task, detail: string): ChangeResult {
  return {
    ...empty(change),
    verdict: 'broken',
    evidence: {
      rule: ANSWERS,
      source: 'src/subject/subject.ts',
      detail,
      fn: '',
      at: 0,
      trace: '',
      steps: 0,
      found: detail.replace(/^.* in (?=trace|loading)/u, ''),
      traces: 0,
      milliseconds: 0,
      differences: [],
    },
  };
}
