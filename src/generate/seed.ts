// SPDX-License-Identifier: GPL-2.0-only
/** Seeds are words; fast-check wants numbers. */
import seedrandom from 'seedrandom';

/** The n-th 32-bit number that a text stands for; the same on every machine. */
export function seedFromText(text: string, n: number): number {
  return seedrandom(`${text} ${n}`).int32();
}
