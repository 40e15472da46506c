// SPDX-License-Identifier: GPL-2.0-only
/** Which lines and functions a change touched, and whether they were executed. */
import { type Program, tokenizer, tokTypes } from 'acorn';
import { fullAncestor } from 'acorn-walk';

import { parseScript } from '../subject/changed/instrument.ts';
import type { ChangedSubject } from '../subject/changed/load.ts';
import { innermost, type Region } from '../subject/changed/regions.ts';
import { isProblem, type Sources } from '../subject/changed/sources.ts';
import type { TouchedLine } from '../report/change.ts';
import { shownPath } from './change.ts';
import { type Touch, touchesOf } from './touches.ts';

/** Sources and what was executed of them. */
export interface Version {
  readonly sources: Sources;
  readonly subject: ChangedSubject;
}

/**
 * Every touched line with code on it, after some traces ran. Types and comments are no code. A removed
 * line counts as executed when the base executed it: if it did not, nobody knows what its removal does.
 */
export function touchedLines(base: Version, changed: Version): readonly TouchedLine[] {
  const paths = new Set([...base.subject.regions.keys(), ...changed.subject.regions.keys()]);
  return [...paths].toSorted().flatMap((path) => {
    const [one, other] = [base, changed].map((version) => fileOf(version, path));
    const touches = touchesOf(base.sources.get(path) ?? '', changed.sources.get(path) ?? '');
    return touches.flatMap((touch) => {
      const file = touch.what === 'changed' ? other : one;
      return file === undefined ? [] : look(file, shownPath(path), touch);
    });
  });
}

interface File {
  readonly script: string;
  readonly program: Program;
  readonly lines: readonly string[];
  /** The region that an offset is in, if it was not executed. */
  readonly missed: (offset: number) => Region | undefined;
}

function fileOf({ sources, subject }: Version, path: string): File | undefined {
  const counted = subject.regions.get(path);
  if (counted === undefined) return undefined;
  const { first, script, regions } = counted;
  const program = parseScript(path, script);
  if (isProblem(program)) return undefined;
  const missed = (offset: number): Region | undefined => {
    const region = innermost(regions, offset);
    return region < 0 || subject.hits[first + region] === 1 ? undefined : regions[region];
  };
  return { script, program, lines: (sources.get(path) ?? '').split('\n'), missed };
}

function look(file: File, path: string, { line, own, what, text }: Touch): readonly TouchedLine[] {
  const places = tokensOn(file, own);
  if (places.length === 0) return [];
  const pieces = new Map<number, string>();
  for (const place of places) {
    const region = file.missed(place);
    if (region !== undefined) pieces.set(region.start, pieceOf(file, region, own));
  }
  const fn = functionAt(file.program, places[0] ?? 0);
  return [{ file: path, line, what, fn, text, missed: [...pieces.values()] }];
}

/** Offsets of the words, numbers and operators on a line. */
function tokensOn({ script }: File, line: number): readonly number[] {
  const start = offsetOf(script, line);
  const end = offsetOf(script, line + 1);
  const offsets: number[] = [];
  for (const token of tokenizer(script, { ecmaVersion: 'latest', sourceType: 'module' })) {
    if (token.start >= end) break;
    if (token.start >= start && !PUNCTUATION.has(token.type)) offsets.push(token.start);
  }
  return offsets;
}

const PUNCTUATION = new Set([
  tokTypes.braceL,
  tokTypes.braceR,
  tokTypes.bracketL,
  tokTypes.bracketR,
  tokTypes.parenL,
  tokTypes.parenR,
  tokTypes.comma,
  tokTypes.semi,
  tokTypes.colon,
]);

function offsetOf(text: string, line: number): number {
  let offset = 0;
  for (let n = 1; n < line; n += 1) {
    const next = text.indexOf('\n', offset);
    if (next < 0) return text.length;
    offset = next + 1;
  }
  return offset;
}

/** The piece as far as it stands on one line. */
function pieceOf({ script, lines }: File, { start, end }: Region, line: number): string {
  const whole = script.slice(start, end).split('\n')[0]?.trim() ?? '';
  const own = lines[line - 1]?.trim() ?? '';
  return whole === '' || whole === '{' ? own : whole;
}

/** The name of the innermost function that has one. */
function functionAt(program: Program, offset: number): string {
  let name = '';
  let size = Infinity;
  fullAncestor(program, (node, _, ancestors) => {
    if (node.start > offset || node.end <= offset || node.end - node.start > size) return;
    const above = ancestors.at(-2);
    const id = node.type === 'FunctionDeclaration' ? node.id : nameAbove(node, above);
    if (id?.type !== 'Identifier') return;
    name = id.name;
    size = node.end - node.start;
  });
  return name;
}

/** `name = () => …` and `{ name: () => … }` */
function nameAbove(
  node: Parameters<Parameters<typeof fullAncestor>[1]>[0],
  above: typeof node | undefined,
): { readonly type: string; readonly name: string } | undefined {
  if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionExpression')
    return undefined;
  if (above?.type === 'VariableDeclarator' && above.id.type === 'Identifier') return above.id;
  if (above?.type === 'Property' && above.key.type === 'Identifier') return above.key;
  return undefined;
}
