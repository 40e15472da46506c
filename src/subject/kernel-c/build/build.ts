// SPDX-License-Identifier: GPL-2.0-only
/** The MSI core of a kernel tree as one WebAssembly module, or as a program, built on the user's machine. */
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
import { dirname, join, resolve } from 'node:path';

import { makeArch } from './arch.ts';
import { compile, hash, type Objects, TREE_WORD } from './compile.ts';
import { compileFlags, linkFlags, type Place, type Variant } from './flags.ts';
import { inCache } from './folders.ts';
import { freshName } from './fresh.ts';
import { withFuel } from './fuel.ts';
import { NoModule } from './no-module.ts';
import { linkNative } from './native.ts';
import { type Overlay, writeOverlay } from './overlay.ts';
import { type Release, releaseOf } from './release.ts';
import { run, toolsFor } from './run.ts';
import { SHIM, type Source, sourcesOf } from './sources.ts';

/** What to build and where to. */
export interface BuildRequest extends Variant {
  /** Top folder of a kernel tree. */
  readonly tree: string;
  /** Path of the module. */
  readonly out: string;
  /** Files that stand in place of the tree's. */
  readonly overlay?: Overlay;
  /** Called once when the first file has to be compiled, for nothing of it is kept. */
  readonly compiling?: () => void;
}

/** A module that was built. */
export interface Built {
  readonly module: string;
  readonly release: Release;
  /** The compiler's version in a line. */
  readonly compiler: string;
  /** Number of files in the module. */
  readonly files: number;
  /** Files that had to be compiled, for nothing of them was kept. */
  readonly compiled: readonly string[];
  /** Files of the tree that it is made from, relative to it. */
  readonly read: ReadonlySet<string>;
  /** Symbols that nothing defines: a function is an import, data is at address 0. */
  readonly undefined: readonly string[];
  /** Functions that a shim defines with other parameters than the tree declares: a call traps. */
  readonly mismatched: readonly string[];
}

/** Functions that the module imports. */
const IMPORTS = ['kc_die'] as const;

const UNDEFINED = /undefined symbol: (\S+)/gu;
const MISMATCHED = /function signature mismatch: (\S+)/gu;

/** Builds; throws `NoModule` for what is missing on the machine or in the tree. */
export function buildModule(request: BuildRequest): Promise<Built> {
  return inCache((cache) => buildIn(cache, request));
}

async function buildIn(cache: string, request: BuildRequest): Promise<Built> {
  const tree = resolve(request.tree);
  const release = releaseOf(tree);
  const native = request.native === true;
  const sources = sourcesOf(tree, native);
  const version = await toolsFor(native ? 'native' : 'wasm');
  const place = { tree, arch: makeArch(tree, release, join(cache, 'arch')) };
  const overlaid = writeOverlay(tree, request.overlay ?? new Map(), join(cache, 'overlays'));
  const objects: Objects = {
    folder: join(cache, 'objects'),
    salt: hash([version, ...namesBelow(SHIM)]),
    folders: { [TREE_WORD]: tree, '@shim@': SHIM },
    overlaid,
    hashes: new Map(overlaid.hashes),
    compiled: [],
    read: new Set(),
    compiling: request.compiling,
  };
  const linked = await linkedFrom(
    () => compileAll(objects, sources, { place, variant: request }),
    (paths) => (native ? linkNative : link)(paths, request.out),
  );
  return {
    module: request.out,
    release,
    compiler: version,
    files: sources.length,
    compiled: objects.compiled,
    read: objects.read,
    ...linked,
  };
}

/** Times that objects are made for one module. */
const TRIES = 3;

/** Links what is compiled, or found. Another build may forget an old object in between; then it is made again. */
async function linkedFrom(
  make: () => Promise<readonly string[]>,
  linkAll: (paths: readonly string[]) => Promise<Pick<Built, 'undefined' | 'mismatched'>>,
  tries: number = TRIES,
): Promise<Pick<Built, 'undefined' | 'mismatched'>> {
  const paths = await make();
  try {
    return await linkAll(paths);
  } catch (error) {
    if (tries === 1 || paths.every((path) => existsSync(path))) throw error;
    return linkedFrom(make, linkAll, tries - 1);
  }
}

/** What a pattern names in the linker's output, each once. */
function named(output: string, pattern: RegExp): string[] {
  return [...new Set([...output.matchAll(pattern)].map((match) => match[1] ?? ''))].toSorted();
}

function doesNotLink(stderr: string): NoModule {
  return new NoModule(`wasm-ld: does not link\n${stderr.split('\n').slice(0, 12).join('\n')}`);
}

/** A header that appears can hide another one. */
function namesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.h') && statSync(join(folder, name)).isFile())
    .toSorted();
}

interface How {
  readonly place: Place;
  readonly variant: Variant;
}

/** Two at a time; nothing runs on after a failure. */
async function compileAll(
  objects: Objects,
  sources: readonly Source[],
  { place, variant }: How,
): Promise<string[]> {
  const paths: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < sources.length; at = next++) {
      const source = sources[at];
      if (source === undefined) return;
      const flags = compileFlags(source, place, variant);
      const marked = variant.lines === true && source.kernel;
      paths[at] = await compile(objects, { source: source.path, name: source.name, flags, marked });
    }
  };
  const stopping = async (): Promise<void> => {
    try {
      await worker();
    } finally {
      next = sources.length;
    }
  };
  const ends = await Promise.allSettled([stopping(), stopping()]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return paths;
}

/** Links; returns what nothing defines. A first try says so, for the linker is silent when it may go on. */
async function link(
  objects: readonly string[],
  out: string,
): Promise<Pick<Built, 'undefined' | 'mismatched'>> {
  mkdirSync(dirname(out), { recursive: true });
  const fresh = freshName(out);
  const allowed = `${fresh}.imports`;
  writeFileSync(allowed, `${IMPORTS.join('\n')}\n`);
  try {
    const common = [...linkFlags(allowed), ...objects, '-o', fresh];
    const strict = await run('wasm-ld', common);
    const missing = named(strict.stderr, UNDEFINED);
    if (strict.status !== 0) {
      if (missing.length === 0) throw doesNotLink(strict.stderr);
      const loose = await run('wasm-ld', ['--allow-undefined', ...common]);
      if (loose.status !== 0) throw doesNotLink(loose.stderr);
    }
    writeFileSync(fresh, withFuel(readFileSync(fresh)));
    renameSync(fresh, out);
    return { undefined: missing, mismatched: named(strict.stderr, MISMATCHED) };
  } finally {
    rmSync(allowed, { force: true });
    rmSync(fresh, { force: true });
  }
}
