// SPDX-License-Identifier: GPL-2.0-only
/** Whether a result is what the header of its patch promises. */
import type { ChangeResult } from '../report/change.ts';
import type { Expects } from './change.ts';

/** What is otherwise; `undefined` when all is as promised, or nothing was. */
export function brokenPromise(
  { verdict, evidence }: ChangeResult,
  expects: Expects,
): string | undefined {
  if (expects.verdict !== undefined && verdict !== expects.verdict)
    return `is ${verdict}, not ${expects.verdict}`;
  const rule = evidence?.rule ?? '';
  if (verdict === 'broken' && expects.rules.length > 0 && !expects.rules.includes(rule))
    return `is objected to by "${rule}", not by "${expects.rules.join('" or "')}"`;
  return undefined;
}
