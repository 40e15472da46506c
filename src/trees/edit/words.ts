// SPDX-License-Identifier: GPL-2.0-only
/** Reading one line of an edit: `in FILE FUNCTION: VERB …`. */
import { sourceOf } from './nest.ts';
import { tokensOf } from './tokens.ts';
import type {
  Call,
  Condition,
  Line,
  Operand,
  Scope,
  Side,
  Statement,
  Target,
  Verb,
} from './verbs.ts';

/** What is wrong with a line, and what was expected. */
export interface Odd {
  readonly message: string;
}

const PLACE =
  /^in (?<file>\S+) (?<enumerator>enumerator )?(?<name>\w+)(?: \((?<nth>\d+) of (?<of>\d+)\))?: (?<verb>.*)$/u;

/** A line as data; `line` is its number. */
export function readLine(text: string, line: number): Line | Odd {
  const place = PLACE.exec(text)?.groups;
  if (place === undefined)
    return {
      message: 'expected "in FILE FUNCTION: VERB …" or "for RELEASE:", such as "for 6.12:"',
    };
  const file = place['file'] ?? '';
  if (!/^\w[\w./-]*\.[ch]$/u.test(file) || /(?:^|\/)\.{1,2}\//u.test(file))
    return {
      message: `"${file}" is no source file of a tree; expected a path such as kernel/irq/msi.c`,
    };
  const scope: Scope = {
    kind: place['enumerator'] === undefined ? 'function' : 'enumerator',
    name: place['name'] ?? '',
    nth: Number(place['nth'] ?? '1'),
    of: Number(place['of'] ?? '1'),
  };
  if (scope.nth < 1 || scope.nth > scope.of)
    return { message: `there is no ${scope.nth} of ${scope.of}; the first one is 1` };
  const verb = readVerb(place['verb'] ?? '');
  return 'message' in verb ? verb : { line, file, scope, verb };
}

/** A line from the left: what was read, and what is left of it. */
interface Read<T> {
  readonly read: T;
  readonly rest: string;
}

const CALL = /^call (\d+) of (\w+)/u;

function readVerb(text: string): Verb | Odd {
  const [kind = ''] = text.split(' ', 1);
  const rest = text.slice(kind.length + 1);
  switch (kind) {
    case 'drop':
      return readDrop(rest);
    case 'replace':
      return readReplace(rest);
    case 'negate':
      return readNegate(rest);
    case 'guard':
      return readGuard(rest);
    case 'swap':
    case 'move':
      return readPair(kind, rest);
    case 'insert':
      return readInsert(rest);
    default:
      return {
        message: `"${kind}" is no verb; expected drop, replace, negate, guard, swap, move or insert`,
      };
  }
}

function readDrop(text: string): Verb | Odd {
  const what = readTarget(text);
  if ('message' in what) return what;
  const { read: target, rest } = what;
  if (rest !== '') return unexpected(rest);
  if (target.kind === 'call' || target.kind === 'operand' || target.kind === 'statement')
    return { kind: 'drop', target };
  return {
    message:
      'only a call, an operand or a statement can be dropped; expected "statement with …" or "replace … by …"',
  };
}

function readReplace(text: string): Verb | Odd {
  const what = readTarget(text);
  if ('message' in what) return what;
  const by = /^ by (.+)$/u.exec(what.rest)?.[1];
  if (by === undefined) return expectedAfter(what.rest, '" by CODE"');
  return codeIsOdd(by) ?? { kind: 'replace', target: what.read, by };
}

function readNegate(text: string): Verb | Odd {
  const what = readTarget(text);
  if ('message' in what) return what;
  if (what.rest !== '') return unexpected(what.rest);
  if (what.read.kind === 'condition') return { kind: 'negate', target: what.read };
  return { message: 'only a condition can be negated; expected "negate condition of if N"' };
}

function readGuard(text: string): Verb | Odd {
  const what = readStatement(text);
  if ('message' in what) return what;
  const by = /^ by (.+)$/u.exec(what.rest)?.[1];
  if (by === undefined) return expectedAfter(what.rest, '" by CONDITION"');
  return codeIsOdd(by) ?? { kind: 'guard', target: what.read, by };
}

function readPair(kind: 'swap' | 'move', text: string): Verb | Odd {
  const one = readStatement(text);
  if ('message' in one) return one;
  const link = (kind === 'swap' ? /^ (with) / : /^ (before|after) /u).exec(one.rest);
  const side = sideOf(link?.[1]);
  if (link === null)
    return expectedAfter(
      one.rest,
      kind === 'swap' ? '" with STATEMENT"' : '" before STATEMENT" or " after STATEMENT"',
    );
  const two = readStatement(one.rest.slice(link[0].length));
  if ('message' in two) return two;
  if (two.rest !== '') return unexpected(two.rest);
  const [target, other] = [one.read, two.read];
  return kind === 'swap' ? { kind, target, other } : { kind, target, side, other };
}

function readInsert(text: string): Verb | Odd {
  const parts = /^(?<code>.+;) (?<side>before|after) (?<target>statement with .+)$/u.exec(
    text,
  )?.groups;
  if (parts === undefined)
    return {
      message: 'expected "insert CODE; before STATEMENT" or "insert CODE; after STATEMENT"',
    };
  const what = readStatement(parts['target'] ?? '');
  if ('message' in what) return what;
  if (what.rest !== '') return unexpected(what.rest);
  const code = parts['code'] ?? '';
  const side = sideOf(parts['side']);
  return codeIsOdd(code) ?? { kind: 'insert', code, side, target: what.read };
}

function sideOf(word: string | undefined): Side {
  return word === 'before' ? 'before' : 'after';
}

function readStatement(text: string): Read<Statement> | Odd {
  const what = readTarget(text);
  if ('message' in what) return what;
  const { read, rest } = what;
  if (read.kind === 'statement') return { read, rest };
  return { message: 'expected "statement with call N of F" or "statement with TOKEN N"' };
}

function readTarget(text: string): Read<Target> | Odd {
  const statement = /^statement with /u.exec(text);
  if (statement === null) return readExpression(text) ?? readCallOrToken(text);
  const around = readCallOrToken(text.slice(statement[0].length));
  if ('message' in around) return around;
  return { read: { kind: 'statement', around: around.read }, rest: around.rest };
}

function readExpression(text: string): Read<Target> | Odd | undefined {
  const found =
    /^(?:argument (?<argument>\d+) of |condition of (?<word>if|while|switch) (?<cn>\d+)|value of return (?<rn>\d+)|(?<side>left|right) of (?<sign>&&|\|\|) (?<on>\d+))/u.exec(
      text,
    );
  if (found?.groups === undefined) return undefined;
  const rest = text.slice(found[0].length);
  const { argument, word, cn, rn, side, sign, on } = found.groups;
  if (argument !== undefined) {
    const call = readCall(rest);
    if (call === undefined) return expectedAfter(rest, '"call N of F"');
    return checked({ kind: 'argument', argument: Number(argument), call: call.read }, call.rest);
  }
  if (rn !== undefined) return checked({ kind: 'value', nth: Number(rn) }, rest);
  if (word !== undefined)
    return checked({ kind: 'condition', word: conditional(word), nth: Number(cn) }, rest);
  const operand: Operand = {
    kind: 'operand',
    side: side === 'left' ? side : 'right',
    sign: sign === '&&' ? sign : '||',
    nth: Number(on),
  };
  return checked(operand, rest);
}

function conditional(word: string): Condition['word'] {
  if (word === 'if' || word === 'while') return word;
  return 'switch';
}

function readCallOrToken(text: string): Read<Call | Extract<Target, { kind: 'token' }>> | Odd {
  const call = readCall(text);
  if (call !== undefined) return call.read.nth < 1 ? fromOne : call;
  const scanned = /^(\S+) (\d+)/u.exec(text);
  const [all = '', token = '', nth = ''] = scanned ?? [];
  if (scanned === null || !isToken(token))
    return {
      message: `"${text}" names nothing; expected "call N of F", "TOKEN N" such as ">= 1", "argument K of call N of F", "condition of if N", "value of return N", "left of && N", or "statement with …"`,
    };
  if (Number(nth) < 1) return fromOne;
  return { read: { kind: 'token', text: token, nth: Number(nth) }, rest: text.slice(all.length) };
}

function readCall(text: string): Read<Call> | undefined {
  const found = CALL.exec(text);
  if (found === null) return undefined;
  const [all, nth = '', fn = ''] = found;
  return { read: { kind: 'call', fn, nth: Number(nth) }, rest: text.slice(all.length) };
}

const fromOne: Odd = { message: 'there is no number 0; the first one is 1' };

function checked(read: Target, rest: string): Read<Target> | Odd {
  const counts = [
    'nth' in read ? read.nth : 1,
    ...(read.kind === 'argument' ? [read.argument, read.call.nth] : []),
  ];
  return counts.includes(0) ? fromOne : { read, rest };
}

function isToken(text: string): boolean {
  const scanned = tokensOf(text);
  return 'tokens' in scanned && !scanned.comments && scanned.tokens.length === 1;
}

/** Code of an edit is whole in itself. */
function codeIsOdd(code: string): Odd | undefined {
  const scanned = tokensOf(code);
  const source = sourceOf(code);
  const fault = 'message' in scanned ? scanned : 'message' in source ? source : undefined;
  if (fault !== undefined) return { message: `"${code}" is no code: ${fault.message}` };
  if ('comments' in scanned && scanned.comments)
    return { message: `"${code}" has a comment; expected code alone` };
  if ('directives' in source && source.directives.length > 0)
    return { message: `"${code}" is a preprocessor line; expected code` };
  return undefined;
}

function unexpected(rest: string): Odd {
  return { message: `"${rest.trim()}" follows; expected the end of the line` };
}

function expectedAfter(rest: string, what: string): Odd {
  return {
    message:
      rest === '' ? `ends early; expected ${what}` : `"${rest.trim()}" follows; expected ${what}`,
  };
}
