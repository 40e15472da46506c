// SPDX-License-Identifier: GPL-2.0-only
/** What git knows of a kernel's work tree. */
import { execFileSync } from 'node:child_process';

import { NoChange } from '../no-change.ts';

const LARGEST = 1024 * 1024 * 1024;

/** Lines that git prints about the work tree. Throws NoChange with git's own words, and what was expected. */
export function gitLines(tree: string, args: readonly string[], expected: string): string[] {
  try {
    return execFileSync('git', ['-C', tree, ...args], {
      encoding: 'utf8',
      maxBuffer: LARGEST,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    throw new NoChange(`${tree}: git ${args[0] ?? ''}: ${said(error)}; ${expected}`);
  }
}

/** The texts of files as they were in a commit; those that it has not are left out. */
export function textsAt(
  tree: string,
  commit: string,
  paths: readonly string[],
): ReadonlyMap<string, string> {
  const output = execFileSync('git', ['-C', tree, 'cat-file', '--batch'], {
    input: paths.map((path) => `${commit}:${path}\n`).join(''),
    maxBuffer: LARGEST,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const texts = new Map<string, string>();
  let at = 0;
  for (const path of paths) {
    const end = output.indexOf('\n', at);
    const [, type, size] = output.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (type !== 'blob') continue;
    texts.set(path, output.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}

function said(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'stderr' in error) {
    const text = String(error.stderr).trim();
    if (text !== '') return text.split('\n')[0] ?? text;
  }
  return String(error);
}
