// SPDX-License-Identifier: GPL-2.0-only
/** `fuzz` as a user runs it: what is kept, going on, several workers, and what can go wrong. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseTrace } from '../src/trace/parse.ts';
import { type Ended, run, start } from './program.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  cpSync('fuzz/corpus/expected', at('kept', 'expected'), { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function at(...names: readonly string[]): string {
  return join(folder, ...names);
}

/** A campaign in a folder of its own. */
function fuzz(name: string, ...args: readonly string[]): Promise<Ended> {
  return run(['fuzz', ...where(name), ...args]);
}

function where(name: string): readonly string[] {
  return ['--folder', at(name), '--reports', at(`${name}-reports`), '--corpus', at('kept')];
}

function corpusOf(name: string): readonly string[] {
  return readdirSync(at(name, 'corpus')).toSorted();
}

function campaignOf(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(at(name, 'campaign.json'), 'utf8'));
}

const FINDS = ['--subject', 'bundle-not-freed'];

const FEW = ['--env', 'flat', '--workers', '1'];

describe('a campaign', () => {
  test('keeps the same traces with one worker and with two', async () => {
    const { stdout } = await fuzz('one', ...FEW, '--runs', '100');
    await fuzz('two', '--env', 'flat', '--workers', '2', '--runs', '100');
    expect(stdout).toMatch(/^kept: +[1-9][\d,]* traces that showed one of [1-9]/mu);
    expect(corpusOf('one')).toEqual(corpusOf('two'));
    expect(campaignOf('one')).toMatchObject({ round: 1, traces: 100 });
    expect(existsSync(at('one', 'lock'))).toBe(false);
    for (const name of corpusOf('one')) {
      const { trace } = parseTrace(readFileSync(at('one', 'corpus', name), 'utf8'), name);
      expect(trace.environment.name).toBe('flat');
    }
  });

  test('goes on where it ended, until nothing is new; what it cannot read it puts aside', async () => {
    const [torn = '', ...others] = corpusOf('one');
    appendFileSync(at('one', 'corpus', torn), 'no step\n');
    const { stdout, stderr } = await fuzz('one', ...FEW, '--until-stale', '1ms');
    expect(stdout).toMatch(/^random: [1-9]/mu);
    expect(campaignOf('one')).toMatchObject({ round: 2 });
    expect(stderr).toContain(`${torn}:`);
    expect(stderr).toMatch(/; put into .*aside$/mu);
    expect(readdirSync(at('one', 'aside'))).toEqual([torn]);
    expect(corpusOf('one')).toEqual(expect.arrayContaining(others));
  });

  test('is refused in the folder of another one, and of none', async () => {
    const seed = await fuzz('one', ...FEW, '--seed', 'another');
    expect(seed.stderr).toMatch(
      /a campaign with seed "msicheck", not "another"; expected the same/u,
    );
    writeFileSync(at('one', 'campaign.json'), '{"layout": 0}');
    const layout = await fuzz('one', ...FEW);
    expect(layout.stderr).toMatch(/campaign\.json: layout 0; expected the file of a campaign/u);
    writeFileSync(at('one', 'campaign.json'), '{');
    const cut = await fuzz('one', ...FEW);
    expect(cut.stderr).toMatch(/campaign\.json: no JSON; expected the file of a campaign/u);
    expect([seed.status, layout.status, cut.status]).toEqual([2, 2, 2]);
    expect(existsSync(at('one', 'lock'))).toBe(false);
  });

  test('goes on after a finding, and reports it once', async () => {
    const { status, stdout } = await fuzz('finds', ...FINDS, '--runs', '96', '--workers', '1');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^random: 96 traces/mu);
    expect(readdirSync(at('finds-reports', 'findings')).length).toBeLessThan(4);
    const { findings, command, learned } = JSON.parse(
      readFileSync(at('finds-reports', 'fuzz.json'), 'utf8'),
    );
    expect(findings[0].found).toMatch(/^fuzz --seed "msicheck", trace \d+$/u);
    expect([command, learned.workers]).toEqual(['fuzz', 1]);
  });

  test("is nobody else's while it runs, loses nothing when it is killed, and can be gone on with", async () => {
    const { child, ended } = start(['fuzz', ...where('killed'), '--env', 'no-domain']);
    await expect
      .poll(() => existsSync(at('killed', 'corpus')) && corpusOf('killed').length > 20, {
        timeout: 60_000,
      })
      .toBe(true);
    const second = await fuzz('killed', '--env', 'no-domain', '--runs', '64');
    expect([second.status, second.stderr]).toEqual([
      2,
      expect.stringMatching(/process \d+ works on this campaign; expected its end, or another/u),
    ]);
    child.kill('SIGKILL');
    await ended;
    const kept = corpusOf('killed').filter((name) => name.endsWith('.trace'));
    for (const name of kept)
      expect(() =>
        parseTrace(readFileSync(at('killed', 'corpus', name), 'utf8'), name),
      ).not.toThrow();
    const { status, stderr } = await fuzz('killed', '--env', 'no-domain', '--runs', '64');
    expect([0, 3], stderr).toContain(status);
    expect(corpusOf('killed')).toEqual(expect.arrayContaining([...kept]));
  });
});

describe.concurrent('what a user can get wrong ends with status 2 and says what was expected', () => {
  test.for([
    [['--workers', '0'], /Expected a whole number of threads, 1\.\.256/u],
    [['--workers', '10000'], /Expected a whole number of threads, 1\.\.256/u],
    [['--runs', '-1'], /Expected a whole number of traces/u],
    [['--until-stale', 'never'], /Expected a time/u],
    [['--env', 'nowhere'], /unknown environment "nowhere"/u],
    [['--subject', 'exec:true', '--until-stale', '1s'], /expected no --until-stale beside it/u],
    [['--folder', '/dev/null'], /\/dev\/null.*expected a place that can be written to/u],
  ] as const)('%s', async ([args, message]) => {
    const { status, stderr } = await run(['fuzz', ...args]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/^ +at /mu);
  });
});
