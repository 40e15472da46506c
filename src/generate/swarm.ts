// SPDX-License-Identifier: GPL-2.0-only
/**
 * Swarm testing: each trace has a random subset of the calls with random weights, so that some
 * traces only allocate, some never free, some do one thing again and again. A uniform mix of
 * everything rarely fills a domain; a trace that lacks the calls that empty it always does.
 */
import { type Bits, nextBits } from './bits.ts';
import type { Plan } from './plan.ts';

/** Numbers of choices, each as often as its weight; a draw is one look at a random place. */
export type Wheel = readonly number[];

/** What a weight is multiplied with. */
const FACTORS = [1, 1, 1, 3];
/** Choices per number of bits. */
const WORD = 32;

/** A wheel for one trace: half of the calls, and what they need. */
export function spinWheel({ choices }: Plan, bits: Bits): Wheel {
  let low = nextBits(bits);
  let high = nextBits(bits);
  for (let i = 0; i < choices.length; i += 1) {
    if (!isIn(i, low, high)) continue;
    const implies = choices[i]?.implies;
    low |= implies?.[0] ?? 0;
    high |= implies?.[1] ?? 0;
  }
  const wheel: number[] = [];
  let r = 0;
  for (let i = 0; i < choices.length; i += 1) {
    if (i % 16 === 0) r = nextBits(bits);
    if (isIn(i, low, high)) {
      const copies = (choices[i]?.weight ?? 0) * (FACTORS[r & 3] ?? 1);
      for (let n = copies; n > 0; n -= 1) wheel.push(i);
    }
    r >>>= 2;
  }
  return wheel;
}

function isIn(i: number, low: number, high: number): boolean {
  return ((i < WORD ? low >>> i : high >>> (i - WORD)) & 1) !== 0;
}
