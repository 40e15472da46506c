// SPDX-License-Identifier: GPL-2.0-only
/** Kernel trees that the user has told of: MSICHECK_TREES is a list such as `6.12=../linux:6.1=../linux-6.1`. */
import { NoModule } from './no-module.ts';

/** A tree by the name that the user gave it. */
export interface Tree {
  readonly name: string;
  readonly path: string;
}

/** Reads the list; throws `NoModule` for an entry that is not NAME=PATH. */
export function treesOf(list: string): readonly Tree[] {
  return list
    .split(':')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, name, path] = /^([^=]+)=(.+)$/su.exec(entry) ?? [];
      if (name === undefined || path === undefined)
        throw new NoModule(
          `MSICHECK_TREES: "${entry}" is not NAME=PATH; entries are joined with ":"`,
        );
      return { name, path };
    });
}

/** The trees of this machine. */
export function registeredTrees(): readonly Tree[] {
  return treesOf(process.env['MSICHECK_TREES'] ?? '');
}
