// SPDX-License-Identifier: GPL-2.0-only
/**
 * Objects, kept by content: a file is compiled when the compiler, the flags, the file or anything
 * that it includes has changed. What a file includes is known from when it was last compiled.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { NoModule } from './no-module.ts';
import { run } from './run.ts';

/** A file to compile and how. */
export interface Job {
  readonly source: string;
  readonly name: string;
  readonly flags: readonly string[];
}

/** The kept objects and what is known of files during one build. */
export interface Objects {
  readonly folder: string;
  /** Whatever makes two builds differ beside flags and files. */
  readonly salt: string;
  /** The tree's path is left out of keys, so that two copies of a tree share objects. */
  readonly tree: string;
  /** Hash of each file, `''` for one that is not there. */
  readonly hashes: Map<string, string>;
}

/** Compiles unless an object is kept; returns its path. Throws `NoModule` with what the compiler says. */
export async function compile(objects: Objects, job: Job): Promise<string> {
  const recipe = hash([objects.salt, job.name, ...job.flags.map((flag) => shown(objects, flag))]);
  const known = join(objects.folder, `${recipe}.d`);
  if (existsSync(known)) {
    const kept = objectPath(objects, recipe, readDependencies(known, objects.tree));
    if (existsSync(kept)) return kept;
  }
  const fresh = join(objects.folder, `${recipe}.${process.pid}`);
  mkdirSync(objects.folder, { recursive: true });
  const { status, stderr } = await run('clang', [
    ...job.flags,
    '-MD',
    '-MF',
    `${fresh}.d`,
    '-c',
    job.source,
    '-o',
    `${fresh}.o`,
  ]);
  if (status !== 0) {
    rmSync(`${fresh}.d`, { force: true });
    throw new NoModule(`${job.name}: does not compile\n${firstErrors(stderr)}`);
  }
  return keep(objects, recipe, fresh);
}

function keep(objects: Objects, recipe: string, fresh: string): string {
  const rule = readFileSync(`${fresh}.d`, 'utf8').replaceAll('\\\n', ' ');
  const files = rule
    .slice(rule.indexOf(':') + 1)
    .split(/(?<!\\)\s+/u)
    .filter((file) => file !== '');
  const list = files.map((file) => shown(objects, file.replaceAll('\\ ', ' ')));
  rmSync(`${fresh}.d`);
  writeFileSync(`${fresh}.list`, list.join('\n'));
  renameSync(`${fresh}.list`, join(objects.folder, `${recipe}.d`));
  const kept = objectPath(
    objects,
    recipe,
    list.map((file) => hidden(objects.tree, file)),
  );
  renameSync(`${fresh}.o`, kept);
  return kept;
}

function readDependencies(path: string, tree: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((file) => hidden(tree, file));
}

function objectPath(objects: Objects, recipe: string, files: readonly string[]): string {
  const parts = files.map((file) => `${shown(objects, file)} ${fileHash(objects, file)}`);
  return join(objects.folder, `${hash([recipe, ...parts])}.o`);
}

function fileHash({ hashes }: Objects, path: string): string {
  let found = hashes.get(path);
  if (found === undefined) {
    found = existsSync(path) ? hash([readFileSync(path, 'utf8')]) : '';
    hashes.set(path, found);
  }
  return found;
}

function shown({ tree }: Objects, text: string): string {
  return text.replaceAll(`${tree}/`, '@tree@/');
}

function hidden(tree: string, text: string): string {
  return text.replaceAll('@tree@/', `${tree}/`);
}

/** Hash of a list of texts. */
export function hash(parts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:${part}`);
  return sum.digest('hex').slice(0, 32);
}

function firstErrors(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /(?:error|note): /u.test(line));
  return lines.slice(0, 8).join('\n');
}
