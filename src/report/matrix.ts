// SPDX-License-Identifier: GPL-2.0-only
/** The kill matrix as data and as text: defects by the rules that object to them. */
import { columns } from './columns.ts';
import { type Paint, PLAIN } from './paint.ts';
import { countOf } from './text.ts';

/** What a check with one seed found, and random traces of that seed without corpus and sweep. */
export interface SeedRow {
  readonly seed: string;
  /** Milliseconds until the whole check objects, loading included, or random traces on a kernel; `undefined` when none do. */
  readonly check: number | undefined;
  /** Random traces and milliseconds until the first objection, or all that were run. */
  readonly traces: number;
  readonly milliseconds: number;
  /** Steps of the minimised trace, 0 when nothing was found, and its rule. */
  readonly steps: number;
  readonly rule: string;
}

/** One defect. */
export interface MatrixRow {
  readonly name: string;
  /** Rules that object and in how many traces; the most frequent first. */
  readonly rules: readonly (readonly [string, number])[];
  /** Traces of the corpus and of its sweep that show it. */
  readonly corpus: number;
  readonly sweep: number;
  readonly seeds: readonly SeedRow[];
}

/** All defects, and the rules that none of them breaks. */
export interface Matrix {
  readonly rows: readonly MatrixRow[];
  readonly useless: readonly string[];
  /** Rules that only mutants break, each with one of them; `undefined` when no mutants were run. */
  readonly mutants: readonly (readonly [rule: string, mutant: string])[] | undefined;
}

/** Adds up; `rules` are all there are, `killed` those that object to a mutant. */
export function matrixOf(
  rows: readonly MatrixRow[],
  rules: readonly string[],
  killed?: ReadonlyMap<string, string>,
): Matrix {
  const broken = new Set(rows.flatMap((row) => row.rules.map(([rule]) => rule)));
  const left = rules.filter((rule) => !broken.has(rule));
  return {
    rows,
    useless: left.filter((rule) => killed?.has(rule) !== true),
    mutants:
      killed &&
      left.flatMap((rule) => {
        const mutant = killed.get(rule);
        return mutant === undefined ? [] : [[rule, mutant] as const];
      }),
  };
}

/** One JSON document. */
export function matrixJson(matrix: Matrix): string {
  return `${JSON.stringify({ format: 'msicheck matrix 1', ...matrix }, null, 2)}\n`;
}

/** Two tables, defects and rules, and the rules that no defect breaks. */
export function matrixText({ rows, useless, mutants }: Matrix, paint: Paint = PLAIN): string {
  const parts = [
    defects(rows, paint),
    rulesByDefect(rows, paint),
    mutantsText(mutants ?? [], paint),
    uselessText(useless, mutants === undefined, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function defects(rows: readonly MatrixRow[], paint: Paint): string {
  const heading = [
    'defect',
    'corpus',
    'sweep',
    'check finds',
    'ms',
    'worst',
    'random finds',
    'traces',
    'ms',
    'worst',
    'steps',
  ];
  const lines = rows.map(({ name, corpus, sweep, seeds }) => {
    if (seeds.length === 0) return [short(name), String(corpus), ...heading.slice(2).map(() => '')];
    const checks = seeds.flatMap(({ check }) => (check === undefined ? [] : [check]));
    const found = seeds.filter(({ steps }) => steps > 0);
    return [
      short(name),
      String(corpus),
      String(sweep),
      `${checks.length}/${seeds.length}`,
      String(median(checks)),
      String(Math.max(0, ...checks)),
      `${found.length}/${seeds.length}`,
      String(median(seeds.map(({ traces }) => traces))),
      String(median(seeds.map((seed) => seed.milliseconds))),
      String(Math.max(0, ...seeds.map((seed) => seed.milliseconds))),
      found.length === 0 ? '' : range(found.map(({ steps }) => steps)),
    ];
  });
  const right = heading.map((_, index) => (index === 0 ? 'left' : 'right'));
  return columns(heading, lines, right, paint);
}

/** The name of a patch without its folder. */
function short(name: string): string {
  return (
    name
      .split('/')
      .at(-1)
      ?.replace(/\.(?:patch|edit)$/u, '') ?? name
  );
}

function range(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? String(low) : `${low}..${high}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function rulesByDefect(rows: readonly MatrixRow[], paint: Paint): string {
  const byRule = new Map<string, string[]>();
  for (const { name, rules } of rows) {
    for (const [rule] of rules) {
      const names = byRule.get(rule) ?? [];
      byRule.set(rule, names);
      names.push(name);
    }
  }
  const lines = [...byRule].toSorted(([, a], [, b]) => b.length - a.length);
  return lines
    .map(([rule, names]) =>
      [paint.strong(`${rule}: ${names.length}`), ...names.map((name) => `  ${name}`)].join('\n'),
    )
    .join('\n');
}

function mutantsText(mutants: NonNullable<Matrix['mutants']>, paint: Paint): string {
  if (mutants.length === 0) return '';
  const heading = paint.strong(`broken by a mutant alone: ${countOf(mutants.length, 'rule')}`);
  return [heading, ...mutants.flatMap(([rule, mutant]) => [`  ${rule}`, `    ${mutant}`])].join(
    '\n',
  );
}

function uselessText(useless: readonly string[], unknown: boolean, paint: Paint): string {
  if (useless.length === 0) return '';
  const rules = countOf(useless.length, 'rule');
  const heading = unknown
    ? paint.strong(`broken by no defect and no canary: ${rules}; run mutate, and mutants count too`)
    : paint.bad(`useless, broken by no defect, no canary and no mutant: ${rules}`);
  return [heading, ...useless.map((rule) => `  ${rule}`)].join('\n');
}
