// SPDX-License-Identifier: GPL-2.0-only
/** Files that the commands read and write. What goes wrong with one is the user's to know, with its name. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

import { parseTrace } from '../trace/parse.ts';
import type { Trace } from '../trace/step.ts';
import { fileMistake, mistake, systemCode } from './mistake.ts';

/** The checkout. */
export const ROOT: string = resolve(import.meta.dirname, '../..');
/** Where traces are kept for ever. */
export const CORPUS: string = join(ROOT, 'fuzz', 'corpus');
/** What `kernel` allows and `strict` does not, as traces: effects of calls that failed, by design of 6.12. */
export const DIFFERENCES: string = join(CORPUS, 'differences');
/** What only kernel trees are known to show, a folder for each series of releases. */
export const TREES: string = join(ROOT, 'fuzz', 'trees');
/** Known shortest traces of the planted defects. */
export const CANARIES: string = join(ROOT, 'properties', 'canaries');
/** Where a run writes. */
export const REPORTS: string = join(ROOT, 'reports');
/** Where a campaign of `fuzz` is kept. */
export const FUZZING: string = join(REPORTS, 'fuzz');
/** The largest file that is read as a trace, in bytes. */
const LARGEST = 4 * 1024 * 1024;

const WRITABLE = 'a place that can be written to';

/** A trace and the file that it came from. */
export interface TraceFile {
  /** As the user would name it from the current folder. */
  readonly path: string;
  readonly text: string;
  readonly trace: Trace;
  /** Its comment lines, without `# `. */
  readonly comments: readonly string[];
}

/** Reads and parses a trace; throws a mistake that names file and line. */
export function readTrace(path: string): TraceFile {
  const text = readText(path);
  return { path, text, ...parseTrace(text, path) };
}

/** The traces below a folder, in the order of their names. */
export function readCorpus(folder: string): readonly TraceFile[] {
  return traceNames(folder).map((name) => readTrace(shown(join(folder, name))));
}

/** Their names, relative to the folder. */
export function traceNames(folder: string): readonly string[] {
  const read = (): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const names = guarded(folder, 'a folder with traces', read);
  return names.filter((name) => name.endsWith('.trace')).toSorted();
}

/** The path as it is typed from the current folder. */
export function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

/**
 * Writes a whole file or nothing: readers, and runs that are killed, never leave half of one. With `flush` it is on
 * the disk when this returns, which takes its time.
 */
export function writeWhole(path: string, text: string, flush: boolean = true): void {
  const draft = `${path}.${process.pid}.draft`;
  try {
    writeFileSync(draft, text, { flush });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw fileMistake(path, error, WRITABLE);
  }
}

/** Makes a folder for reports and proves that it can be written to, before a run spends its time. */
export function prepareFolder(folder: string): void {
  makeFolder(folder);
  const probe = join(folder, `probe.${process.pid}.draft`);
  guarded(folder, WRITABLE, () => {
    try {
      writeFileSync(probe, 'msicheck\n', { flush: true });
    } finally {
      rmSync(probe, { force: true });
    }
  });
}

/** Makes a folder that may exist. */
export function makeFolder(folder: string): void {
  guarded(folder, WRITABLE, () => {
    makeWithParents(resolve(folder));
  });
}

/** Node's own way never ends where a folder cannot be made and the system says that the one above is missing, as in /proc. */
function makeWithParents(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder) throw error;
    makeWithParents(above);
    mkdirSync(folder);
  }
}

/** Eight hexadecimal digits that stand for a text. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Reads no more than a trace can have, so that an endless file does not fill the memory. */
function readText(path: string): string {
  const bytes = guarded(path, 'a file with a trace', () => readBytes(path));
  if (bytes.length <= LARGEST) return bytes.toString('utf8');
  throw mistake(`${path}: more than ${LARGEST} bytes; expected a trace`);
}

function readBytes(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const pieces: Buffer[] = [];
    for (let total = 0; total <= LARGEST;) {
      const piece = Buffer.alloc(65_536);
      const size = readSync(file, piece);
      if (size === 0) break;
      pieces.push(piece.subarray(0, size));
      total += size;
    }
    return Buffer.concat(pieces);
  } finally {
    closeSync(file);
  }
}

function guarded<T>(path: string, expected: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileMistake(path, error, expected);
  }
}
