// SPDX-License-Identifier: GPL-2.0-only
/** What a program did wrong, in words: the command, the request, what was expected. */
import { quote } from '../../trace/problem.ts';
import { LONGEST_ANSWER, type Limits, type Trouble } from './exchange.ts';

/** Where a program was when something went wrong. */
export interface Moment {
  /** The request; '' for its start or its end. */
  readonly request: string;
  /** Number of the step, from 1; 0 for another request. */
  readonly step: number;
  /** What would have been right. */
  readonly expected: string;
}

/** What a program is to be blamed for. */
export interface Blame {
  readonly command: string;
  readonly what: string;
  /** The kind of trouble, or that an answer is none. */
  readonly kind: Trouble['kind'] | 'answer';
  readonly moment: Moment;
  readonly stderr: string;
}

/**
 * A program that does not keep to the protocol. `name` is `Mistake` when it never began to, which is a
 * mistake in the call; else it is a finding about the program.
 */
export class ProgramError extends Error {
  readonly kind: Blame['kind'];
  /** Number of the step, from 1; 0 for another moment. */
  readonly step: number;
  readonly stderr: string;

  constructor({ command, what, kind, moment, stderr }: Blame, began: boolean) {
    const place = moment.step > 0 ? ` at step ${moment.step}` : '';
    const request = moment.request === '' ? '' : `${place}, ${moment.request}`;
    const wrote = stderr.trim() === '' ? '' : `; it wrote to standard error: ${lastLines(stderr)}`;
    super(`${command}: ${what}${request}; expected ${moment.expected}${wrote}`);
    this.name = began ? 'ProgramError' : 'Mistake';
    this.kind = kind;
    this.step = moment.step;
    this.stderr = stderr;
  }
}

/** What happened, as the words after the command. */
export function troubleText(trouble: Trouble, limits: Limits): string {
  switch (trouble.kind) {
    case 'not started':
      return `could not be started: ${STARTS.get(trouble.code) ?? trouble.code}`;
    case 'ended':
      return trouble.signal === null
        ? `ended with status ${trouble.code ?? 'unknown'}`
        : `died of ${trouble.signal}`;
    case 'slow':
      return `did not answer within ${limits.answer / 1000} s`;
    case 'late':
      return `took more than ${limits.total / 1000} s in all`;
    case 'endless':
      return `wrote more than ${LONGEST_ANSWER} bytes without a line end`;
    case 'talks':
      return `wrote a line that was not asked for, ${quote(trouble.line)}`;
  }
}

const STARTS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such program'],
  ['EACCES', 'not executable'],
  ['ENOEXEC', 'not a program'],
  ['ENOTDIR', 'a part of its path is no folder'],
  ['E2BIG', 'its arguments are too long'],
]);

const LAST = 300;

function lastLines(text: string): string {
  const clean = text
    .trim()
    .replaceAll(/\s*\n\s*/gu, ' / ')
    .replaceAll(/[^\x20-\x7e]/gu, '?');
  return clean.length > LAST ? `...${clean.slice(-LAST)}` : clean;
}
