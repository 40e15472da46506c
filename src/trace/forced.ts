// SPDX-License-Identifier: GPL-2.0-only
/** `msi_init 3 = -ENOMEM`: the third call of an operation returns that, in an environment and in a step. */
import { parseDecimal } from './args.ts';
import type { HostileCall } from './environment.ts';
import { Errno, formatErrno, parseErrno } from './errno.ts';
import { fail, oneOf, type Place, quote } from './problem.ts';
import { canFail, OP_NAMES } from './sites.ts';

/** The n of `msi_init n` and of `(fail: SITE n)` is at most this. */
const LARGEST_NTH = 1_000_000;

const FAILING = OP_NAMES.filter(canFail);
const EXAMPLE = 'msi_init 2 = -ENOMEM';

/** Writes a forced result. */
export function formatForced({ op, nth, ret }: HostileCall): string {
  return `${op} ${nth} = ${formatErrno(ret)}`;
}

/** Reads a forced result; throws `TraceError`. */
export function parseForced(text: string, at: Place): HostileCall {
  const match = /^(\S+) +(\S+) *= *(\S+)$/u.exec(text);
  if (match === null)
    return fail(at, `${quote(text)} forces nothing`, '"OPERATION NTH = RESULT"', EXAMPLE);
  const [, name = '', count = '', result = ''] = match;
  const op = OP_NAMES.find((known) => known === name);
  if (op === undefined)
    return fail(at, `unknown operation ${quote(name)}`, oneOf(FAILING), EXAMPLE);
  if (!canFail(op)) return fail(at, `operation ${op} cannot fail`, oneOf(FAILING), EXAMPLE);
  return { op, nth: parseNth(count, at), ret: parseResult(result, at) };
}

/** Reads a count from 1; throws `TraceError`. */
export function parseNth(text: string, at: Place): number {
  return (
    parseDecimal(text, 1, LARGEST_NTH) ??
    fail(at, `impossible count ${quote(text)}`, `a number, 1..${LARGEST_NTH}`, '1')
  );
}

function parseResult(text: string, at: Place): number {
  const ret = parseErrno(text);
  if (ret === undefined) {
    const names = Object.keys(Errno).map((name) => `-${name}`);
    return fail(at, `impossible result ${quote(text)}`, `a number or ${oneOf(names)}`, '-ENOMEM');
  }
  // "-0" is a number too, and the only one that would not be written as it was read.
  return ret === 0 ? 0 : ret;
}
