// SPDX-License-Identifier: GPL-2.0-only
/**
 * A process of `regress` that checks changes, one after the other, in a thread of its own. The thread
 * can be ended and the main thread watches it; but a change that asks for much memory at once ends the
 * whole process, which must not be the one that knows the other results.
 */
import { totalmem } from 'node:os';

import { Tinypool } from 'tinypool';

import type { ChangeResult } from '../report/change.ts';
import type { MatrixRow } from '../report/matrix.ts';
import { thrownText } from '../subject/thrown.ts';
import { newPlace, readPlace } from './place.ts';
import type { CheckTask, MatrixTask } from './regress-worker.ts';

/** What the process is asked to do. */
export type Request =
  | { readonly kind: 'check'; readonly task: Omit<CheckTask, 'place'> }
  | { readonly kind: 'matrix'; readonly task: Omit<MatrixTask, 'place'> };

/** What it says: that it has started, where the thread is, and how a request ended. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'place'; readonly place: string }
  | { readonly kind: 'done'; readonly result: ChangeResult | MatrixRow }
  | { readonly kind: 'ended'; readonly why: string };

/** Megabytes for the objects of the thread; the unchanged reference needs a tenth of it. */
const MEMORY = 1024;
/** Bytes of the process: what buffers take is in no thread's limit. */
const MOST = Math.min(2 * MEMORY * 2 ** 20, 0.8 * totalmem());
/** Milliseconds in which the thread must begin another trace. Fuel ends loops long before. */
const STALLED = 60_000;
const LOOK_EVERY = 250;

const pool = new Tinypool({
  filename: new URL('regress-worker.ts', import.meta.url).href,
  runtime: 'worker_threads',
  // It stays for the next change: what it knows of the unchanged reference takes longer to learn than many
  // a check, and each change has global objects of its own.
  minThreads: 1,
  maxThreads: 1,
  resourceLimits: { maxOldGenerationSizeMb: MEMORY, maxYoungGenerationSizeMb: 64 },
  execArgv: ['--disable-warning=ExperimentalWarning'],
});

// A key press reaches every process of the terminal: whoever started this one decides.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (request) => {
  if (isRequest(request)) void answer(request);
});
say({ kind: 'ready' });

function isRequest(value: unknown): value is Request {
  return typeof value === 'object' && value !== null && 'kind' in value && 'task' in value;
}

function say(reply: Reply): void {
  process.send?.(reply);
}

async function answer({ kind, task }: Request): Promise<void> {
  const place = newPlace();
  const abort = new AbortController();
  const watch = watchPlace(place, abort);
  try {
    const result: ChangeResult | MatrixRow = await pool.run(
      { ...task, place },
      { name: kind, signal: abort.signal },
    );
    say({ kind: 'done', result });
  } catch (thrown) {
    const own = thrown instanceof Error ? thrown.message : thrownText(thrown);
    say({ kind: 'place', place: readPlace(place) });
    say({ kind: 'ended', why: abort.signal.aborted ? String(abort.signal.reason) : own });
  } finally {
    clearInterval(watch);
  }
}

function watchPlace(shared: SharedArrayBuffer, abort: AbortController): NodeJS.Timeout {
  let last = '';
  let since = 0;
  return setInterval(() => {
    const place = readPlace(shared);
    if (process.memoryUsage.rss() > MOST) abort.abort('took too much memory');
    since = place === last ? since + LOOK_EVERY : 0;
    if (place !== last) say({ kind: 'place', place });
    last = place;
    if (since >= STALLED) abort.abort(`no new trace within ${STALLED / 1000} seconds`);
  }, LOOK_EVERY);
}
