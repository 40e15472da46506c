// SPDX-License-Identifier: GPL-2.0-only
/**
 * Puts fuel counters into every loop of a script, so that an endless one ends at the same point
 * everywhere, and counters into regions, to know what was executed. Lines stay as they are.
 */
import { parse, type Program } from 'acorn';
import { full } from 'acorn-walk';
import { MagicString } from 'magic-string';

import { isLoop, type Region } from './regions.ts';
import type { Problem } from './sources.ts';

/** Parses a script; a problem says where it is none. */
export function parseScript(file: string, text: string): Program | Problem {
  try {
    return parse(text, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const line = Number(/\((\d+):\d+\)$/u.exec(error.message)?.[1] ?? '0');
    return { file, line, message: error.message.replace(/ \(\d+:\d+\)$/u, '') };
  }
}

/** What is put into a script. */
export interface Counters {
  readonly file: string;
  readonly regions: readonly Region[];
  /** Counter of the first region; the others follow. */
  readonly first: number;
}

/** Text around a place. Of two at the same place the one that reaches further is outside. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly after: string;
  readonly reach: number;
}

/**
 * The script with calls of `$burn(place)` when `$fuel` is used up, and with `$hit[n] = 1` in each
 * region. The three names are declared by whoever loads it.
 */
export function instrument(text: string, program: Program, counters: Counters): string {
  const { file, regions, first } = counters;
  return edited(text, [
    ...fuelEdits(program, file),
    ...regions.map((region, index) => countEdit(region, first + index)),
  ]);
}

/** The script with the texts in it; of two with the same reach the first one is outside. */
export function edited(text: string, edits: readonly Edit[]): string {
  const script = new MagicString(text);
  const inOrder = edits.toSorted((a, b) => a.start - b.start || b.reach - a.reach);
  for (const { start, end, before, after } of inOrder) {
    script.appendRight(start, before);
    if (after !== '') script.prependLeft(end, after);
  }
  return script.toString();
}

function countEdit({ end: reach, insert }: Region, number: number): Edit {
  const count = `$hit[${number}]=1`;
  switch (insert.kind) {
    case 'at':
      return { start: insert.at, end: insert.at, before: `${count};`, after: '', reach };
    case 'wrap':
      return { ...insert, before: `{${count};`, after: '}', reach };
    case 'around':
      return { ...insert, before: `(${count},`, after: ')', reach };
  }
}

/** Fuel counters for every loop. */
export function fuelEdits(program: Program, file: string): readonly Edit[] {
  const edits: Edit[] = [];
  full(program, (node) => {
    if (!isLoop(node)) return;
    const place = JSON.stringify(`${file}:${node.loc?.start.line ?? 0}`);
    const burn = `if(--$fuel<0)$burn(${place});`;
    const { start, end } = node.body;
    // Half a place further out than a counter of the same piece.
    const reach = end + 0.5;
    if (node.body.type === 'BlockStatement')
      edits.push({ start: start + 1, end: start + 1, before: burn, after: '', reach });
    else edits.push({ start, end, before: `{${burn}`, after: '}', reach });
  });
  return edits;
}
