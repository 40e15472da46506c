// SPDX-License-Identifier: GPL-2.0-only
/** Which change of a cumulative series shows something first: the ones after it contain it. */
import type { ChangeResult } from '../report/change.ts';

/** The results of one series with the name of the first one that shows the same in `since`. */
export function markSince(results: readonly ChangeResult[]): readonly ChangeResult[] {
  return results.map((result, at) => {
    const first = results.slice(0, at).find((earlier) => showsTheSame(earlier, result));
    return first === undefined ? result : { ...result, since: first.name };
  });
}

function showsTheSame(one: ChangeResult, other: ChangeResult): boolean {
  const { evidence, verdict } = one;
  return (
    evidence !== undefined &&
    verdict === other.verdict &&
    evidence.rule === other.evidence?.rule &&
    evidence.trace === other.evidence.trace
  );
}
