// SPDX-License-Identifier: GPL-2.0-only
/** `eject`: a copy of the reference to edit, which `regress` takes. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { Command } from 'commander';

import { shownPath } from '../regress/change.ts';
import { referenceSources } from '../subject/changed/sources.ts';
import { quote } from '../trace/problem.ts';
import { ROOT, shown, writeWhole } from './files.ts';
import { fileMistake, mistake, Status } from './mistake.ts';
import { finish } from './terminal.ts';

/** What the copy needs besides the reference and `trace`, for an editor that knows types. */
const MORE = ['src/subject/subject.ts', 'tsconfig.json', 'LICENSE'];

/** Adds the command. */
export function addEject(program: Command): void {
  program
    .command('eject')
    .description('write a copy of the reference that can be edited and checked with regress')
    .argument('<folder>', 'a folder that does not exist yet, or an empty one')
    .action(eject);
}

function eject(folder: string): void {
  const above = dirname(resolve(folder));
  if (folder === '' || !existsSync(above))
    throw mistake(`${quote(folder)}: expected the name of a new folder, in one that exists`);
  if (existsSync(folder) && !isEmpty(folder))
    throw mistake(`${folder}: is there already; expected an empty folder or a new name`);
  try {
    // One folder at a time: some systems never finish making several where none can be made.
    if (!existsSync(folder)) mkdirSync(folder);
    for (const path of MORE) copy(path, folder);
    for (const [path, text] of referenceSources()) {
      const target = join(folder, shownPath(path));
      mkdirSync(dirname(target), { recursive: true });
      writeWhole(target, text);
    }
  } catch (error) {
    throw fileMistake(folder, error, 'a place that can be written to');
  }
  const name = shown(folder);
  finish(
    Status.ok,
    `${name}: a copy of the reference\nedit ${name}/src/subject/reference/*.ts, then: npm run -s msicheck -- regress ${name}\n`,
  );
}

function isEmpty(folder: string): boolean {
  return statSync(folder).isDirectory() && readdirSync(folder).length === 0;
}

function copy(path: string, folder: string): void {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(ROOT, path), target);
}
