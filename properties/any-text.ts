// SPDX-License-Identifier: GPL-2.0-only
/** Texts of any characters. */
import * as fc from 'fast-check';

/** First and number of the code points that are halves of a pair and no character of their own. */
const HALVES = 0xd800;
const HALVES_COUNT = 0x800;
const LAST = 0x10_ffff;

/** As fast-check's own unit `binary`, which writes all 1.1 million of them into a map first: a second. */
const character = fc
  .nat(LAST - HALVES_COUNT)
  .map((n) => String.fromCodePoint(n < HALVES ? n : n + HALVES_COUNT), numberOf);

/** Any text. */
export function anyText(constraints: fc.StringSharedConstraints = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: character });
}

function numberOf(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined;
  if (code === undefined || text !== String.fromCodePoint(code)) throw new Error('no character');
  return code < HALVES ? code : code - HALVES_COUNT;
}
