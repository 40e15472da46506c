// SPDX-License-Identifier: GPL-2.0-only
/** Where the user's settings and what can be made again are kept (XDG Base Directory Specification). */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `${XDG_CONFIG_HOME:-~/.config}/msicheck`. */
export function configFolder(): string {
  return join(based('XDG_CONFIG_HOME', '.config'), 'msicheck');
}

/** `${XDG_CACHE_HOME:-~/.cache}/msicheck`. */
export function cacheFolder(): string {
  return join(based('XDG_CACHE_HOME', '.cache'), 'msicheck');
}

function based(variable: string, usual: string): string {
  const named = process.env[variable];
  return named === undefined || named === '' ? join(homedir(), usual) : named;
}
