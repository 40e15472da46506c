// SPDX-License-Identifier: GPL-2.0-only
/** A user's mistake: one message without a stack trace, and exit status 2. Every other error is ours. */

import { NoChange } from '../regress/no-change.ts';
import { TraceError } from '../trace/parse.ts';

const NAME = 'Mistake';
/** What is wrong with a kernel tree, or with the machine that is to build it. */
const OTHERS: readonly string[] = ['NoTree', 'NoModule'];

/** Exit statuses of the program. */
export const Status = {
  ok: 0,
  finding: 1,
  mistake: 2,
  unreached: 3,
  ours: 70,
  /** `git bisect run` stops at it. */
  stopBisect: 128,
  interrupted: 130,
} as const;

/** The error to throw; the message says where, what is wrong and what was expected. */
export function mistake(message: string): Error {
  const error = new Error(message);
  error.name = NAME;
  return error;
}

/** True for what `mistake` made, for what the parser says about a trace and for a tree that cannot be built. */
export function isMistake(error: unknown): error is Error {
  if (error instanceof TraceError) return true;
  return error instanceof Error && (error.name === NAME || OTHERS.includes(error.name));
}

/** An operating system's error as a mistake about a file: `a.trace: no such file or directory; expected ...`. */
export function fileMistake(path: string, error: unknown, expected: string): Error {
  return mistake(`${path}: ${systemMessage(error)}; expected ${expected}`);
}

/** `ENOSPC: no space left on device, write` as `no space left on device`. */
export function systemMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const words = /^[A-Z0-9]+: ([^,]+)/u.exec(error.message)?.[1];
  return words ?? error.message;
}

/** What looking for a change threw, as a mistake about the name that was to stand for one. */
export function expectedChange(name: string, error: unknown): unknown {
  if (error instanceof NoChange) return mistake(error.message);
  if (systemCode(error) === '') return error;
  return fileMistake(name, error, 'a patch, a series, a folder with a changed copy, or a range');
}

/** The code of an operating system's error, `''` for any other value. */
export function systemCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
