// SPDX-License-Identifier: GPL-2.0-only
/**
 * Rules about the project's text that lint does not know. Comments and strings are blanked with a regular
 * expression, not a parser, so a name inside `${}` of a template literal is not seen.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

interface TextFile {
  readonly path: string;
  readonly text: string;
}

const SPDX = '// SPDX-License-Identifier: GPL-2.0-only\n';
const NAMES_FILE = 'src/trace/kernel-names.txt';
/** Constants of ours may be `UPPER_CASE`, so capitals are nobody's. */
const SNAKE_CASE = /^_*[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/u;
const EMPTY_WORDS = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'manager',
  'managers',
]);
const NOT_CODE =
  /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[=(,:!&|?[]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/gu;
const EXPORTED =
  /^export (?:(?:async |abstract |declare )*(?:function\*?|class|interface|type) (?<name>\w+)|const (?<value>\w+).*(?:=>|= (?:async )?function))/gmu;

const sources = read(['src/**/*.ts', 'properties/**/*.ts', 'fuzz/**/*.ts']);
const documents = read([
  '*.{md,json}',
  '{src,fuzz,properties}/**/*.{md,json,txt,trace,patch}',
  'reports/README.md',
  '.ci/*',
]);
const kernelNames = readNames();

describe('every source file', () => {
  test('opens with its licence and then says what it is for', () => {
    const opening = new RegExp(`^${SPDX}(?:/\\*\\*\\s|// ?)\\S*`, 'u');
    expect(offenders(({ text }) => !opening.test(text))).toEqual([]);
  });

  test('has at most 300 lines', () => {
    expect(offenders(({ text }) => text.trimEnd().split('\n').length > 300)).toEqual([]);
  });

  test('explains each function and type that it exports', () => {
    const bare = sources.flatMap(({ path, text }) => unexplained(text).map((n) => `${path} ${n}`));
    expect(bare).toEqual([]);
  });

  test('has a name that says something', () => {
    expect(offenders(({ path }) => isEmpty(path))).toEqual([]);
  });

  test('gives names that say something', () => {
    const found = sources.flatMap(({ path, text }) =>
      namesIn(text).flatMap((n) => (isEmpty(n) && !kernelNames.has(n) ? [`${path} ${n}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

test('no file names a folder of one machine', () => {
  const machine = /(?<![\w.~$}/-])\/(?:home|root|tmp|work|Users)\/[\w./-]*/gu;
  const found = [...sources, ...documents].flatMap(({ path, text }) =>
    (text.match(machine) ?? []).map((folder) => `${path} ${folder}`),
  );
  expect(found).toEqual([]);
});

describe("snake_case in src is the kernel's own word", () => {
  const texts = sources.filter(({ path }) => path.startsWith('src/')).map(({ text }) => text);
  const used = new Set(texts.flatMap(namesIn));

  test(`and stands in ${NAMES_FILE}`, () => {
    const snake = [...used].filter((name) => SNAKE_CASE.test(name));
    // The C side's own names begin with kc_, and the linker sees to it that they exist.
    const own = snake.filter((name) => !name.startsWith('kc_'));
    expect(own.filter((name) => !kernelNames.has(name)).toSorted()).toEqual([]);
  });

  test(`and nothing else stands there, in order`, () => {
    expect([...kernelNames].filter((name) => !used.has(name))).toEqual([]);
    expect([...kernelNames]).toEqual([...kernelNames].toSorted());
  });
});

function read(patterns: readonly string[]): readonly TextFile[] {
  const paths = patterns.flatMap((pattern) => globSync(pattern)).toSorted();
  return paths.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

function readNames(): ReadonlySet<string> {
  const lines = existsSync(NAMES_FILE) ? readFileSync(NAMES_FILE, 'utf8').split('\n') : [];
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')));
}

function offenders(breaks: (file: TextFile) => boolean): readonly string[] {
  return sources.filter(breaks).map(({ path }) => path);
}

/** Names of exported functions and types without a docstring right above; overloads share one. */
function unexplained(text: string): readonly string[] {
  const found: string[] = [];
  const explained = new Set<string>();
  for (const match of text.matchAll(EXPORTED)) {
    const name = match.groups?.['name'] ?? match.groups?.['value'] ?? '';
    if (text.slice(0, match.index).endsWith('*/\n')) {
      explained.add(name);
    } else if (!explained.has(name)) {
      found.push(name);
    }
  }
  return found;
}

function namesIn(text: string): readonly string[] {
  return [...new Set(text.replaceAll(NOT_CODE, ' ').match(/\b[A-Za-z_]\w*/gu))];
}

function isEmpty(name: string): boolean {
  const words = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/gu, ' ').toLowerCase();
  return words.split(/[^a-z0-9]+/u).some((word) => EMPTY_WORDS.has(word));
}
