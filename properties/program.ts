// SPDX-License-Identifier: GPL-2.0-only
/** Runs the program: in a process of its own, as a user does, or the same command in this one, which costs no start. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

import { vi } from 'vitest';

import { main } from '../src/cli/program.ts';

const MAIN = resolve(import.meta.dirname, '../src/cli/msicheck.mjs');

/** A trace without a finding. */
export const GOOD = `msicheck trace 1
environment: default
msi_create_device_irq_domain(dev=0, domid=0, hwsize=4)
msi_domain_alloc_irq_at(dev=0, domid=0, index=0, affinity=none, icookie=0) (fail: msi_alloc_desc 1)
`;

/** How a process ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process and its end. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the program. */
export function start(args: readonly string[]): Started {
  return startProcess(process.execPath, [MAIN, ...args], '');
}

/** Runs the program in a process; `input` is its standard input. */
export function runProcess(args: readonly string[], input: string = ''): Promise<Ended> {
  return startProcess(process.execPath, [MAIN, ...args], input).ended;
}

let last: Promise<unknown> = Promise.resolve();

/** Runs a command of the program here, one after the other: there is one standard output and one exit status. */
export function run(args: readonly string[]): Promise<Ended> {
  const ended = last.then(() => runHere(args));
  last = ended.catch(() => undefined);
  return ended;
}

async function runHere(args: readonly string[]): Promise<Ended> {
  const written = [process.stdout, process.stderr].map(collect);
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await main(args);
    const [stdout = '', stderr = ''] = written.map(({ text }) => text());
    return { status: Number(exitCode() ?? 0), stdout, stderr };
  } finally {
    process.exitCode = before;
    for (const { release } of written) release();
  }
}

/** A command sets it; the compiler only sees what was set here. */
function exitCode(): typeof process.exitCode {
  return process.exitCode;
}

/** What is written to a stream goes nowhere else. */
function collect(stream: NodeJS.WriteStream): {
  readonly text: () => string;
  readonly release: () => void;
} {
  let text = '';
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  return {
    text: () => text,
    release: () => {
      spy.mockRestore();
    },
  };
}

/** Runs the program in a process with more variables in its environment. */
export function runWith(
  variables: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<Ended> {
  return startProcess(process.execPath, [MAIN, ...args], '', variables).ended;
}

/** Runs a line of shell in which "$@" is the program without arguments. */
export function shell(line: string): Promise<Ended> {
  return startProcess('sh', ['-c', line, 'sh', process.execPath, MAIN], '').ended;
}

function startProcess(
  command: string,
  args: readonly string[],
  input: string,
  variables: Readonly<Record<string, string>> = {},
): Started {
  const env = { ...process.env, ...variables };
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Ended>((done, failed) => {
    child.on('error', failed);
    child.on('close', (status) => {
      done({ status, stdout, stderr });
    });
  });
  return { child, ended };
}
