// SPDX-License-Identifier: GPL-2.0-only
/** What the user asks for while stepping: single keys on a terminal, else one request per line. */
import { on } from 'node:events';
import { createInterface, emitKeypressEvents } from 'node:readline';

/** A request. */
export type Request =
  | { readonly kind: 'next' | 'back' | 'quit' }
  | { readonly kind: 'go'; readonly step: number }
  | { readonly kind: 'unknown'; readonly text: string };

/** What `unknown` is answered with. */
export const KEYS = 'enter, n or right: next; b or left: back; a number: go to that step; q: quit';

/** Reads a word: nothing, `n` or `right`; `b` or `left`; a number; `q`. */
function parseRequest(text: string): Request {
  const word = text.trim().toLowerCase();
  if (['', 'n', 'next', 'right'].includes(word)) return { kind: 'next' };
  if (['b', 'back', 'left'].includes(word)) return { kind: 'back' };
  if (['q', 'quit'].includes(word)) return { kind: 'quit' };
  return /^\d{1,6}$/u.test(word)
    ? { kind: 'go', step: Number(word) }
    : { kind: 'unknown', text: word };
}

/** The requests of standard input until it ends or the user quits. */
export function requests(input: NodeJS.ReadStream): AsyncIterable<Request> {
  return input.isTTY ? fromKeys(input) : fromLines(input);
}

async function* fromLines(input: NodeJS.ReadStream): AsyncGenerator<Request> {
  for await (const line of createInterface({ input })) yield parseRequest(line);
}

/** What `keypress` events carry. */
interface Key {
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
}

async function* fromKeys(input: NodeJS.ReadStream): AsyncGenerator<Request> {
  emitKeypressEvents(input);
  input.setRawMode(true);
  let digits = '';
  try {
    for await (const event of on(input, 'keypress')) {
      const name = keyName(event[1]);
      if (/^\d$/u.test(name)) {
        digits += name;
        process.stderr.write(name);
        continue;
      }
      if (digits !== '') process.stderr.write('\n');
      yield parseRequest(name === 'return' || name === 'enter' ? digits : name);
      digits = '';
    }
  } finally {
    input.setRawMode(false);
    input.pause();
  }
}

function keyName(key: Key): string {
  return key.ctrl === true ? 'q' : (key.name ?? key.sequence ?? '');
}
