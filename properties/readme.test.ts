// SPDX-License-Identifier: GPL-2.0-only
/**
 * The README is run, not trusted: each `npm run -s msicheck --` line of its sh blocks is executed and must
 * end with the exit status that a trailing `# exit N` states (0 without one). `npm ci`, `npm start` and
 * `npm test` lines are run by .ci/run; here they must only occur there. Other lines are not run.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

// Compiled modules are shared by all the processes.
const ENV = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'msicheck-compile-cache') };
const LIMIT_MS = 120_000;
const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
const lines = commandLines(readme);
const ours = lines.filter((line) => line.startsWith('npm run -s msicheck --'));

describe.skipIf(readme === '')('every command in the README', () => {
  // A command that wants an empty folder finds one.
  beforeAll(() => {
    rmSync('reports/copy', { recursive: true, force: true });
  });

  test.for(ours)('ends as documented: %s', { timeout: LIMIT_MS }, async (line) => {
    const ended = await run(line);
    expect(ended.status, ended.output).toBe(documentedStatus(line));
  });

  test('that installs, checks or tests is what .ci/run does', () => {
    const ci = readFileSync('.ci/run', 'utf8');
    const verbs = lines.flatMap((line) => line.match(/\bnpm (?:ci|start|test)\b/gu) ?? []);
    expect([...new Set(verbs)].filter((verb) => !ci.includes(verb))).toEqual([]);
  });

  test('that names an npm script names one that exists', () => {
    const { scripts }: { scripts: object } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = lines.flatMap(
      (line) => /^npm run (?:-s )?(?<script>[\w:]+)/u.exec(line)?.groups?.['script'] ?? [],
    );
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

/** The command lines of all sh blocks, continuation lines joined, without prompt, blank and comment lines. */
function commandLines(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```sh\n(?<body>[\s\S]*?)^```$/gmu)];
  const bodies = blocks.map(({ groups }) => (groups?.['body'] ?? '').replaceAll('\\\n', ' '));
  return bodies
    .flatMap((body) => body.split('\n'))
    .map((line) => line.replace(/^\$ /u, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function documentedStatus(line: string): number {
  return Number(/#.*\bexit (?<status>\d+)/u.exec(line)?.groups?.['status'] ?? 0);
}

function run(line: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], {
      env: ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, output });
    });
  });
}
