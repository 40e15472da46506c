// SPDX-License-Identifier: GPL-2.0-only
/**
 * Regions of a script: pieces that run as a whole or not at all, found by their place. A counter in
 * each of them tells whether a line was executed, and which part of it was not.
 */
import type * as acorn from 'acorn';
import { full } from 'acorn-walk';

/** A piece of a script. */
export interface Region {
  /** Offsets, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Where a counter goes: before a statement, or around an expression; a block's is at its beginning. */
  readonly insert:
    | { readonly kind: 'at'; readonly at: number }
    | { readonly kind: 'around'; readonly start: number; readonly end: number }
    | { readonly kind: 'wrap'; readonly start: number; readonly end: number };
}

/** Every region of a script, the outer ones first. The script itself is none: it always runs. */
export function regionsOf(program: acorn.Program): readonly Region[] {
  const regions: Region[] = [];
  full(program, (node) => {
    if (isStatementList(node)) for (const each of node.body) addStatement(regions, each, 'at');
    if (is(node, 'SwitchCase'))
      for (const each of node.consequent) addStatement(regions, each, 'at');
    for (const body of bodiesOf(node)) addBody(regions, body);
    for (const part of partsOf(node)) addExpression(regions, part, part);
    if (isFunction(node)) addFunction(regions, node);
  });
  return regions.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

/** The innermost region that an offset is in, and -1 when there is none. */
export function innermost(regions: readonly Region[], offset: number): number {
  let found = -1;
  let size = Infinity;
  for (const [index, { start, end }] of regions.entries()) {
    if (start > offset) break;
    if (offset >= end || end - start > size) continue;
    found = index;
    size = end - start;
  }
  return found;
}

type Node = acorn.AnyNode;
type OfType<T extends Node['type']> = Extract<Node, { type: T }>;

function is<T extends Node['type']>(node: acorn.Node, type: T): node is OfType<T> {
  return node.type === type;
}

function isStatementList(node: acorn.Node): node is acorn.Program | acorn.BlockStatement {
  return is(node, 'Program') || is(node, 'BlockStatement');
}

function isFunction(node: acorn.Node): node is acorn.Function {
  return (
    is(node, 'FunctionDeclaration') ||
    is(node, 'FunctionExpression') ||
    is(node, 'ArrowFunctionExpression')
  );
}

/** Statements that need no block around them. */
function bodiesOf(node: acorn.Node): readonly acorn.Statement[] {
  if (is(node, 'IfStatement'))
    return node.alternate === null || node.alternate === undefined
      ? [node.consequent]
      : [node.consequent, node.alternate];
  return isLoop(node) ? [node.body] : [];
}

/** A loop of any kind. */
export function isLoop(
  node: acorn.Node,
): node is
  | acorn.ForStatement
  | acorn.ForInStatement
  | acorn.ForOfStatement
  | acorn.WhileStatement
  | acorn.DoWhileStatement {
  return (
    is(node, 'ForStatement') ||
    is(node, 'ForInStatement') ||
    is(node, 'ForOfStatement') ||
    is(node, 'WhileStatement') ||
    is(node, 'DoWhileStatement')
  );
}

/** Expressions that may be left out while the one around them is evaluated. */
function partsOf(node: acorn.Node): readonly acorn.Expression[] {
  if (is(node, 'ConditionalExpression')) return [node.consequent, node.alternate];
  if (is(node, 'LogicalExpression'))
    return node.operator === '??' && isConstant(node.right) ? [] : [node.right];
  return is(node, 'ForStatement') && node.update !== null && node.update !== undefined
    ? [node.update]
    : [];
}

/** `?? 0` is there for the type checker. */
function isConstant(node: acorn.Expression): boolean {
  return is(node, 'Literal') || (is(node, 'UnaryExpression') && is(node.argument, 'Literal'));
}

function addStatement(regions: Region[], node: acorn.Node, kind: 'at' | 'wrap'): void {
  const { start, end } = node;
  if (is(node, 'FunctionDeclaration') || is(node, 'EmptyStatement')) return;
  if (/^(?:Import|Export|Class)/u.test(node.type)) return;
  regions.push({ start, end, insert: kind === 'at' ? { kind, at: start } : { kind, start, end } });
}

function addBody(regions: Region[], node: acorn.Node): void {
  const { start, end } = node;
  if (is(node, 'BlockStatement'))
    regions.push({ start, end, insert: { kind: 'at', at: start + 1 } });
  else addStatement(regions, node, 'wrap');
}

function addExpression(regions: Region[], { start, end }: acorn.Node, whole: acorn.Node): void {
  regions.push({ start: whole.start, end: whole.end, insert: { kind: 'around', start, end } });
}

/** Name and parameters belong to what runs when the function is called. */
function addFunction(regions: Region[], node: acorn.Function): void {
  if (is(node.body, 'BlockStatement')) {
    const at = node.body.start + 1;
    regions.push({ start: node.start, end: node.end, insert: { kind: 'at', at } });
  } else addExpression(regions, node.body, node);
}
