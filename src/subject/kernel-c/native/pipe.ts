// SPDX-License-Identifier: GPL-2.0-only
/**
 * Talks to a program without an event loop: through two named pipes, which this side reads and writes
 * itself. The program ends when its input does, and its input does when this process ends, however it ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program that answers each request. */
export interface Pipe {
  /** Sends numbers of 32 bits. */
  readonly send: (words: readonly number[]) => void;
  /** Waits for the next answer: a number of bytes, and those; valid until the next one. */
  readonly receive: () => Buffer;
}

/** The program is gone, and not because it was told to. */
export class Lost extends Error {}

/** Node makes no named pipes itself. */
const MAKE = 'mkfifo';

/** Starts a program. Throws when it cannot be started. */
export function openPipe(command: readonly string[]): Pipe {
  const [program = '', ...args] = command;
  const folder = mkdtempSync(join(tmpdir(), 'msicheck-native-'));
  try {
    const [requests, answers] = [join(folder, 'requests'), join(folder, 'answers')];
    const made = spawnSync(MAKE, [requests, answers], { encoding: 'utf8' });
    if (made.status !== 0)
      throw new Error(`${MAKE}: ${made.error?.message ?? made.stderr}; expected two named pipes`);
    const said = openSync(join(folder, 'said'), 'w+');
    const [input, output] = [openBoth(requests), openBoth(answers)];
    const child = spawn(program, args, {
      // Its own group: a signal from the terminal is for us.
      detached: true,
      stdio: [input.read, output.write, said],
      env: {},
    });
    child.on('error', () => undefined);
    child.unref();
    closeSync(input.read);
    closeSync(output.write);
    if (child.pid === undefined) throw new Error(`${program}: cannot be started`);
    return pipeOf({
      program: command.join(' '),
      said,
      requests: input.write,
      answers: output.read,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Both ends of a named pipe; opened for both, none of the two has to wait for the other. */
function openBoth(path: string): { readonly read: number; readonly write: number } {
  const held = openSync(path, constants.O_RDWR);
  const read = openSync(path, constants.O_RDONLY);
  const write = openSync(path, constants.O_WRONLY);
  closeSync(held);
  return { read, write };
}

interface State {
  readonly program: string;
  /** What it writes to its standard error. */
  readonly said: number;
  readonly requests: number;
  readonly answers: number;
}

function pipeOf(state: State): Pipe {
  let buffer = Buffer.alloc(1 << 20);
  let length = 0;
  const fill = (wanted: number): void => {
    if (wanted > buffer.length) {
      const larger = Buffer.alloc(wanted * 2);
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    while (length < wanted) {
      const got = readSync(state.answers, buffer, length, buffer.length - length, null);
      if (got === 0) throw ended(state);
      length += got;
    }
  };
  return {
    send: (words) => {
      const bytes = Buffer.from(Int32Array.from(words).buffer);
      try {
        for (let done = 0; done < bytes.length;)
          done += writeSync(state.requests, bytes, done, bytes.length - done);
      } catch {
        throw ended(state);
      }
    },
    receive: () => {
      length = 0;
      fill(4);
      const bytes = buffer.readUInt32LE(0);
      fill(4 + bytes);
      return buffer.subarray(4, 4 + bytes);
    },
  };
}

const LAST = 500;

function ended({ program, said }: State): Lost {
  const text = readFileSync(said, 'utf8').trim().slice(-LAST);
  return new Lost(`${program}: ended without an answer${text === '' ? '' : `, and said: ${text}`}`);
}
