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
import { finish, paintFor } from './terminal.ts';

/** Random traces per seed before a defect counts as not found. */
const MOST_TRACES = 50_000;

/** What is run, and what is printed. */
export interface MatrixRun {
  readonly budget: Task['budget'];
  readonly pool: Pool;
  readonly interrupt: Interrupt;
  readonly seeds: number;
  /** Check the canaries as closely as the changes. */
  readonly canaries?: true;
  readonly json: boolean;
  readonly reports: string;
}

/** Checks the changes and the canaries; ends with 1 when the check with some seed misses one of them. */
export async function runMatrix(changes: readonly Change[], run: MatrixRun): Promise<void> {
  const killed = readKilled(run.reports);
  const defects = changes.map(({ name, outcome }) => ({
    name,
    sources: sourcesOf(name, outcome),
    seeds: run.seeds,
  }));
  const canaries = DEFECTS.map((defect) => ({
    name: `canary ${defect.name}`,
    sources: plantedSources(defect),
    seeds: run.canaries === true ? run.seeds : 0,
  }));
  const all = [...defects, ...canaries];
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
  const matrix = matrixOf(known, [AGREE, ...RULES.map(({ name }) => name)], killed?.rules);
  const document = matrixJson(matrix);
  writeWhole(join(run.reports, 'matrix.json'), document);
  writeWhole(join(run.reports, 'matrix.txt'), matrixText(matrix));
  const files = shown(join(run.reports, 'matrix.*'));
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

function sourcesOf(name: string, outcome: Change['outcome']): Sources {
  if (outcome.kind === 'sources') return outcome.sources;
  const { file, line, message } = outcome.problem;
  throw mistake(`${name}: does not apply: ${file}:${line}: ${message}`);
}

interface Defect {
  readonly name: string;
  readonly sources: Sources;
  /** How many; 0 runs the corpus alone. */
  readonly seeds: number;
}

function rowOf(
  { name, sources, seeds }: Defect,
  { budget, pool }: MatrixRun,
): Promise<MatrixRow | undefined> {
  return pool.matrix({
    change: { name, title: name, before: referenceSources(), changed: sources },
    base: referenceSources(),
    budget: { ...budget, runs: Number.isFinite(budget.runs) ? budget.runs : MOST_TRACES },
    seeds: Array.from({ length: seeds }, (_, index) => `${budget.seed} ${index + 1}`),
  });
}
