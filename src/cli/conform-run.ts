// SPDX-License-Identifier: GPL-2.0-only
/** What `conform` does: the same traces on two subjects, until they show different things. */
import { join } from 'node:path';

import { conform, type Difference, type Pair } from '../conform/conform.ts';
import { type Apart, INTENDED } from '../conform/intended.ts';
import { addCompared, startTally, type Tally } from '../conform/tally.ts';
import { startBatches } from '../generate/batch.ts';
import {
  conformJson,
  type ConformReport,
  conformText,
  type FoundDifference,
} from '../report/conform.ts';
import { jsonDocument, LAYOUT } from '../report/json.ts';
import { PLAIN } from '../report/paint.ts';
import { minimiseWith } from '../run/minimise/minimise.ts';
import { fitted } from '../subject/subject.ts';
import type { Environment } from '../trace/environment.ts';
import { formatTrace } from '../trace/format.ts';
import { PROFILES } from '../trace/profile.ts';
import type { Trace } from '../trace/step.ts';
import {
  makeFolder,
  prepareFolder,
  readCorpus,
  readTrace,
  CORPUS,
  shortHash,
  shown,
  type TraceFile,
  writeWhole,
} from './files.ts';
import { breathe, listenForInterrupt } from './interrupt.ts';
import { mistake, Status } from './mistake.ts';
import { type BackendFlags, CHECK_TIME, type ReportFlags, requireTree } from './options.ts';
import { startProgress } from './progress.ts';
import { fitAll, REFERENCE, type Target, targetNamed, usualEnvironments } from './target.ts';
import { finish, paintFor } from './terminal.ts';

/** Traces drawn from one seed, as in `check`. */
const BATCH = 64;
const SLICE = 50;

/** What the command line says. */
export interface Flags extends ReportFlags, BackendFlags {
  readonly subject?: readonly string[];
  readonly seed: string;
  readonly time?: number;
  readonly runs?: number;
}

/** What is being done. */
interface Work {
  readonly pair: Pair;
  readonly tally: Tally;
  readonly reports: string;
  readonly environments: readonly Environment[];
  readonly absent: string[];
}

/** Runs it. */
export async function run(paths: readonly string[], flags: Flags): Promise<void> {
  requireTree(flags.backend, flags.subject ?? []);
  const program = (flags.subject ?? []).find((name) => name.startsWith('exec:'));
  if (program !== undefined) {
    await runProgram(program, paths, flags);
    return;
  }
  const named = (flags.subject ?? []).map((name) => targetNamed(name, flags.backend));
  const [first, second] = named.length === 2 ? named : [REFERENCE, ...named];
  if (first === undefined || second === undefined)
    throw mistake(
      'conform: one subject; expected another one to compare with, as in --subject tree:6.12',
    );
  const files = paths.length === 0 ? readCorpus(CORPUS) : paths.map(readTrace);
  prepareFolder(flags.reports);
  const one = await first.load();
  const other = await second.load();
  const work = prepare(one, other, flags.reports);
  const interrupt = listenForInterrupt();
  const found = await compareAll(work, {
    files,
    given: paths.length > 0,
    flags,
    wanted: interrupt.wanted,
  });
  interrupt.release();
  publish(
    {
      one: one.factory.name,
      other: other.factory.name,
      builds: [one, other].flatMap(({ factory }) =>
        factory.build === undefined ? [] : [factory.build],
      ),
      environments: work.environments.map(({ name }) => name),
      absent: [...new Set(work.absent)],
      intended: work.pair.intended,
      tally: work.tally,
      found,
      interrupted: interrupt.wanted(),
    },
    flags,
  );
}

/** A program is compared with the reference, or with the other subject that is named. */
async function runProgram(program: string, paths: readonly string[], flags: Flags): Promise<void> {
  const [other = REFERENCE] = (flags.subject ?? [])
    .filter((name) => name !== program)
    .map((name) => targetNamed(name, flags.backend) ?? tooMany());
  const files = paths.map(readTrace);
  prepareFolder(flags.reports);
  const { factory: base } = await other.load();
  const { conformProgram } = await import('./conform-program.ts');
  publish(
    conformProgram({
      ...flags,
      base,
      command: program.slice('exec:'.length),
      files: files.length === 0 ? undefined : files,
    }),
    flags,
  );
}

function tooMany(): never {
  throw mistake('conform: two programs; expected one, which is compared with a subject of ours');
}

/** The worlds are those that both can have: what a tree makes of one is what the other one gets too. */
function prepare(one: Target, other: Target, reports: string): Work {
  const [leader, follower] = one.tree === undefined ? [other, one] : [one, other];
  const led = fitAll(leader, usualEnvironments(leader));
  const both = fitAll(follower, led.fit);
  if (both.fit.length === 0)
    throw mistake(
      `conform: ${one.factory.name} and ${other.factory.name} have no environment in common; expected two of one series of releases`,
    );
  const absent = [...led.absent, ...both.absent].map(
    ({ what, why }) => `${what}: there is no ${why}`,
  );
  return {
    pair: { one: one.factory, other: other.factory, intended: apartOf(one, other) },
    tally: startTally(),
    reports,
    environments: both.fit,
    absent,
  };
}

/** Between two trees nothing is intended to differ, nor between two models. */
function apartOf(one: Target, other: Target): readonly Apart[] {
  const trees = [one, other].flatMap(({ tree }) => (tree === undefined ? [] : [tree]));
  const [tree] = trees;
  return trees.length === 1 && tree !== undefined && PROFILES[tree.profile].mapleTree
    ? INTENDED
    : [];
}

/** What there is to compare. */
interface Orders {
  readonly files: readonly TraceFile[];
  /** The user has named them. */
  readonly given: boolean;
  readonly flags: Flags;
  readonly wanted: () => boolean;
}

async function compareAll(work: Work, orders: Orders): Promise<FoundDifference | undefined> {
  const { files, given, flags, wanted } = orders;
  for (const { path, trace } of files) {
    const environment = fittedOnBoth(work.pair, trace.environment);
    if (typeof environment === 'string') {
      if (given)
        throw mistake(`${path}: there is no ${environment}; expected a trace that both can run`);
      continue;
    }
    const found = compare(work, { ...trace, environment }, path);
    if (found !== undefined || wanted()) return found;
  }
  return given ? undefined : random(work, flags, wanted);
}

function fittedOnBoth({ one, other }: Pair, environment: Environment): Environment | string {
  const first = fitted(other, environment);
  if (typeof first === 'string') return first;
  return fitted(one, first);
}

async function random(
  work: Work,
  { seed, time, runs }: Flags,
  wanted: () => boolean,
): Promise<FoundDifference | undefined> {
  const start = performance.now();
  const progress = startProgress(0);
  const limit = time ?? CHECK_TIME;
  let drawn = 0;
  const share = (): number =>
    runs === undefined ? (performance.now() - start) / limit : drawn / runs;
  const batches = startBatches(work.environments, seed);
  let found: FoundDifference | undefined;
  let last = 0;
  for (let batch = 0; share() < 1 && found === undefined && !wanted(); batch += 1) {
    const size = runs === undefined ? BATCH : Math.min(BATCH, runs - drawn);
    batches(batch, size, (trace) => {
      drawn += 1;
      found = compare(work, trace, `conform --seed '${seed}', random trace ${drawn}`);
      return found === undefined;
    });
    const now = performance.now() - start;
    if (now - last < SLICE) continue;
    last = now;
    const { traces, steps, fired } = work.tally;
    progress.show(now, () => ({ traces, steps, faults: fired, share: Math.min(1, share()) }));
    await breathe();
  }
  progress.stop();
  return found;
}

function compare(work: Work, trace: Trace, found: string): FoundDifference | undefined {
  const compared = conform(trace, work.pair);
  addCompared(work.tally, compared);
  if (compared.difference === undefined) return undefined;
  const { trace: smallest, difference } = smallestOf(work, trace, compared.difference);
  const { one, other } = work.pair;
  const text = formatTrace(smallest, [
    `subjects: ${one.name} and ${other.name}`,
    `differ: after step ${difference.at + 1}, in ${difference.where}`,
    `found: ${found}`,
  ]);
  const folder = join(work.reports, 'findings');
  makeFolder(folder);
  const saved = join(folder, `conform-${shortHash(formatTrace(smallest))}.trace`);
  writeWhole(saved, text);
  return { difference, trace: formatTrace(smallest), saved: shown(saved), found };
}

/** A smaller trace may be of another world, which both must be able to have. */
function smallestOf(
  { pair, environments }: Work,
  trace: Trace,
  first: Difference,
): { readonly trace: Trace; readonly difference: Difference } {
  let best = { trace, difference: first };
  const holds = (each: Trace): boolean => {
    const environment = fittedOnBoth(pair, each.environment);
    if (typeof environment === 'string') return false;
    const { difference } = conform({ ...each, environment }, pair);
    if (difference !== undefined) best = { trace: { ...each, environment }, difference };
    return difference !== undefined;
  };
  holds(minimiseWith(trace, holds, { environments }).trace);
  return best;
}

/** Writes the reports, prints one, and ends with 1 when there is a difference. */
export function publish(report: ConformReport, { json, reports }: ReportFlags): void {
  const document = jsonDocument({ layout: LAYOUT, ...conformJson(report) });
  writeWhole(join(reports, 'conform.json'), document);
  writeWhole(join(reports, 'conform.txt'), conformText(report, PLAIN));
  const status = report.found === undefined ? Status.ok : Status.finding;
  finish(status, json === true ? document : conformText(report, paintFor(process.stdout)));
}
