// SPDX-License-Identifier: GPL-2.0-only
/** What changes are made to: which files there are, how patches name them, and which may be changed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { referenceSources, type Sources } from '../subject/changed/sources.ts';
import { ALLOWED, mayChange, shownPath } from './change.ts';

/** Sources that changes are applied to. */
export interface Ground {
  /** The texts of these files, as far as there are any, and of whatever else is always there. */
  readonly base: (keys: readonly string[]) => Sources;
  /** Key in `Sources` of the name of a file in a patch, with `a/` before it or not. */
  readonly keyOf: (name: string) => string;
  /** The path that is shown for a key. */
  readonly shown: (key: string) => string;
  /** It can be changed by scripted edits. */
  readonly scripted: boolean;
  /** Why a file may not be changed. */
  readonly refusal: (key: string) => string | undefined;
}

/** The reference's sources. */
export const REFERENCE_GROUND: Ground = {
  scripted: false,
  base: referenceSources,
  keyOf: (name) => {
    const at = name.search(/(?:^|\/)src\/subject\/reference\/[^/]+$/u);
    const path = at >= 0 ? name.slice(at).replace(/^\//u, '') : withoutSide(name);
    const key = path.replace(/^src\//u, '');
    return mayChange(key) ? key : path;
  },
  shown: (key) => (mayChange(key) ? shownPath(key) : key),
  refusal: (key) => (mayChange(key) ? undefined : `expected ${ALLOWED}`),
};

/** A kernel tree; its files are read when a change names them. */
export function treeGround(tree: string): Ground {
  const texts = new Map<string, string | undefined>();
  const read = (key: string): string | undefined => {
    if (!texts.has(key)) texts.set(key, textOf(join(tree, key)));
    return texts.get(key);
  };
  return {
    scripted: true,
    base: (keys) =>
      new Map(
        [...new Set(keys)].flatMap((key) => {
          const text = isInside(key) ? read(key) : undefined;
          return text === undefined ? [] : [[key, text] as const];
        }),
      ),
    keyOf: withoutSide,
    shown: (key) => key,
    refusal: (key) => (isInside(key) ? undefined : 'expected a path below the top of the tree'),
  };
}

function withoutSide(name: string): string {
  return name.replace(/^[ab]\//u, '');
}

function isInside(key: string): boolean {
  return !key.startsWith('/') && !key.split('/').some((part) => part === '..' || part === '');
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
