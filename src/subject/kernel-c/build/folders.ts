// SPDX-License-Identifier: GPL-2.0-only
/** Where the user's settings and what can be made again are kept (XDG Base Directory Specification). */
import { homedir } from 'node:os';
import { join } from 'node:path';

import { NoModule } from './no-module.ts';

/** `${XDG_CONFIG_HOME:-~/.config}/msicheck`. */
export function configFolder(): string {
  return join(based('XDG_CONFIG_HOME', '.config'), 'msicheck');
}

/** `${XDG_CACHE_HOME:-~/.cache}/msicheck`. */
export function cacheFolder(): string {
  return join(based('XDG_CACHE_HOME', '.cache'), 'msicheck');
}

/** What an operating system says of a place that nothing can be written to. */
const UNWRITABLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST']);

/** Works in the cache; throws `NoModule` when that cannot be written to. */
export async function inCache<T>(work: (cache: string) => Promise<T>): Promise<T> {
  const cache = cacheFolder();
  try {
    return await work(cache);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof Error) || !UNWRITABLE.has(code)) throw error;
    const why = /^[A-Z]+: ([^,]+)/u.exec(error.message)?.[1] ?? error.message;
    throw new NoModule(
      `${cache}: ${why}; expected a place for what is built; the variable XDG_CACHE_HOME names another one`,
    );
  }
}

function based(variable: string, usual: string): string {
  const named = process.env[variable];
  return named === undefined || named === '' ? join(homedir(), usual) : named;
}
