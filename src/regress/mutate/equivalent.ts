// SPDX-License-Identifier: GPL-2.0-only
/**
 * Mutants that change nothing that can be observed, each with the reason. The list is text: a reason,
 * then the mutants that it is about, as the report names them.
 *
 *     why: both markers are gone before anybody looks at the list again
 *       devres.ts devres_remove_group: free in the wrong order: a(); b(); => b(); a();
 */
import type { Mutant } from './mutant.ts';

/** A mutant that is said to be equivalent. */
export interface Equivalent {
  /** As `nameOf` makes it. */
  readonly name: string;
  readonly why: string;
  /** Where it is said: file and line. */
  readonly where: string;
}

/** File, function, operator, and the text before and after; with a number where two read the same. */
export function nameOf({ file, fn, operator, before, after, nth }: Mutant): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const number = nth === 1 ? '' : ` #${nth}`;
  return `${name} ${fn}: ${operator}: ${before} => ${after}${number}`;
}

/** Parses the list; a string says what is wrong with it, and where. */
export function parseEquivalents(path: string, text: string): readonly Equivalent[] | string {
  const entries: Equivalent[] = [];
  const names = new Set<string>();
  let why = '';
  for (const [index, line] of text.split('\n').entries()) {
    const where = `${path}:${index + 1}`;
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (line.startsWith('why: ')) {
      why = line.slice(5).trim();
      continue;
    }
    const name = line.trim();
    if (why === '' || !line.startsWith('  '))
      return `${where}: expected "why: REASON", or below it two spaces and a mutant`;
    if (names.has(name)) return `${where}: stands there a second time: ${name}`;
    names.add(name);
    entries.push({ name, why, where });
  }
  return entries;
}
