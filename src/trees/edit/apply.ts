// SPDX-License-Identifier: GPL-2.0-only
/** Applying a scripted edit to the files of a tree: the lines of its release, one after the other. */
import type { Problem } from '../../subject/changed/sources.ts';
import { changed as changedBy } from './change.ts';
import { sourceOf } from './nest.ts';
import type { Block, Edit } from './parse.ts';
import { bodiesOf, enumeratorsOf } from './scopes.ts';
import { lineAt } from './tokens.ts';
import type { Line, Scope } from './verbs.ts';

/** The files that differ, or the line of the edit that has nothing to change, or that it is for later releases. */
export type Applied =
  | { readonly kind: 'sources'; readonly changed: ReadonlyMap<string, string> }
  | { readonly kind: 'does not apply' | 'n/a'; readonly problem: Problem };

type Refused = Exclude<Applied, { readonly kind: 'sources' }>;

/** Text of a file by its path in the tree. */
type Read = (path: string) => string | undefined;

/** Applies an edit; counts of a line are those of the text that the lines above it left. */
export function applyEdit(edit: Edit, read: Read): Applied {
  const block = blockFor(edit, read);
  if ('kind' in block) return block;
  const changed = new Map<string, string>();
  for (const line of block.lines) {
    const after = applyLine(line, changed.get(line.file) ?? read(line.file));
    if (typeof after !== 'string') {
      const problem = { file: edit.name, line: line.line, message: after.message };
      return { kind: 'does not apply', problem };
    }
    changed.set(line.file, after);
  }
  return { kind: 'sources', changed };
}

/** The last block whose release is not after that of the tree. */
function blockFor({ name, blocks }: Edit, read: Read): Block | Refused {
  const every = blocks.find(({ since }) => since === undefined);
  if (every !== undefined) return every;
  const release = releaseOf(read('Makefile') ?? '');
  if (release === undefined) {
    const message = 'Makefile says no release; expected the top of a kernel tree';
    return { kind: 'does not apply', problem: { file: name, line: 0, message } };
  }
  const fitting = blocks.filter(({ since }) => since !== undefined && compare(since, release) <= 0);
  const best = fitting.toSorted((a, b) => compare(b.since ?? [0, 0], a.since ?? [0, 0]))[0];
  const from = blocks.map(({ since }) => since?.join('.')).join(', ');
  const message = `is for ${from} and later; the tree is ${release.join('.')}`;
  return best ?? { kind: 'n/a', problem: { file: name, line: 0, message } };
}

function releaseOf(makefile: string): readonly [number, number] | undefined {
  const [version, patchlevel] = ['VERSION', 'PATCHLEVEL'].map((field) =>
    Number(new RegExp(`^${field} *= *(\\d+) *$`, 'mu').exec(makefile)?.[1]),
  );
  if (version === undefined || patchlevel === undefined) return undefined;
  return Number.isNaN(version + patchlevel) ? undefined : [version, patchlevel];
}

function compare(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0] || a[1] - b[1];
}

function applyLine(line: Line, text: string | undefined): string | { readonly message: string } {
  const { file, scope } = line;
  if (text === undefined) return { message: `the tree has no ${file}` };
  const source = sourceOf(text);
  if ('message' in source)
    return { message: `${file}:${lineAt(text, source.at)}: ${source.message}; expected C` };
  const found = (scope.kind === 'function' ? bodiesOf : enumeratorsOf)(source, scope.name);
  if (found.some(({ last }) => last < 0))
    return { message: `branches of an #if divide ${scope.name} in ${file}` };
  const extent = found[scope.nth - 1];
  if (extent === undefined || found.length !== scope.of) return wrongCount(line, found.length);
  return changedBy({ source, extent, file, scope: scope.name }, line.verb);
}

function wrongCount({ file, scope }: Line, count: number): { readonly message: string } {
  const { kind, name, of } = scope;
  const what = kind === 'function' ? 'definition' : 'enumerator';
  if (count === 0) return { message: `${file} has no ${what} of ${name}` };
  const has = `${file} has ${count} ${what}${count === 1 ? '' : 's'} of ${name}`;
  return {
    message:
      count > 1 && isUnnumbered(scope)
        ? `${has}; expected which: "${name} (1 of ${count})"`
        : `${has}, not ${of}`,
  };
}

function isUnnumbered({ nth, of }: Scope): boolean {
  return nth === 1 && of === 1;
}
