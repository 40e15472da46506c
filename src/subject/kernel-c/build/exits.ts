// SPDX-License-Identifier: GPL-2.0-only
/** Where the functions of a file are left or jump: each `return` and each `goto`, from the compiler's syntax tree. */
import type { Value } from './exit-value.ts';
import { valueOf } from './exit-value.ts';
import { isNode, type Located, located, type Node, type Spot } from './syntax.ts';

/** A statement that leaves its function, or its place in it. */
export interface Exit {
  readonly function: string;
  /** Among those of its function, from 1. */
  readonly nth: number;
  readonly kind: 'return' | 'goto';
  /** Where the statement begins; within a macro, where the macro is used. */
  readonly first: Spot;
  /** Where its last word begins. */
  readonly last: Spot;
  /** What it returns, as far as that is constant. */
  readonly value: Value | undefined;
  /** A negative number or a pointer that is none means that the function failed. */
  readonly canFail: boolean;
  /** Line that a `goto` goes to. */
  readonly target: number | undefined;
}

/** The exits of the functions that a file defines, in their order; `trees` are what `syntaxOf` gives. */
export function exitsOf(trees: readonly Node[], path: string): readonly Exit[] {
  const exits = new Map<string, readonly Exit[]>();
  for (const tree of trees) {
    const root = located(tree);
    const { kind, name } = tree;
    if (kind !== 'FunctionDecl' || typeof name !== 'string' || root.at?.file !== path) continue;
    const body = root.inner.find((child) => child.node.kind === 'CompoundStmt');
    if (body !== undefined) exits.set(name, exitsIn(name, canFail(tree), body));
  }
  return [...exits.values()]
    .flat()
    .toSorted((a, b) => a.first.line - b.first.line || a.nth - b.nth);
}

function exitsIn(name: string, fails: boolean, body: Located): readonly Exit[] {
  const labels = new Map<string, number>();
  for (const { node, first } of each(body)) {
    if (node.kind === 'LabelStmt' && typeof node['declId'] === 'string' && first !== undefined)
      labels.set(node['declId'], first.line);
  }
  const exits: Exit[] = [];
  for (const { node, first, last } of each(body)) {
    if ((node.kind !== 'ReturnStmt' && node.kind !== 'GotoStmt') || !first || !last) continue;
    const isReturn = node.kind === 'ReturnStmt';
    const value = isReturn ? valueOf(node) : undefined;
    exits.push({
      function: name,
      nth: exits.length + 1,
      kind: isReturn ? 'return' : 'goto',
      first,
      last,
      value,
      canFail: isReturn && fails,
      target: labels.get(String(node['targetLabelDeclId'])),
    });
  }
  return exits;
}

function* each(root: Located): Generator<Located, void, undefined> {
  yield root;
  for (const child of root.inner) yield* each(child);
}

/** A function that returns `int` or `long` answers with an error number, one that returns a pointer with none or `ERR_PTR()`. */
function canFail(declaration: Node): boolean {
  const type = declaration['type'];
  const text = isNode(type) ? type['qualType'] : undefined;
  return typeof text === 'string' && /^(?:int|long) \(|^[^(]*\*\s*\(/u.test(text);
}
