// SPDX-License-Identifier: GPL-2.0-only
/** Statements that are forgotten, and neighbours in the wrong order. */
import type { AnyNode, Expression, Statement } from 'acorn';

import type { Draft, Visit } from './draft.ts';
import { calleeOf, isPure } from './pure.ts';

const UNWINDS = /free|erase|remove|deactivate|clear|release|disassociate|destroy|splice/u;

/** A call, an assignment, a `continue` or a `return` that is missing; two neighbours that are swapped. */
export function statements({ node, source }: Visit): readonly Draft[] {
  if (node.type === 'BlockStatement') return swaps(node.body, source);
  if (node.type === 'SwitchCase') return swaps(node.consequent, source);
  const { start, end } = node;
  const whole = {
    start,
    end,
    text: ';',
    shown: { before: source.slice(start, end), after: 'nothing' },
  };
  if (node.type === 'ContinueStatement' || (node.type === 'ReturnStatement' && !node.argument)) {
    const operator = `drop a ${node.type === 'ContinueStatement' ? 'continue' : 'return'}`;
    return [{ ...whole, operator, place: { kind: 'statement', differs: undefined } }];
  }
  if (node.type !== 'ExpressionStatement') return [];
  const { expression } = node;
  const differs = differsText(expression, source);
  return [{ ...whole, operator: dropName(expression), place: { kind: 'statement', differs } }];
}

/** An assignment of what is there already may be missing. */
function differsText(node: Expression, source: string): string | undefined {
  if (node.type !== 'AssignmentExpression' || node.operator !== '=') return undefined;
  const { left, right } = node;
  if (left.type !== 'MemberExpression' || !isPure(left) || !isPure(right)) return undefined;
  return `!Object.is(${source.slice(left.start, left.end)},${source.slice(right.start, right.end)})`;
}

function dropName(node: Expression): string {
  if (node.type === 'AssignmentExpression') {
    const callee = calleeOf(node.right);
    return callee.startsWith('mutex_') ? dropCall(callee) : 'drop an assignment';
  }
  return dropCall(calleeOf(node));
}

function dropCall(callee: string): string {
  if (callee.includes('unlock')) return 'drop an unlock';
  if (/WARN|BUG|lockdep/u.test(callee)) return 'drop an assertion';
  if (/lock(?:_descs)?$/u.test(callee)) return 'drop a lock';
  if (UNWINDS.test(callee)) return 'skip an unwind step';
  return 'drop a call';
}

function swaps(list: readonly AnyNode[], source: string): readonly Draft[] {
  return list.flatMap((first, index) => {
    const second = list[index + 1];
    if (first.type !== 'ExpressionStatement' || second?.type !== 'ExpressionStatement') return [];
    return swap(first, second, source);
  });
}

/** Not two assignments without calls: which one is first cannot matter. */
function swap(
  first: Statement & { readonly type: 'ExpressionStatement' },
  second: Statement & { readonly type: 'ExpressionStatement' },
  source: string,
): readonly Draft[] {
  if (isPlain(first.expression) && isPlain(second.expression)) return [];
  const one = source.slice(first.start, first.end);
  const other = source.slice(second.start, second.end);
  const frees = [first, second].every(({ expression }) => UNWINDS.test(calleeOf(expression)));
  return [
    {
      operator: frees ? 'free in the wrong order' : 'swap neighbours',
      start: first.start,
      end: second.end,
      text: `${other} ${one}`,
      place: { kind: 'swap', second: second.start },
    },
  ];
}

function isPlain(node: Expression): boolean {
  return node.type === 'AssignmentExpression' && isPure(node.right) && isPure(node.left);
}
