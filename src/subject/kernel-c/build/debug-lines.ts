// SPDX-License-Identifier: GPL-2.0-only
/** Where the instructions of a file come from: the debug metadata of LLVM's textual intermediate code. */
import { posix } from 'node:path';

/** A function of the source. */
export interface DebugFunction {
  readonly name: string;
  /** As the compiler names it. */
  readonly file: string;
  /** Line of its definition. */
  readonly line: number;
}

/** A place in the source; within a macro it is where the macro is used. */
export interface DebugPlace {
  readonly function: DebugFunction;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** A node of the metadata: its kind and its text. */
type Nodes = ReadonlyMap<string, string>;

const NODE =
  /^(!\d+) = (?:distinct )?(!DI(?:Location|Subprogram|LexicalBlock(?:File)?|File)\(.*\))$/u;

/** Answers where a node such as `!12` is; `undefined` for code that the compiler made itself. */
export function placesIn(lines: readonly string[]): (node: string) => DebugPlace | undefined {
  const nodes = new Map<string, string>();
  for (const line of lines) {
    const [, name, text] = NODE.exec(line) ?? [];
    if (name !== undefined && text !== undefined) nodes.set(name, text);
  }
  const scopes = new Map<string, DebugFunction | undefined>();
  const functions = new Map<string, DebugFunction>();
  const functionOf = (scope: string): DebugFunction | undefined => {
    if (!scopes.has(scope)) scopes.set(scope, functionAround(nodes, scope, functions));
    return scopes.get(scope);
  };
  return (node) => {
    const text = nodes.get(node) ?? '';
    const line = Number(field(text, 'line') ?? 0);
    const around = functionOf(field(text, 'scope') ?? '');
    if (line === 0 || around === undefined) return undefined;
    return { function: around, line, column: Number(field(text, 'column') ?? 0) };
  };
}

/**
 * The function that a scope is in, one record for all its scopes; its file is that of the scope, for a file
 * can be included within a function.
 */
function functionAround(
  nodes: Nodes,
  scope: string,
  functions: Map<string, DebugFunction>,
): DebugFunction | undefined {
  const own = nodes.get(field(nodes.get(scope) ?? '', 'file') ?? '');
  let at = nodes.get(scope);
  while (at !== undefined && !at.startsWith('!DISubprogram'))
    at = nodes.get(field(at, 'scope') ?? '');
  if (at === undefined || own === undefined) return undefined;
  const found = {
    name: field(at, 'name') ?? '',
    file: posix.normalize(field(own, 'filename') ?? ''),
    line: Number(field(at, 'line') ?? 0),
  };
  const key = `${found.file} ${found.line} ${found.name}`;
  const known = functions.get(key) ?? found;
  functions.set(key, known);
  return known;
}

/** The value of a field of a node: a number, another node, or a text. */
function field(text: string, name: string): string | undefined {
  return new RegExp(`[(,] ?${name}: (?:"([^"]*)"|([^,)]+))`, 'u')
    .exec(text)
    ?.slice(1)
    .find((found) => found !== undefined);
}
