// SPDX-License-Identifier: GPL-2.0-only
/** `mutate`: mutants of the reference, each run until a rule objects; those that survive are shown. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { type Command, Option } from 'commander';

import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import { type Listed, nameOf, parseListed } from '../regress/mutate/listed.ts';
import { loadMutated, type Mutated } from '../regress/mutate/load.ts';
import { rowOf, tryAsListed, wrongEntries } from '../regress/mutate/run.ts';
import { gatherSuite, type Plan, type Suite } from '../regress/mutate/suite.ts';
import { jsonDocument, LAYOUT } from '../report/json.ts';
import {
  type MutantRow,
  type MutationReport,
  mutationText,
  scoresOf,
  unexplained,
} from '../report/mutants.ts';
import { isProblem, REFERENCE, referenceSources } from '../subject/changed/sources.ts';
import { reference } from '../subject/reference/index.ts';
import { quote } from '../trace/problem.ts';
import { CANARIES, prepareFolder, readCorpus, shown, writeWhole } from './files.ts';
import { MUTANTS } from './killed.ts';
import { breathe, type Interrupt, listenForInterrupt } from './interrupt.ts';
import { readKept } from './kept.ts';
import { fileMistake, mistake, Status } from './mistake.ts';
import { parseRuns, parseSeed, withReportOptions } from './options.ts';
import { finish, note, paintFor } from './terminal.ts';

/** The list of mutants that survive, with the reasons. */
const SURVIVORS = resolve(import.meta.dirname, '../../properties/mutants/survivors.txt');
const DEFAULT_RUNS = 300;
/** Milliseconds between two lines about how far it is. */
const LINE_EVERY = 5000;
/** Mutants between two looks at signals. */
const SLICE = 20;
/** What is mutated when no file is named: the ports of the code that this project is about. */
const PORTS = /^(?:msi-.*|irq-msi-lib|irqdomain-.*|devres)\.ts$/u;

/** What the command line says. */
interface Flags {
  readonly file?: readonly string[];
  readonly seed: string;
  readonly runs: number;
  readonly json?: true;
  readonly reports: string;
}

/** Adds the command. */
export function addMutate(program: Command): void {
  const seed = new Option('--seed <text>', 'words that choose the random traces');
  const runs = new Option('--runs <n>', 'random traces, and runs of the sweep, per mutant at most');
  const command = program
    .command('mutate')
    .description(
      'make small mistakes in the reference, one at a time, and show those that no rule objects to',
    )
    .option('--file <name...>', 'only these files of the reference, like msi-alloc.ts')
    .addOption(seed.argParser(parseSeed).default('msicheck'))
    .addOption(runs.argParser(parseRuns).default(DEFAULT_RUNS));
  withReportOptions(command).action(mutate);
}

async function mutate(flags: Flags): Promise<void> {
  const started = process.cpuUsage();
  prepareFolder(flags.reports);
  const files = chosen(flags.file);
  const mutated = loadMutated(files);
  if (isProblem(mutated)) throw mistake(`${mutated.file}:${mutated.line}: ${mutated.message}`);
  const kept = readKept();
  const plan: Plan = {
    corpus: [...kept.traces, ...readCorpus(CANARIES)],
    expected: kept.expected,
    base: reference,
    environments: [...ENVIRONMENTS, ...OLD_ENVIRONMENTS],
    seed: flags.seed,
    runs: flags.runs,
  };
  const interrupt = listenForInterrupt();
  const entries = readListed();
  const { rows, suite } = await run(mutated, plan, { entries, interrupt });
  interrupt.release();
  const { user, system } = process.cpuUsage(started);
  const report = {
    seed: flags.seed,
    runs: flags.runs,
    mutants: rows,
    problems: [
      ...suite.unexpected,
      ...(rows.length < mutated.mutants.length ? [] : wrongEntries(entries, rows, files)),
    ],
    suite: suite.size,
    seconds: (user + system) / 1e6,
  };
  const wrong = unexplained(rows).length + report.problems.length > 0;
  const ended = rows.length < mutated.mutants.length ? Status.interrupted : Status.ok;
  const document = json(report);
  writeWhole(join(flags.reports, MUTANTS), document);
  finish(wrong ? Status.finding : ended, flags.json === true ? document : text(report));
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
export function readListed(path: string = SURVIVORS): readonly Listed[] {
  let list: string;
  try {
    list = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileMistake(path, error, 'the list of mutants that survive');
  }
  const entries = parseListed(shown(join(path)), list);
  if (typeof entries === 'string') throw mistake(entries);
  return entries;
}

interface Ran {
  readonly rows: readonly MutantRow[];
  readonly suite: Suite;
}

async function run(
  mutated: Mutated,
  plan: Plan,
  { entries, interrupt }: { entries: readonly Listed[]; interrupt: Interrupt },
): Promise<Ran> {
  const say = lines();
  const suite = gatherSuite(mutated, plan, (share) => {
    say(() => `${Math.round(100 * share)} % of the traces gathered`);
  });
  const listed = new Map(entries.map((entry) => [entry.name, entry]));
  const rows: MutantRow[] = [];
  for (const mutant of mutated.mutants) {
    const known = listed.get(nameOf(mutant));
    const tried = tryAsListed(mutated, suite, mutant, { plan, known });
    rows.push(rowOf(mutant, tried, { suite, listed }));
    say(() => `${rows.length} of ${mutated.mutants.length} mutants`);
    if (rows.length % SLICE === 0) await breathe();
    if (interrupt.wanted()) break;
  }
  return { rows, suite };
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
