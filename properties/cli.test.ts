// SPDX-License-Identifier: GPL-2.0-only
/** What a user can get wrong: each mistake ends with status 2 and a message that helps, never a stack trace. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readTrace } from '../src/cli/files.ts';
import { isMistake } from '../src/cli/mistake.ts';
import { type Ended, GOOD, run } from './program.ts';

const HEAD = 'msicheck trace 1\nenvironment: default\n';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  mkdirSync(at('empty'));
  writeFileSync(at('good.trace'), GOOD);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function at(name: string): string {
  return join(folder, name);
}

/** Status 2, nothing on standard output, what was expected, and no stack trace. */
function expectMistake({ status, stdout, stderr }: Ended): void {
  expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^msicheck: /u);
  expect(stderr).toMatch(/expected|usage/iu);
  expect(stderr).not.toMatch(/^ +at |node:internal|please report/mu);
}

/** What is wrong with a trace, without a process: how a command says it is asked of one below. */
function mistakeIn(path: string): string {
  try {
    readTrace(path);
  } catch (error) {
    if (isMistake(error)) return error.message;
    throw error;
  }
  throw new Error(`${path} can be read`);
}

describe.concurrent('a trace that cannot be read is named with its line and what was expected', () => {
  const step = (line: string): string => `${HEAD}${line}\n`;
  const bad: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['unknown call', step('msi_domain_alloc_irq(dev=0)'), /:3: .*expected/u],
    ['value of a wrong kind', step('msi_setup_device_data(dev=zero)'), /:3: .*expected/u],
    ['argument of another call', step('msi_setup_device_data(dev=0, first=1)'), /:3: .*expected/u],
    ['missing argument', step('msi_setup_device_data()'), /:3: .*expected/u],
    ['truncated line', step('msi_domain_alloc_irqs_range(dev=0, domid=0, fir'), /:3: .*expected/u],
    ['truncated fault', step('msi_setup_device_data(dev=0) (fail: alloc_dr'), /:3: .*expected/u],
    ['impossible value', step('msi_setup_device_data(dev=99)'), /:3: .*expected/u],
    ['unknown site', step('msi_setup_device_data(dev=0) (fail: kmalloc 1)'), /:3: .*expected/u],
    [
      'impossible environment',
      'msicheck trace 1\nenvironment: x\n  vectors: 0\n',
      /:3: .*expected/u,
    ],
    [
      'fields that exclude each other',
      'msicheck trace 1\nenvironment: x\n  release: 6.1\n',
      /:2: .*expected/u,
    ],
    ['another format', 'msicheck trace 2\n', /:1: .*expected/u],
    ['comments only', '# nothing\n', /:1: .*expected/u],
    ['empty file', '', /:1: .*expected/u],
    ['program', Buffer.from('7f454c46020101000000fffe', 'hex'), /:1: .*no text.*expected/u],
  ];
  test.for(bad)('%s', ([name, content, message]) => {
    const path = at(`${name}.trace`);
    writeFileSync(path, content);
    const said = mistakeIn(path);
    expect(said.startsWith(`${path}:`), said).toBe(true);
    expect(said).toMatch(message);
  });

  test('by every command that reads one', async () => {
    mkdirSync(at('corpus'), { recursive: true });
    writeFileSync(at('corpus/bad.trace'), 'msicheck\n');
    const bads = [
      ['replay', at('corpus/bad.trace')],
      ['sweep', at('corpus/bad.trace')],
      ['minimize', at('corpus/bad.trace')],
      ['check', '--corpus', at('corpus'), '--reports', at('never')],
    ];
    for (const ended of await Promise.all(bads.map((args) => run(args)))) {
      expectMistake(ended);
      expect(ended.stderr).toMatch(/bad\.trace:1: .*expected/u);
    }
    expect(existsSync(at('never'))).toBe(false);
  });
});

describe.concurrent('a path that cannot be used is named', () => {
  const paths: readonly (readonly [string, string, () => void])[] = [
    ['missing', 'nothing.trace', () => undefined],
    ['folder', 'empty', () => undefined],
    ['below a file', 'good.trace/x.trace', () => undefined],
    [
      'loop of links',
      'loop.trace',
      () => {
        symlinkSync('loop.trace', at('loop.trace'));
      },
    ],
  ];
  test.for(paths)('%s', ([, name, prepare]) => {
    prepare();
    const said = mistakeIn(at(name));
    expect(said.startsWith(`${at(name)}: `), said).toBe(true);
    expect(said).toMatch(/; expected a file with a trace$/u);
  });

  test('by a command that reads it', async () => {
    const ended = await run(['replay', at('nothing.trace')]);
    expectMistake(ended);
    expect(ended.stderr).toContain(at('nothing.trace'));
  });

  test.for(['good.trace', 'good.trace/reports'])('reports at %s', async (name) => {
    const ended = await run(['check', '--runs', '1', '--reports', at(name)]);
    expectMistake(ended);
    expect(ended.stderr).toContain(at(name));
  });

  test('corpus', async () => {
    const ended = await run([
      'check',
      '--runs',
      '1',
      '--corpus',
      at('nowhere'),
      '--reports',
      at('unused'),
    ]);
    expectMistake(ended);
    expect(ended.stderr).toContain(at('nowhere'));
  });
});

describe.concurrent('a command line that makes no sense is explained', () => {
  const lines: readonly (readonly [string, RegExp])[] = [
    ['chekc', /expected one of check, fuzz, sweep, replay, minimize, /u],
    ['mutate --file slob.ts', /unknown file "slob.ts"; expected one of .*msi-alloc.ts/u],
    ['check --speed 3', /unknown option '--speed'[^]*expected one of --seed/u],
    ['check --time -5s', /-5s.*Expected a time above 0/u],
    ['check --time 0', /Expected a time above 0/u],
    ['check --time soon', /Expected a time above 0/u],
    ['check --time', /argument missing[^]*usage/u],
    ['check --runs 0', /Expected a whole number of traces, 1\.\./u],
    ['check --runs -1', /Expected a whole number of traces, 1\.\./u],
    ['check --runs 1.5', /Expected a whole number of traces, 1\.\./u],
    ['check --runs 5 --time 1s', /cannot be used with/u],
    ['check --env atlantis', /unknown environment.*expected one of/u],
    ['check --subject c', /Expected one of reference/u],
    ['check --spec lax', /Expected one of kernel, strict/u],
    ['check now', /too many arguments/u],
    ['replay', /missing required argument[^]*usage/u],
    ['replay a b', /too many arguments/u],
    ['minimize', /missing required argument/u],
    ['list', /missing required argument/u],
    ['list everything', /unknown topic.*expected one of calls/u],
  ];
  test.for(lines)('%s', async ([line, message]) => {
    const ended = await run(line.split(' '));
    expectMistake(ended);
    expect(ended.stderr).toMatch(message);
  });

  test('no command prints the help, which is also there on demand', async () => {
    const [without, asked] = await Promise.all([run([]), run(['--help'])]);
    expect(without).toMatchObject({ status: 2, stdout: '' });
    expect(asked).toEqual({ status: 0, stdout: without.stderr, stderr: '' });
    expect(asked.stdout).toMatch(/check[^]*sweep[^]*replay[^]*minimize[^]*list[^]*Exit status/u);
  });
});
