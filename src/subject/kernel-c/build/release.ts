// SPDX-License-Identifier: GPL-2.0-only
/** Which release a kernel tree is, as its top Makefile says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NoModule } from './no-module.ts';

/** 6.12.117 is `{ version: 6, patchlevel: 12, sublevel: 117 }`. */
export interface Release {
  readonly version: number;
  readonly patchlevel: number;
  readonly sublevel: number;
}

/** Reads the release; throws `NoModule` for a folder that is not a kernel tree. */
export function releaseOf(tree: string): Release {
  const path = join(tree, 'Makefile');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new NoModule(`${path}: not found; expected the top folder of a kernel tree`);
  }
  return {
    version: field(text, 'VERSION', path),
    patchlevel: field(text, 'PATCHLEVEL', path),
    sublevel: field(text, 'SUBLEVEL', path),
  };
}

/** `6.12.117`. */
export function releaseName(release: Release): string {
  return `${release.version}.${release.patchlevel}.${release.sublevel}`;
}

/** `LINUX_VERSION_CODE`, whose last part ends at 255. */
export function versionCode(release: Release): number {
  return release.version * 0x1_0000 + release.patchlevel * 0x100 + Math.min(release.sublevel, 0xff);
}

function field(text: string, name: string, path: string): number {
  const found = new RegExp(`^${name} *= *(\\d+) *$`, 'mu').exec(text)?.[1];
  if (found === undefined)
    throw new NoModule(`${path}: no line "${name} = NUMBER"; expected the Makefile of a kernel`);
  return Number(found);
}
