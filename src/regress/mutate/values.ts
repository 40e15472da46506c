// SPDX-License-Identifier: GPL-2.0-only
/** Values that are wrong: an errno, a result, a bound, a constant. */
import type { AnyNode, BinaryExpression, Expression, Literal } from 'acorn';

import { replaced } from './conditions.ts';
import type { Draft, Visit } from './draft.ts';
import { calleeOf, isPure } from './pure.ts';

/** One more or one less at the end. */
const BOUNDS: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const COUNTS: Readonly<Record<string, string>> = { '+=': '-=', '-=': '+=' };
const ARITHMETIC: Readonly<Record<string, string>> = { '+': '-', '-': '+', '*': '+', '%': '*' };

/** Wrong errnos and results, bounds that are off by one, constants and arithmetic that are wrong. */
export function values(visit: Visit): readonly Draft[] {
  const { node, source } = visit;
  switch (node.type) {
    case 'MemberExpression':
      return errno(node, source);
    case 'ReturnStatement':
      return node.argument ? result(node.argument, source) : [];
    case 'BinaryExpression':
      return binary(node, source);
    case 'AssignmentExpression':
      return counting(visit);
    case 'Literal':
      return constant(node, visit.parent);
    case 'UnaryExpression':
      if (node.operator !== '-') return [];
      return [instead(node, 'wrong constant', source.slice(node.argument.start, node.end))];
    default:
      return [];
  }
}

function instead(node: AnyNode, operator: string, text: string, value = text): Draft {
  const { start, end } = node;
  return { operator, start, end, text, place: { kind: 'expression', value } };
}

function isErrno(node: AnyNode): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'Errno'
  );
}

function errno(node: AnyNode, source: string): readonly Draft[] {
  if (!isErrno(node)) return [];
  const other = source.slice(node.start, node.end) === 'Errno.EINVAL' ? 'ENOMEM' : 'EINVAL';
  return [instead(node, 'wrong errno', `Errno.${other}`)];
}

function result(argument: Expression, source: string): readonly Draft[] {
  const text = source.slice(argument.start, argument.end);
  if (argument.type === 'Literal') {
    if (argument.value === 0) return [instead(argument, 'fail after success', '-22')];
    if (typeof argument.value !== 'boolean') return [];
    return [instead(argument, 'wrong result', String(!argument.value))];
  }
  if (isErrno(argument)) return [instead(argument, 'report success', '0')];
  if (/^(?:Object|Array|Arrow|Function|Template|Logical|Unary)/u.test(argument.type)) return [];
  if (argument.type === 'BinaryExpression' && !/^[+\-*%]$/u.test(argument.operator)) return [];
  const shown = { before: text, after: '0' };
  const zero = isPure(argument) ? '0' : `(${text}, 0)`;
  return [{ ...instead(argument, 'report success', zero, '0'), shown }];
}

function binary(node: BinaryExpression, source: string): readonly Draft[] {
  const { left, right, operator, start, end } = node;
  const value = (text: string): string | undefined => (isPure(node) ? text : undefined);
  const change = (name: string, text: string): Draft => ({
    operator: name,
    start,
    end,
    text,
    place: { kind: 'expression', value: value(text) },
  });
  const bound = BOUNDS[operator];
  if (bound !== undefined) return [change('off by one', replaced(node, bound, source))];
  if (operator === '|') {
    const sides = [left, right].map((side) => source.slice(side.start, side.end));
    return sides.map((text) => change('drop a flag', text));
  }
  const other = ARITHMETIC[operator];
  if (other === undefined || /['"`]/u.test(source.slice(start, end))) return [];
  const wrong = change('wrong arithmetic', replaced(node, other, source));
  if (right.type !== 'Literal' || right.value !== 1) return [wrong];
  const without = source.slice(start, right.start).replace(/\s*[+-]\s*$/u, '');
  const more = `${source.slice(start, right.start)}2`;
  return [change('off by one', without), change('off by one', more)];
}

/** `x += 1` as `x -= 1`, but not in the head of a loop. */
function counting({ node, parent, source }: Visit): readonly Draft[] {
  if (node.type !== 'AssignmentExpression' || parent?.type !== 'ExpressionStatement') return [];
  const { start, end, left, right, operator } = node;
  const other = COUNTS[operator];
  if (other === undefined) return [];
  const text = `${source.slice(start, left.end)} ${other} ${source.slice(right.start, end)}`;
  const place = { kind: 'expression', value: undefined } as const;
  return [{ operator: 'count the wrong way', start, end, text, place }];
}

/** Where a constant is a value; those in comparisons are the conditions' own, and labels of complaints are ours. */
function constant(node: Literal, parent: AnyNode | undefined): readonly Draft[] {
  const text = wrong(node);
  if (text === undefined || parent === undefined) return [];
  switch (parent.type) {
    case 'Property':
      return parent.value === node ? [instead(node, 'wrong constant', text)] : [];
    case 'AssignmentExpression':
      return parent.operator === '=' ? [instead(node, 'wrong constant', text)] : [];
    case 'VariableDeclarator':
      return typeof node.value === 'string' ? [] : [instead(node, 'wrong constant', text)];
    case 'ConditionalExpression':
    case 'ArrayExpression':
      return [instead(node, 'wrong constant', text)];
    case 'CallExpression': {
      if (typeof node.value === 'string') return [];
      if (/^(?:WARN_ON|BUG_ON|lockdep_assert_held)$/u.test(calleeOf(parent))) return [];
      return [instead(node, 'wrong constant', text)];
    }
    default:
      return [];
  }
}

function wrong({ value }: Literal): string | undefined {
  switch (typeof value) {
    case 'boolean':
      return String(!value);
    case 'number':
      return value === 1 ? '0' : String(value + 1);
    case 'string':
      return value === '' ? `'wrong'` : `''`;
    default:
      return undefined;
  }
}
