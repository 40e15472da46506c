// SPDX-License-Identifier: GPL-2.0-only
/** Talks to programs without an event loop: a thread holds them, and this side waits until it has answered. */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';

import type { Channel, Limits, Reply, Request } from './exchange.ts';

/** A program on the other side. Every function waits for it, and for no longer than the limits allow. */
export interface Wire {
  /** The lines from the greeting to `ready`. */
  readonly greeting: Reply;
  readonly ask: (lines: readonly string[], answers: number) => Reply;
  /** Closes its input and waits for its end; `politely` false kills it. */
  readonly end: (politely: boolean) => Reply;
}

interface Thread {
  readonly port: MessagePort;
  readonly replies: Channel['replies'];
}

/** Milliseconds that the thread may take besides what the program takes. */
const GRACE = 30_000;

let thread: Thread | undefined;
let programs = 0;

/** Starts a program. What goes wrong is in `greeting`. */
export function openWire(command: readonly string[], limits: Limits): Wire {
  programs += 1;
  const program = programs;
  const greeting = exchange({ kind: 'start', program, command, limits }, limits.start);
  return {
    greeting,
    ask: (lines, answers) => {
      const longest = Math.min(limits.answer * (answers + 1), limits.total);
      return exchange({ kind: 'ask', program, lines, answers }, longest);
    },
    end: (politely) => exchange({ kind: 'end', program, politely }, limits.answer),
  };
}

function exchange(request: Request, longest: number): Reply {
  thread ??= startThread();
  const { port, replies } = thread;
  const before = Atomics.load(replies, 0);
  port.postMessage(request);
  // The wake-up of the reply before may come this late, and is none for this one.
  while (Atomics.load(replies, 0) === before) {
    if (Atomics.wait(replies, 0, before, longest + GRACE) === 'timed-out')
      throw new Error('the thread that holds the programs does not answer');
  }
  const received: { readonly message: Reply } | undefined = receiveMessageOnPort(port);
  if (received === undefined) throw new Error('the thread that holds the programs sent nothing');
  return received.message;
}

/** It does not keep the process alive, and ends with it. */
function startThread(): Thread {
  const { port1, port2 } = new MessageChannel();
  const replies = new Int32Array(new SharedArrayBuffer(4));
  const channel: Channel = { port: port2, replies };
  const worker = new Worker(new URL('thread.ts', import.meta.url), {
    workerData: channel,
    transferList: [port2],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  worker.unref();
  port1.unref();
  return { port: port1, replies };
}
