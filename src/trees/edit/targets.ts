// SPDX-License-Identifier: GPL-2.0-only
/** Where in a function the things are that an edit names. */
import { behind, signAt, type Source, wordAt } from './nest.ts';
import type { Extent } from './scopes.ts';
import { type Statement as Found, statementsOf } from './statements.ts';
import type { Fault } from './tokens.ts';
import type {
  Argument,
  Call,
  Condition,
  Operand,
  Sign,
  Statement,
  Target,
  Value,
} from './verbs.ts';

/** A file, the tokens that may be changed, and what they are called. */
export interface Place {
  readonly source: Source;
  readonly extent: Extent;
  readonly file: string;
  readonly scope: string;
}

/** Tokens of a target, and the statement that it is, if it is one. */
export interface Spot extends Extent {
  readonly listed?: boolean;
}

/** What is missing, in counts. */
export interface Missing {
  readonly message: string;
}

/** Finds a target. */
export function spotOf(place: Place, target: Target): Spot | Missing {
  switch (target.kind) {
    case 'token':
      return tokenSpot(place, target);
    case 'call':
      return callSpot(place, target);
    case 'argument':
      return argumentSpot(place, target);
    case 'condition':
      return conditionSpot(place, target);
    case 'value':
      return valueSpot(place, target);
    case 'operand':
      return operandSpot(place, target);
    case 'statement':
      return statementSpot(place, target);
  }
}

/** Indexes of the tokens of the scope which are `wanted`. */
function indexes({ extent }: Place, wanted: (index: number) => boolean): readonly number[] {
  const found: number[] = [];
  for (let at = extent.first; at <= extent.last; at += 1) if (wanted(at)) found.push(at);
  return found;
}

function tokenSpot(place: Place, { text, nth }: Sign): Spot | Missing {
  const { tokens } = place.source;
  const found = indexes(place, (at) => tokens[at]?.text === text);
  const at = found[nth - 1];
  return at === undefined
    ? fewer(place, found.length, nth, [`"${text}"`, `"${text}"`])
    : { first: at, last: at };
}

function callSpot(place: Place, { fn, nth }: Call): Spot | Missing {
  const { source } = place;
  const found = indexes(
    place,
    (at) => wordAt(source.tokens, at) === fn && signAt(source.tokens, at + 1) === '(',
  );
  const at = found[nth - 1];
  if (at === undefined) return fewer(place, found.length, nth, [`call of ${fn}`, `calls of ${fn}`]);
  const end = behind(source, at + 1);
  if (end === undefined)
    return { message: `branches of an #if divide call ${nth} of ${fn} in ${place.scope}` };
  return { first: beginningOf(source, at), last: end - 1 };
}

/** Words that brackets may follow without being called. */
const NOT_A_NAME = new Set(['return', 'case', 'else', 'do', 'sizeof', 'if', 'while', 'switch']);

/** Index of the first token of what a member is taken from: of `a` in `a->b[i].member`. */
function beginningOf({ tokens, partners }: Source, member: number): number {
  let first = member;
  while (/^(?:->|\.)$/u.test(signAt(tokens, first - 1))) {
    first -= 2;
    while (/^[)\]]$/u.test(signAt(tokens, first))) {
      const open = partners.get(first) ?? first;
      const before = wordAt(tokens, open - 1);
      const isPrimary =
        (before !== '' && !NOT_A_NAME.has(before)) || signAt(tokens, open - 1) === ']';
      first = isPrimary ? open - 1 : open;
      if (!isPrimary) break;
    }
  }
  return first;
}

function argumentSpot(place: Place, { argument, call }: Argument): Spot | Missing {
  const spot = callSpot(place, call);
  if ('message' in spot) return spot;
  const open = place.source.partners.get(spot.last) ?? spot.last;
  const parts = divided(place.source, open + 1, spot.last);
  const part = parts[argument - 1];
  return (
    part ?? {
      message: `call ${call.nth} of ${call.fn} in ${place.scope} has ${counted(parts.length, 'argument')}, not ${argument}`,
    }
  );
}

/** What commas divide, from `first` to before `end`. */
function divided(source: Source, first: number, end: number): readonly Extent[] {
  const parts: Extent[] = [];
  let start = first;
  for (let at = first; at <= end; at = behind(source, at) ?? at + 1) {
    if (at < end && signAt(source.tokens, at) !== ',') continue;
    if (at > start) parts.push({ first: start, last: at - 1 });
    start = at + 1;
  }
  return parts;
}

function conditionSpot(place: Place, { word, nth }: Condition): Spot | Missing {
  const { source } = place;
  const found = indexes(place, (at) => wordAt(source.tokens, at) === word);
  const at = found[nth - 1];
  if (at === undefined) return fewer(place, found.length, nth, [`"${word}"`, `"${word}"`]);
  const end = signAt(source.tokens, at + 1) === '(' ? behind(source, at + 1) : undefined;
  if (end === undefined)
    return { message: `branches of an #if divide "${word}" ${nth} in ${place.scope}` };
  return { first: at + 2, last: end - 2 };
}

function valueSpot(place: Place, { nth }: Value): Spot | Missing {
  const { source } = place;
  const found = indexes(place, (at) => wordAt(source.tokens, at) === 'return');
  const at = found[nth - 1];
  if (at === undefined) return fewer(place, found.length, nth, ['"return"', '"return"']);
  let end = at + 1;
  while (end <= place.extent.last && signAt(source.tokens, end) !== ';')
    end = behind(source, end) ?? end + 1;
  if (end === at + 1) return { message: `"return" ${nth} in ${place.scope} returns no value` };
  return { first: at + 1, last: end - 1 };
}

/** Signs that end an operand of `&&` and `||`. */
const BOUNDARY = /^(?:[,;?:{}]|&&|\|\||(?:[-+*/%&|^]|<<|>>)?=)$/u;

function operandSpot(place: Place, { side, sign, nth }: Operand): Spot | Missing {
  const { source, extent } = place;
  const { tokens, partners } = source;
  const found = indexes(place, (at) => signAt(tokens, at) === sign);
  const at = found[nth - 1];
  if (at === undefined) return fewer(place, found.length, nth, [`"${sign}"`, `"${sign}"`]);
  const step = side === 'left' ? -1 : 1;
  const isOver = (index: number): boolean =>
    index < extent.first ||
    index > extent.last ||
    BOUNDARY.test(signAt(tokens, index)) ||
    wordAt(tokens, index) === 'return' ||
    isTurnedAway(signAt(tokens, index), step);
  let edge = at + step;
  while (!isOver(edge)) {
    const partner = partners.get(edge) ?? -1;
    edge = (partner >= 0 ? partner : edge) + step;
  }
  const [first, last] = side === 'left' ? [edge + 1, at - 1] : [at + 1, edge - 1];
  return last < first
    ? { message: `nothing is ${side} of "${sign}" ${nth} in ${place.scope}` }
    : { first, last };
}

/** A bracket that opens what is around, seen from within. */
function isTurnedAway(sign: string, step: number): boolean {
  return (step < 0 ? /^[([{]$/u : /^[)\]}]$/u).test(sign);
}

function statementSpot(place: Place, { around }: Statement): Spot | Missing {
  const spot = around.kind === 'call' ? callSpot(place, around) : tokenSpot(place, around);
  if ('message' in spot) return spot;
  const all: readonly Found[] | Fault = statementsOf(place.source, place.extent);
  if ('message' in all) return { message: `${place.scope}: ${all.message}` };
  const inside = all.filter(({ first, last }) => first <= spot.first && spot.last <= last);
  const inner = inside.toSorted((a, b) => a.last - a.first - (b.last - b.first))[0];
  return inner ?? { message: `${place.scope} has it in no statement` };
}

function fewer(
  place: Place,
  count: number,
  nth: number,
  [one, many]: readonly [string, string],
): Missing {
  const has = count === 0 ? `no ${one}` : `${count} ${count === 1 ? one : many}`;
  return {
    message: `${place.file} has ${has} in ${place.scope}${count === 0 ? '' : `, not ${nth}`}`,
  };
}

function counted(count: number, what: string): string {
  return `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;
}
