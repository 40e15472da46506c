// SPDX-License-Identifier: GPL-2.0-only
/** The commands `regress` and `eject`: statuses, reports, hostile changes, series, bisection, refreshing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { gather } from '../src/regress/gather.ts';
import { refresh } from '../src/regress/refresh.ts';
import { REFERENCE, referenceSources } from '../src/subject/changed/sources.ts';
import { DEFECTS } from '../src/subject/planted/index.ts';
import { atBegin, type Edit, edited, patchOf } from './changed.ts';
import { type Ended, GOOD, run } from './program.ts';

const HARMLESS = atBegin('  k.now += 0;');
/** One that minimises quickly. */
const BROKEN: Edit = defectNamed('unlock-keeps-the-cursor');

function defectNamed(name: string): Edit {
  const defect = DEFECTS.find((each) => each.name === name);
  if (defect === undefined) throw new Error(`there is no canary ${name}`);
  return defect;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  mkdirSync(at('corpus'));
  writeFileSync(at('corpus/good.trace'), GOOD);
  write('harmless', HARMLESS);
  write('broken', BROKEN);
});
afterAll(() => {
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
  // One process for all of them: to start another takes longer than any of these checks.
  const common = [
    '--corpus',
    at('corpus'),
    '--runs',
    '64',
    '--jobs',
    '1',
    '--reports',
    at(reports),
  ];
  return run(['regress', ...common, ...args]);
}

function verdicts({ stdout }: Pick<Ended, 'stdout'>): readonly string[] {
  return JSON.parse(stdout).changes.map((change: { verdict: string }) => change.verdict);
}

/** Changes that a name stands for, and why there are none. */
function outcomes(name: string, each = false): readonly string[] {
  return gather(name, each).changes.map(({ outcome }) => outcome.kind);
}

describe.concurrent('regress', () => {
  test('ends with 1 for a broken change, keeps its trace, and the report in every form', async () => {
    const files = [at('harmless.patch'), at('broken.patch')];
    const { status, stdout } = await regress('some', ...files, '--jobs', '2', '--json');
    expect([status, verdicts({ stdout })]).toEqual([1, ['same', 'broken']]);
    expect(stdout).toBe(readFileSync(at('some/regress.json'), 'utf8'));
    expect(readdirSync(at('some')).filter((name) => name.startsWith('regress'))).toEqual(
      ['github.txt', 'json', 'junit.xml', 'ktap', 'sarif', 'txt'].map((name) => `regress.${name}`),
    );
    const [name, ...others] = readdirSync(at('some/findings'));
    expect(others).toEqual([]);
    const kept = readFileSync(at(`some/findings/${name ?? ''}`), 'utf8');
    expect(kept.replaceAll(/^# .*\n/gmu, '')).toBe(JSON.parse(stdout).changes[1].evidence.trace);
  });

  test('takes a series as quilt does, and names the first bad patch', async () => {
    mkdirSync(at('queue'));
    writeFileSync(at('queue/1.patch'), patchOf(BROKEN));
    writeFileSync(at('queue/0.patch'), patchOf(HARMLESS));
    writeFileSync(at('queue/series'), '# a comment\n0.patch\n1.patch # another\n');
    const halves = await regress('queue', at('queue'), '--bisect', '--json');
    expect(JSON.parse(halves.stdout).firstBad).toBe(at('queue/1.patch'));
    expect(gather(at('queue'), false).cumulative).toBe(true);
    expect(outcomes(at('queue/series'), true)).toEqual(['sources', 'sources']);
    writeFileSync(at('queue/2.patch'), patchOf(atBegin('  k.now -= 0;')));
    writeFileSync(at('queue/series'), '0.patch\n2.patch\n1.patch\n');
    expect(outcomes(at('queue'))).toEqual(['sources', 'does not apply', 'does not apply']);
    expect(outcomes(at('queue'), true)).toEqual(['sources', 'sources', 'sources']);
  });

  test("answers git bisect in git's own statuses", async () => {
    writeFileSync(at('cut.patch'), 'Subject: nothing\n');
    for (const [arg, wanted] of [
      [at('cut.patch'), 125],
      ['--no-such-option', 128],
    ] as const) {
      const { status } = await regress('for-bisect', arg, '--for-bisect');
      expect(status, arg).toBe(wanted);
    }
  });

  test('takes what eject wrote, once it is edited, and refuses a changed trace folder', async () => {
    const copy = at('copy');
    expect((await run(['eject', copy])).status).toBe(0);
    const again = await run(['eject', copy]);
    expect([again.status, again.stderr]).toEqual([
      2,
      `msicheck: ${copy}: is there already; expected an empty folder or a new name\n`,
    ]);
    expect((await run(['eject', ''])).status).toBe(2);
    const unchanged = await regress('copy', copy);
    expect([unchanged.status, unchanged.stdout]).toEqual([
      0,
      expect.stringMatching(/touched +no line with code\n +covered +nothing was run/u),
    ]);
    const file = join(copy, 'src', REFERENCE, BROKEN.file);
    writeFileSync(file, readFileSync(file, 'utf8').replace(BROKEN.find, BROKEN.replace));
    for (const place of [copy, join(copy, 'src', REFERENCE)]) {
      const [change] = gather(place, false).changes;
      const sources = change?.outcome.kind === 'sources' ? change.outcome.sources : new Map();
      expect(sources).toEqual(edited(BROKEN));
    }
    writeFileSync(join(copy, 'src/trace/call.ts'), '');
    expect(outcomes(copy)).toEqual(['does not apply']);
  });

  test('says of a name that leads to no change what was expected', async () => {
    const { status, stdout, stderr } = await regress('names', at('absent'));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/no such file or folder; expected a patch, a series/u);
    expect(stderr).not.toMatch(/\n\s+at /u);
    const why = (name: string) => () => gather(name, false);
    expect(why(at('corpus'))).toThrow(/neither patches nor a copy of the reference in it/u);
    expect(why('no-such-revision..HEAD')).toThrow(/^git rev-list: /u);
    expect(why('/dev/zero')).toThrow(/is no file of at most \d+ bytes; expected a patch/u);
  });

  test('takes a range of commits of this repository', () => {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', args, { cwd: resolve(import.meta.dirname, '..'), encoding: 'utf8' });
    const last = git('log', '-1', '--no-merges', '--format=%H', '--', `src/${REFERENCE}`).trim();
    const [change, ...others] = gather(`${last}~..${last}`, false).changes;
    expect(others).toEqual([]);
    expect(change).toMatchObject({ name: last.slice(0, 12), outcome: { kind: 'sources' } });
    expect(change?.base.get(`${REFERENCE}/slab.ts`)).toMatch(/^\/\/ SPDX/u);
  });
});

describe('a hostile change', () => {
  test('that never ends, takes all memory, or spoils globals, prototypes or its input, harms none beside it', async () => {
    const code =
      '  const all = []; for (let i = 0; i < 99999; i += 1) all.push(Array(999_999).fill(i));';
    write('memory', atBegin(code));
    write('endless', atBegin('  for (;;);'));
    write(
      'globals',
      atBegin('  Array.prototype.push = () => 0; Object.keys = 0; delete globalThis.Map;'),
    );
    write('input', atBegin('  Object.assign(step.call, { dev: 1 });'));
    const names = ['endless', 'globals', 'input', 'harmless', 'memory'];
    const files = names.map((name) => at(`${name}.patch`));
    const result = await regress('hostile', ...files, '--json');
    expect(result.status).toBe(1);
    const [endless, , , harmless, memory] = verdicts(result);
    expect([endless, harmless, memory]).toEqual(['broken', 'same', 'broken']);
    const { changes } = JSON.parse(result.stdout);
    expect(changes[0].evidence).toMatchObject({ steps: 1 });
    expect(changes[4].evidence.detail).toMatch(/memory.* in trace 1 \(/u);
  });
});

describe('regress --refresh', () => {
  test('carries a patch over a refactoring by the blob it names, and checks its promise again', async () => {
    const path = `src/${REFERENCE}/${HARMLESS.file}`;
    const text = referenceSources().get(`${REFERENCE}/${HARMLESS.file}`) ?? '';
    const hash = execFileSync('git', ['hash-object', '--stdin'], { input: text, encoding: 'utf8' });
    const indexed = patchOf(HARMLESS, ['Verdict: broken', '']).replace(
      `b/${path}\n`,
      `b/${path}\nindex ${hash.trim()}..${'0'.repeat(40)} 100644\n`,
    );
    writeFileSync(at('refresh.patch'), indexed);
    const first = await regress('refresh', at('refresh.patch'), '--refresh');
    expect([first.status, first.stdout]).toEqual([
      1,
      `${at('refresh.patch')}: refreshed, is same, not broken\n`,
    ]);
    const kept = readFileSync(at('refresh.patch'), 'utf8');
    expect(refresh('a', kept, referenceSources())).toEqual({ kind: 'unchanged', text: kept });
    const moved = edited({ ...HARMLESS, replace: `${HARMLESS.find}  // moved\n` });
    expect(refresh('a', kept, moved).kind).toBe('conflict');
    const near = edited({ ...HARMLESS, find: '  k.fired = [];\n', replace: '' });
    expect(refresh('a', kept, near).kind).toBe('refreshed');
  });
});
