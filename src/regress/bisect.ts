// SPDX-License-Identifier: GPL-2.0-only
/** The first bad patch of a cumulative series, found by halving. */
import type { ChangeResult } from '../report/change.ts';

/** What a bisection ends with. */
export interface Bisected {
  /** Indexes of the first bad change; several when those between do not apply or load, none when the whole series is good. */
  readonly firstBad: readonly number[];
  /** Results in the order in which they were made, with the index of the change. */
  readonly results: readonly (readonly [number, ChangeResult])[];
}

/** Bad is what is as bad as the whole series: broken, or at least different. */
function isBad({ verdict }: ChangeResult, broken: boolean): boolean {
  return verdict === 'broken' || (!broken && verdict === 'different');
}

function isUnknown({ verdict }: ChangeResult): boolean {
  return verdict === 'does not apply' || verdict === 'does not load' || verdict === 'n/a';
}

/** Halves `0..count - 1`; `check` answers `undefined` when the user stopped the run. */
export async function bisect(
  count: number,
  check: (index: number) => Promise<ChangeResult | undefined>,
): Promise<Bisected> {
  const results: (readonly [number, ChangeResult])[] = [];
  const ask = async (index: number): Promise<ChangeResult | undefined> => {
    const result = await check(index);
    if (result !== undefined) results.push([index, result]);
    return result;
  };
  const whole = await ask(count - 1);
  if (whole === undefined) return { firstBad: [], results };
  const broken = whole.verdict === 'broken';
  if (!isBad(whole, broken)) return { firstBad: [], results };
  let good = -1;
  let bad = count - 1;
  const unknown = new Set<number>();
  for (;;) {
    const left = range(good + 1, bad).filter((index) => !unknown.has(index));
    const middle = left[left.length >> 1];
    if (middle === undefined) return { firstBad: range(good + 1, bad + 1), results };
    const result = await ask(middle);
    if (result === undefined) return { firstBad: [], results };
    if (isUnknown(result)) unknown.add(middle);
    else if (isBad(result, broken)) bad = middle;
    else good = middle;
  }
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
