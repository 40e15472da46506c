// SPDX-License-Identifier: GPL-2.0-only
/** Runs checks of changes in threads: one that hangs or takes all memory is ended, and that is its verdict. */
import { totalmem } from 'node:os';

import { Tinypool } from 'tinypool';

import { empty } from '../regress/check.ts';
import type { ChangeResult } from '../report/change.ts';
import type { MatrixRow } from '../report/matrix.ts';
import { ANSWERS } from '../run/apply.ts';
import { thrownText } from '../subject/thrown.ts';
import type { Interrupt } from './interrupt.ts';
import { mistake } from './mistake.ts';
import { newPlace, readPlace } from './place.ts';
import type { CheckTask, MatrixTask, Task } from './regress-worker.ts';

/** Megabytes for the objects of a thread; the unchanged reference needs a tenth of it. */
const MEMORY = 1024;
/** Bytes for everything but the threads. */
const OURS = 1024 * 2 ** 20;
/** Milliseconds in which a thread must begin another trace. Fuel ends loops long before. */
const STALLED = 60_000;
const LOOK_EVERY = 250;

/** Threads that check changes. */
export interface Pool {
  /** The verdict, whatever the change does; `undefined` when the user interrupted the run. */
  readonly check: (task: Omit<CheckTask, 'place'>) => Promise<ChangeResult | undefined>;
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
  // Buffers are in no thread's limit, so that one thread may take the memory of all.
  const most = Math.min(OURS + jobs * MEMORY * 2 ** 20, 0.8 * totalmem());
  const threads: Threads = { pool, interrupt, most };
  const firstTries: Promise<unknown>[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  /** Whoever took the memory cannot be seen from outside, so each that was ended runs once more, alone. */
  const alone = <T>(action: () => Promise<T>): Promise<T> => {
    const own = turn.then(async () => {
      await Promise.allSettled(firstTries);
      return action();
    });
    turn = own.catch(() => undefined);
    return own;
  };
  return {
    check: async (given) => {
      const run = async (): Promise<Tried> => {
        const task = { ...given, place: newPlace() };
        return { task, ended: await runIn<ChangeResult>(threads, 'check', task) };
      };
      const first = run();
      firstTries.push(first);
      const crowded = (await first).ended.why === CROWDED && jobs > 1;
      return verdictOf(crowded ? await alone(run) : await first, interrupt);
    },
    matrix: (task) => matrixIn(threads, { ...task, place: newPlace() }),
    close: () => pool.destroy(),
  };
}

/** What runs tasks, and what may end them. */
interface Threads {
  readonly pool: Tinypool;
  readonly interrupt: Interrupt;
  /** Bytes that the process may take. */
  readonly most: number;
}

const CROWDED = 'the process took too much memory';
const STALLS = `no new trace within ${STALLED / 1000} seconds`;

/** A task that has ended. */
interface Tried {
  readonly task: Task;
  readonly ended: EndOfTask<ChangeResult>;
}

function verdictOf(
  { task, ended: { result, why } }: Tried,
  interrupt: Interrupt,
): ChangeResult | undefined {
  if (why === undefined || interrupt.wanted()) return result;
  return lost(task, `ended: ${why} in ${readPlace(task.place) || 'loading'}`);
}

async function matrixIn(threads: Threads, task: MatrixTask): Promise<MatrixRow | undefined> {
  const { result, why } = await runIn<MatrixRow>(threads, 'matrix', task);
  if (why === undefined || threads.interrupt.wanted()) return result;
  throw mistake(
    `${task.change.name}: ended: ${why} in ${readPlace(task.place)}; expected a defect that ends, regress without --matrix shows more`,
  );
}

/** How the function of the worker ended: with a result, or why there is none. */
interface EndOfTask<T> {
  readonly result: T | undefined;
  readonly why: string | undefined;
}

async function runIn<T>(threads: Threads, name: string, task: Task): Promise<EndOfTask<T>> {
  const abort = new AbortController();
  const watch = watchTask(task.place, abort, threads);
  try {
    const result: T = await threads.pool.run(task, { name, signal: abort.signal });
    return { result, why: undefined };
  } catch (thrown) {
    const own = thrown instanceof Error ? thrown.message : thrownText(thrown);
    return { result: undefined, why: abort.signal.aborted ? String(abort.signal.reason) : own };
  } finally {
    clearInterval(watch);
  }
}

function watchTask(
  place: SharedArrayBuffer,
  abort: AbortController,
  { interrupt, most }: Threads,
): NodeJS.Timeout {
  let last = '';
  let since = 0;
  return setInterval(() => {
    if (interrupt.wanted()) abort.abort('interrupted');
    const now = readPlace(place);
    // It waits for a thread.
    if (now === '') return;
    if (process.memoryUsage.rss() > most) abort.abort(CROWDED);
    since = now === last ? since + LOOK_EVERY : 0;
    last = now;
    if (since >= STALLED) abort.abort(STALLS);
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
      file: undefined,
      unsaved: undefined,
      again: '',
    },
  };
}
