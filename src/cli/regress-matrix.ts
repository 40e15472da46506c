// SPDX-License-Identifier: GPL-2.0-only
/** `regress --matrix`: which rules object to which defect, over many seeds. */
import { join } from 'node:path';

import { RULES } from '../invariants/index.ts';
import type { Change } from '../regress/change.ts';
import { matrixJson, matrixOf, type MatrixRow, matrixText } from '../report/matrix.ts';
import { AGREE } from '../run/judge.ts';
import { referenceSources, type Sources } from '../subject/changed/sources.ts';
import { DEFECTS, plantedSources } from '../subject/planted/index.ts';
import { startCounting } from './counting.ts';
import { readKilled } from './killed.ts';
import { shown, writeWhole } from './files.ts';
import type { Interrupt } from './interrupt.ts';
import { mistake, Status } from './mistake.ts';
import type { Pool } from './regress-pool.ts';
import type { Task } from './regress-worker.ts';
import type { NamedTree } from '../trees/registry.ts';
import { finish, note, paintFor } from './terminal.ts';

/** Random traces per seed before a defect counts as not found. */
const MOST_TRACES = 50_000;

/** What is run, and what is printed. */
export interface MatrixRun {
  readonly budget: Task['budget'];
  readonly pool: Pool;
  readonly interrupt: Interrupt;
  readonly seeds: number;
  /** The kernel tree that is changed; the rows of a tree are its changes alone. */
  readonly tree: NamedTree | undefined;
  /** Check the canaries as closely as the changes. */
  readonly canaries?: true;
  readonly json: boolean;
  readonly reports: string;
}

/** Checks the changes and the canaries; ends with 1 when the check with some seed misses one of them. */
export async function runMatrix(changes: readonly Change[], run: MatrixRun): Promise<void> {
  const killed = run.tree === undefined ? readKilled(run.reports) : undefined;
  const defects = changes.filter(isHere).map(({ name, base, before, outcome }) => ({
    name,
    base,
    before,
    sources: sourcesOf(name, outcome),
    seeds: run.seeds,
  }));
  const all = [...defects, ...(run.tree === undefined ? canariesOf(run) : [])];
  const counting = startCounting(all.length, 'defects');
  const rows = await Promise.all(
    all.map(async (each) => {
      const row = await rowOf(each, run);
      counting.done(each.name);
      return row;
    }),
  );
  counting.stop();
  const known = rows.filter((row) => row !== undefined);
  const rules = run.tree === undefined ? [AGREE, ...RULES.map(({ name }) => name)] : [];
  const matrix = matrixOf(known, rules, killed?.rules);
  const file = run.tree === undefined ? 'matrix' : `matrix-${run.tree.name}`;
  const document = matrixJson(matrix);
  writeWhole(join(run.reports, `${file}.json`), document);
  writeWhole(join(run.reports, `${file}.txt`), matrixText(matrix));
  const files = shown(join(run.reports, `${file}.*`));
  const from = killed === undefined ? '' : `${killed.mutants} mutants: ${killed.file}\n`;
  const text = `${matrixText(matrix, paintFor(process.stdout))}${from}report: ${files}\n`;
  finish(statusOf(known, run), run.json ? document : text);
}

function statusOf(rows: readonly MatrixRow[], { interrupt }: MatrixRun): number {
  if (interrupt.wanted()) return Status.interrupted;
  const missed = rows.some(
    ({ corpus, seeds }) =>
      (seeds.length === 0 && corpus === 0) || seeds.some(({ check }) => check === undefined),
  );
  return missed ? Status.finding : Status.ok;
}

/** What is for other releases is passed over, and said. */
function isHere({ name, outcome }: Change): boolean {
  if (outcome.kind === 'n/a') note(`${name}: n/a: ${outcome.problem.message}`);
  return outcome.kind !== 'n/a';
}

function sourcesOf(name: string, outcome: Change['outcome']): Sources {
  if (outcome.kind === 'sources') return outcome.sources;
  const { file, line, message } = outcome.problem;
  throw mistake(`${name}: does not apply: ${file}:${line}: ${message}`);
}

interface Defect extends Pick<Change, 'name' | 'base' | 'before'> {
  readonly sources: Sources;
  /** How many; 0 runs the corpus alone. */
  readonly seeds: number;
}

function canariesOf({ canaries, seeds }: MatrixRun): readonly Defect[] {
  const base = referenceSources();
  return DEFECTS.map((defect) => ({
    name: `canary ${defect.name}`,
    base,
    before: base,
    sources: plantedSources(defect),
    seeds: canaries === true ? seeds : 0,
  }));
}

function rowOf(
  { name, base, before, sources, seeds }: Defect,
  { budget, pool, tree }: MatrixRun,
): Promise<MatrixRow | undefined> {
  return pool.matrix({
    change: { name, title: name, before, changed: sources },
    base,
    tree,
    budget: { ...budget, runs: Number.isFinite(budget.runs) ? budget.runs : MOST_TRACES },
    seeds: Array.from({ length: seeds }, (_, index) => `${budget.seed} ${index + 1}`),
  });
}
