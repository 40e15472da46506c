// SPDX-License-Identifier: GPL-2.0-only
/** Where output goes and how it looks there. */
import { writeSync } from 'node:fs';
import { styleText } from 'node:util';

import type { Mark, Paint } from '../report/paint.ts';
import { Status, systemCode, systemMessage } from './mistake.ts';

/** Colours for a stream: none unless it is a terminal, none with NO_COLOR; `styleText` looks at both. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const mark = (format: 'bold' | 'green' | 'red' | 'dim'): Mark => {
    return (text) => styleText(format, text, { stream });
  };
  return { strong: mark('bold'), good: mark('green'), bad: mark('red'), faint: mark('dim') };
}

/** Writes the result of a command; the status is set first, for output may end the program. */
export function finish(status: number, result: string): void {
  process.exitCode = status;
  process.stdout.write(result);
}

/** Writes a line about the run: progress, notes, errors. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Node's own warnings say nothing to users of this program. */
export function hideWarnings(): void {
  process.removeAllListeners('warning');
}

/**
 * A reader that went away (`| head`) ends the program quietly, with the status that it had earned; a
 * full disk behind standard output is said on standard error.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: unknown) => {
    if (systemCode(error) === 'EPIPE') process.exit();
    writeSync(2, `msicheck: standard output: ${systemMessage(error)}\n`);
    process.exit(Status.mistake);
  });
  process.stderr.on('error', () => undefined);
}
