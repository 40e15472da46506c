// SPDX-License-Identifier: GPL-2.0-only
/** Headers of the fake architecture that only name a generic one, and the release's number. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { NoModule } from './no-module.ts';
import { releaseOf, versionCode } from './release.ts';
import { SHIM } from './sources.ts';

const GENERIC = ['include/asm-generic', 'include/uapi/asm-generic'] as const;

/** Writes what is missing or different below `folder`. */
export function makeArch(tree: string, folder: string): void {
  for (const generic of GENERIC) {
    for (const name of headers(join(tree, generic))) {
      if (existsSync(join(SHIM, 'include/asm', name))) continue;
      write(join(folder, 'asm', name), `#include <asm-generic/${name}>\n`);
    }
  }
  const code = versionCode(releaseOf(tree));
  write(
    join(folder, 'linux/version.h'),
    `#define LINUX_VERSION_CODE ${code}\n` +
      '#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))\n',
  );
}

function headers(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.h'));
  } catch {
    throw new NoModule(`${folder}: not found; the tree must have its include folder`);
  }
}

/** Leaves a file that says the same alone. */
function write(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
