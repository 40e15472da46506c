// SPDX-License-Identifier: GPL-2.0-only
/**
 * The series of scripted edits for kernel trees: each says what it promises, and changes one function of the
 * trees that MSICHECK_TREES names. What then objects is for `regress`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { RULES } from '../src/invariants/index.ts';
import { AGREE } from '../src/run/judge.ts';
import { TREE } from '../src/subject/kernel-c/build/sources.ts';
import { registeredTrees } from '../src/subject/kernel-c/build/trees.ts';
import { releaseOf } from '../src/subject/kernel-c/build/release.ts';
import { applyEdit } from '../src/trees/edit/apply.ts';
import { sourceOf } from '../src/trees/edit/nest.ts';
import { type Block, type Edit, parseEdit } from '../src/trees/edit/parse.ts';
import { bodiesOf, enumeratorsOf, type Extent } from '../src/trees/edit/scopes.ts';
import { statementsOf } from '../src/trees/edit/statements.ts';
import type { Line } from '../src/trees/edit/verbs.ts';

const FOLDER = 'properties/series-c';
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.edit'));
const SERIES = ['6.1', '6.12'];
const trees = registeredTrees().filter(({ path }) => SERIES.includes(seriesOf(path)));

function editOf(name: string): Edit {
  const edit = parseEdit(name, readFileSync(join(FOLDER, name), 'utf8'));
  if ('message' in edit) throw new Error(`${edit.file}:${edit.line}: ${edit.message}`);
  return edit;
}

describe.each(NAMES)('%s', (name) => {
  test('says where it is from, and which rules object', () => {
    const { header, title, expects } = editOf(name);
    expect(title).toMatch(/^[a-z/]+: put back: [^.]+$/u);
    expect(header).toMatch(/^Upstream: [0-9a-f]{12}\b.* \(.*\d\.\w.*\)$/mu);
    expect(header).toMatch(/^Certainty: (?:VERIFIED|SUBJECT-ONLY|RECALLED)\b/mu);
    expect(header).toMatch(/^Steps: \d$/mu);
    expect(expects.verdict).toBe('broken');
    expect(expects.rules).not.toEqual([]);
  });

  test('names rules that exist', () => {
    const known = new Set([...RULES.map((rule) => rule.name), AGREE]);
    expect(editOf(name).expects.rules.filter((rule) => !known.has(rule))).toEqual([]);
  });

  test('changes one function for each release', () => {
    for (const { lines } of editOf(name).blocks) expect(placesOf(lines)).toHaveLength(1);
  });

  test('is named in the README', () => {
    expect(readFileSync(join(FOLDER, 'README.md'), 'utf8')).toContain(`| \`${name}\` `);
  });
});

test('the README names no edit that is not here, and says of each entry once whether it is', () => {
  const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
  const named = [...readme.matchAll(/`([\w-]+\.edit)`/gu)].map((match) => match[1] ?? '');
  expect(named.toSorted()).toEqual(NAMES.toSorted());
  const [tables = ''] = readme.split('## Entries that the trees still have');
  const entries = [...tables.matchAll(/^\| ([ACD]\d\d) /gmu)].map((match) => match[1] ?? '');
  expect(entries).toEqual([...new Set(entries)]);
  expect(entries.length).toBeGreaterThan(NAMES.length);
});

test('the trees of 6.1 and 6.12 that MSICHECK_TREES names are edited', ({ skip }) => {
  if (trees.length === 0)
    skip('MSICHECK_TREES names no tree of 6.1 or 6.12: NAME=PATH, joined with ":"');
  expect(trees.map(({ path }) => existsSync(path))).not.toContain(false);
});

describe.each(trees)('the tree $name', ({ path }) => {
  const read = (file: string): string | undefined =>
    existsSync(join(path, file)) ? readFileSync(join(path, file), 'utf8') : undefined;

  const here = NAMES.map(editOf).filter((edit) => blockOf(edit, path) !== undefined);

  test('has edits, and refuses those for a later release', () => {
    expect(here.length).toBeGreaterThan(10);
    for (const edit of NAMES.map(editOf).filter(
      ({ name }) => !here.some((one) => one.name === name),
    ))
      expect(applyEdit(edit, read)).toMatchObject({
        kind: 'n/a',
        problem: { message: expect.stringMatching(/^is for .* and later; the tree is /u) },
      });
  });

  test.each(here)('is changed by $name in the function that it names, and nowhere else', (edit) => {
    const [line] = blockOf(edit, path)?.lines ?? [];
    const result = applyEdit(edit, read);
    if (result.kind !== 'sources') throw new Error(result.problem.message);
    expect([...result.changed.keys()]).toEqual([line?.file]);
    for (const [file, text] of result.changed) {
      const before = read(file) ?? '';
      expect(text).not.toBe(before);
      expect(text.split('\n')).toHaveLength(before.split('\n').length);
      expect(around(text, line)).toEqual(around(before, line));
      expect(around(text, line)).toHaveLength(2);
    }
  });

  test('is told apart into statements, in each function of what is compiled', () => {
    let count = 0;
    for (const file of TREE) {
      const source = sourceOf(read(file) ?? '');
      if ('message' in source) throw new Error(`${file}: ${source.message} at ${source.at}`);
      const words = source.tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text);
      for (const name of new Set(words)) {
        for (const body of bodiesOf(source, name)) {
          expect({ file, name, lost: lostIn(statementsOf(source, body)) }).toMatchObject({
            lost: '',
          });
          count += 1;
        }
      }
    }
    expect(count).toBeGreaterThan(900);
  });
});

function seriesOf(tree: string): string {
  const { version, patchlevel } = releaseOf(tree);
  return `${version}.${patchlevel}`;
}

function lostIn(result: readonly Extent[] | { readonly message: string }): string {
  return 'message' in result ? result.message : '';
}

function placesOf(lines: readonly Line[]): readonly string[] {
  return [...new Set(lines.map(({ file, scope }) => `${file} ${scope.kind} ${scope.name}`))];
}

/** What an edit has for a tree. */
function blockOf({ blocks }: Edit, tree: string): Block | undefined {
  const { version, patchlevel } = releaseOf(tree);
  const rank = ({ since }: Block): number => (since === undefined ? 0 : since[0] * 1000 + since[1]);
  const own = blocks.filter((block) => rank(block) <= version * 1000 + patchlevel);
  return own.toSorted((a, b) => rank(b) - rank(a))[0];
}

/** The text before and after what a line names. */
function around(text: string, line: Line | undefined): readonly string[] {
  const source = sourceOf(text);
  if (line === undefined || 'message' in source) return [];
  const find = line.scope.kind === 'function' ? bodiesOf : enumeratorsOf;
  const extent = find(source, line.scope.name)[line.scope.nth - 1];
  if (extent === undefined) return [];
  const [first, last] = [source.tokens[extent.first], source.tokens[extent.last]];
  return [text.slice(0, first?.start), text.slice(last?.end)];
}
