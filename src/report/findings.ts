// SPDX-License-Identifier: GPL-2.0-only
/** Known findings of kernel trees, for those who maintain the kernel: what, by which trace, where, since when. */
import type { Frame } from '../trace/observation.ts';
import { columns } from './columns.ts';
import { jsonDocument, LAYOUT } from './json.ts';
import { type Paint, PLAIN } from './paint.ts';
import { countOf } from './text.ts';

/** A function of a tree, and where it is. */
export interface Place {
  readonly function: string;
  /** Relative to the tree; '' for one that was not found. */
  readonly file: string;
  readonly line: number;
}

/** What one tree shows of a finding: where it shows, or why not. */
export type OnTree =
  | {
      readonly shown: true;
      readonly where: Place;
      /** Who called whom, from the call in; empty where nothing is known of it. */
      readonly stack: readonly Frame[];
    }
  | { readonly shown: false; readonly why: string };

/** A known finding. */
export interface KnownFinding {
  /** What happens, in a sentence. */
  readonly what: string;
  readonly rule: string;
  readonly detail: string;
  /** Faults that the trace injects; none for what happens by itself. */
  readonly faults: readonly string[];
  readonly steps: number;
  /** The trace as text, and its file. */
  readonly trace: string;
  readonly file: string;
  /** By name of the tree. */
  readonly trees: Readonly<Record<string, OnTree>>;
  /** The oldest tree that shows it, or both. */
  readonly since: string;
}

/** A run of `findings`. */
export interface FindingsReport {
  /** The newest first. */
  readonly trees: readonly {
    readonly name: string;
    readonly release: string;
    readonly build: string;
  }[];
  readonly findings: readonly KnownFinding[];
}

/** For programs. */
export function findingsJson(report: FindingsReport): string {
  return jsonDocument({ layout: LAYOUT, ...report });
}

/** For people: without a fault first, for that is what happens on any machine. */
export function findingsText(report: FindingsReport, paint: Paint = PLAIN): string {
  const [without, withFaults] = [true, false].map((none) =>
    report.findings.filter(({ faults }) => (faults.length === 0) === none),
  );
  const parts = [
    ...report.trees.map(({ name, release, build }) => `${name}: ${release}: ${build}`),
    '',
    ...section('Without any fault', without ?? [], report, paint),
    ...section('When memory is short or an operation fails', withFaults ?? [], report, paint),
    `A trace is shown by: npm run -s msicheck -- replay --subject TREE TRACE`,
  ];
  return `${parts.join('\n')}\n`;
}

/** What is said in the same words is one finding, which shows in several ways. */
function section(
  title: string,
  findings: readonly KnownFinding[],
  { trees }: FindingsReport,
  paint: Paint,
): readonly string[] {
  const groups = [...Map.groupBy(findings, ({ what, since }) => `${since}: ${what}`).values()];
  const rows = groups.map((ways, index) => {
    const steps = Math.min(...ways.map((way) => way.steps));
    return [`${index + 1}`, ways[0]?.since ?? '', `${steps}`, ways[0]?.what ?? ''];
  });
  const table = columns(['#', 'since', 'steps', 'what'], rows, ['right', 'left', 'right'], paint);
  return [
    paint.strong(`${title}: ${countOf(groups.length, 'finding')}`),
    '',
    ...(rows.length === 0 ? [] : [table, '']),
    ...groups.flatMap((ways, index) => [
      `${index + 1}. ${ways[0]?.what ?? ''}`,
      ...ways.flatMap((way) => [...wayLines(way, trees), '']),
    ]),
  ];
}

function wayLines(finding: KnownFinding, trees: FindingsReport['trees']): readonly string[] {
  const { faults, rule, detail, file, steps } = finding;
  return [
    `   seen      ${detail}`,
    `   rule      ${rule}`,
    ...(faults.length === 0 ? [] : [`   faults    ${faults.join(', ')}`]),
    ...trees.map(({ name, release }) => `   ${release.padEnd(10)}${onTree(finding.trees[name])}`),
    `   trace     ${file} (${countOf(steps, 'step')})`,
  ];
}

function onTree(seen: OnTree | undefined): string {
  if (seen === undefined) return 'not looked at';
  if (!seen.shown) return seen.why;
  const { function: name, file, line } = seen.where;
  const at = file === '' ? `shows in ${name}()` : `shows in ${name}(), ${file}:${line}`;
  const callers = seen.stack.slice(0, -1).map(({ fn }) => fn);
  return callers.length === 0 ? at : `${at}\n             from ${callers.join(', ')}`;
}
