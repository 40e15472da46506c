// SPDX-License-Identifier: GPL-2.0-only
/**
 * The kernel trees that the user has named: a small JSON file, and the variable MSICHECK_TREES
 * (`NAME=PATH:NAME=PATH`), whose trees come first.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { configFolder } from '../subject/kernel-c/build/folders.ts';
import type { Config } from '../subject/kernel-c/build/flags.ts';
import { registeredTrees } from '../subject/kernel-c/build/trees.ts';
import { NoTree } from './no-tree.ts';

/** A tree by name. */
export interface NamedTree {
  readonly name: string;
  /** Absolute path of the top folder of its source. */
  readonly path: string;
  /** The file or the variable that names it. */
  readonly from: string;
  /** Options that it is built with. */
  readonly config?: Config;
}

/** The variable that names trees for one run. */
const VARIABLE = 'MSICHECK_TREES';
const LAYOUT = 1;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/u;

/** The file of the registry. */
export function registryFile(): string {
  return join(configFolder(), 'trees.json');
}

/** Every tree that has a name, each once. Throws `NoTree` for a file or a variable that cannot be read. */
export function readTrees(): readonly NamedTree[] {
  const trees = new Map<string, NamedTree>();
  for (const tree of [...readVariable(), ...readFile(registryFile())])
    if (!trees.has(tree.name)) trees.set(tree.name, tree);
  return [...trees.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Behind the name of a tree that is built with the second set of options. */
const FALLBACKS = '+fallbacks';

/** The tree of a name, with `+fallbacks` behind it or not; throws `NoTree` with the names that there are. */
export function treeNamed(text: string): NamedTree {
  if (!text.endsWith(FALLBACKS)) return find(text);
  return { ...find(text.slice(0, -FALLBACKS.length)), name: text, config: 'fallbacks' };
}

function find(name: string): NamedTree {
  const trees = readTrees();
  const found = trees.find((tree) => tree.name === name);
  if (found !== undefined) return found;
  const known = trees.map((tree) => tree.name).join(', ');
  throw new NoTree(
    `tree ${JSON.stringify(name)} is not known; expected ` +
      `${known === '' ? 'the name of a tree, and there is none yet' : `one of ${known}`}; ` +
      'add it with msicheck tree add NAME PATH',
  );
}

/** Adds a tree or gives its name to another path. */
export function writeTree(name: string, path: string): void {
  checkName(name);
  const others = readFile(registryFile()).filter((tree) => tree.name !== name);
  save([...others, { name, path: resolve(path), from: '' }]);
}

/** Forgets a tree; its source stays. Throws `NoTree` when the file does not have it. */
export function forgetTree(name: string): void {
  const file = registryFile();
  const trees = readFile(file);
  if (!trees.some((tree) => tree.name === name)) {
    const { from } = treeNamed(name);
    throw new NoTree(`tree ${name} is named by ${from}, not by ${file}; take it out there`);
  }
  save(trees.filter((tree) => tree.name !== name));
}

/** Throws `NoTree` for what cannot be a name on a command line. */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new NoTree(
    `${JSON.stringify(name)} cannot name a tree; expected 1..63 letters, digits, dots, - and _, ` +
      'the first a letter or a digit',
  );
}

/** The trees of the variable, with absolute paths. */
function readVariable(): readonly NamedTree[] {
  return registeredTrees().map(({ name, path }) => {
    checkName(name);
    return { name, path: resolve(path), from: VARIABLE };
  });
}

function save(trees: readonly NamedTree[]): void {
  const file = registryFile();
  const paths = Object.fromEntries(
    trees.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, path }) => [name, { path }]),
  );
  const draft = `${file}.${process.pid}.draft`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, `${JSON.stringify({ layout: LAYOUT, trees: paths }, undefined, 2)}\n`);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new NoTree(`${file}: ${reason(error)}; expected a place that can be written to`);
  }
}

/** No file is a registry without trees. */
function readFile(file: string): readonly NamedTree[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new NoTree(`${file}: ${reason(error)}; expected the file of the registered trees`);
  }
  return parseRegistry(text, file);
}

/** Reads the text of the registry; throws `NoTree` that names the file and what is wrong in it. */
export function parseRegistry(text: string, file: string): readonly NamedTree[] {
  const wrong = (what: string): NoTree =>
    new NoTree(
      `${file}: ${what}; expected {"layout": ${LAYOUT}, "trees": {NAME: {"path": PATH}}}; ` +
        'mend or remove the file and add the trees again',
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const layout = field(value, 'layout');
  if (layout !== LAYOUT) throw wrong(`"layout" is ${JSON.stringify(layout) ?? 'missing'}`);
  const trees = field(value, 'trees');
  if (typeof trees !== 'object' || trees === null || Array.isArray(trees))
    throw wrong('"trees" is no record');
  return Object.entries(trees).map(([name, entry]: [string, unknown]) => {
    const path = field(entry, 'path');
    if (!NAME.test(name)) throw wrong(`${JSON.stringify(name)} is no name of a tree`);
    if (typeof path !== 'string' || !isAbsolute(path))
      throw wrong(`the path of ${name} is no absolute path`);
    return { name, path, from: file };
  });
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^[A-Z0-9]+: ([^,]+)/u.exec(error.message)?.[1] ?? error.message;
}
