// SPDX-License-Identifier: GPL-2.0-only
/** The rules that look at operations as they are called, by operation. */
import type { Op } from '../trace/sites.ts';
import { RULES } from './index.ts';
import type { Rule } from './rule.ts';

/** The rules of each operation, in the order of the table of contents. */
export const rulesByOp: ReadonlyMap<Op, readonly Rule[]> = group();

function group(): ReadonlyMap<Op, readonly Rule[]> {
  const byOp = new Map<Op, Rule[]>();
  for (const rule of RULES) {
    for (const op of rule.ops ?? []) byOp.set(op, [...(byOp.get(op) ?? []), rule]);
  }
  return byOp;
}
