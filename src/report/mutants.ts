// SPDX-License-Identifier: GPL-2.0-only
/** What became of mutants: plain data, and its text. */
import { columns } from './columns.ts';
import { type Paint, PLAIN } from './paint.ts';

/**
 * `killed`: a rule or the oracle objects where it passes the reference. `survived`: nobody does.
 * `not covered`: no trace executed its place. `equivalent`, `different`: a survivor of which the list
 * says why nothing that it does can be seen, or why no rule may object to what is seen.
 */
export type Fate = 'killed' | 'equivalent' | 'different' | 'survived' | 'not covered';

/** One mutant and what became of it. */
export interface MutantRow {
  /** Path in the checkout. */
  readonly file: string;
  readonly line: number;
  /** As the list of survivors names it. */
  readonly name: string;
  readonly operator: string;
  readonly fate: Fate;
  /** The rule that objects and the trace that showed it; '' unless it was killed. */
  readonly rule: string;
  readonly found: string;
  /** Every rule that objects there. */
  readonly rules: readonly string[];
  /** Traces that were run on it, and those in which it would have made a difference. */
  readonly traces: number;
  readonly differing: number;
  /** The first of them in which it showed something else than the reference, '' when that was not looked for or seen. */
  readonly shows: string;
  /** The reason on the list; '' for a mutant that is not listed. */
  readonly why: string;
}

/** A whole run. */
export interface MutationReport {
  readonly seed: string;
  /** Random traces that each mutant was run on, at most. */
  readonly runs: number;
  readonly mutants: readonly MutantRow[];
  /** What is wrong with the list of survivors, or with the reference. */
  readonly problems: readonly string[];
  /** Traces to choose from. */
  readonly suite: { readonly corpus: number; readonly sweep: number; readonly random: number };
  readonly seconds: number;
}

/** Sums of one file, or of all. */
export interface FileScore {
  readonly file: string;
  readonly mutants: number;
  readonly killed: number;
  readonly equivalent: number;
  readonly different: number;
  readonly survived: number;
  readonly uncovered: number;
  /** Killed ones in percent of those that are not equivalent; undefined when all are. */
  readonly score: number | undefined;
}

/** The sums per file, in the order of their names, and then of all. */
export function scoresOf(rows: readonly MutantRow[]): readonly FileScore[] {
  const files = [...new Set(rows.map(({ file }) => file))].toSorted();
  const each = files.map((file) =>
    scoreOf(
      file,
      rows.filter((row) => row.file === file),
    ),
  );
  return [...each, scoreOf('all', rows)];
}

function scoreOf(file: string, rows: readonly MutantRow[]): FileScore {
  const of = (fate: Fate): number => rows.filter((row) => row.fate === fate).length;
  const [killed, equivalent] = [of('killed'), of('equivalent')];
  const counted = rows.length - equivalent;
  return {
    file,
    mutants: rows.length,
    killed,
    equivalent,
    different: of('different'),
    survived: of('survived'),
    uncovered: of('not covered'),
    score: counted === 0 ? undefined : (100 * killed) / counted,
  };
}

function survivors(rows: readonly MutantRow[]): readonly MutantRow[] {
  return rows.filter(({ fate }) => fate === 'survived' || fate === 'not covered');
}

/** Those that nobody objects to and nobody has explained. */
export function unexplained(rows: readonly MutantRow[]): readonly MutantRow[] {
  return survivors(rows).filter(({ why }) => why === '');
}

/** Everything, ending with a newline. */
export function mutationText(report: MutationReport, paint: Paint = PLAIN): string {
  const { mutants, problems, suite, seconds, seed, runs } = report;
  const left = survivors(mutants);
  const heading = paint.strong(`msicheck mutate, seed ${seed}, ${runs} random traces per mutant`);
  const traces = `traces: ${suite.corpus} kept, ${suite.sweep} of their sweep, ${suite.random} random`;
  const rate = Math.round(mutants.length / seconds);
  const parts = [
    `${heading}\n${traces}`,
    scoreTable(mutants, paint),
    ruleTable(mutants, paint),
    explained(mutants, paint),
    left.map((row) => survivorText(row, paint)).join('\n'),
    problems.map((problem) => paint.bad(problem)).join('\n'),
    `${mutants.length} mutants, ${seconds.toFixed(1)} s of CPU, ${rate} mutants per second`,
    conclusion(unexplained(mutants).length, problems.length, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function conclusion(left: number, problems: number, paint: Paint): string {
  if (left > 0) return paint.bad(`${left} mutants survived and are not on the list`);
  if (problems > 0) return paint.bad('what stands above is wrong');
  return paint.good('every mutant is killed or explained');
}

function scoreTable(rows: readonly MutantRow[], paint: Paint): string {
  const lines = scoresOf(rows).map((score) => [
    score.file,
    String(score.mutants),
    String(score.killed),
    String(score.equivalent),
    String(score.different),
    String(score.survived),
    String(score.uncovered),
    score.score === undefined ? '' : `${score.score.toFixed(1)} %`,
  ]);
  const heading = [
    'file',
    'mutants',
    'killed',
    'equivalent',
    'different',
    'survived',
    'not covered',
    'score',
  ];
  const right = 'right' as const;
  return columns(heading, lines, ['left', ...heading.slice(1).map(() => right)], paint);
}

/** Rules by how many mutants they were the first to object to. */
function ruleTable(rows: readonly MutantRow[], paint: Paint): string {
  const count = new Map<string, number>();
  for (const { rule } of rows) if (rule !== '') count.set(rule, (count.get(rule) ?? 0) + 1);
  const lines = [...count]
    .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .map(([rule, times]) => [rule, String(times)]);
  return columns(['killed by', 'mutants'], lines, ['left', 'right'], paint);
}

/** Survivors of which the list says why, each below its reason. */
function explained(rows: readonly MutantRow[], paint: Paint): string {
  const reasons = Map.groupBy(
    rows.filter(({ fate }) => fate === 'equivalent' || fate === 'different'),
    ({ fate, why }) => `${fate}: ${why}`,
  );
  return [...reasons]
    .map(([reason, group]) =>
      [paint.strong(reason), ...group.map((row) => `  ${placed(row)}${shown(row)}`)].join('\n'),
    )
    .join('\n\n');
}

/** `src/...:12 in fn: what it changes`. */
function placed({ file, line, name }: MutantRow): string {
  return `${file}:${line} in ${name.slice(name.indexOf(' ') + 1)}`;
}

function shown({ shows }: MutantRow): string {
  return shows === '' ? '' : ` (seen in ${shows})`;
}

function survivorText(row: MutantRow, paint: Paint): string {
  const { fate, traces, differing, why } = row;
  const passed = differing === 0 ? 'executed, never differs' : `${traces} traces pass`;
  const what = fate === 'not covered' ? 'no trace executes it' : passed;
  const reason = why === '' ? '' : `\n    open: ${why}`;
  return `${paint.strong(placed(row))} (${what})${shown(row)}${reason}`;
}
