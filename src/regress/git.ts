// SPDX-License-Identifier: GPL-2.0-only
/** What git knows of this repository, or of another folder. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { NoChange } from './no-change.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Bytes of the longest output; a kernel has large ones. */
export const LARGEST: number = 1024 * 1024 * 1024;

/** What git prints. Throws NoChange with its own words, and what was expected where that is said. */
export function git(args: readonly string[], expected: string = '', folder?: string): string {
  try {
    return execFileSync('git', ['-C', folder ?? ROOT, ...args], {
      encoding: 'utf8',
      maxBuffer: LARGEST,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const where = folder === undefined ? '' : `${folder}: `;
    const more = expected === '' ? '' : `; ${expected}`;
    throw new NoChange(`${where}git ${args[0] ?? ''}: ${said(error)}${more}`);
  }
}

/** The lines that are not empty. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function said(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'stderr' in error) {
    const text = String(error.stderr).trim();
    if (text !== '') return text.split('\n')[0] ?? text;
  }
  return String(error);
}
