// SPDX-License-Identifier: GPL-2.0-only
/** What `mutate` left about the rules that kill mutants, which the kill matrix counts as well. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { shown } from './files.ts';
import { fileMistake, mistake } from './mistake.ts';

/** Where `mutate` writes, in the folder of the reports. */
export const MUTANTS = 'mutants.json';

/** Mutants that a rule objects to. */
export interface Killed {
  /** Mutants that were run, and the file that says so. */
  readonly mutants: number;
  readonly file: string;
  /** Rules, each with the name of a mutant that it objects to. */
  readonly rules: ReadonlyMap<string, string>;
}

/** Reads it; `undefined` where `mutate` has not run. Throws a mistake for what is no such report. */
export function readKilled(reports: string): Killed | undefined {
  const path = join(reports, MUTANTS);
  if (!existsSync(path)) return undefined;
  const rows = rowsOf(path);
  const rules = new Map<string, string>();
  for (const { name, rules: own } of rows)
    for (const rule of own) if (!rules.has(rule)) rules.set(rule, name);
  return { mutants: rows.length, file: shown(path), rules };
}

interface Row {
  readonly name: string;
  readonly rules: readonly string[];
}

function rowsOf(path: string): readonly Row[] {
  const expected = 'the report of mutate; run it again';
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fileMistake(path, error, expected);
  }
  const rows: unknown =
    typeof document === 'object' && document !== null && 'mutants' in document
      ? document.mutants
      : undefined;
  if (Array.isArray(rows) && rows.every(isRow)) return rows;
  throw mistake(`${path}: is no list of mutants with their rules; expected ${expected}`);
}

function isRow(value: unknown): value is Row {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'rules' in value &&
    Array.isArray(value.rules)
  );
}
