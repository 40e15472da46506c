// SPDX-License-Identifier: GPL-2.0-only
/** Texts that nobody wrote as a trace: each is read, or refused in a sentence. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { CALL_NAMES } from '../src/trace/call.ts';
import { FIELDS } from '../src/trace/fields.ts';
import { formatTrace, HEADER } from '../src/trace/format.ts';
import { parseTrace } from '../src/trace/parse.ts';
import { OP_NAMES, SITES } from '../src/trace/sites.ts';
import { anyText } from './any-text.ts';
import { reject, TOP, trace } from './trace-arbitrary.ts';

/** Reads, writes and reads a text that can be read. */
function rewrite(text: string): string {
  const read = parseTrace(text, 'a.trace');
  const written = formatTrace(read.trace, read.comments);
  const again = parseTrace(written, 'a.trace');
  expect(again).toEqual(read);
  return formatTrace(again.trace, again.comments) === written ? 'the same' : written;
}

const WORDS = [
  ...CALL_NAMES,
  ...SITES,
  ...OP_NAMES,
  ...FIELDS.map((field) => field.name),
  HEADER,
  'environment: x',
  '\n',
  '\r\n',
  ' ',
  '#',
  '(',
  ')',
  '(fail: ',
  '(fail_nth: ',
  '(callback: ',
  ' = -ENOMEM',
  '=',
  ',',
  ':',
  '..',
  '0',
  '1',
  'dev=0',
  'none',
  'yes',
  '__proto__',
  'constructor',
];
const soup = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(''));
/** A trace that is right but for a few characters. */
const damaged = fc
  .tuple(
    trace,
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.oneof(fc.constantFrom(...WORDS), fc.string())), {
      maxLength: 3,
    }),
  )
  .map(([one, edits]) =>
    edits.reduce((text, [where, length, piece]) => {
      const at = where % text.length;
      return text.slice(0, at) + piece + text.slice(at + length);
    }, formatTrace(one)),
  );

test.for([
  ['any characters', anyText({ maxLength: 200 })],
  ['any characters below a right top', anyText({ maxLength: 200 }).map((text) => TOP + text)],
  ['words of the format in any order', soup],
  ['words of the format below a right top', soup.map((text) => TOP + text)],
  ['damaged traces', damaged],
] as const)(
  '%s are read or refused with a TraceError, and what is read is written and read again the same',
  ([, texts]) => {
    fc.assert(
      fc.property(texts, (text) => {
        const error = reject(text);
        const again = error === undefined ? rewrite(text) : error.message;
        expect(again).toMatch(
          error === undefined ? /^the same$/u : /^a\.trace:\d+: [^\n]+; expected [^\n]+$/u,
        );
      }),
      { seed: 1, numRuns: 2000 },
    );
  },
);
