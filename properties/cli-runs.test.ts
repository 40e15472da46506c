// SPDX-License-Identifier: GPL-2.0-only
/** What the commands do: exit statuses, reports, findings, interruption, and where output goes. */
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
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseTrace } from '../src/trace/parse.ts';
import { GOOD, run, runProcess, shell, start } from './program.ts';

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

/** Without the corpus a run of a few traces reaches little, and with `strict` it finds what 6.12 does. */
function bare(name: string): readonly string[] {
  return ['--corpus', at('empty'), '--reports', at(name)];
}

/** A run that takes long, on a machine that is busy, says how far it is. */
function withoutProgress(stderr: string): string {
  return stderr.replaceAll(/^\d+ s: .*\n/gmu, '');
}

test.for([
  [0, 'list', 'calls'],
  [1, 'replay', '--spec', 'strict', 'fuzz/corpus/expected/alloc-irq-at-positive-activate.trace'],
  [2, 'replay', 'no-such.trace'],
] as const)(
  'a process ends with %i after "%s", and says the same as the command does in this one',
  async ([status, ...args]) => {
    const ended = await runProcess(args);
    expect(ended.status).toBe(status);
    expect(await run(args)).toEqual(ended);
  },
);

describe.concurrent('check', () => {
  test('ends with 0 when nothing unexpected was found and the corpus reached every situation', async () => {
    const { status, stdout, stderr } = await run([
      'check',
      '--runs',
      '64',
      '--reports',
      at('usual'),
    ]);
    expect([status, withoutProgress(stderr)], stdout).toEqual([0, '']);
    expect(stdout).toMatch(/nothing unexpected found/u);
    expect(stdout).not.toContain('\u001b');
    expect(readFileSync(at('usual/check.txt'), 'utf8')).toBe(stdout.replace(/^report: .*\n/mu, ''));
  });

  test('ends with 3 when a situation was never reached, and says which', async () => {
    const { status, stdout } = await runProcess(['check', '--runs', '1', ...bare('few')]);
    expect(status, stdout).toBe(3);
    expect(stdout).toMatch(/^never reached +never reached +\w/mu);
    expect(stdout).toMatch(/^never reached: \d+ situations$/mu);
  });

  test('ends with 1 at a finding, which is minimised, saved and can be replayed', async () => {
    const args = ['check', '--spec', 'strict', '--runs', '5000', ...bare('found')];
    const { status, stdout } = await run(args);
    expect(status, stdout).toBe(1);
    expect(stdout).toMatch(/^finding: /mu);
    const [name, ...others] = readdirSync(at('found/findings'));
    expect(others).toEqual([]);
    const path = at(`found/findings/${name ?? ''}`);
    const text = readFileSync(path, 'utf8');
    const { comments } = parseTrace(text, path);
    expect(comments.map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining(['rule', 'detail', 'source', 'at', 'faults', 'found']),
    );
    const [replayed, minimal] = await Promise.all([
      run(['replay', '--spec', 'strict', path]),
      run(['minimize', '--spec', 'strict', path]),
    ]);
    expect(replayed.status, replayed.stderr).toBe(1);
    expect(replayed.stdout).toMatch(/this finding is not expected/u);
    expect(minimal.status, minimal.stderr).toBe(1);
    const withoutComments = (trace: string): string => trace.replaceAll(/^#.*\n/gmu, '');
    expect(withoutComments(minimal.stdout)).toBe(withoutComments(text));
  });

  test('draws the same traces from the same words, and others from others', async () => {
    const args = ['check', '--json', '--runs', '10', ...bare('same')];
    const runs = await Promise.all([
      run(args),
      run([...args, '--seed', 'msicheck']),
      run([...args, '--seed', 'other']),
    ]);
    const [first, again, other] = runs.map(
      ({ stdout }) => /"calls": [^]*"sites"/u.exec(stdout)?.[0],
    );
    expect(first).toBeDefined();
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('prints one JSON document and nothing else with --json', async () => {
    const { status, stdout } = await run([
      'check',
      '--json',
      '--runs',
      '1',
      '--env',
      'tiny-root',
      ...bare('json'),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'check',
      status,
      seed: 'msicheck',
      environments: ['tiny-root'],
    });
    expect(readFileSync(at('json/check.json'), 'utf8')).toBe(stdout);
    expect(stdout).toContain('"random": null');
  });

  test('ends cleanly on SIGINT with the report so far', async () => {
    const { child, ended } = start(['check', '--time', '60s', '--json', '--reports', at('broken')]);
    while (!existsSync(at('broken'))) await sleep(10);
    await sleep(500);
    child.kill('SIGINT');
    const { status, stdout, stderr } = await ended;
    expect([status, withoutProgress(stderr)]).toEqual([130, '']);
    expect(JSON.parse(stdout)).toMatchObject({ ended: 'interrupted' });
    expect(readFileSync(at('broken/check.json'), 'utf8')).toBe(stdout);
  });
});

test('the report in the README is what its command prints', async () => {
  const file = join(import.meta.dirname, '../README.md');
  const readme = readFileSync(file, 'utf8').replaceAll(/ *\\\n */gu, ' ');
  const block = /msicheck -- (?<line>replay .*?) +# exit 1\n```\n+```text\n(?<text>[^]*?)```/u.exec(
    readme,
  );
  const { status, stdout } = await run((block?.groups?.['line'] ?? '').split(' '));
  expect(status).toBe(1);
  expect(stdout).toContain(block?.groups?.['text']);
});

describe.concurrent('sweep', () => {
  test('reports every fault point of the given traces', async () => {
    const { status, stdout } = await run(['sweep', at('good.trace'), '--reports', at('sweep')]);
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/^msi_alloc_desc +\d/mu);
    expect(stdout).toMatch(/good\.trace +2 +[1-9]\d* +[1-9]\d*$/mu);
    expect(readdirSync(at('sweep')).toSorted()).toEqual(['sweep.json', 'sweep.txt']);
  });
});

describe.concurrent('replay', () => {
  test('prints every observation', async () => {
    const { status, stdout } = await run(['replay', at('good.trace')]);
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/^1\. msi_create_device_irq_domain\(.*\n {2}returns {2}true$/mu);
    expect(stdout).toMatch(
      /^2\. .*\(fail: msi_alloc_desc 1\)\n {2}returns {2}\{ index: -ENOMEM, virq: 0 \}$/mu,
    );
    expect(stdout).toMatch(/^ {2}fault {4}msi_alloc_desc 1$/mu);
  });

  test('goes back step by step and shows the same again', async () => {
    const { status, stdout } = await runProcess(
      ['replay', '--step-by-step', at('good.trace')],
      'n\nn\nb\nn\n0\n2\nq\n',
    );
    expect(status).toBe(0);
    const shown = stdout.split(/(?=^\d\. )/mu).map((text) => text.replace(/^no finding.*\n/mu, ''));
    const [, first, second, ...others] = shown;
    expect(others).toEqual([second, first, second]);
  });

  test('says which requests it knows', async () => {
    const { stderr } = await runProcess(['replay', '--step-by-step', at('good.trace')], 'up\n7\n');
    expect(stderr).toMatch(/'up' is no request\. enter, n/u);
    expect(stderr).toMatch(/there are 2 steps/u);
  });
});

test('minimize wants a trace with a finding', async () => {
  const { status, stdout, stderr } = await run(['minimize', at('good.trace')]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/no finding in 2 steps.*expected a trace with a finding/u);
});

describe.concurrent('list', () => {
  test.for(['calls', 'invariants', 'environments', 'corpus', 'subjects', 'differences'])(
    '%s, as text and as JSON',
    async (topic) => {
      const [text, json] = await Promise.all([
        run(['list', topic]),
        run(['list', topic, '--json']),
      ]);
      expect([text.status, json.status, text.stderr, json.stderr]).toEqual([0, 0, '', '']);
      expect(text.stdout.split('\n').length).toBeGreaterThan(3);
      expect(Object.keys(JSON.parse(json.stdout))).toEqual(['layout', topic]);
    },
  );
});

test('a folder for compiled modules that cannot be made is not missed', async () => {
  const none = `env -u NODE_COMPILE_CACHE TMPDIR='${at('good.trace')}' "$@"`;
  const { status, stdout, stderr } = await shell(`${none} list calls`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^call /u);
});

describe.concurrent('standard output', () => {
  test('that is closed early ends the program quietly', async () => {
    const { stdout, stderr } = await shell('"$@" list calls | head -n 1');
    expect(stdout).toMatch(/^call .*\n$/u);
    expect(stderr).toBe('');
  });

  test.skipIf(!existsSync('/dev/full'))('that is full is reported', async () => {
    const { status, stderr } = await shell('"$@" list calls > /dev/full');
    expect(stderr).toBe('msicheck: standard output: no space left on device\n');
    expect(status).toBe(2);
  });

  test('is printed even when the reports cannot be written, and no half of a file stays', async () => {
    // A limit on the size of files stands for a full disk; compiled modules would hit it as well.
    const line = `trap '' XFSZ; ulimit -f 1; NODE_DISABLE_COMPILE_CACHE=1 "$@" check --runs 64 --reports '${at('full')}'`;
    const { status, stdout, stderr } = await shell(line);
    expect(stderr).toMatch(/check\.json: file too large/u);
    expect(status).toBe(2);
    expect(stdout).toMatch(/nothing unexpected found/u);
    expect(readdirSync(at('full'))).toEqual([]);
  });
});
