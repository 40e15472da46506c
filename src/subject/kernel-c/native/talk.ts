// SPDX-License-Identifier: GPL-2.0-only
/** Requests to a program and its answers, which bring parts of its memory (shim/native/main.c). */
import { NoModule } from '../build/no-module.ts';
import { ANSWERS, type ASK } from './codes.ts';
import { openPipe, type Pipe } from './pipe.ts';

/** How a request went, and the numbers that belong to it. */
export interface Answer {
  readonly how: (typeof ANSWERS)[number];
  readonly numbers: readonly number[];
}

/** A program that has greeted. */
export interface Talk {
  readonly greeting: readonly number[];
  readonly ask: (what: (typeof ASK)[keyof typeof ASK], words: readonly number[]) => Answer;
  /** A request without an answer. */
  readonly tell: (what: (typeof ASK)[keyof typeof ASK]) => void;
}

/** Starts a program whose memory is kept in `bytes`. Throws `NoModule` when it does not start. */
export function startTalk(path: string, bytes: Uint8Array): Talk {
  const { pipe, numbers } = started(path, bytes);
  return {
    greeting: numbers,
    ask: (what, words) => {
      pipe.send([what, words.length, ...words]);
      return receive(pipe, bytes);
    },
    tell: (what) => {
      pipe.send([what, 0]);
    },
  };
}

/** Some machines move memory about so much that the sanitizer of an older compiler finds no place; those are asked not to. */
function started(path: string, bytes: Uint8Array): { readonly pipe: Pipe } & Answer {
  const said: string[] = [];
  for (const command of [[path], ['setarch', '-R', path]]) {
    try {
      const pipe = openPipe(command);
      return { pipe, ...receive(pipe, bytes) };
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new NoModule(`${said.join('\n')}\nexpected a program that starts; use --backend wasm`);
}

/** Takes an answer apart: the outcome, its numbers, and parts of memory, which are put where they belong. */
function receive(pipe: Pipe, bytes: Uint8Array): Answer {
  const answer = pipe.receive();
  const word = (at: number): number => answer.readUInt32LE(4 * at);
  const count = word(1);
  const numbers = Array.from({ length: count }, (_, i) => word(2 + i));
  const ranges = word(2 + count);
  let from = 4 * (3 + count + 2 * ranges);
  for (let i = 0; i < ranges; i += 1) {
    const address = word(3 + count + 2 * i);
    const length = word(4 + count + 2 * i);
    bytes.set(answer.subarray(from, from + length), address);
    from += length;
  }
  return { how: ANSWERS[word(0)] ?? 'lost', numbers };
}
