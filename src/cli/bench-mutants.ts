// SPDX-License-Identifier: GPL-2.0-only
/**
 * `npm run bench:mutants`: our mutants of the reference and Stryker's, of the same files, one run after
 * the other. With names of files of the reference, only those; all ports take Stryker many minutes.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { table } from 'table';

import { REPORTS, ROOT } from './files.ts';

/** What a mutant can become in Stryker's report. A time-out is nobody's kill. */
const KILLED = 'Killed';
const COUNTED: readonly string[] = [KILLED, 'Survived', 'NoCoverage', 'Timeout'];

/** One tool's figures. */
interface Rate {
  readonly mutants: number;
  readonly seconds: number;
  /** Killed, of those that are counted. */
  readonly score: number;
}

const files = process.argv.slice(2);
const ours = mutate();
const theirs = stryker();
process.stdout.write(
  table([
    ['', 'mutants', 'seconds', 'mutants per second', 'score'],
    ['msicheck mutate', ...cells(ours)],
    ['stryker run', ...cells(theirs)],
    ['ratio', '', '', (perSecond(ours) / perSecond(theirs)).toFixed(1), ''],
  ]),
);

function perSecond({ mutants, seconds }: Rate): number {
  return mutants / seconds;
}

function cells(rate: Rate): readonly string[] {
  const { mutants, seconds, score } = rate;
  return [
    String(mutants),
    seconds.toFixed(1),
    perSecond(rate).toFixed(1),
    `${(100 * score).toFixed(1)} %`,
  ];
}

function timed(command: string, args: readonly string[]): { seconds: number; stdout: string } {
  const start = performance.now();
  const { stdout, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw error;
  return { seconds: (performance.now() - start) / 1000, stdout };
}

function mutate(): Rate {
  const only = files.length === 0 ? [] : ['--file', ...files];
  const main = join(import.meta.dirname, 'msicheck.mjs');
  const { seconds, stdout } = timed(process.execPath, [main, 'mutate', '--json', ...only]);
  const { mutants }: { mutants: readonly { fate: string }[] } = JSON.parse(stdout);
  const counted = mutants.filter(({ fate }) => fate !== 'equivalent');
  const killed = counted.filter(({ fate }) => fate === 'killed');
  return { mutants: mutants.length, seconds, score: killed.length / counted.length };
}

function stryker(): Rate {
  const only = files.map((file) => `src/subject/reference/${file}`).join(',');
  const args = ['stryker', 'run', ...(only === '' ? [] : ['--mutate', only])];
  const { seconds } = timed('npx', args);
  const report: { files: Readonly<Record<string, { mutants: readonly { status: string }[] }>> } =
    JSON.parse(readFileSync(join(REPORTS, 'stryker.json'), 'utf8'));
  const all = Object.values(report.files).flatMap(({ mutants }) => mutants);
  const counted = all.filter(({ status }) => COUNTED.includes(status));
  const killed = counted.filter(({ status }) => status === KILLED);
  return { mutants: counted.length, seconds, score: killed.length / counted.length };
}
