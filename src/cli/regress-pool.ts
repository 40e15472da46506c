// SPDX-License-Identifier: GPL-2.0-only
/** Runs checks of changes in processes: one that hangs or takes all memory is ended, and that is its verdict. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { empty } from '../regress/check.ts';
import type { ChangeResult } from '../report/change.ts';
import type { MatrixRow } from '../report/matrix.ts';
import { ANSWERS } from '../run/apply.ts';
import { shown } from './files.ts';
import type { Interrupt } from './interrupt.ts';
import { mistake } from './mistake.ts';
import type { Reply, Request } from './regress-process.ts';
import type { CheckTask, MatrixTask } from './regress-worker.ts';

/** Processes that check changes. */
export interface Pool {
  /** The verdict, whatever the change does; `undefined` when the user interrupted the run. */
  readonly check: (task: Omit<CheckTask, 'place'>) => Promise<ChangeResult | undefined>;
  /** The row of the kill matrix; `undefined` when the run was interrupted. Throws when the process was lost. */
  readonly matrix: (task: Omit<MatrixTask, 'place'>) => Promise<MatrixRow | undefined>;
  /** Ends the processes, also those that are busy. */
  readonly close: () => void;
}

/** Milliseconds between two looks at whether the user wants the run to end. */
const LOOK_EVERY = 100;

/** Starts processes as they are needed, at most `jobs`. */
export function startPool(jobs: number, interrupt: Interrupt): Pool {
  let idle: readonly ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  let closed = false;
  const inTurn = startTurns(jobs);
  const ask = (request: Request): Promise<End> =>
    inTurn(async () => {
      if (closed || interrupt.wanted()) return { kind: 'interrupted' };
      const known = idle.find(({ connected }) => connected);
      idle = idle.filter((child) => child !== known);
      const child = known ?? (await launch());
      all.add(child);
      const end = await answerOf(child, request, interrupt);
      if (end.kind === 'done') idle = [...idle, child];
      else child.kill('SIGKILL');
      return end;
    });
  return {
    check: async (task) => {
      const end = await ask({ kind: 'check', task });
      if (end.kind === 'lost')
        return lost(task, `ended: ${end.why} in ${end.place}${draftText(end.place, task)}`);
      return end.kind === 'done' && 'verdict' in end.result ? end.result : undefined;
    },
    matrix: async (task) => {
      const end = await ask({ kind: 'matrix', task });
      if (end.kind === 'lost')
        throw mistake(
          `${task.change.name}: ended: ${end.why} in ${end.place}; expected a defect that ends: regress without --matrix shows more`,
        );
      return end.kind === 'done' && 'seeds' in end.result ? end.result : undefined;
    },
    close: () => {
      closed = true;
      for (const child of all) child.kill('SIGKILL');
    },
  };
}

/** Lets `most` actions run at a time, in the order in which they came. */
function startTurns(most: number): <T>(action: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (action) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Waits until it is ready: what goes wrong before is no change's fault. */
function launch(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('regress-process.ts', import.meta.url)), {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // V8 has much to say about the end of all memory.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said = `${said}${text.toString()}`.slice(-2000);
  });
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      reject(new Error(`a process for the checks did not start: ${said}`));
    };
    child.once('error', reject).once('exit', onExit);
    child.once('message', () => {
      child.removeListener('exit', onExit);
      resolve(child);
    });
  });
}

/** How a request ended. */
type End =
  | Extract<Reply, { kind: 'done' }>
  | { readonly kind: 'lost'; readonly why: string; readonly place: string }
  | { readonly kind: 'interrupted' };

function answerOf(child: ChildProcess, request: Request, interrupt: Interrupt): Promise<End> {
  let place = '';
  return new Promise<End>((resolve) => {
    const end = (how: End): void => {
      clearInterval(look);
      child.removeAllListeners().on('error', () => undefined);
      resolve(interrupt.wanted() && how.kind !== 'done' ? { kind: 'interrupted' } : how);
    };
    const isLost = (why: string): void => {
      end({ kind: 'lost', why, place: place === '' ? 'loading' : place });
    };
    const look = setInterval(() => {
      if (interrupt.wanted()) end({ kind: 'interrupted' });
    }, LOOK_EVERY);
    child.on('message', (reply) => {
      if (!isReply(reply) || reply.kind === 'ready') return;
      if (reply.kind === 'place') ({ place } = reply);
      else if (reply.kind === 'done') end(reply);
      else isLost(reply.why);
    });
    child.on('error', (error) => {
      isLost(error.message);
    });
    child.on('exit', (status, signal) => {
      // V8 calls abort() when it cannot have what was asked for.
      isLost(
        signal === 'SIGABRT' ? 'took too much memory' : `its process ended: ${signal ?? status}`,
      );
    });
    child.send(request);
  });
}

function isReply(value: unknown): value is Reply {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** What was found before stays as it was found. */
function draftText(place: string, { keeping }: Pick<CheckTask, 'keeping'>): string {
  if (!place.includes('(minimising')) return '';
  return `; what was found is kept in ${shown(join(keeping.reports, 'findings'))}, not minimised`;
}

/** A subject that ends the process it runs in does not answer; there is no trace left to show. */
function lost({ change }: Pick<CheckTask, 'change'>, detail: string): ChangeResult {
  return {
    ...empty(change),
    verdict: 'broken',
    evidence: {
      rule: ANSWERS,
      source: 'src/subject/subject.ts',
      detail,
      fn: '',
      at: 0,
      where: undefined,
      stack: [],
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
