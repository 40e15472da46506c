// SPDX-License-Identifier: GPL-2.0-only
/** How long the instructions of WebAssembly are: what follows the number of each (core specification 2.0, section 5.4). */
import type { Cursor } from '../dwarf/cursor.ts';
import { NoModule } from './no-module.ts';

/** Begins what is run again by a jump to it; nothing else is. */
export const LOOP = 0x03;

/** Moves behind an instruction; returns its number. Throws `NoModule` for one that is not known. */
export function passInstruction(cursor: Cursor): number {
  const start = cursor.at;
  const number = cursor.uint(1);
  const operands = COUNTS[number] ?? UNKNOWN;
  if (operands < UNKNOWN) cursor.pass(operands);
  else if (number === 0xfc) cursor.pass(BULK[cursor.uleb()] ?? unknown(number, start));
  else if (number === 0x0e) cursor.pass(cursor.uleb() + 1);
  else if (number === 0x1c) cursor.pass(cursor.uleb());
  else if (number === 0x43) cursor.at += 4;
  else if (number === 0x44) cursor.at += 8;
  else unknown(number, start);
  return number;
}

/** Operands of the instructions behind 0xfc: conversions, then those for ranges of memory and of tables. */
const BULK = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1] as const;

/** Ranges of numbers of instructions, and how many numbers of variable length follow. */
const OPERANDS = [
  [0x00, 0x01, 0],
  [0x02, 0x04, 1],
  [0x05, 0x05, 0],
  [0x0b, 0x0b, 0],
  [0x0c, 0x0d, 1],
  [0x0f, 0x0f, 0],
  [0x10, 0x10, 1],
  [0x11, 0x11, 2],
  [0x1a, 0x1b, 0],
  [0x20, 0x26, 1],
  [0x28, 0x3e, 2],
  [0x3f, 0x42, 1],
  [0x45, 0xc4, 0],
  [0xd0, 0xd0, 1],
  [0xd1, 0xd1, 0],
  [0xd2, 0xd2, 1],
] as const;

const UNKNOWN = 0xff;

/** The same by the number of the instruction: there are a hundred thousand to pass. */
const COUNTS = Uint8Array.from(
  { length: 256 },
  (_, number) =>
    OPERANDS.find(([first, last]) => first <= number && number <= last)?.[2] ?? UNKNOWN,
);

function unknown(number: number, at: number): never {
  throw new NoModule(
    `wasm-ld: instruction 0x${number.toString(16)} at ${at} of a section of the module is not known; ` +
      'expected what clang 14 makes; use --backend native',
  );
}
