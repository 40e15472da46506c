// SPDX-License-Identifier: GPL-2.0-only
/** Reads numbers out of bytes, one after the other: little endian, and those of variable length (LEB128). */

/** A place in some bytes that moves on with everything that is read. */
export interface Cursor {
  at: number;
  /** A number of 1, 2 or 4 bytes without a sign. */
  readonly uint: (size: number) => number;
  /** A number of variable length, without a sign and with one. */
  readonly uleb: () => number;
  readonly sleb: () => number;
  /** Moves behind so many of them. */
  readonly pass: (count: number) => void;
  /** A text that ends with 0. */
  readonly text: () => string;
}

/** Starts at an offset. */
export function cursorAt(bytes: Uint8Array, start: number): Cursor {
  const cursor: Cursor = {
    at: start,
    uint: (size) => {
      let value = 0;
      for (let i = 0; i < size; i += 1) value += (bytes[cursor.at + i] ?? 0) * 2 ** (8 * i);
      cursor.at += size;
      return value;
    },
    uleb: () => variable(bytes, cursor).value,
    sleb: () => {
      const { value, bits, negative } = variable(bytes, cursor);
      return negative ? value - 2 ** bits : value;
    },
    pass: (count) => {
      for (let left = count; left > 0; cursor.at += 1)
        if ((bytes[cursor.at] ?? 0) < 0x80) left -= 1;
    },
    text: () => {
      const end = bytes.indexOf(0, cursor.at);
      const found = Buffer.from(bytes.subarray(cursor.at, end)).toString('utf8');
      cursor.at = end + 1;
      return found;
    },
  };
  return cursor;
}

function variable(
  bytes: Uint8Array,
  cursor: Cursor,
): { readonly value: number; readonly bits: number; readonly negative: boolean } {
  let value = 0;
  let bits = 0;
  for (;;) {
    const byte = bytes[cursor.at] ?? 0;
    cursor.at += 1;
    value += (byte & 0x7f) * 2 ** bits;
    bits += 7;
    if ((byte & 0x80) === 0) return { value, bits, negative: (byte & 0x40) !== 0 };
  }
}
