// SPDX-License-Identifier: GPL-2.0-only
/** What is said about a trace that cannot be read: file, line, what was wrong and what was expected. */

/** Where a text comes from; lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A mistake in a trace file. The message is complete: `FILE:LINE: what was wrong; expected ...; e.g. ...`. */
export class TraceError extends Error {
  readonly file: string;
  readonly line: number;

  constructor(at: Place, message: string) {
    super(`${at.file}:${at.line}: ${message}`);
    this.name = 'TraceError';
    this.file = at.file;
    this.line = at.line;
  }
}

/** Throws a `TraceError`; without an example the last part of the message is left out. */
export function fail(at: Place, wrong: string, expected: string, example: string = ''): never {
  throw new TraceError(
    at,
    `${wrong}; expected ${expected}${example === '' ? '' : `; e.g. ${example}`}`,
  );
}

const QUOTED = 60;

/** Quotes a piece of somebody's file for a message: short, on one line, and harmless to a terminal. */
export function quote(text: string): string {
  const short = text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text;
  return `"${short.replaceAll(/[^\x20-\x7e]/gu, '?')}"`;
}

/** `one of a, b, c`. */
export function oneOf(names: readonly string[]): string {
  return `one of ${names.join(', ')}`;
}
