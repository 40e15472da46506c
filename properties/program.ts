// SPDX-License-Identifier: GPL-2.0-only
/** Runs the program in a process of its own, as a user does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

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

/** Runs the program; `input` is its standard input. */
export function run(args: readonly string[], input: string = ''): Promise<Ended> {
  return startProcess(process.execPath, [MAIN, ...args], input).ended;
}

/** Runs the program with more variables in its environment. */
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
