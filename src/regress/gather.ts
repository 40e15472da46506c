// SPDX-License-Identifier: GPL-2.0-only
/** From what a user names to changes: patch files, series, folders with a changed copy, ranges of commits. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import {
  isProblem,
  type Problem,
  readSources,
  REFERENCE,
  referenceSources,
  type Sources,
} from '../subject/changed/sources.ts';
import { ALLOWED, type Change, copyOf, mayChange, NOTHING_PROMISED, shownPath } from './change.ts';
import { CHANGE_FILE, type ChangeFile, readChangeFile } from './change-file.ts';
import { commitsOf, isRange } from './commits.ts';
import { type Ground, REFERENCE_GROUND } from './ground.ts';
import { NoChange } from './no-change.ts';

/** Changes that belong together. */
export interface Series {
  /** Each change contains the ones before it. */
  readonly cumulative: boolean;
  readonly changes: readonly Change[];
}

/** What changes are made to, and where those come from that are no patches. */
export interface Origin {
  readonly ground: Ground;
  readonly commitsOf: (range: string, each: boolean) => readonly Change[];
  readonly copyIn: (folder: string) => Change;
}

/** The reference, and the commits of this repository. */
export const REFERENCE_ORIGIN: Origin = { ground: REFERENCE_GROUND, commitsOf, copyIn };

/** Reads what `name` stands for; `each` takes the patches of a series one by one. Throws NoChange, or what reading a file throws. */
export function gather(name: string, each: boolean, origin: Origin = REFERENCE_ORIGIN): Series {
  if (!existsSync(name)) {
    if (isRange(name)) return { cumulative: !each, changes: origin.commitsOf(name, each) };
    throw new NoChange(
      `${name === '' ? '""' : name}: no such file or folder; expected a patch, a series, a folder with a changed copy, or a range of commits like v1..HEAD`,
    );
  }
  if (statSync(name).isDirectory()) return gatherFolder(name, each, origin);
  if (basename(name) === 'series') return seriesOf(readSeries(name), each, origin);
  return { cumulative: false, changes: patches([name], true, origin) };
}

/** The one change that several names make together: patches one on top of the other, else one name and its last change. */
export function gatherOne(names: readonly string[], origin: Origin = REFERENCE_ORIGIN): Change {
  const [name = ''] = names;
  const { changes } =
    names.length === 1
      ? gather(name, false, origin)
      : seriesOf(
          names.flatMap((each) => patchFiles(each)),
          false,
          origin,
        );
  const last = changes.at(-1);
  if (last === undefined) throw new NoChange(`${name}: no change in it; expected one`);
  return last;
}

/** No patch of ours is larger, and a device has no end. */
const LARGEST = 16 * 1024 * 1024;

function readPatch(file: string): string {
  const seen = statSync(file);
  if (seen.isFile() && seen.size <= LARGEST) return readFileSync(file, 'utf8');
  throw new NoChange(`${file}: is no file of at most ${LARGEST} bytes; expected a patch`);
}

function gatherFolder(folder: string, each: boolean, origin: Origin): Series {
  const files = patchesIn(folder);
  if (files.length > 0) return seriesOf(files, each, origin);
  return { cumulative: false, changes: [origin.copyIn(folder)] };
}

/** The patch files that a name stands for. Throws NoChange when there are none. */
export function patchFiles(name: string): readonly string[] {
  if (!existsSync(name)) throw new NoChange(`${name}: no such file or folder; expected patches`);
  if (!statSync(name).isDirectory()) return basename(name) === 'series' ? readSeries(name) : [name];
  const files = patchesIn(name);
  if (files.length === 0) throw new NoChange(`${name}: no patch in it; expected *.patch`);
  return files;
}

function patchesIn(folder: string): readonly string[] {
  const series = join(folder, 'series');
  if (existsSync(series)) return readSeries(series);
  const names = readdirSync(folder).filter((name) => CHANGE_FILE.test(name));
  return names.toSorted().map((name) => join(folder, name));
}

function seriesOf(files: readonly string[], each: boolean, origin: Origin): Series {
  return { cumulative: !each, changes: patches(files, each, origin) };
}

/** As quilt has it: a name per line, below the folder of the file, `-p1` behind it or not; what follows ` #` is a comment. */
function readSeries(file: string): readonly string[] {
  const names = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/(?:^|\s)#.*$/u, '').trim())
    .map((line) => line.replace(/\s+-p\d$/u, ''));
  const files = names.map((name) => (name === '' ? '' : join(dirname(file), name)));
  const missing = files.findIndex((path) => path !== '' && !existsSync(path));
  if (missing >= 0)
    throw new NoChange(
      `${file}:${missing + 1}: names ${files[missing]}, which does not exist; expected a patch`,
    );
  if (files.every((path) => path === ''))
    throw new NoChange(`${file}: names no patch; expected one per line`);
  return files.filter((path) => path !== '');
}

/** Each patch on the base, or on top of the ones before it. */
function patches(files: readonly string[], each: boolean, { ground }: Origin): readonly Change[] {
  const read = files.map((file) => readChangeFile(file, readPatch(file), ground));
  const base = ground.base(read.flatMap((patch) => (isProblem(patch) ? [] : patch.keys)));
  let sources: Sources = base;
  let stuck: string | undefined;
  return read.map((patch, at) => {
    const file = files[at] ?? '';
    if (isProblem(patch)) {
      stuck = file;
      return unreadable(file, base, patch);
    }
    const named = each ? [file] : files.slice(0, at + 1);
    const change = applied(file, patch, { base, sources, stuck, named });
    if (each) return change;
    if (change.outcome.kind === 'sources') sources = change.outcome.sources;
    if (change.outcome.kind === 'does not apply') stuck ??= file;
    return change;
  });
}

function unreadable(name: string, base: Sources, problem: Problem): Change {
  return {
    name,
    named: [name],
    title: basename(name),
    base,
    before: base,
    expects: NOTHING_PROMISED,
    outcome: { kind: 'does not apply', problem },
  };
}

function applied(
  name: string,
  patch: ChangeFile,
  on: Pick<Change, 'base' | 'named'> & {
    readonly sources: Sources;
    readonly stuck: string | undefined;
  },
): Change {
  const { base, sources, stuck, named } = on;
  const { title, expects } = patch;
  const problem = {
    file: name,
    line: 0,
    message: `comes after ${stuck ?? ''}, which does not apply`,
  };
  const outcome =
    stuck === undefined ? patch.apply(sources) : ({ kind: 'does not apply', problem } as const);
  return { name, title, named, base, before: sources, expects, outcome };
}

/** A folder as `eject` makes it, or one with the files of the reference in it. */
function copyIn(folder: string): Change {
  const base = referenceSources();
  const top = join(folder, 'src');
  const inside = existsSync(join(top, REFERENCE, 'index.ts'));
  if (!inside && !existsSync(join(folder, 'index.ts')))
    throw new NoChange(
      `${folder}: neither patches nor a copy of the reference in it; expected *.patch, a file "series", or ${ALLOWED}`,
    );
  const own = inside ? readSources(top, REFERENCE) : readHere(folder);
  const sources = new Map([...base].filter(([path]) => !mayChange(path)));
  for (const [path, text] of own) sources.set(path, text);
  const problem = inside ? foreign(top, base) : undefined;
  const outcome =
    problem === undefined
      ? ({ kind: 'sources', sources } as const)
      : ({ kind: 'does not apply', problem } as const);
  return copyOf(folder, base, outcome);
}

function readHere(folder: string): Sources {
  const texts = readSources(dirname(folder), basename(folder));
  return new Map([...texts].map(([path, text]) => [`${REFERENCE}/${basename(path)}`, text]));
}

/** The first file of `trace` in the copy that was changed: oracle and rules use it too. */
function foreign(top: string, base: Sources): Problem | undefined {
  if (!existsSync(join(top, 'trace'))) return undefined;
  for (const [path, text] of readSources(top, 'trace')) {
    if (base.get(path) !== text)
      return {
        file: shownPath(path),
        line: 0,
        message: `is not the one of this release; only ${ALLOWED} may be changed`,
      };
  }
  return undefined;
}
