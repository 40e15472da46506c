// SPDX-License-Identifier: GPL-2.0-only
/** Reads one line of a trace: a call with its arguments, and faults in parentheses behind it. */
import { ARG_KINDS, parseArg } from './args.ts';
import { type Call, call, CALL_NAMES, type CallField, type CallName } from './call.ts';
import { parseForced, parseNth } from './forced.ts';
import { nearest } from './nearest.ts';
import { fail, oneOf, type Place, quote } from './problem.ts';
import { type Arg, SIGNATURES } from './signatures.ts';
import { SITES } from './sites.ts';
import type { Fault, MemoryFault, Step } from './step.ts';

const CALLS: ReadonlyMap<string, CallName> = new Map(CALL_NAMES.map((name) => [name, name]));
const ANY_CALL = 'msi_lock_descs(dev=0)';
const ANY_FAULT = '(fail: msi_alloc_desc 1)';

/** Reads a step; throws `TraceError`. Whether the release has the call is for `parseTrace` to say. */
export function parseStep(text: string, at: Place = { file: 'step', line: 1 }): Step {
  const line = text.trim();
  const open = line.indexOf('(');
  if (open === -1)
    return fail(at, `no "(" in ${quote(line)}`, '"CALL(ARGUMENT=VALUE, ...)"', ANY_CALL);
  const fn = parseName(line.slice(0, open).trim(), at);
  const close = line.indexOf(')', open);
  if (close === -1)
    return fail(at, 'the line ends within the arguments', 'a closing ")"', example(fn));
  return {
    call: parseCall(fn, line.slice(open + 1, close), at),
    faults: parseFaults(line.slice(close + 1).trim(), at),
  };
}

/** Reads the text between the parentheses of a fault. */
function parseFault(text: string, at: Place): Fault {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1).trim();
  switch (kind) {
    case 'fail':
      return parseSite(rest, at);
    case 'fail_nth':
      return { kind: 'memory', site: 'any', ...parseCounts(rest, at) };
    case 'callback':
      return { kind: 'callback', ...parseForced(rest, at) };
    default:
      return fail(
        at,
        `unknown fault ${quote(text)}`,
        '"(fail: SITE N)", "(fail_nth: N)" or "(callback: OPERATION N = RESULT)"',
        ANY_FAULT,
      );
  }
}

function parseName(name: string, at: Place): CallName {
  const known = CALLS.get(name);
  if (known !== undefined) return known;
  const close = nearest(name, CALL_NAMES);
  return fail(
    at,
    `unknown call ${quote(name)}`,
    'one that `list calls` prints',
    close.length === 0 ? ANY_CALL : close.join(', '),
  );
}

/** Arguments may come in any order; each of the signature must be there, but `lock`, which is yes by default. */
function parseCall(fn: CallName, text: string, at: Place): Call {
  const { args } = SIGNATURES[fn];
  const values: Partial<Record<CallField, number>> = {};
  for (const piece of text.trim() === '' ? [] : text.split(',')) {
    const { arg, value } = parseArgument(fn, piece.trim(), at);
    if (values[arg.field] !== undefined)
      return fail(at, `argument ${arg.name} of ${fn} is there twice`, 'it once', example(fn));
    values[arg.field] = value;
  }
  for (const { field, name, kind } of args) {
    if (values[field] !== undefined) continue;
    if (field !== 'lock')
      return fail(
        at,
        `argument ${name} of ${fn} is missing`,
        ARG_KINDS[kind].expected,
        example(fn),
      );
    values.lock = 1;
  }
  return call(fn, values);
}

function parseArgument(
  fn: CallName,
  text: string,
  at: Place,
): { readonly arg: Arg; readonly value: number } {
  const equals = text.indexOf('=');
  if (equals === -1)
    return fail(at, `${quote(text)} is no argument`, '"ARGUMENT=VALUE"', example(fn));
  const name = text.slice(0, equals).trim();
  const { args } = SIGNATURES[fn];
  const arg =
    args.find((one) => one.name === name) ??
    fail(
      at,
      `unknown argument ${quote(name)} of ${fn}`,
      oneOf(args.map((one) => one.name)),
      example(fn),
    );
  const written = text.slice(equals + 1).trim();
  const value = parseArg(arg.kind, written);
  if (value === undefined) {
    const { expected, example: usual } = ARG_KINDS[arg.kind];
    return fail(at, `impossible value ${quote(written)} of ${name}`, expected, `${name}=${usual}`);
  }
  return { arg, value };
}

/** A call that can be pasted, without what is usual. */
function example(fn: CallName): string {
  const args = SIGNATURES[fn].args.filter(({ field }) => field !== 'lock');
  return `${fn}(${args.map(({ name, kind }) => `${name}=${ARG_KINDS[kind].example}`).join(', ')})`;
}

function parseFaults(text: string, at: Place): readonly Fault[] {
  const faults: Fault[] = [];
  let rest = text;
  while (rest !== '') {
    if (!rest.startsWith('('))
      return fail(
        at,
        `${quote(rest)} follows the call`,
        'nothing, or faults in parentheses',
        ANY_FAULT,
      );
    const close = rest.indexOf(')');
    if (close === -1) return fail(at, 'the line ends within a fault', 'a closing ")"', ANY_FAULT);
    faults.push(parseFault(rest.slice(1, close).trim(), at));
    rest = rest.slice(close + 1).trim();
  }
  return faults;
}

function parseSite(text: string, at: Place): MemoryFault {
  const [name = '', counts = '', ...more] = text.split(/\s+/u);
  if (counts === '' || more.length > 0)
    return fail(at, `${quote(text)} fails nothing`, '"SITE N"', ANY_FAULT);
  const site =
    SITES.find((known) => known === name) ??
    fail(
      at,
      `unknown site ${quote(name)}`,
      `${oneOf(SITES)}, or (fail_nth: N) for any site`,
      ANY_FAULT,
    );
  return { kind: 'memory', site, ...parseCounts(counts, at) };
}

function parseCounts(text: string, at: Place): Pick<MemoryFault, 'nth' | 'count'> {
  const dots = text.indexOf('..');
  if (dots === -1) return { nth: parseNth(text, at), count: 1 };
  const nth = parseNth(text.slice(0, dots), at);
  const end = text.slice(dots + 2);
  if (end === '') return { nth, count: 0 };
  if (end === String(nth + 1)) return { nth, count: 2 };
  return fail(at, `impossible counts ${quote(text)}`, 'N, N..N+1 or N..', `${nth}..${nth + 1}`);
}
