// SPDX-License-Identifier: GPL-2.0-only
/**
 * Objects, kept by content: a file is compiled when the compiler, the flags, the file or anything
 * that it includes has changed. What a file includes is known from when it was last compiled.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { freshName } from './fresh.ts';
import { markLines } from './mark.ts';
import { NoModule } from './no-module.ts';
import { type Ended, run } from './run.ts';

/** A file to compile and how. */
export interface Job {
  readonly source: string;
  readonly name: string;
  readonly flags: readonly string[];
  /** Its lines note that they run. */
  readonly marked: boolean;
}

/** Files that stand in place of others. */
export interface Overlaid {
  /** What the compiler is told. */
  readonly flags: readonly string[];
  /** Hash of each text by the absolute path of the file that it stands for. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** Stands for the tree in keys and lists. */
export const TREE_WORD = '@tree@';

/** The kept objects and what is known of files during one build. */
export interface Objects {
  readonly folder: string;
  /** Whatever makes two builds differ beside flags and files. */
  readonly salt: string;
  /** Folders by word: keys name the word, so that two copies of a tree share objects. */
  readonly folders: Readonly<Record<string, string>>;
  readonly overlaid: Overlaid;
  /** Hash of each file, `''` for one that is not there. */
  readonly hashes: Map<string, string>;
  /** Names of the files that had to be compiled. */
  readonly compiled: string[];
  /** Files that the objects are made from, relative to the tree. */
  readonly read: Set<string>;
  /** Called before the first file is compiled. */
  compiling?: (() => void) | undefined;
}

/** Compiles unless an object is kept; returns its path. Throws `NoModule` with what the compiler says. */
export async function compile(objects: Objects, job: Job): Promise<string> {
  const recipe = hash([
    objects.salt,
    job.name,
    ...(job.marked ? [MARKER] : []),
    ...job.flags.map((flag) => shown(objects, flag)),
  ]);
  const known = join(objects.folder, `${recipe}.d`);
  if (existsSync(known)) {
    const kept = objectPath(objects, recipe, readFileSync(known, 'utf8').split('\n'));
    if (existsSync(kept)) return kept;
  }
  objects.compiling?.();
  objects.compiling = undefined;
  mkdirSync(objects.folder, { recursive: true });
  const fresh = freshName(join(objects.folder, recipe));
  const before = fileHash(objects, job.source);
  const flags = [...objects.overlaid.flags, ...job.flags];
  const { status, stderr } = await (job.marked ? compileMarked : compilePlain)(
    { ...job, flags },
    fresh,
  );
  if (status !== 0) {
    rmSync(`${fresh}.d`, { force: true });
    throw new NoModule(`${job.name}: does not compile\n${firstErrors(stderr)}`);
  }
  if (before !== (objects.overlaid.hashes.get(job.source) ?? contentHash(job.source)))
    throw new NoModule(`${job.source}: changed while it was compiled; build again`);
  objects.compiled.push(job.name);
  return keep(objects, recipe, fresh);
}

/** Stands for the code that marks lines: what an older one has marked is not taken. */
const MARKER = hash(
  ['mark.ts', 'debug-lines.ts'].map((name) =>
    readFileSync(join(import.meta.dirname, name), 'latin1'),
  ),
);

function compilePlain({ flags, source }: Job, fresh: string): Promise<Ended> {
  return run('clang', [...flags, '-c', source, '-MD', '-MF', `${fresh}.d`, '-o', `${fresh}.o`]);
}

/** Front end, marks, and then what is done to any other file, optimiser and sanitizer. */
async function compileMarked({ flags, source, name }: Job, fresh: string): Promise<Ended> {
  const front = ['-S', '-emit-llvm', '-Xclang', '-disable-llvm-passes', source];
  const output = ['-MD', '-MF', `${fresh}.d`, '-o', `${fresh}.ll`];
  const made = await run('clang', [...flags, ...front, ...output]);
  if (made.status !== 0) return made;
  const marked = `${fresh}.marked.ll`;
  try {
    writeFileSync(marked, markLines(readFileSync(`${fresh}.ll`, 'utf8'), name));
    return await run('clang', [...flags, '-c', marked, '-o', `${fresh}.o`]);
  } finally {
    for (const path of [`${fresh}.ll`, marked]) rmSync(path, { force: true });
  }
}

/** Files the object and the list of what it includes under their names. */
function keep(objects: Objects, recipe: string, fresh: string): string {
  const rule = readFileSync(`${fresh}.d`, 'utf8').replaceAll('\\\n', ' ');
  const files = rule
    .slice(rule.indexOf(': ') + 2)
    .split(/(?<!\\)\s+/u)
    .filter((file) => file !== '')
    .map((file) => shown(objects, file.replaceAll('\\ ', ' ')));
  rmSync(`${fresh}.d`);
  writeFileSync(`${fresh}.list`, files.join('\n'));
  const kept = objectPath(objects, recipe, files);
  renameSync(`${fresh}.o`, kept);
  renameSync(`${fresh}.list`, join(objects.folder, `${recipe}.d`));
  prune(objects.folder, recipe);
  return kept;
}

/** How many objects of one file and set of flags are kept. */
const KEPT = 32;

/** Forgets the oldest objects of a recipe. */
function prune(folder: string, recipe: string): void {
  const objects = readdirSync(folder)
    .filter((name) => name.startsWith(`${recipe}-`))
    .map((name) => ({ path: join(folder, name), age: statSync(join(folder, name)).mtimeMs }))
    .toSorted((one, other) => other.age - one.age);
  for (const { path } of objects.slice(KEPT)) rmSync(path, { force: true });
}

/** Where the object lies that belongs to these files as they are now. */
function objectPath(objects: Objects, recipe: string, files: readonly string[]): string {
  const parts = files.map((file) => `${file} ${fileHash(objects, hidden(objects, file))}`);
  for (const file of files)
    if (file.startsWith(`${TREE_WORD}/`)) objects.read.add(file.slice(TREE_WORD.length + 1));
  return join(objects.folder, `${recipe}-${hash(parts)}.o`);
}

function fileHash({ hashes }: Objects, path: string): string {
  const found = hashes.get(path) ?? contentHash(path);
  hashes.set(path, found);
  return found;
}

function contentHash(path: string): string {
  return existsSync(path) ? hash([readFileSync(path, 'latin1')]) : '';
}

/** `-I` and a folder of the tree as `-I@tree@/include`. */
function shown({ folders }: Objects, text: string): string {
  let out = text;
  for (const [word, folder] of Object.entries(folders))
    out = out.replaceAll(new RegExp(`${RegExp.escape(folder)}(?=[/=]|$)`, 'gu'), word);
  return out;
}

function hidden({ folders }: Objects, text: string): string {
  let out = text;
  for (const [word, folder] of Object.entries(folders)) out = out.replaceAll(word, folder);
  return out;
}

/** Hash of a list of texts. */
export function hash(parts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:${part}`);
  return sum.digest('hex').slice(0, 32);
}

function firstErrors(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /(?:error|note): /u.test(line));
  const header = /fatal error: '([^']+)' file not found/u.exec(stderr)?.[1];
  if (header === undefined) return lines.slice(0, 8).join('\n');
  const where = header.startsWith('asm/') ? `shim/include/${header}` : 'the include of the tree';
  return `${lines[0] ?? ''}\n${header} is missing: expected in ${where}`;
}
