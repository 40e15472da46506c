// SPDX-License-Identifier: GPL-2.0-only
/**
 * The README is run, not trusted: each `npm run -s msicheck --` line of its sh blocks is executed and must
 * end with the exit status that a trailing `# exit N` states (0 without one). The first one goes through
 * npm; for the others the shell runs what npm would. `npm ci`, `npm start` and `npm test` lines are run by
 * .ci/run; here they must only occur there. Other lines are not run.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

interface Ended {
  readonly status: number | null;
  readonly output: string;
}

const LIMIT_MS = 120_000;
const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
const lines = commandLines(readme);
const NPM = 'npm run -s msicheck --';
const ours = lines.filter((line) => line.startsWith(NPM));
const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);

describe.skipIf(readme === '')('every command in the README', () => {
  // A command that wants an empty folder finds one.
  beforeAll(() => {
    rmSync('reports/copy', { recursive: true, force: true });
  });

  test.for(ours)('ends as documented: %s', { timeout: LIMIT_MS }, async (line) => {
    const ended = await run(line === ours[0] ? line : withoutNpm(line));
    expect(ended.status, ended.output).toBe(documentedStatus(line));
  });

  test('that installs, checks or tests is what .ci/run does', () => {
    const ci = readFileSync('.ci/run', 'utf8');
    const verbs = lines.flatMap((line) => line.match(/\bnpm (?:ci|start|test)\b/gu) ?? []);
    expect([...new Set(verbs)].filter((verb) => !ci.includes(verb))).toEqual([]);
  });

  test('that names an npm script names one that exists', () => {
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

/** The line with the script itself; its `node` is the project's. */
function withoutNpm(line: string): string {
  const bin = resolve('node_modules/.bin');
  return `PATH="${bin}:$PATH"; ${scripts['msicheck'] ?? ''}${line.slice(NPM.length)}`;
}

function documentedStatus(line: string): number {
  return Number(/#.*\bexit (?<status>\d+)/u.exec(line)?.groups?.['status'] ?? 0);
}

function run(line: string): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn('sh', ['-c', line], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', failed);
    child.on('close', (status) => {
      done({ status, output });
    });
  });
}
