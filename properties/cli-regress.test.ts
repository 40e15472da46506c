// SPDX-License-Identifier: GPL-2.0-only
/** The commands `regress` and `eject`: statuses, reports, hostile changes, series, bisection, refreshing. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { REFERENCE, referenceSources } from '../src/subject/changed/sources.ts';
import { atBegin, type Edit, patchOf } from './changed.ts';
import { type Ended, GOOD, run } from './program.ts';

// Many processes share the machine.
vi.setConfig({ testTimeout: 60_000 });

const HARMLESS = atBegin('  k.now += 0;');
const BROKEN: Edit = {
  file: 'index.ts',
  find: '  k.fired = [];\n',
  replace: '  k.fired = [];\n  if (k.now > 1) k.msi_desc.live += 1;\n',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  mkdirSync(at('corpus'));
  writeFileSync(at('corpus/good.trace'), GOOD);
  write('harmless', HARMLESS);
  write('broken', BROKEN, ['Objects: as many descriptors live as stores hold', '']);
});
afterAll(() => {
  vi.resetConfig();
  rmSync(folder, { recursive: true, force: true });
});

function at(name: string): string {
  return join(folder, name);
}

function write(name: string, edit: Edit, header: readonly string[] = []): void {
  writeFileSync(at(`${name}.patch`), patchOf(edit, header));
}

/** With one trace in the corpus, and reports of its own. */
function regress(reports: string, ...args: readonly string[]): Promise<Ended> {
  const common = ['--corpus', at('corpus'), '--runs', '64', '--reports', at(reports)];
  return run(['regress', ...args, ...common]);
}

function verdicts({ stdout }: Ended): readonly string[] {
  return JSON.parse(stdout).changes.map((change: { verdict: string }) => change.verdict);
}

describe.concurrent('regress', () => {
  test('ends with 0 for a change that is the same, 1 for a broken one, whose trace is kept', async () => {
    const same = await regress('same', at('harmless.patch'), '--json');
    expect([same.status, verdicts(same), same.stderr]).toEqual([0, ['same'], '']);
    const broken = await regress('broken', at('broken.patch'), '--json');
    expect([broken.status, verdicts(broken), broken.stderr]).toEqual([1, ['broken'], '']);
    const [name, ...others] = readdirSync(at('broken/findings'));
    expect(others).toEqual([]);
    const trace = JSON.parse(broken.stdout).changes[0].evidence.trace;
    const kept = readFileSync(at(`broken/findings/${name ?? ''}`), 'utf8');
    expect(kept.replaceAll(/^# .*\n/gmu, '')).toBe(trace);
  });

  test('keeps every form of the report, and prints the one that is asked for', async () => {
    const { stdout } = await regress('forms', at('harmless.patch'), '--format', 'ktap');
    expect(stdout).toBe(readFileSync(at('forms/regress.ktap'), 'utf8'));
    expect(readdirSync(at('forms')).toSorted()).toEqual(
      ['github.txt', 'json', 'junit.xml', 'ktap', 'sarif', 'txt'].map((name) => `regress.${name}`),
    );
  });

  test('takes a series as quilt does, names the first bad patch, or takes each patch alone', async () => {
    mkdirSync(at('queue'));
    const again = atBegin('  k.now -= 0;');
    writeFileSync(at('queue/1.patch'), patchOf(BROKEN));
    writeFileSync(at('queue/0.patch'), patchOf(HARMLESS));
    writeFileSync(at('queue/series'), '# a comment\n0.patch\n1.patch # another\n');
    const each = await regress('queue-each', at('queue/series'), '--each', '--json');
    expect(verdicts(each)).toEqual(['same', 'broken']);
    const halves = await regress('queue-bisect', at('queue'), '--bisect', '--json');
    expect(JSON.parse(halves.stdout).firstBad).toBe(at('queue/1.patch'));
    writeFileSync(at('queue/2.patch'), patchOf(again));
    writeFileSync(at('queue/series'), '0.patch\n2.patch\n1.patch\n');
    const stuck = await regress('queue-stuck', at('queue'), '--json');
    expect([stuck.status, verdicts(stuck)]).toEqual([
      2,
      ['same', 'does not apply', 'does not apply'],
    ]);
  });

  test("answers git bisect in git's own statuses", async () => {
    writeFileSync(at('cut.patch'), 'Subject: nothing\n');
    const statuses = await Promise.all(
      ['harmless.patch', 'broken.patch', 'cut.patch', 'no.patch'].map(async (name) => {
        const { status } = await regress(`bisect-${name}`, at(name), '--for-bisect');
        return status;
      }),
    );
    expect(statuses).toEqual([0, 1, 125, 128]);
  });

  test('takes what eject wrote, once it is edited, and refuses a changed trace folder', async () => {
    const copy = at('copy');
    expect((await run(['eject', copy])).status).toBe(0);
    const again = await run(['eject', copy]);
    expect([again.status, again.stderr]).toEqual([
      2,
      `msicheck: ${copy}: is there already; expected an empty folder or a new name\n`,
    ]);
    const unchanged = await regress('copy', copy, '--json');
    expect([unchanged.status, verdicts(unchanged)]).toEqual([0, ['same']]);
    const file = join(copy, 'src', REFERENCE, BROKEN.file);
    writeFileSync(file, readFileSync(file, 'utf8').replace(BROKEN.find, BROKEN.replace));
    expect(verdicts(await regress('copy', join(copy, 'src', REFERENCE), '--json'))).toEqual([
      'broken',
    ]);
    writeFileSync(join(copy, 'src/trace/call.ts'), '');
    expect(verdicts(await regress('copy', copy, '--json'))).toEqual(['does not apply']);
  });

  test('says of a name that leads to no change what was expected', async () => {
    const cases = [
      [at('absent'), /no such file or folder; expected a patch, a series/u],
      [at('corpus'), /neither patches nor a copy of the reference in it/u],
      ['no-such-revision..HEAD', /^msicheck: git rev-list: /u],
    ] as const;
    for (const [name, message] of cases) {
      const { status, stdout, stderr } = await regress('names', name);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/\n\s+at /u);
    }
  });

  test('takes a range of commits of this repository', async () => {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', args, { cwd: resolve(import.meta.dirname, '..'), encoding: 'utf8' });
    const last = git('log', '-1', '--format=%H', '--', `src/${REFERENCE}`).trim();
    const result = await regress('range', `${last}~..${last}`, '--json');
    expect(result.stderr).toBe('');
    expect(JSON.parse(result.stdout).changes).toMatchObject([{ name: last.slice(0, 12) }]);
  });
});

describe.concurrent('a hostile change', () => {
  test('that takes all memory is ended, and that is its verdict', async () => {
    const code =
      '  const all = []; for (let i = 0; i < 99999; i += 1) all.push(Array(99999).fill(i));';
    write('memory', atBegin(code));
    const result = await regress('memory', at('memory.patch'), '--json');
    expect([result.status, verdicts(result)]).toEqual([1, ['broken']]);
    expect(JSON.parse(result.stdout).changes[0].evidence.detail).toMatch(/memory.* in trace 1 \(/u);
  });

  test('that never ends is ended by its fuel, and the ones beside it are checked', async () => {
    write('endless', atBegin('  for (;;);'));
    const files = ['endless.patch', 'harmless.patch'].map(at);
    const result = await regress('endless', ...files, '--json');
    expect(verdicts(result)).toEqual(['broken', 'same']);
    expect(JSON.parse(result.stdout).changes[0].evidence).toMatchObject({ steps: 1 });
  });

  test('of globals, prototypes and its own input changes nobody else', async () => {
    write(
      'globals',
      atBegin('  Array.prototype.push = () => 0; Object.keys = 0; delete globalThis.Map;'),
    );
    write('input', atBegin('  Object.assign(step.call, { dev: 1 });'));
    const files = ['globals.patch', 'input.patch', 'harmless.patch'].map(at);
    const result = await regress('globals', ...files, '--jobs', '1', '--json');
    expect(verdicts(result).at(-1)).toBe('same');
    expect(result.status).toBe(1);
  });
});

describe('regress --refresh', () => {
  test('carries a patch over a refactoring by the blob it names, and checks its promise again', async () => {
    const path = `src/${REFERENCE}/${BROKEN.file}`;
    const text = referenceSources().get(`${REFERENCE}/${BROKEN.file}`) ?? '';
    const hash = execFileSync('git', ['hash-object', '--stdin'], { input: text, encoding: 'utf8' });
    const indexed = patchOf(BROKEN, ['Objects: no such rule', '']).replace(
      `b/${path}\n`,
      `b/${path}\nindex ${hash.trim()}..${'0'.repeat(40)} 100644\n`,
    );
    writeFileSync(at('refresh.patch'), indexed);
    const first = await regress('refresh', at('refresh.patch'), '--refresh');
    expect(first.stdout).toMatch(
      /refresh\.patch: refreshed, is objected to by "[^"]+", not by "no such rule"/u,
    );
    expect(first.status).toBe(1);
    const rule = /to by "([^"]+)"/u.exec(first.stdout)?.[1] ?? '';
    const kept = readFileSync(at('refresh.patch'), 'utf8').replace('no such rule', rule);
    writeFileSync(at('refresh.patch'), kept);
    const second = await regress('refresh', at('refresh.patch'), '--refresh');
    expect([second.status, second.stdout]).toEqual([
      0,
      `${at('refresh.patch')}: unchanged, broken\n`,
    ]);
    expect(existsSync(at('refresh/findings'))).toBe(true);
  });
});
