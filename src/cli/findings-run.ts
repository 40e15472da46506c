// SPDX-License-Identifier: GPL-2.0-only
/** What `findings` does: the traces of the expected lists run on each tree, and what they show is put side by side. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { findingsJson, findingsText, type KnownFinding, type OnTree } from '../report/findings.ts';
import { firedText } from '../report/finding.ts';
import type { Expected } from '../run/expected.ts';
import { placeOf } from '../run/complaint.ts';
import { type Seen, seenOn } from '../run/known.ts';
import { formatTrace } from '../trace/format.ts';
import { parseTrace } from '../trace/parse.ts';
import type { Where } from '../trace/observation.ts';
import type { Trace } from '../trace/step.ts';
import { type KernelMap, mapTree } from '../trees/map.ts';
import { readyTree, type ReadyTree } from '../trees/ready.ts';
import { treeNamed } from '../trees/registry.ts';
import { prepareFolder, shown, writeWhole } from './files.ts';
import { keptFor, readKept } from './kept.ts';
import type { ReportFlags } from './options.ts';
import { finish, note, paintFor } from './terminal.ts';

/** What the command line says. */
export interface Flags extends ReportFlags {
  readonly subject: readonly string[];
}

/** A tree, what is known of it, and where its functions are. */
interface Tree extends ReadyTree {
  readonly expected: readonly Expected[];
  readonly map: KernelMap;
}

/** Runs it. */
export async function run({ subject, reports, json }: Flags): Promise<void> {
  const trees: Tree[] = [];
  for (const name of subject) trees.push(await load(name.slice('tree:'.length)));
  const ordered = trees.toSorted((a, b) => compareReleases(b.release, a.release));
  const report = {
    trees: ordered.map(({ tree, release, factory }) => ({
      name: tree.name,
      release,
      build: factory.build ?? '',
    })),
    findings: entriesOf(ordered).map((entry) => look(entry, ordered)),
  };
  prepareFolder(reports);
  writeWhole(join(reports, 'findings.json'), findingsJson(report));
  writeWhole(join(reports, 'findings.txt'), findingsText(report));
  const where = shown(join(reports, 'findings.*'));
  const text = `${findingsText(report, paintFor(process.stdout))}report: ${where}\n`;
  finish(0, json === true ? findingsJson(report) : text);
}

async function load(name: string): Promise<Tree> {
  const tree = treeNamed(name);
  const compiling = (): void => {
    note(`building ${tree.path}`);
  };
  const ready = await readyTree(tree, { compiling });
  const { factory, release, profile } = ready;
  const { expected } = keptFor(readKept(), { factory, tree: { release, profile } });
  return { ...ready, expected, map: await mapTree(tree, { compiling }) };
}

interface Entry {
  readonly expected: Expected;
  readonly trace: Trace;
}

/** Every entry of every tree once: what an older tree shows under another name is left to the newer one. */
function entriesOf(trees: readonly Tree[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (const tree of trees)
    for (const expected of tree.expected) {
      const known = entries.some(
        (entry) =>
          seenOn(entry.trace, entry.expected, tree).kind === 'shown' && alike(entry, expected),
      );
      if (known || entries.some((entry) => entry.expected.trace === expected.trace)) continue;
      const text = readFileSync(resolve(expected.trace), 'utf8');
      entries.push({ expected, trace: parseTrace(text, expected.trace).trace });
    }
  return entries;
}

function alike({ expected: one }: Entry, other: Expected): boolean {
  return one.rule === other.rule && one.fn === other.fn && one.fired.join() === other.fired.join();
}

function look({ expected, trace }: Entry, trees: readonly Tree[]): KnownFinding {
  const seen = trees.map((tree) => ({ tree, seen: seenOn(trace, expected, tree) }));
  const first = seen.flatMap(({ seen: each }) => (each.kind === 'shown' ? [each] : []))[0];
  return {
    what: expected.why,
    rule: expected.rule,
    detail: first?.finding.detail ?? '',
    faults: [...new Set((first?.finding.fired ?? []).map(firedText))],
    steps: trace.steps.length,
    trace: formatTrace(trace),
    file: shown(expected.trace),
    trees: Object.fromEntries(
      seen.map(({ tree, seen: each }) => [tree.tree.name, onTree(each, tree)]),
    ),
    since: sinceText(seen.map(({ tree, seen: each }) => [tree.release, each.kind] as const)),
  };
}

function onTree(seen: Seen, tree: Tree): OnTree {
  if (seen.kind === 'not run') return { shown: false, why: seen.why };
  if (seen.kind === 'not shown') return { shown: false, why: 'does not show it' };
  const { behind, finding } = seen;
  const name = behind.splat?.fn ?? finding.fn;
  const { fn, file, line } = placeOf(behind) ?? tree.map.definitionOf(name) ?? nowhere(name);
  return { shown: true, where: { function: fn, file, line }, stack: behind.stack };
}

function nowhere(fn: string): Where {
  return { fn, file: '', line: 0 };
}

/** Newest first. */
function sinceText(seen: readonly (readonly [string, Seen['kind']])[]): string {
  const showing = seen.filter(([, kind]) => kind === 'shown').map(([release]) => release);
  const oldest = seen.at(-1);
  const [first = ''] = showing;
  if (first === '' || oldest === undefined) return 'shown no more';
  if (seen[0]?.[1] !== 'shown') return `until ${first}`;
  const [release, kind] = oldest;
  if (kind === 'shown') return `${release} or before`;
  return kind === 'not shown' ? `after ${release}` : `not for ${release}`;
}

function compareReleases(a: string, b: string): number {
  const [one, other] = [a, b].map((text) => text.split('.').map(Number));
  const at = (one ?? []).findIndex((part, i) => part !== other?.[i]);
  return at < 0 ? 0 : (one?.[at] ?? 0) - (other?.[at] ?? 0);
}
