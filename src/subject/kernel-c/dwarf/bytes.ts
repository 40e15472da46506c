// SPDX-License-Identifier: GPL-2.0-only
/** Bytes of a WebAssembly module to write. */

/** A number of variable length (LEB128), without a sign. */
export function uleb(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  do {
    const byte = left % 128;
    left = Math.trunc(left / 128);
    bytes.push(left === 0 ? byte : byte + 128);
  } while (left > 0);
  return Uint8Array.from(bytes);
}

/** A name: its length and its bytes. */
export function name(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  return joined([uleb(bytes.length), bytes]);
}

/** One after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
