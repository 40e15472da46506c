// SPDX-License-Identifier: GPL-2.0-only
/** Exit statuses of `regress`. */
import type { ChangeResult, VerdictKind } from '../report/change.ts';

/** The worst first; each says what the whole run ends with. */
const STATUS: readonly (readonly [VerdictKind, number])[] = [
  ['broken', 1],
  ['different', 1],
  ['does not apply', 2],
  ['does not load', 2],
  ['unreached', 3],
];

/** 0 same, 1 broken or different, 2 does not apply or load, or all are for other releases, 3 a changed line was never reached. */
export function regressStatus(changes: readonly ChangeResult[]): number {
  if (changes.length > 0 && changes.every(({ verdict }) => verdict === 'n/a')) return 2;
  const worst = STATUS.find(([kind]) => changes.some(({ verdict }) => verdict === kind));
  return worst?.[1] ?? 0;
}

/** As `git bisect run` wants it: 0 good, 1 bad, 125 for what cannot be judged. */
export function bisectStatus(changes: readonly ChangeResult[]): number {
  const status = regressStatus(changes);
  return status > 1 ? 125 : status;
}
