// SPDX-License-Identifier: GPL-2.0-only
/** The thread that holds the programs: it has the event loop that child processes need, while the main thread waits. */
import { workerData } from 'node:worker_threads';

import type { Channel, Reply, Request } from './exchange.ts';
import { type Program, startProgram } from './program.ts';

const { port, replies }: Channel = workerData;
const programs = new Map<number, Program>();

port.on('message', (request: Request) => {
  try {
    fulfil(request);
  } catch (error) {
    // Such as a command that no system can have.
    const code = error instanceof Error ? error.message : String(error);
    send({ lines: [], trouble: { kind: 'not started', code }, stderr: '' });
  }
});

function fulfil(request: Request): void {
  const { program: number } = request;
  if (request.kind === 'start') {
    programs.set(number, startProgram(request.command, request.limits, send));
    return;
  }
  const program = programs.get(number);
  if (program === undefined) throw new Error('it was never started');
  if (request.kind === 'ask') {
    program.ask(request.lines, request.answers, send);
    return;
  }
  program.end(request.politely, send);
  programs.delete(number);
}

function send(reply: Reply): void {
  port.postMessage(reply);
  Atomics.add(replies, 0, 1);
  Atomics.notify(replies, 0);
}
