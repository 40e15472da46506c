// SPDX-License-Identifier: GPL-2.0-only
/**
 * Random bits for one trace: Marsaglia's xorshift with 64 bits of state, started from two numbers
 * of fast-check's own generator, so that fast-check's seed still decides everything. One draw gives
 * 32 bits, which callers split among several small choices; that is what makes steps cheap.
 */

/** State of the generator; never all zero. */
export interface Bits {
  x: number;
  y: number;
}

/** Starts from two 32-bit numbers. */
export function startBits(x: number, y: number): Bits {
  const bits = { x: x | 0, y: y | 0 || 1 };
  // The first outputs of nearby starts resemble each other.
  for (let i = 0; i < 4; i += 1) nextBits(bits);
  return bits;
}

/** The next 32 bits, as a signed number. */
export function nextBits(bits: Bits): number {
  const t = bits.x ^ (bits.x << 10);
  bits.x = bits.y;
  bits.y = bits.y ^ (bits.y >>> 10) ^ t ^ (t >>> 13);
  return bits.y;
}

/** A number of 0..n-1, for n of 1..65536. */
export function below(bits: Bits, n: number): number {
  return Math.imul(nextBits(bits) >>> 16, n) >>> 16;
}

/** True once in `n` times, for n of 1..65536. */
export function oneIn(bits: Bits, n: number): boolean {
  return below(bits, n) === 0;
}

/** 1 half of the time, 2 a quarter, 3 an eighth, and so on. */
export function geometric(bits: Bits): number {
  return 1 + Math.clz32(nextBits(bits));
}
