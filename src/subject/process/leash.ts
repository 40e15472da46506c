// SPDX-License-Identifier: GPL-2.0-only
/**
 * No program outlives us, however we end: a shell of a few lines knows their process groups and kills
 * what is left when its input is closed, which the system does for us. A program that is in a loop
 * would not notice that its own input is closed, and a signal from the terminal does not reach it.
 */
import { type ChildProcess, spawn } from 'node:child_process';

const SHELL = `all=' '
while read -r what group; do
  case $what in
    add) all="$all$group " ;;
    drop) all="\${all%%" $group "*} \${all#*" $group "}" ;;
  esac
done
for group in $all; do kill -9 "-$group" 2>/dev/null; done`;

let shell: ChildProcess | undefined;

/** Watches over the process group of a program. */
export function leash(pid: number | undefined): void {
  if (pid === undefined) return;
  shell ??= start();
  shell.stdin?.write(`add ${pid}\n`);
}

/** The program is gone. */
export function unleash(pid: number | undefined): void {
  if (pid !== undefined) shell?.stdin?.write(`drop ${pid}\n`);
}

/** Ends a program and what it has started. */
export function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function start(): ChildProcess {
  const child = spawn('sh', ['-c', SHELL], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  return child;
}
