// SPDX-License-Identifier: GPL-2.0-only
/** `regress`: what a change of the reference breaks, or that it changes nothing that can be seen. */
import type { Command } from 'commander';

import { bisect } from '../regress/bisect.ts';
import type { Change } from '../regress/change.ts';
import { empty } from '../regress/check.ts';
import { gather, type Series } from '../regress/gather.ts';
import { brokenPromise } from '../regress/promise.ts';
import { markSince } from '../regress/since.ts';
import { bisectStatus, regressStatus } from '../regress/status.ts';
import { type Typable, type Typed, typeErrors } from '../regress/types.ts';
import type { ChangeResult, RegressReport } from '../report/change.ts';
import { startCounting } from './counting.ts';
import { prepareFolder } from './files.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { expectedChange, mistake, Status } from './mistake.ts';
import { timeText } from './options.ts';
import { type Base, baseOf } from './regress-base.ts';
import { DEFAULT_TIME, type Flags, refuseOddOptions, withRegressOptions } from './regress-flags.ts';
import { runMatrix } from './regress-matrix.ts';
import { type Pool, startPool } from './regress-pool.ts';
import { publishRegress, saveSoFar } from './regress-publish.ts';
import { runRefresh } from './regress-refresh.ts';
import { note } from './terminal.ts';
import type { Task } from './regress-worker.ts';

/** Adds the command. */
export function addRegress(program: Command): void {
  withRegressOptions(program).action(
    async (names: readonly string[], flags: Flags, command: Command) => {
      refuseOddOptions(command);
      await regress(names, flags);
    },
  );
}

/** What one run of the command works with. */
interface Run {
  readonly flags: Flags;
  readonly base: Base;
  readonly budget: Task['budget'];
  readonly pool: Pool;
  readonly interrupt: Interrupt;
}

async function regress(names: readonly string[], flags: Flags): Promise<void> {
  const base = await baseOf(flags);
  const budget = budgetOf(flags, base);
  prepareFolder(flags.reports);
  const interrupt = listenForInterrupt();
  const pool = startPool(flags.jobs, interrupt);
  try {
    await work(names, { flags, base, budget, pool, interrupt });
  } finally {
    pool.close();
    interrupt.release();
  }
}

async function work(names: readonly string[], run: Run): Promise<void> {
  const { flags } = run;
  if (flags.refresh === true) return refresh(names, run);
  const series = names.map((name) => gathered(name, run));
  const changes = series.flatMap((each) => each.changes);
  if (flags.matrix === true)
    return runMatrix(changes, { ...run, ...flags, tree: run.base.tree, json: flags.json === true });
  if (flags.bisect === true && (series.length > 1 || series[0]?.cumulative !== true))
    throw mistake('--bisect: expected one series: a folder of patches, a series file or a range');
  const stop = new AbortController();
  const typed =
    flags.tree === undefined ? typeErrors(changes.map(versionsOf), stop.signal) : NO_TYPES;
  const checked = flags.bisect === true ? await halve(changes, run) : await all(series, run);
  if (run.interrupt.wanted()) stop.abort();
  publish(reportOf(series, { ...checked, typed: await typed }, run), run);
}

/** A kernel's compiler looks at types when it builds. */
const NO_TYPES: Promise<Typed> = Promise.resolve({ kind: 'checked', errors: [] });

/** What does not apply has no types. */
function versionsOf({ base, outcome }: Change): Typable {
  return { base, changed: outcome.kind === 'sources' ? outcome.sources : base };
}

function gathered(name: string, { flags: { each, matrix }, base }: Run): Series {
  return guarded(name, () => gather(name, each === true || matrix === true, base.origin));
}

function guarded<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw expectedChange(name, error);
  }
}

async function refresh(names: readonly string[], run: Run): Promise<void> {
  try {
    await runRefresh(names, (change) => one(change, run));
  } catch (error) {
    throw expectedChange(names.join(', '), error);
  }
}

function budgetOf(
  { seed, time, runs }: Flags,
  { corpus, expected, environments }: Base,
): Task['budget'] {
  const limit = runs === undefined ? (time ?? DEFAULT_TIME) : Number.POSITIVE_INFINITY;
  return {
    spec: 'kernel',
    seed,
    corpus: corpus.map(({ path, trace }) => ({ path, trace })),
    expected,
    environments,
    runs: runs ?? Number.POSITIVE_INFINITY,
    time: limit,
  };
}

/** What is known so far. */
interface Checked {
  readonly results: ReadonlyMap<Change, ChangeResult>;
  /** Changes without a result that were to have one. */
  readonly unfinished: readonly Change[];
  readonly firstBad?: string;
  readonly typed?: Typed;
}

async function all(series: readonly Series[], run: Run): Promise<Checked> {
  const changes = series.flatMap((each) => each.changes);
  const results = new Map<Change, ChangeResult>();
  const soFar = (): Checked => ({
    results,
    unfinished: changes.filter((change) => !results.has(change)),
  });
  const counting = startCounting(changes.length, 'changes');
  await Promise.all(
    changes.map(async (change) => {
      const result = await one(change, run);
      counting.done(`${change.name}: ${result?.verdict ?? 'interrupted'}`);
      if (result === undefined) return;
      results.set(change, result);
      saveSoFar(reportOf(series, soFar(), run), run.flags.reports);
    }),
  );
  counting.stop();
  return soFar();
}

async function halve(changes: readonly Change[], run: Run): Promise<Checked> {
  const results = new Map<Change, ChangeResult>();
  const { firstBad } = await bisect(changes.length, async (index) => {
    const change = changes[index];
    const result = change === undefined ? undefined : await one(change, run);
    if (change !== undefined && result !== undefined) results.set(change, result);
    return result;
  });
  const named = firstBad.map((index) => changes[index]?.name ?? '').join(', ');
  return { results, unfinished: [], firstBad: named };
}

async function one(change: Change, run: Run): Promise<ChangeResult | undefined> {
  const { name, title, before, outcome } = change;
  if (outcome.kind !== 'sources')
    return { ...empty(change), verdict: outcome.kind, problem: outcome.problem };
  const {
    pool,
    budget,
    flags,
    base: { tree, subject },
  } = run;
  const changed = { name, title, before, changed: outcome.sources };
  const keeping = { name, named: change.named, reports: flags.reports, subject };
  const checked = await pool.check({ change: changed, base: change.base, tree, budget, keeping });
  if (checked === undefined) return undefined;
  return { ...checked, surprise: brokenPromise(checked, change.expects) ?? '' };
}

/** In the order of the changes. */
function reportOf(
  series: readonly Series[],
  checked: Checked,
  { flags, base }: Run,
): RegressReport {
  const { seed, time, runs } = flags;
  const { results, unfinished, firstBad, typed } = checked;
  const errors = typed?.kind === 'checked' ? typed.errors : [];
  const every = series.flatMap(({ changes }) => changes);
  return {
    subject: base.subject,
    seed,
    budget: runs === undefined ? timeText(time ?? DEFAULT_TIME) : `${runs} random traces`,
    changes: series.flatMap(({ cumulative, changes }) => {
      const ended = changes.flatMap((change) => {
        const result = results.get(change);
        return result === undefined ? [] : [{ ...result, types: errors[every.indexOf(change)] }];
      });
      return cumulative ? markSince(ended) : ended;
    }),
    firstBad,
    unfinished: unfinished.map(({ name }) => name),
    untyped: typed?.kind === 'unchecked' ? typed.why : undefined,
  };
}

function publish(report: RegressReport, { flags, interrupt }: Run): void {
  const { changes } = report;
  const found = flags.forBisect === true ? bisectStatus(changes) : regressStatus(changes);
  const status = interrupt.wanted() && found !== Status.finding ? Status.interrupted : found;
  if (interrupt.wanted()) note('msicheck: interrupted; the report names what was not finished');
  const format = flags.json === true ? 'json' : flags.format;
  publishRegress(report, { reports: flags.reports, status, format });
}
