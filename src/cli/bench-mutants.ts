// SPDX-License-Identifier: GPL-2.0-only
/**
 * `npm run bench:mutants`: our mutants of the reference and Stryker's, of the same files, one run after
 * the other, in CPU time. With names of files of the reference, only those; all ports take Stryker many minutes.
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
    ['', 'mutants', 'CPU seconds', 'mutants per CPU second', 'score'],
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

/** Seconds of processor time, of all that the command started: one of the two runs in several processes. */
function timed(command: string, args: readonly string[]): { seconds: number; stdout: string } {
  const script = '"$@" 3>&- | cat >&3; times';
  const { stdout, output, error } = spawnSync('sh', ['-c', script, 'sh', command, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  if (error !== undefined) throw error;
  return { seconds: childSeconds(stdout), stdout: output[3] ?? '' };
}

/** The second line of what `times` prints: user and system time of the children, as in `1m2.34s`. */
function childSeconds(times: string): number {
  const line = times.trimEnd().split('\n').at(-1) ?? '';
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/gu)];
  if (parts.length !== 2) throw new Error(`the shell does not tell times: ${line}`);
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );
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
