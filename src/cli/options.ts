// SPDX-License-Identifier: GPL-2.0-only
/** Values of command line options. Each parser returns the value or throws what was expected. */
import { type Command, InvalidArgumentError, Option } from 'commander';

import type { Spec } from '../run/strict.ts';
import type { Backend } from '../subject/kernel-c/build/run.ts';
import { REPORTS, TREES } from './files.ts';
import { SUBJECTS, USUAL_SUBJECT } from './subjects.ts';
import { mistake } from './mistake.ts';
import type { NamedTarget } from './target.ts';

/** Milliseconds per unit of a duration. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SPECS: readonly Spec[] = ['kernel', 'strict'];
/** Milliseconds of a `check` that is given no budget. */
export const CHECK_TIME = 15_000;
/** The longest time that can be asked for, in milliseconds. */
export const LONGEST: number = 24 * 3_600_000;
const MOST_RUNS = 1_000_000_000;
/** The ways to name a subject that is not in the list. */
export const KINDS = 'tree:NAME (tree list), exec:COMMAND (docs/protocol.md)';

/** `30s`, `500ms`, `2m`, `1h`, or seconds without a unit, as milliseconds; more than 0 and at most a day. */
export function parseTime(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/u.exec(text);
  const value = Number(match?.[1] ?? 'NaN') * (UNITS[match?.[2] ?? 's'] ?? 1);
  if (match !== null && value > 0 && value <= LONGEST) return value;
  throw new InvalidArgumentError('Expected a time above 0 and up to 24h, like 30s, 500ms or 2m.');
}

/** A number of traces, 1 or more. */
export function parseRuns(text: string): number {
  const value = Number(text);
  if (/^\d{1,10}$/u.test(text) && value >= 1 && value <= MOST_RUNS) return value;
  throw new InvalidArgumentError(`Expected a whole number of traces, 1..${MOST_RUNS}.`);
}

function parseSpec(text: string): Spec {
  const spec = SPECS.find((name) => name === text);
  if (spec !== undefined) return spec;
  throw new InvalidArgumentError(`Expected one of ${SPECS.join(', ')}.`);
}

/** What `withRunOptions` gives a command. */
export interface RunFlags extends BackendFlags {
  readonly subject: NamedTarget;
  readonly spec: Spec;
}

/** `--subject` and `--spec`, for every command that runs traces. */
export function withRunOptions(command: Command): Command {
  const subject = new Option(
    '--subject <name>',
    `code under test: a name of list subjects, or ${KINDS}`,
  );
  const spec = new Option('--spec <level>', `what is allowed: ${SPECS.join(' or ')}`);
  return withBackend(command)
    .addOption(subject.argParser(parseSubject).default(USUAL_SUBJECT, USUAL_SUBJECT))
    .addOption(spec.argParser(parseSpec).default('kernel'))
    .hook('preAction', async (_, called) => {
      const { subject: name, backend } = called.opts<BackendFlags & { readonly subject: string }>();
      requireTree(backend, [name]);
      const source = called.getOptionValueSource('subject');
      const { targetNamed } = await import('./target.ts');
      called.setOptionValueWithSource('subject', targetNamed(name, backend), source);
    });
}

/** What `withBackend` gives a command. */
export interface BackendFlags {
  readonly backend?: Backend;
}

const BACKENDS: readonly Backend[] = ['wasm', 'native'];

/** `--backend`, for every command that runs trees. */
export function withBackend(command: Command): Command {
  const backend = new Option(
    '--backend <name>',
    'what a tree is built to: wasm (a module with KASAN), or native (a program with ASan and UBSan)',
  );
  return command.addOption(backend.argParser(parseBackend));
}

function parseBackend(text: string): Backend {
  const backend = BACKENDS.find((name) => name === text);
  if (backend !== undefined) return backend;
  throw new InvalidArgumentError(`Expected one of ${BACKENDS.join(', ')}.`);
}

/** Throws a mistake when a backend is named and no tree. */
export function requireTree(backend: Backend | undefined, subjects: readonly string[]): void {
  if (backend === undefined || subjects.some((name) => name.startsWith('tree:'))) return;
  throw mistake(
    `--backend ${backend}: only a tree is built; expected --subject tree:NAME beside it`,
  );
}

/** The name of a subject, which is looked for when the whole command line makes sense. */
export function parseSubject(text: string): string {
  if (SUBJECTS.some(({ name }) => name === text) || /^(?:tree|exec):./u.test(text)) return text;
  const names = SUBJECTS.map(({ name }) => name).join(', ');
  throw new InvalidArgumentError(`Expected one of ${names}, or ${KINDS}.`);
}

/** What `withReportOptions` gives a command. */
export interface ReportFlags {
  readonly json?: true;
  readonly reports: string;
}

/** What `withTreeOptions` gives a command. */
export interface TreeFlags {
  readonly expected: string;
  readonly accept?: true;
}

/** `--expected` and `--accept`, for the commands that keep a list of what a tree shows. */
export function withTreeOptions(command: Command): Command {
  const expected = new Option('--expected <folder>', 'what only trees are known to show');
  return command
    .addOption(expected.default(TREES, 'fuzz/trees'))
    .option('--accept', 'add what is new on a tree to that, instead of reporting it');
}

/** `--json` and `--reports`, for the commands that end with a summary. */
export function withReportOptions(command: Command): Command {
  const reports = new Option('--reports <folder>', 'where reports and findings go');
  return command
    .option('--json', 'print the summary as one JSON document')
    .addOption(reports.default(REPORTS, 'reports'));
}

/** A seed: any word or sentence but an empty one, on one line. */
export function parseSeed(text: string): string {
  if (/^[^\p{Cc}]{1,200}$/u.test(text)) return text;
  throw new InvalidArgumentError('Expected 1..200 characters on one line.');
}

/** Milliseconds as they are typed: `15s`, `500ms`. */
export function timeText(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
