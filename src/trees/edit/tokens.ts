// SPDX-License-Identifier: GPL-2.0-only
/** C as tokens with their places: comments are left out, and a preprocessor line is one token. */

/** A piece of C. `text` of a directive is its name with the mark: `#if`. */
export interface Token {
  readonly kind: 'word' | 'number' | 'quoted' | 'sign' | 'directive';
  readonly text: string;
  /** Where it begins, and where it has ended. */
  readonly start: number;
  readonly end: number;
}

/** Why a text cannot be taken apart; `at` is a place in it. */
export interface Fault {
  readonly at: number;
  readonly message: string;
}

/** The tokens of a text, and whether there are comments between them. */
export interface Scanned {
  readonly tokens: readonly Token[];
  readonly comments: boolean;
}

const BLANK = /(?:\s|\\\r?\n)+/uy;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/(?:\\\r?\n|[^\n])*/uy;
/** Quotes end on their line, unless the line is continued. */
const QUOTED = /"(?:\\(?:\r?\n|.)|[^"\\\n])*"|'(?:\\(?:\r?\n|.)|[^'\\\n])*'/uy;
const WORD = /[A-Za-z_$][\w$]*/uy;
/** What the preprocessor takes for a number, suffixes and exponents included. */
const NUMBER = /\.?\d(?:[eEpP][+-]|[\w.])*/uy;
const SIGN =
  /\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|##|[-+*/%&|^<>=!~?:;,.(){}[\]#@\\`]/uy;
/** To the end of the line: comments may hold line ends, and so may continued lines. */
const DIRECTIVE =
  /#(?:\\\r?\n|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/(?:\\\r?\n|[^\n])*|[^\n])*/uy;

const KINDS = [
  ['quoted', QUOTED],
  ['word', WORD],
  ['number', NUMBER],
  ['sign', SIGN],
] as const;

/** Takes a text apart. */
export function tokensOf(text: string): Scanned | Fault {
  const tokens: Token[] = [];
  let comments = false;
  let fresh = true;
  for (let at = 0; at < text.length;) {
    const blank = matchAt(BLANK, text, at);
    const comment = blank === '' ? matchAt(COMMENT, text, at) : '';
    if (blank !== '' || comment !== '') {
      fresh ||= /\n/u.test(blank.replaceAll(/\\\r?\n/gu, ''));
      comments ||= comment !== '';
      at += blank.length + comment.length;
      continue;
    }
    const token = tokenAt(text, at, fresh);
    if (token === undefined) return { at, message: oddAt(text, at) };
    tokens.push(token);
    fresh = false;
    at = token.end;
  }
  return { tokens, comments };
}

function tokenAt(text: string, start: number, fresh: boolean): Token | undefined {
  if (text.startsWith('/*', start)) return undefined;
  if (fresh && text[start] === '#') {
    const all = matchAt(DIRECTIVE, text, start);
    const name = /^#\s*(\w*)/u.exec(all.replaceAll(/\\\r?\n|\/\*[\s\S]*?\*\//gu, ' '))?.[1] ?? '';
    return { kind: 'directive', text: `#${name}`, start, end: start + all.length };
  }
  for (const [kind, pattern] of KINDS) {
    const found = matchAt(pattern, text, start);
    if (found !== '') return { kind, text: found, start, end: start + found.length };
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function oddAt(text: string, at: number): string {
  if (text.startsWith('/*', at)) return 'a comment does not end';
  if (/["']/u.test(text[at] ?? '')) return 'a quote does not end on its line';
  return `"${String.fromCodePoint(text.codePointAt(at) ?? 0)}" is nothing that C is made of`;
}

/** Line of a place, from 1. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
