// SPDX-License-Identifier: GPL-2.0-only
/** Threads that run the units of a campaign, each whichever is next. */
import { Worker } from 'node:worker_threads';

import type { Done, Runner } from '../../fuzz/campaign.ts';
import type { Lesson } from '../../fuzz/round.ts';
import type { Ground, Unit, UnitResult } from '../../fuzz/unit.ts';
import type { Expected } from '../run/expected.ts';
import type { Spec } from '../run/strict.ts';
import type { Backend } from '../subject/kernel-c/build/run.ts';

/** What a thread has to know. */
export interface ThreadJob extends Omit<Ground, 'options'> {
  readonly subject: string;
  readonly backend: Backend | undefined;
  readonly spec: Spec;
  readonly expected: readonly Expected[];
}

/** What a thread is told. */
export type Order =
  | { readonly kind: 'unit'; readonly which: Unit }
  | { readonly kind: 'learn'; readonly lesson: Lesson };

/** What it says: that it is ready, and each result. */
export type Answer = 'ready' | { readonly unit: number; readonly result: UnitResult };

/** Threads. */
export interface Threads extends Runner {
  readonly close: () => Promise<void>;
}

/** Starts them; rejects when one cannot start. */
export async function startThreads(count: number, job: ThreadJob): Promise<Threads> {
  const threads = await Promise.all(Array.from({ length: count }, () => startThread(job)));
  return {
    round: async (round, sizes, done) => {
      const units = sizes.map((size, unit) => ({ round, unit, size })).values();
      let wanted = true;
      const asked = (unit: number, result: UnitResult): boolean => {
        wanted = wanted && done(unit, result);
        return wanted;
      };
      await Promise.all(threads.map((thread) => thread.work(units, asked)));
    },
    learn: (lesson) => {
      for (const thread of threads) thread.learn(lesson);
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

interface Thread {
  readonly work: (units: Iterable<Unit>, done: Done) => Promise<void>;
  readonly learn: (lesson: Lesson) => void;
  readonly close: () => Promise<unknown>;
}

async function startThread(job: ThreadJob): Promise<Thread> {
  const worker = new Worker(new URL('fuzz-worker.ts', import.meta.url), { workerData: job });
  const tell = (order: Order): void => {
    worker.postMessage(order);
  };
  await answerOf(worker);
  return {
    work: async (units, done) => {
      for (const which of units) {
        tell({ kind: 'unit', which });
        // oxlint-disable-next-line no-await-in-loop -- a thread does one thing at a time
        const answer = await answerOf(worker);
        if (answer === 'ready' || !done(answer.unit, answer.result)) return;
      }
    },
    learn: (lesson) => {
      tell({ kind: 'learn', lesson });
    },
    close: () => worker.terminate(),
  };
}

function answerOf(worker: Worker): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (status: number): void => {
      reject(new Error(`a thread ended with status ${status}`));
    };
    const settle = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', ended);
    };
    const onMessage = (answer: Answer): void => {
      settle();
      resolve(answer);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', ended);
  });
}
