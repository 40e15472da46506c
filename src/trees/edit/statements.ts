// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where the statements of a function begin and end. Not C's grammar: a word with brackets that another word or
 * a brace follows is taken for a macro that loops, and statements within expressions are not looked for.
 */
import { behind, signAt, type Source, wordAt } from './nest.ts';
import type { Extent } from './scopes.ts';
import type { Fault } from './tokens.ts';

/** Tokens of a statement, both inclusive, without labels before it. */
export interface Statement extends Extent {
  /** It stands in a block or in a `switch`, so that others may stand beside it. */
  readonly listed: boolean;
}

/** All statements of a body, nested ones as well. */
export function statementsOf(
  source: Source,
  { first, last }: Extent,
): readonly Statement[] | Fault {
  const found: Statement[] = [];
  const reader = { source, found, end: last + 1, depth: 0 };
  for (let at = first; at <= last;) {
    const next = statement(reader, at, true);
    if (typeof next !== 'number') return next;
    at = next;
  }
  return found;
}

interface Reader {
  readonly source: Source;
  readonly found: Statement[];
  /** Index behind the last token of the block. */
  readonly end: number;
  /** Statements around what is read, up to DEEPEST. */
  depth: number;
}

/** No function is nested like this; a text may be. */
const DEEPEST = 500;

/** Index behind the statement at `at`; behind a label at the end of a block there is none. */
function statement(reader: Reader, at: number, listed: boolean): number | Fault {
  const { source, found, end } = reader;
  const first = behindLabels(source, at, end);
  if (first >= end) return first;
  if (reader.depth >= DEEPEST) return lost(source, first);
  reader.depth += 1;
  const next = simpleOrNested(reader, first);
  reader.depth -= 1;
  if (typeof next !== 'number') return next;
  if (next > end) return lost(source, first);
  found.push({ first, last: next - 1, listed });
  return next;
}

function simpleOrNested(reader: Reader, at: number): number | Fault {
  const { tokens } = reader.source;
  if (signAt(tokens, at) === '{') return block(reader, at);
  const word = wordAt(tokens, at);
  if (word === 'if') return chain(headed(reader, at + 1), (next) => alternative(reader, next));
  if (word === 'for' || word === 'while' || word === 'switch') return headed(reader, at + 1);
  if (word === 'do') return chain(statement(reader, at + 1, false), (next) => simple(reader, next));
  if (word === 'else' || signAt(tokens, at) === '}') return lost(reader.source, at);
  const bracket = behind(reader.source, at + 1);
  if (
    word !== '' &&
    signAt(tokens, at + 1) === '(' &&
    bracket !== undefined &&
    !RESERVED.has(word)
  ) {
    if (signAt(tokens, bracket) === '{' || wordAt(tokens, bracket) !== '')
      return headed(reader, at + 1);
  }
  return simple(reader, at);
}

/** Words that brackets may follow without making a loop. */
const RESERVED = new Set([
  'return',
  'goto',
  'sizeof',
  'typeof',
  '__typeof__',
  'asm',
  '__asm__',
  '__attribute__',
]);

function block({ source, found, depth }: Reader, at: number): number | Fault {
  const behindIt = behind(source, at);
  if (behindIt === undefined) return lost(source, at);
  const inner = { source, found, end: behindIt - 1, depth };
  for (let next = at + 1; next < behindIt - 1;) {
    const after = statement(inner, next, true);
    if (typeof after !== 'number') return after;
    next = after;
  }
  return behindIt;
}

/** A condition in brackets and the statement under it. */
function headed(reader: Reader, at: number): number | Fault {
  const next = signAt(reader.source.tokens, at) === '(' ? behind(reader.source, at) : undefined;
  return next === undefined ? lost(reader.source, at) : statement(reader, next, false);
}

function alternative(reader: Reader, at: number): number | Fault {
  if (at >= reader.end || wordAt(reader.source.tokens, at) !== 'else') return at;
  return statement(reader, at + 1, false);
}

/** Up to its semicolon. */
function simple({ source, end }: Reader, at: number): number | Fault {
  for (let next = at; next < end; next = behind(source, next) ?? next + 1)
    if (signAt(source.tokens, next) === ';') return next + 1;
  return lost(source, at);
}

function behindLabels({ tokens }: Source, at: number, end: number): number {
  let first = at;
  for (;;) {
    const word = wordAt(tokens, first);
    if (word === 'case') {
      while (first < end && signAt(tokens, first) !== ':') first += 1;
      first += 1;
    } else if (word !== '' && signAt(tokens, first + 1) === ':') first += 2;
    else return first;
  }
}

function chain(at: number | Fault, then: (at: number) => number | Fault): number | Fault {
  return typeof at === 'number' ? then(at) : at;
}

function lost({ text, tokens }: Source, at: number): Fault {
  return {
    at: tokens[at]?.start ?? text.length,
    message: 'no statement can be told from the next here; do branches of an #if divide one?',
  };
}
