// SPDX-License-Identifier: GPL-2.0-only
/** What `witness` does: kept traces, every fault in them, random ones; then each witness is made shorter. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { startBatches } from '../generate/batch.ts';
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import { jsonDocument, LAYOUT } from '../report/json.ts';
import { PLAIN } from '../report/paint.ts';
import {
  type ExitRow,
  witnessJson,
  type WitnessReport,
  witnessText,
  type WitnessTree,
} from '../report/witness.ts';
import { fits } from '../subject/subject.ts';
import type { Environment } from '../trace/environment.ts';
import { formatTrace } from '../trace/format.ts';
import { exitsOfFile } from '../trees/exits.ts';
import { type KernelMap, mapTree } from '../trees/map.ts';
import { treeNamed } from '../trees/registry.ts';
import { type Hunt, startHunt } from '../witness/hunt.ts';
import { type Target, targetsOf } from '../witness/targets.ts';
import { unreachedOf } from '../witness/unreached.ts';
import {
  CORPUS,
  makeFolder,
  prepareFolder,
  readCorpus,
  readTrace,
  shown,
  type TraceFile,
  writeWhole,
} from './files.ts';
import { breathe, type Interrupt, listenForInterrupt } from './interrupt.ts';
import { mistake, Status } from './mistake.ts';
import { CHECK_TIME, type ReportFlags } from './options.ts';
import { type Progress, startProgress } from './progress.ts';
import { needs } from './target.ts';
import { finish, note, paintFor } from './terminal.ts';

/** Traces drawn from one seed, as in `check`. */
const BATCH = 64;
/** Runs that the minimiser has for each exit: they are short, and each is looked at for all exits. */
const BUDGET = 200;
/** Milliseconds of work between two looks at signals and the bar. */
const SLICE = 50;

/** What the command line says. */
export interface Flags extends ReportFlags {
  readonly subject: readonly string[];
  readonly file: string;
  readonly seed: string;
  readonly time?: number;
  readonly runs?: number;
}

/** A tree that is being looked at. */
interface Work {
  readonly name: string;
  readonly flags: Flags;
  readonly map: KernelMap;
  readonly targets: readonly Target[];
  readonly environments: readonly Environment[];
  readonly hunt: Hunt;
  /** Lets signals and the bar have their turn, now and then; false when the user wants the end. */
  readonly goOn: (share: number) => Promise<boolean>;
}

/** Runs it. */
export async function run(paths: readonly string[], flags: Flags): Promise<void> {
  const given = paths.map(readTrace);
  prepareFolder(flags.reports);
  const interrupt = listenForInterrupt();
  const progress = startProgress(performance.now());
  const trees: WitnessTree[] = [];
  for (const [index, name] of flags.subject.entries()) {
    if (interrupt.wanted()) break;
    const whole = (share: number): number => (index + share) / flags.subject.length;
    const work = await prepare(name, flags, { interrupt, progress, whole });
    await collect(work, given);
    if (given.length === 0) {
      await alone(work);
      await random(work);
    }
    await shorten(work);
    trees.push(resultOf(work));
  }
  progress.stop();
  interrupt.release();
  const report = { file: flags.file, seed: flags.seed, trees, interrupted: interrupt.wanted() };
  publish(report, flags);
}

/** What a run shows while it lasts. */
interface Surroundings {
  readonly interrupt: Interrupt;
  readonly progress: Progress;
  /** The part of the whole run that a part of the tree's run is. */
  readonly whole: (share: number) => number;
}

async function prepare(name: string, flags: Flags, around: Surroundings): Promise<Work> {
  const { file } = flags;
  const tree = treeNamed(name);
  const { path, config = 'usual' } = tree;
  const map = await mapTree(tree, {
    compiling: () => {
      note(`building ${path}, so that it notes its lines`);
    },
  });
  const functions = map.marks.filter((mark) => mark.file === file).map((mark) => mark.function);
  const exits = await exitsOfFile({ tree: path, config }, file, [...new Set(functions)]);
  if (exits.length === 0)
    throw mistake(
      `${file}: no return and no goto in tree ${name}; expected a file with functions that have some`,
    );
  const targets = targetsOf(map, file, exits);
  const environments = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter((each) =>
    fits(map.factory, each),
  );
  const hunt = startHunt(map, targets, environments);
  return { name, flags, map, targets, environments, hunt, goOn: turns(hunt, targets, around) };
}

function turns(
  hunt: Hunt,
  targets: readonly Target[],
  { interrupt, progress, whole }: Surroundings,
): Work['goOn'] {
  let last = performance.now();
  return async (share) => {
    const now = performance.now();
    if (now - last < SLICE) return true;
    last = now;
    progress.show(now, () => {
      const reached = targets.filter((target) => hunt.witness(target) !== undefined).length;
      return { ...hunt.ran, share: whole(share), reached: `${reached}/${targets.length} exits` };
    });
    await breathe();
    return !interrupt.wanted();
  };
}

/** Where the parts of a tree's run end. */
const Share = { kept: 0.15, alone: 0.4, random: 0.7 } as const;

/** The corpus, unless the user has named files. */
async function collect({ map, hunt, goOn }: Work, given: readonly TraceFile[]): Promise<void> {
  for (const { path, trace } of given) needs(map, path, trace);
  const files = given.length === 0 ? readCorpus(CORPUS) : given;
  const traces = files
    .map(({ trace }) => trace)
    .filter(({ environment }) => fits(map.factory, environment));
  for (const trace of traces) hunt.see(trace);
  for (const [index, trace] of traces.entries()) {
    for (const _ of hunt.sweep(trace))
      if (!(await goOn((Share.kept * index) / traces.length))) return;
  }
}

async function alone({ hunt, goOn }: Work): Promise<void> {
  for (const share of hunt.alone())
    if (!(await goOn(Share.kept + (Share.alone - Share.kept) * share))) return;
}

async function random({ flags, environments, hunt, goOn }: Work): Promise<void> {
  const { seed, runs, time = CHECK_TIME } = flags;
  const start = performance.now();
  const batches = startBatches(environments, seed);
  let drawn = 0;
  for (let share = 0, batch = 0; share < 1; batch += 1) {
    const size = runs === undefined ? BATCH : Math.min(BATCH, runs - drawn);
    batches(batch, size, (trace) => {
      drawn += 1;
      hunt.see(trace);
      return true;
    });
    share = runs === undefined ? (performance.now() - start) / time : drawn / runs;
    if (!(await goOn(Share.alone + (Share.random - Share.alone) * Math.min(1, share)))) return;
  }
}

async function shorten({ targets, hunt, goOn }: Work): Promise<void> {
  for (const [index, target] of targets.entries()) {
    hunt.shorten(target, BUDGET);
    if (!(await goOn(Share.random + ((1 - Share.random) * index) / targets.length))) return;
  }
}

function resultOf(work: Work): WitnessTree {
  const { name, flags, map, targets, environments, hunt } = work;
  const folder = join(flags.reports, 'witness', name);
  makeFolder(join(flags.reports, 'witness'));
  makeFolder(folder);
  for (const old of readdirSync(folder).filter((file) => file.endsWith('.trace')))
    rmSync(join(folder, old), { force: true });
  return {
    name: `tree:${name}`,
    build: map.factory.build ?? '',
    environments: environments.map((each) => each.name),
    ran: { ...hunt.ran },
    exits: targets.map((target) => rowOf(target, work, folder)),
    ...unreachedOf(map, flags.file),
  };
}

function rowOf(target: Target, { name, flags, map, hunt }: Work, folder: string): ExitRow {
  const { exit, outcome, built } = target;
  const { first, function: fn, nth, kind, value } = exit;
  const trace = hunt.witness(target);
  const way = outcome === 'any' ? '' : `-${outcome}`;
  const saved = join(folder, `${fn}-${nth}${way}.trace`);
  if (trace !== undefined) {
    const comments = [
      `reaches: ${flags.file}:${first.line}, exit ${nth}${way} of ${fn}()`,
      `subject: tree:${name}, ${map.factory.build ?? ''}`,
    ];
    writeWhole(saved, formatTrace(trace, comments));
  }
  return {
    function: fn,
    nth,
    kind,
    outcome,
    value,
    line: first.line,
    target: exit.target,
    built,
    witness: trace === undefined ? undefined : { trace, saved: shown(saved) },
  };
}

function publish(report: WitnessReport, { json, reports }: Flags): void {
  const document = jsonDocument({ layout: LAYOUT, ...witnessJson(report) });
  writeWhole(join(reports, 'witness.json'), document);
  writeWhole(join(reports, 'witness.txt'), witnessText(report, PLAIN));
  const status = report.interrupted ? Status.interrupted : Status.ok;
  finish(status, json === true ? document : witnessText(report, paintFor(process.stdout)));
}
