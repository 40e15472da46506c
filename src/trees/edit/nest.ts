// SPDX-License-Identifier: GPL-2.0-only
/** Which bracket closes which: the tokens of a text without its preprocessor lines. */
import { type Fault, type Token, tokensOf } from './tokens.ts';

/** A text of C with its brackets matched. */
export interface Source {
  readonly text: string;
  /** Without directives. */
  readonly tokens: readonly Token[];
  readonly directives: readonly Token[];
  /** By index of a bracket that of its partner; -1 for a bracket that only one branch of an #if has. */
  readonly partners: ReadonlyMap<number, number>;
}

const CLOSES: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const CLOSERS = new Set(CLOSES.values());

/** Takes a text apart and matches its brackets; each branch of an #if begins as deep as the #if is. */
export function sourceOf(text: string): Source | Fault {
  const scanned = tokensOf(text);
  if ('message' in scanned) return scanned;
  const tokens: Token[] = [];
  const partners = new Map<number, number>();
  const saved: (readonly number[])[] = [];
  let open: number[] = [];
  for (const token of scanned.tokens) {
    if (token.kind === 'directive') {
      open = branched(token.text, open, saved);
      continue;
    }
    const index = tokens.push(token) - 1;
    if (token.kind !== 'sign') continue;
    if (CLOSES.has(token.text)) {
      open.push(index);
      partners.set(index, -1);
    }
    if (!CLOSERS.has(token.text)) continue;
    const opener = open.pop();
    if (opener === undefined || CLOSES.get(tokens[opener]?.text ?? '') !== token.text)
      return { at: token.start, message: `"${token.text}" closes nothing that is open` };
    partners.set(opener, index).set(index, opener);
  }
  const last = tokens[open.at(-1) ?? -1];
  if (last !== undefined) return { at: last.start, message: `"${last.text}" is never closed` };
  const directives = scanned.tokens.filter(({ kind }) => kind === 'directive');
  return { text, tokens, directives, partners };
}

/** What is open after a directive. */
function branched(name: string, open: number[], saved: (readonly number[])[]): number[] {
  if (name === '#if' || name === '#ifdef' || name === '#ifndef') saved.push([...open]);
  if (name === '#else' || name.startsWith('#elif')) return [...(saved.at(-1) ?? open)];
  if (name === '#endif') saved.pop();
  return open;
}

/** Index behind a bracket's partner, when there is an opening bracket with one at `index`. */
export function behind({ tokens, partners }: Source, index: number): number | undefined {
  if (!CLOSES.has(signAt(tokens, index))) return undefined;
  const partner = partners.get(index) ?? -1;
  return partner > index ? partner + 1 : undefined;
}

/** The sign at an index, '' for anything else. */
export function signAt(tokens: readonly Token[], index: number): string {
  const token = tokens[index];
  return token?.kind === 'sign' ? token.text : '';
}

/** The word at an index, '' for anything else. */
export function wordAt(tokens: readonly Token[], index: number): string {
  const token = tokens[index];
  return token?.kind === 'word' ? token.text : '';
}
