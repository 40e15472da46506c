// SPDX-License-Identifier: GPL-2.0-only
/** Conditions that ask for the opposite, for less, or for nothing. */
import type { AnyNode, BinaryExpression, Expression, LogicalExpression } from 'acorn';

import type { Draft, Visit } from './draft.ts';
import { isPure } from './pure.ts';

const OPPOSITE: Readonly<Record<string, string>> = { '===': '!==', '!==': '===' };

/** Negated conditions and flag tests, dropped operands, checks that are skipped or always fail. */
export function conditions({ node, source }: Visit): readonly Draft[] {
  switch (node.type) {
    case 'BinaryExpression':
      return equality(node, source);
    case 'UnaryExpression':
      if (node.operator !== '!') return [];
      return [instead(node, 'negate a condition', source.slice(...span(node.argument)))];
    case 'LogicalExpression':
      return logical(node, source);
    case 'IfStatement':
      return [
        ...ignored(node.test, source, leaves(node.consequent)),
        ...negated(node.test, source),
      ];
    case 'ConditionalExpression':
      return [...ignored(node.test, source, false), ...negated(node.test, source)];
    case 'WhileStatement':
      return [never(node.test, source, 'never enter a loop')];
    case 'ForStatement':
      return node.test ? [never(node.test, source, 'never enter a loop')] : [];
    default:
      return [];
  }
}

function span({ start, end }: AnyNode): [number, number] {
  return [start, end];
}

function instead(node: AnyNode, operator: string, text: string, value?: string): Draft {
  const { start, end } = node;
  return { operator, start, end, text, place: { kind: 'expression', value } };
}

function equality(node: BinaryExpression, source: string): readonly Draft[] {
  const operator = OPPOSITE[node.operator];
  if (operator === undefined) return [];
  const flags = node.left.type === 'BinaryExpression' && node.left.operator === '&';
  const text = replaced(node, operator, source);
  return [instead(node, flags ? 'negate a flag test' : 'negate a condition', text)];
}

/** The same operands with another operator between them. */
export function replaced(
  { left, right, start, end }: BinaryExpression | LogicalExpression,
  operator: string,
  source: string,
): string {
  const gap = source.slice(left.end, right.start).replace(/[=!<>&|?+\-*%]+/u, operator);
  return source.slice(start, left.end) + gap + source.slice(right.start, end);
}

function logical(node: LogicalExpression, source: string): readonly Draft[] {
  const { left, right, operator, start, end } = node;
  if (operator === '??' && isConstant(right)) return [];
  const pure = isPure(node);
  // What is left keeps its parentheses.
  const one = source.slice(start, left.end + closing(source.slice(left.end, right.start)));
  const other = source.slice(right.start - opening(source.slice(left.end, right.start)), end);
  const texts = [
    { operator: 'drop an operand', text: one },
    { operator: 'drop an operand', text: other },
  ];
  if (operator !== '??') {
    const text = replaced(node, operator === '&&' ? '||' : '&&', source);
    texts.push({ operator: operator === '&&' ? 'or for and' : 'and for or', text });
  }
  return texts.map((each) => instead(node, each.operator, each.text, pure ? each.text : undefined));
}

function closing(between: string): number {
  return /^\s*\)+/u.exec(between)?.[0].length ?? 0;
}

function opening(between: string): number {
  return /\(+\s*$/u.exec(between)?.[0].length ?? 0;
}

/** `?? 0` is there for the type checker. */
function isConstant(node: Expression): boolean {
  return node.type === 'Literal' || node.type === 'ArrayExpression';
}

/** The result of a check is not looked at; its side effects stay. */
function ignored(test: Expression, source: string, isCheck: boolean): readonly Draft[] {
  return [
    never(test, source, isCheck ? 'skip a check' : 'never take a branch'),
    fixed(test, 'true', source, isCheck ? 'always fail a check' : 'always take a branch'),
  ];
}

function never(test: Expression, source: string, operator: string): Draft {
  return fixed(test, 'false', source, operator);
}

function fixed(test: Expression, value: string, source: string, operator: string): Draft {
  const text = isPure(test) ? value : `(${source.slice(...span(test))}, ${value})`;
  const shown = { before: source.slice(...span(test)), after: value };
  return { ...instead(test, operator, text, value), shown };
}

/** Where the opposite is not one of the other mutants. */
function negated(test: Expression, source: string): readonly Draft[] {
  if (test.type === 'LogicalExpression') return [];
  if (test.type === 'UnaryExpression' && test.operator === '!') return [];
  if (test.type === 'BinaryExpression' && OPPOSITE[test.operator] !== undefined) return [];
  return [instead(test, 'negate a condition', `!(${source.slice(...span(test))})`)];
}

/** True for a branch that ends the function or the round. */
function leaves(node: AnyNode): boolean {
  const last = node.type === 'BlockStatement' ? node.body.at(-1) : node;
  return last?.type === 'ReturnStatement' || last?.type === 'ContinueStatement';
}
