// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the verbs of an edit do to a text. Nothing but what the verb says is touched, and the text keeps its
 * number of lines, so that what is reported at a line elsewhere stays there.
 */
import { signAt, wordAt } from './nest.ts';
import { type Missing, type Place, type Spot, spotOf } from './targets.ts';
import type { Verb } from './verbs.ts';

/** A piece of the text, and what comes there instead. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** The text after the verb. */
export function changed(place: Place, verb: Verb): string | Missing {
  const splices = splicesOf(place, verb);
  if ('message' in splices) return splices;
  let { text } = place.source;
  for (const { start, end, by } of splices.toSorted((a, b) => b.start - a.start || b.end - a.end))
    text = text.slice(0, start) + by + text.slice(end);
  if (text === place.source.text)
    return { message: `nothing in ${place.scope} becomes anything else` };
  return text;
}

function splicesOf(place: Place, verb: Verb): readonly Splice[] | Missing {
  const spot = spotOf(place, verb.target);
  if ('message' in spot) return spot;
  const odd = oddInside(place, spot);
  if (odd !== undefined) return odd;
  switch (verb.kind) {
    case 'drop':
      return drop(place, verb, spot);
    case 'replace':
      return [replaced(place, spot, wrapped(verb.target.kind, verb.by))];
    case 'negate':
      return [inserted(place, spot, 'before', '!('), inserted(place, spot, 'after', ')')];
    case 'guard':
      return guard(place, spot, verb.by);
    case 'insert':
      return beside(place, spot, verb.side, verb.code);
    case 'swap':
    case 'move':
      return pair(place, spot, verb);
  }
}

function drop(
  place: Place,
  { target }: Extract<Verb, { kind: 'drop' }>,
  spot: Spot,
): readonly Splice[] | Missing {
  if (target.kind === 'statement') return [replaced(place, spot, ';')];
  if (target.kind === 'operand') {
    const { first, last } = spot;
    const all = target.side === 'left' ? { first, last: last + 1 } : { first: first - 1, last };
    return [replaced(place, all, '')];
  }
  const statement = spotOf(place, { kind: 'statement', around: target });
  if ('message' in statement) return statement;
  const { tokens } = place.source;
  const cast = wordAt(tokens, statement.first + 1) === 'void' ? 3 : 0;
  if (
    statement.first + cast === spot.first &&
    statement.last === spot.last + 1 &&
    signAt(tokens, statement.last) === ';'
  )
    return [replaced(place, statement, ';')];
  return {
    message:
      `call ${target.nth} of ${target.fn} in ${place.scope} is part of a larger statement; ` +
      'expected "replace call … by CODE" or "drop statement with call …"',
  };
}

/** An expression keeps together, whatever is around it. */
function wrapped(kind: string, code: string): string {
  return (kind === 'call' || kind === 'operand') && !/^\w+$/u.test(code) ? `(${code})` : code;
}

function guard(place: Place, spot: Spot, by: string): readonly Splice[] {
  const [open, close] = spot.listed === true ? ['', ''] : ['{ ', ' }'];
  return [
    inserted(place, spot, 'before', `${open}if (${by}) `),
    ...(close === '' ? [] : [inserted(place, spot, 'after', close)]),
  ];
}

/** A statement beside another one: where only one may stand, both are put into a block. */
function beside(
  place: Place,
  spot: Spot,
  side: 'before' | 'after',
  code: string,
): readonly Splice[] {
  const isListed = spot.listed === true;
  const before = side === 'before' ? `${code} ` : '';
  const after = side === 'after' ? ` ${code}` : '';
  return [
    inserted(place, spot, 'before', `${isListed ? '' : '{ '}${before}`),
    inserted(place, spot, 'after', `${after}${isListed ? '' : ' }'}`),
  ];
}

function pair(
  place: Place,
  spot: Spot,
  verb: Extract<Verb, { kind: 'swap' | 'move' }>,
): readonly Splice[] | Missing {
  const other = spotOf(place, verb.other);
  if ('message' in other) return other;
  const odd = oddInside(place, other);
  if (odd !== undefined) return odd;
  if (spot.first <= other.last && other.first <= spot.last)
    return {
      message: `in ${place.scope} one of the two statements is the other one, or within it`,
    };
  if (verb.kind === 'swap') return exchanged(place, spot, other);
  const { tokens } = place.source;
  const words = tokens.slice(spot.first, spot.last + 1).map(({ text }) => text);
  return [replaced(place, spot, ';'), ...beside(place, other, verb.side, words.join(' '))];
}

/** Each with its own line ends. */
function exchanged({ source }: Place, one: Spot, two: Spot): readonly Splice[] {
  const [a, b] = [range(source.tokens, one), range(source.tokens, two)];
  return [
    { ...a, by: source.text.slice(b.start, b.end) },
    { ...b, by: source.text.slice(a.start, a.end) },
  ];
}

/** With the line ends of what is gone. */
function replaced({ source }: Place, spot: Spot, by: string): Splice {
  const { start, end } = range(source.tokens, spot);
  const lines = source.text.slice(start, end).split('\n').length - 1;
  return { start, end, by: by + '\n'.repeat(lines) };
}

function inserted({ source }: Place, spot: Spot, side: 'before' | 'after', by: string): Splice {
  const { start, end } = range(source.tokens, spot);
  const at = side === 'before' ? start : end;
  return { start: at, end: at, by };
}

function range(tokens: Place['source']['tokens'], { first, last }: Spot): Omit<Splice, 'by'> {
  return { start: tokens[first]?.start ?? 0, end: tokens[last]?.end ?? 0 };
}

/** Preprocessor lines belong to nobody: what has one inside stays as it is. */
function oddInside({ source, scope }: Place, spot: Spot): Missing | undefined {
  const { start, end } = range(source.tokens, spot);
  if (!source.directives.some((each) => each.start > start && each.start < end)) return undefined;
  return { message: `in ${scope} there are preprocessor lines in what is to be changed` };
}
