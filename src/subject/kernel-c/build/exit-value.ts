// SPDX-License-Identifier: GPL-2.0-only
/** What a `return` returns, as far as the compiler's syntax tree shows a constant. */
import { isNode, type Node } from './syntax.ts';

/** A number, a pointer that is none, a truth, or `ERR_PTR()` of a number. */
export type Value =
  | { readonly kind: 'number' | 'ERR_PTR'; readonly number: number }
  | { readonly kind: 'NULL' | 'true' | 'false' };

/** What the statement returns; `undefined` for nothing, and for what is not known before it runs. */
export function valueOf(statement: Node): Value | undefined {
  const [expression] = childrenOf(statement);
  if (expression === undefined) return undefined;
  if (hasNullCast(expression)) return { kind: 'NULL' };
  const bare = stripped(expression);
  if (bare.kind === 'CallExpr') return errorPointer(bare);
  if (bare.kind === 'DeclRefExpr') return truth(bare);
  const number = numberOf(bare);
  return number === undefined ? undefined : { kind: 'number', number };
}

/** Conversions and parentheses. */
const WRAPPINGS = new Set(['ImplicitCastExpr', 'CStyleCastExpr', 'ParenExpr', 'ConstantExpr']);

function stripped(node: Node): Node {
  const [only] = childrenOf(node);
  return WRAPPINGS.has(node.kind) && only !== undefined ? stripped(only) : node;
}

function hasNullCast(node: Node): boolean {
  if (node['castKind'] === 'NullToPointer') return true;
  const [only] = childrenOf(node);
  return WRAPPINGS.has(node.kind) && only !== undefined && hasNullCast(only);
}

function numberOf(node: Node): number | undefined {
  const [only] = childrenOf(node);
  if (node.kind === 'IntegerLiteral') return Number(node['value']);
  if (node.kind !== 'UnaryOperator' || node['opcode'] !== '-' || only === undefined)
    return undefined;
  const number = numberOf(stripped(only));
  return number === undefined ? undefined : -number;
}

/** The kernel's own constants, not those of the language. */
function truth(node: Node): Value | undefined {
  const declared = node['referencedDecl'];
  if (!isNode(declared) || declared.kind !== 'EnumConstantDecl') return undefined;
  const name = declared['name'];
  return name === 'true' || name === 'false' ? { kind: name } : undefined;
}

function errorPointer(called: Node): Value | undefined {
  const [callee, argument] = childrenOf(called);
  if (callee === undefined || argument === undefined) return undefined;
  const declaration = stripped(callee)['referencedDecl'];
  const number = numberOf(stripped(argument));
  if (!isNode(declaration) || declaration['name'] !== 'ERR_PTR' || number === undefined)
    return undefined;
  return { kind: 'ERR_PTR', number };
}

function childrenOf(node: Node): readonly Node[] {
  const { inner } = node;
  return Array.isArray(inner) ? inner.filter(isNode) : [];
}
