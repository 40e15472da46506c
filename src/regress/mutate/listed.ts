// SPDX-License-Identifier: GPL-2.0-only
/**
 * Mutants that survive, each with the reason. The list is text: a reason, then the mutants that it is
 * about, as the report names them. `equivalent` ones change nothing that can be observed. `different`
 * ones do, `regress` says so, and no rule may object: the reason is why. `open` ones do, and nobody has
 * found out yet whether a rule should.
 *
 *     equivalent: nobody looks at the list before both markers are gone
 *       devres.ts devres_remove_group: free in the wrong order: a(); b(); => b(); a();
 *     open: the oracle does not know this failure
 *       irqdomain-alloc.ts trim: report success: ret => 0
 */
import type { Mutant } from './mutant.ts';

const KINDS = ['equivalent', 'different', 'open'] as const;

/** A survivor that is known. */
export interface Listed {
  /** As `nameOf` makes it. */
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
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
export function parseListed(path: string, text: string): readonly Listed[] | string {
  const entries: Listed[] = [];
  const names = new Set<string>();
  let reason: Pick<Listed, 'kind' | 'why'> | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const where = `${path}:${index + 1}`;
    if (line.trim() === '' || line.startsWith('#')) continue;
    const found = reasonOf(line);
    if (found !== undefined) {
      reason = found;
      continue;
    }
    const name = line.trim();
    if (reason === undefined || !line.startsWith('  '))
      return `${where}: expected "equivalent: REASON", "different: REASON" or "open: REASON", or below it two spaces and a mutant`;
    if (names.has(name)) return `${where}: stands there a second time: ${name}`;
    names.add(name);
    entries.push({ name, ...reason, where });
  }
  return entries;
}

function reasonOf(line: string): Pick<Listed, 'kind' | 'why'> | undefined {
  for (const kind of KINDS) {
    if (line.startsWith(`${kind}: `)) return { kind, why: line.slice(kind.length + 2).trim() };
  }
  return undefined;
}
