// SPDX-License-Identifier: GPL-2.0-only
/** Names that a script uses and nobody declares: what is left when a patch deletes a function. */
import type { Program } from 'acorn';
import { full } from 'acorn-walk';

import type { Problem } from './sources.ts';

/** What every script may use without declaring it. */
const GLOBALS = new Set([...Object.getOwnPropertyNames(globalThis), 'undefined', 'arguments']);

/** The first one; names are not told apart by scope, so one that is declared anywhere in the file counts. */
export function undeclared(file: string, program: Program): Problem | undefined {
  const declared = new Set(GLOBALS);
  const used = new Map<string, number>();
  full(program, (node, _, type) => {
    if (node.type === 'ImportDeclaration')
      for (const { local } of node.specifiers) declared.add(local.name);
    if (node.type !== 'Identifier') return;
    if (type === 'VariablePattern') declared.add(node.name);
    else if (!used.has(node.name)) used.set(node.name, node.loc?.start.line ?? 0);
  });
  for (const [name, line] of used) {
    if (!declared.has(name)) return { file, line, message: `uses ${name}, which is not declared` };
  }
  return undefined;
}
