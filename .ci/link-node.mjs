// SPDX-License-Identifier: GPL-2.0-only
/**
 * Makes `node_modules/.bin/node` the Node 24 that package.json brings for this platform.
 * npm 11 and 12 link it themselves. npm 10 links it, then removes the link again together with the other
 * platforms' packages, whose program has the same name. Without a package for this platform nothing is
 * linked, and the machine's own Node (22.18 or later) runs the scripts.
 */
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const brought = `-${process.platform}-${process.arch}`;

if (existsSync('node_modules/.bin') && !existsSync('node_modules/.bin/node')) {
  const folder = readdirSync('node_modules').find((name) => name.startsWith('node-') && name.endsWith(brought));
  const binary = folder && join('..', folder, 'bin', 'node');
  if (binary && existsSync(join('node_modules/.bin', binary))) {
    symlinkSync(binary, 'node_modules/.bin/node');
  }
}
