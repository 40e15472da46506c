// SPDX-License-Identifier: GPL-2.0-only
/** `mutate`: mutants of the reference, each run until a rule objects; those that survive are shown. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { type Command, Option } from 'commander';

import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import { type Equivalent, parseEquivalents } from '../regress/mutate/equivalent.ts';
import { loadMutated, type Mutated } from '../regress/mutate/load.ts';
import { rowOf, tryMutant, wrongEntries } from '../regress/mutate/run.ts';
import { gatherSuite, type Plan } from '../regress/mutate/suite.ts';
import { jsonDocument, LAYOUT } from '../report/json.ts';
import {
  type MutantRow,
  type MutationReport,
  mutationText,
  scoresOf,
  survivors,
} from '../report/mutants.ts';
import { isProblem, REFERENCE, referenceSources } from '../subject/changed/sources.ts';
import { quote } from '../trace/problem.ts';
import { CANARIES, readCorpus, shown } from './files.ts';
import { breathe, type Interrupt, listenForInterrupt } from './interrupt.ts';
import { readKept } from './kept.ts';
import { fileMistake, mistake, Status } from './mistake.ts';
import { parseRuns, parseSeed } from './options.ts';
import { finish, note, paintFor } from './terminal.ts';

/** The list of mutants that change nothing. */
const EQUIVALENT = resolve(import.meta.dirname, '../../properties/mutants/equivalent.txt');
const DEFAULT_RUNS = 300;
/** Milliseconds between two lines about how far it is. */
const LINE_EVERY = 5000;
/** Mutants between two looks at signals. */
const SLICE = 20;
/** What is mutated when no file is named: the ports of the code that this project is about. */
const PORTS = /^(?:msi-.*|irqdomain-.*|devres)\.ts$/u;

/** What the command line says. */
interface Flags {
  readonly file?: readonly string[];
  readonly seed: string;
  readonly runs: number;
  readonly json?: true;
}

/** Adds the command. */
export function addMutate(program: Command): void {
  const seed = new Option('--seed <text>', 'words that choose the random traces');
  const runs = new Option('--runs <n>', 'random traces, and runs of the sweep, per mutant at most');
  program
    .command('mutate')
    .description(
      'make small mistakes in the reference, one at a time, and show those that no rule objects to',
    )
    .option('--file <name...>', 'only these files of the reference, like msi-alloc.ts')
    .addOption(seed.argParser(parseSeed).default('msicheck'))
    .addOption(runs.argParser(parseRuns).default(DEFAULT_RUNS))
    .option('--json', 'print one JSON document')
    .action(mutate);
}

async function mutate(flags: Flags): Promise<void> {
  const started = process.cpuUsage();
  const files = chosen(flags.file);
  const mutated = loadMutated(files);
  if (isProblem(mutated)) throw mistake(`${mutated.file}:${mutated.line}: ${mutated.message}`);
  const kept = readKept();
  const plan: Plan = {
    corpus: [...kept.traces, ...readCorpus(CANARIES)],
    expected: kept.expected,
    environments: [...ENVIRONMENTS, ...OLD_ENVIRONMENTS],
    seed: flags.seed,
    runs: flags.runs,
  };
  const interrupt = listenForInterrupt();
  const equivalents = readEquivalents();
  const { rows, size } = await run(mutated, plan, { equivalents, interrupt });
  interrupt.release();
  const { user, system } = process.cpuUsage(started);
  const report = {
    seed: flags.seed,
    runs: flags.runs,
    mutants: rows,
    problems: rows.length < mutated.mutants.length ? [] : wrongEntries(equivalents, rows, files),
    suite: size,
    seconds: (user + system) / 1e6,
  };
  const wrong = survivors(rows).length + report.problems.length > 0;
  const ended = rows.length < mutated.mutants.length ? Status.interrupted : Status.ok;
  finish(wrong ? Status.finding : ended, flags.json === true ? json(report) : text(report));
}

function json(report: MutationReport): string {
  return jsonDocument({ layout: LAYOUT, ...report, files: scoresOf(report.mutants) });
}

function text(report: MutationReport): string {
  return mutationText(report, paintFor(process.stdout));
}

/** Those that are named, or the ports. */
function chosen(names: readonly string[] | undefined): readonly string[] {
  const known = [...referenceSources().keys()]
    .filter((path) => path.startsWith(`${REFERENCE}/`))
    .map((path) => path.slice(REFERENCE.length + 1));
  if (names === undefined) return known.filter((name) => PORTS.test(name));
  for (const name of names) {
    if (!known.includes(name))
      throw mistake(`--file: unknown file ${quote(name)}; expected one of ${known.join(', ')}`);
  }
  return names;
}

/** The list of this checkout. */
export function readEquivalents(path: string = EQUIVALENT): readonly Equivalent[] {
  let list: string;
  try {
    list = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileMistake(path, error, 'the list of equivalent mutants');
  }
  const entries = parseEquivalents(shown(join(path)), list);
  if (typeof entries === 'string') throw mistake(entries);
  return entries;
}

async function run(
  mutated: Mutated,
  plan: Plan,
  { equivalents, interrupt }: { equivalents: readonly Equivalent[]; interrupt: Interrupt },
): Promise<{ rows: readonly MutantRow[]; size: MutationReport['suite'] }> {
  const say = lines();
  const suite = gatherSuite(mutated, plan, (share) => {
    say(() => `${Math.round(100 * share)} % of the traces gathered`);
  });
  const listed = new Set(equivalents.map(({ name }) => name));
  const rows: MutantRow[] = [];
  for (const mutant of mutated.mutants) {
    const tried = tryMutant(mutated, suite, mutant, plan);
    rows.push(rowOf(mutant, tried, { suite, listed }));
    say(() => `${rows.length} of ${mutated.mutants.length} mutants`);
    if (rows.length % SLICE === 0) await breathe();
    if (interrupt.wanted()) break;
  }
  return { rows, size: suite.size };
}

function lines(): (line: () => string) => void {
  let last = performance.now();
  return (line) => {
    const now = performance.now();
    if (now - last < LINE_EVERY) return;
    last = now;
    note(line());
  };
}
