// SPDX-License-Identifier: GPL-2.0-only
/** Headers of the fake architecture that only name a generic one, and the release's number. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { hash } from './compile.ts';
import { NoModule } from './no-module.ts';
import { type Release, releaseName, versionCode } from './release.ts';
import { SHIM } from './sources.ts';

const GENERIC = ['include/asm-generic', 'include/uapi/asm-generic'] as const;

/** Writes the headers of a tree below `cache`; returns their folder, the same for trees that need the same. */
export function makeArch(tree: string, release: Release, cache: string): string {
  const files = new Map<string, string>();
  for (const generic of GENERIC) {
    for (const name of headers(join(tree, generic))) {
      if (existsSync(join(SHIM, 'include/asm', name))) continue;
      files.set(`asm/${name}`, `#include <asm-generic/${name}>\n`);
    }
  }
  files.set(
    'linux/version.h',
    `#define LINUX_VERSION_CODE ${versionCode(release)}\n` +
      '#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))\n',
  );
  const folder = join(cache, `${releaseName(release)}-${hash([...files].flat())}`);
  for (const [name, text] of files) write(join(folder, name), text);
  return folder;
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
