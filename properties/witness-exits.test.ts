// SPDX-License-Identifier: GPL-2.0-only
/** Where functions of C are left, as the compiler's own syntax tree has it. Needs clang. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Exit, exitsOf } from '../src/subject/kernel-c/build/exits.ts';
import { compilerVersion } from '../src/subject/kernel-c/build/run.ts';
import { located, syntaxOf } from '../src/subject/kernel-c/build/syntax.ts';

const clang = await compilerVersion().catch(() => '');

const HEADER = `static inline int odd_in_header(int x) { return x; }
`;

/** Line 1 is the include. */
const TEXT = `#include "odd.h"
enum { false, true };
#define NULL ((void *)0)
#define EODD 22
#define LEAVE(x) \\
	do { if (x) return -7; } while (0)
void *ERR_PTR(long error);
int odd_declared(int x);

int odd_numbers(int x)
{
	if (x == 1)
		return -EODD;
	if (x == 2) return 5;
	LEAVE(x == 3);
	return odd_in_header(x) +
	       1;
}

void *odd_pointers(int x)
{
	if (x == 1)
		goto out;
	if (x == 2)
		return ERR_PTR(-12);
	return (void *)x;
out:
	return NULL;
}

_Bool odd_truth(int x)
{
	if (x)
		return true;
	return false;
}

unsigned int odd_nothing(void)
{
	return 0;
}

void odd_void(int x)
{
	if (x)
		return;
	odd_declared(-1);
}
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  writeFileSync(join(folder, 'odd.h'), HEADER);
  writeFileSync(join(folder, 'odd.c'), TEXT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exits = async (word = 'odd'): Promise<readonly Exit[]> => {
  const path = join(folder, 'odd.c');
  return exitsOf(await syntaxOf(['--target=wasm32', '-w', path], word), path);
};

test('clang is there to read C', ({ skip }) => {
  if (clang === '') skip('no clang that makes WebAssembly is installed');
  expect(clang).toMatch(/clang/u);
});

describe.skipIf(clang === '')('the exits of a file', () => {
  const of = async (name: string): Promise<readonly Exit[]> =>
    (await exits()).filter((exit) => exit.function === name);

  test('are those of functions that it defines itself, in their order', async () => {
    const found = await exits();
    expect(found.map((exit) => `${exit.function} ${exit.nth} ${exit.kind}`)).toEqual([
      'odd_numbers 1 return',
      'odd_numbers 2 return',
      'odd_numbers 3 return',
      'odd_numbers 4 return',
      'odd_pointers 1 goto',
      'odd_pointers 2 return',
      'odd_pointers 3 return',
      'odd_pointers 4 return',
      'odd_truth 1 return',
      'odd_truth 2 return',
      'odd_nothing 1 return',
      'odd_void 1 return',
    ]);
  });

  test('have their places, from the first word to the last, and where the macro is used', async () => {
    const places = (await of('odd_numbers')).map(({ first, last }) => [
      first.line,
      first.column,
      last.line,
      last.column,
    ]);
    expect(places).toEqual([
      [13, 3, 13, 11],
      [14, 14, 14, 21],
      [15, 2, 15, 2],
      [16, 2, 17, 9],
    ]);
  });

  test('say what they return where that is constant', async () => {
    const values = async (name: string): Promise<readonly unknown[]> =>
      (await of(name)).map(({ value }) => value);
    expect(await values('odd_numbers')).toEqual([
      { kind: 'number', number: -22 },
      { kind: 'number', number: 5 },
      { kind: 'number', number: -7 },
      undefined,
    ]);
    expect(await values('odd_pointers')).toEqual([
      undefined,
      { kind: 'ERR_PTR', number: -12 },
      undefined,
      { kind: 'NULL' },
    ]);
    expect(await values('odd_truth')).toEqual([{ kind: 'true' }, { kind: 'false' }]);
    expect(await values('odd_void')).toEqual([undefined]);
  });

  test('can fail when their function returns a signed number or a pointer, and when they return', async () => {
    const failing = (await exits()).filter(({ canFail }) => canFail);
    expect([...new Set(failing.map((exit) => exit.function))]).toEqual([
      'odd_numbers',
      'odd_pointers',
    ]);
    expect(failing.some(({ kind }) => kind === 'goto')).toBe(false);
  });

  test('say where a goto goes', async () => {
    const targets = (await of('odd_pointers')).map(({ target }) => target);
    expect(targets).toEqual([27, undefined, undefined, undefined]);
  });

  test('are none where no name fits, and where the text does not compile that is said', async () => {
    expect(await exits('even')).toEqual([]);
    writeFileSync(join(folder, 'bad.c'), 'int odd(');
    await expect(syntaxOf(['--target=wasm32', join(folder, 'bad.c')], 'odd')).rejects.toThrow(
      /^clang: no syntax tree\n.*bad\.c/u,
    );
  });
});

test('a place that names no file and no line has those that were named last', () => {
  const begin = { offset: 1, file: '/x/../y.c', line: 3, col: 1 };
  const tree = {
    kind: 'FunctionDecl',
    loc: begin,
    range: { begin: { col: 2 }, end: { line: 9, col: 1 } },
    inner: [
      {
        kind: 'ReturnStmt',
        range: {
          begin: {
            spellingLoc: { file: 'z.h', line: 1, col: 5 },
            expansionLoc: { file: '/y.c', line: 10, col: 7 },
          },
          end: { spellingLoc: { line: 12, col: 9 }, expansionLoc: { col: 8 } },
        },
      },
    ],
  };
  const root = located(tree);
  expect(root.at).toEqual({ file: '/y.c', line: 3, column: 1 });
  expect(root.last).toEqual({ file: '/y.c', line: 9, column: 1 });
  expect(root.inner[0]?.first).toEqual({ file: '/y.c', line: 10, column: 7 });
  expect(root.inner[0]?.last).toEqual({ file: '/y.c', line: 12, column: 8 });
});
