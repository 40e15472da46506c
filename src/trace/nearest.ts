// SPDX-License-Identifier: GPL-2.0-only
/** Names that somebody may have meant. */

const SUGGESTIONS = 3;
/** Longer texts are no misspelt names, and comparing them would take long. */
const LONGEST = 80;

/**
 * The names that are most like `text`, best first, at most three; none when nothing is like it. A name
 * that has all words of `text` (`msi_alloc_irqs` for `msi_domain_alloc_irqs`) is nearer than any other.
 */
export function nearest(text: string, names: readonly string[]): readonly string[] {
  if (text.length > LONGEST) return [];
  return names
    .map((name) => ({ name, far: hasWords(name, text) ? 0 : 1, distance: distance(text, name) }))
    .filter(
      (candidate) =>
        candidate.far === 0 ||
        candidate.distance * 2 <= Math.max(text.length, candidate.name.length),
    )
    .toSorted((one, other) => one.far - other.far || one.distance - other.distance)
    .slice(0, SUGGESTIONS)
    .map((candidate) => candidate.name);
}

function hasWords(name: string, text: string): boolean {
  const words = name.split('_');
  return text.split('_').every((word) => words.includes(word));
}

/** Levenshtein distance: characters to insert, delete or replace. `row[j]` is that from a prefix of `from` to the first j of `to`. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = at(row, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1));
    }
    row = next;
  }
  return at(row, to.length);
}

function at(row: readonly number[], j: number): number {
  return row[j] ?? 0;
}
