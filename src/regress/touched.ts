// SPDX-License-Identifier: GPL-2.0-only
/** Which lines and functions a change touched, and whether they were executed. */
import { type Program, tokenizer, tokTypes } from 'acorn';
import { fullAncestor } from 'acorn-walk';
import { structuredPatch } from 'diff';

import { parseScript } from '../subject/changed/instrument.ts';
import type { ChangedSubject } from '../subject/changed/load.ts';
import { innermost, type Region } from '../subject/changed/regions.ts';
import { isProblem, type Sources } from '../subject/changed/sources.ts';
import type { TouchedLine } from '../report/change.ts';
import { shownPath } from './change.ts';

/** Every touched line with code on it, after some traces ran. Types and comments are no code. */
export function touchedLines(
  base: Sources,
  changed: Sources,
  { regions: files, hits }: ChangedSubject,
): readonly TouchedLine[] {
  return [...files].flatMap(([path, { first, script, regions }]) => {
    const text = changed.get(path) ?? '';
    const program = parseScript(path, script);
    if (isProblem(program)) return [];
    const file = { path: shownPath(path), script, regions, program, lines: text.split('\n') };
    const missed = (offset: number): Region | undefined => {
      const region = innermost(regions, offset);
      return region < 0 || hits[first + region] === 1 ? undefined : regions[region];
    };
    return touchesOf(base.get(path) ?? '', text).flatMap((touch) => look(file, touch, missed));
  });
}

interface File {
  readonly path: string;
  readonly script: string;
  readonly regions: readonly Region[];
  readonly program: Program;
  readonly lines: readonly string[];
}

interface Touch {
  readonly line: number;
  readonly what: TouchedLine['what'];
  readonly text: string;
}

function touchesOf(base: string, changed: string): readonly Touch[] {
  const { hunks } = structuredPatch('', '', base, changed, '', '', { context: 0 });
  return hunks.flatMap((hunk): readonly Touch[] => {
    const added = hunk.lines.filter((line) => line.startsWith('+'));
    if (added.length > 0)
      return added.map((line, i) => ({
        line: hunk.newStart + i,
        what: 'changed',
        text: line.slice(1),
      }));
    const text = hunk.lines
      .map((line) => line.slice(1).trim())
      .filter((line) => line !== '')
      .join(' ');
    return [{ line: hunk.newStart, what: 'removed', text }];
  });
}

function look(
  file: File,
  { line, what, text }: Touch,
  missed: (offset: number) => Region | undefined,
): readonly TouchedLine[] {
  const places = what === 'changed' ? tokensOn(file, line) : removedAt(file, line, text);
  if (places.length === 0) return [];
  const pieces = new Map<string, string>();
  for (const place of places) {
    const region = missed(place);
    if (region !== undefined) pieces.set(`${region.start}`, pieceOf(file, region, line));
  }
  const fn = functionAt(file.program, places[0] ?? 0);
  return [{ file: file.path, line, what, fn, text: text.trim(), missed: [...pieces.values()] }];
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

/** Where a removed line was: what is around it, not what follows it. Removed comments leave nothing. */
function removedAt({ script }: File, line: number, text: string): readonly number[] {
  const code = text.replaceAll(/\/\*.*?\*\/|\/\/.*|^\*.*/gu, '').trim();
  return code === '' ? [] : [Math.max(0, offsetOf(script, line) - 1)];
}

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
