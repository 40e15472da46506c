// SPDX-License-Identifier: GPL-2.0-only
/** Syntax trees of a tree's file, as clang prints them in JSON. */
import { posix } from 'node:path';

import { NoModule } from './no-module.ts';
import { run } from './run.ts';

/** A node of a syntax tree; its fields are clang's. */
export interface Node {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A place in the source. */
export interface Spot {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A node with its place: clang names file and line only where they differ from those that it named last. */
export interface Located {
  readonly node: Node;
  /** Of what it declares. */
  readonly at: Spot | undefined;
  readonly first: Spot | undefined;
  /** Where its last word begins. */
  readonly last: Spot | undefined;
  readonly inner: readonly Located[];
}

/** The declarations of a file whose names have `word` in them. Throws `NoModule` for what does not compile. */
export async function syntaxOf(flags: readonly string[], word: string): Promise<readonly Node[]> {
  const dump = [
    '-fsyntax-only',
    '-Xclang',
    '-ast-dump=json',
    '-Xclang',
    `-ast-dump-filter=${word}`,
  ];
  const { status, stdout, stderr } = await run('clang', [...flags, ...dump]);
  if (status !== 0) throw new NoModule(`clang: no syntax tree\n${stderr.slice(0, 2000)}`);
  return stdout
    .split(/^(?=\{$)/mu)
    .filter((text) => text !== '')
    .map((text): unknown => JSON.parse(text.slice(0, text.lastIndexOf('\n}') + 2)))
    .filter(isNode);
}

/** Whether a value that was read is a node, or part of one. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

/** Places for a declaration and all that is in it. */
export function located(root: Node): Located {
  let file = '';
  let line = 0;
  const spot = (value: unknown): Spot | undefined => {
    if (!isNode(value)) return undefined;
    if (value['spellingLoc'] !== undefined || value['expansionLoc'] !== undefined) {
      spot(value['spellingLoc']);
      return spot(value['expansionLoc']);
    }
    if (typeof value['col'] !== 'number') return undefined;
    if (typeof value['file'] === 'string') file = posix.normalize(value['file']);
    if (typeof value['line'] === 'number') line = value['line'];
    return { file, line, column: value['col'] };
  };
  const visit = (node: Node): Located => {
    const at = spot(node['loc']);
    const { begin, end } = rangeOf(node);
    const first = spot(begin);
    const last = spot(end);
    const inner = node['inner'];
    return {
      node,
      at,
      first,
      last,
      inner: Array.isArray(inner) ? inner.filter(isNode).map(visit) : [],
    };
  };
  return visit(root);
}

function rangeOf(node: Node): Readonly<Record<'begin' | 'end', unknown>> {
  const range = node['range'];
  return isNode(range)
    ? { begin: range['begin'], end: range['end'] }
    : { begin: undefined, end: undefined };
}
