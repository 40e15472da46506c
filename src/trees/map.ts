// SPDX-License-Identifier: GPL-2.0-only
/** A tree that notes which of its lines run: a build of its own, for the fast counters miss early returns. */
import { readFileSync } from 'node:fs';

import { type BuildRequest, buildModule } from '../subject/kernel-c/build/build.ts';
import { kernelC } from '../subject/kernel-c/index.ts';
import { type Ran, ranOf } from '../subject/kernel-c/ran.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import type { Where } from '../trace/observation.ts';
import { fitTree } from './fit.ts';
import { type BuildOptions, moduleFile, textOf } from './ready.ts';
import type { NamedTree } from './registry.ts';
import { requireWhole } from './whole.ts';

/** What to map. */
export interface MapRequest extends Pick<
  BuildRequest,
  'tree' | 'out' | 'overlay' | 'compiling' | 'config'
> {
  /** Of the subject. */
  readonly name: string;
}

/** Lines by file, relative to the tree. */
export type Lines = ReadonlyMap<string, ReadonlySet<number>>;

/** A tree as a subject, and what ran of it since it was last cleared. */
export interface KernelMap extends Omit<Ran, 'watch'> {
  /** The same subject as the fast build, with what its world can be. */
  readonly factory: SubjectFactory;
  /** Lines that have code, also such as no configuration of this build can run; headers are among them. */
  readonly code: Lines;
  readonly reached: () => Lines;
  /** The function whose text a line is in, as far as it has code; the innermost one is the last to begin. */
  readonly functionAt: (file: string, line: number) => string | undefined;
  /** The first line of a function's definition. */
  readonly definitionOf: (fn: string) => Where | undefined;
}

/** The map of a tree by its name, kept beside the module of the fast build. Throws `NoTree` or `NoModule`. */
export function mapTree(tree: NamedTree, options: BuildOptions = {}): Promise<KernelMap> {
  const { name, path, config = 'usual' } = tree;
  const { overlay = new Map() } = options;
  const out = moduleFile(tree, overlay).replace(/wasm$/u, 'lines.wasm');
  return mapOf({ ...options, name: `tree:${name}`, tree: path, out, overlay, config });
}

/** Builds the map of a tree, or takes it from what is kept. Throws `NoTree` or `NoModule`. */
export async function mapOf(request: MapRequest): Promise<KernelMap> {
  const { tree, name, overlay, config = 'usual' } = request;
  const built = await buildModule({ ...request, kasan: true, coverage: false, lines: true });
  requireWhole(tree, built);
  const { module } = built;
  const ran = ranOf(readFileSync(module));
  const source = { name, path: tree, module, ...(overlay === undefined ? {} : { overlay }) };
  const { watch, ...noted } = ran;
  const { factory } = fitTree(kernelC(source, watch));
  const functions = extents(ran.marks);
  return {
    ...noted,
    factory: { ...factory, build: `${textOf(built, config, 'wasm')}, lines noted` },
    code: linesOf(ran.marks),
    reached: () => linesOf(ran.marks.filter((mark) => ran.ways(mark) !== 0)),
    functionAt: (file, line) =>
      functions.get(file)?.findLast(({ first, last }) => first <= line && line <= last)?.name,
    definitionOf: (fn) => {
      const mark = ran.marks.find((each) => each.function === fn);
      return mark === undefined ? undefined : { fn, file: mark.file, line: mark.start };
    },
  };
}

function linesOf(marks: Ran['marks']): Lines {
  const lines = new Map<string, Set<number>>();
  for (const { file, line } of marks) {
    const known = lines.get(file) ?? new Set();
    lines.set(file, known.add(line));
  }
  return lines;
}

/** Where the text of a function is. */
interface Extent {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

/** Per file, in the order of their first lines. */
function extents(marks: Ran['marks']): ReadonlyMap<string, readonly Extent[]> {
  const files = new Map<string, Map<string, Extent>>();
  for (const { file, function: name, start, line } of marks) {
    const functions = files.get(file) ?? new Map<string, Extent>();
    const { first, last } = functions.get(`${name} ${start}`) ?? { first: start, last: line };
    functions.set(`${name} ${start}`, {
      name,
      first: Math.min(first, line),
      last: Math.max(last, line),
    });
    files.set(file, functions);
  }
  return new Map(
    [...files].map(([file, functions]) => [
      file,
      [...functions.values()].toSorted((a, b) => a.first - b.first),
    ]),
  );
}
