// SPDX-License-Identifier: GPL-2.0-only
/**
 * The README is run, not trusted: each `npm run -s msicheck --` line of its sh blocks is executed and must
 * end with the exit status that a trailing `# exit N` states (0 without one). The first one goes through
 * npm; of the others the shell makes the arguments that npm would pass on. `npm ci`, `npm start` and
 * `npm test` lines are run by .ci/run; here they must only occur there. Other lines are not run.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';

import { beforeAll, describe, expect, test } from 'vitest';

import {
  argumentsOf,
  commandLines,
  documentedStatus,
  LIMIT_MS,
  NPM,
  run,
  scripts,
  withoutNpm,
} from './documented.ts';
import { hasBoth } from './machine-trees.ts';
import { run as runHere } from './program.ts';

const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : '';
const lines = commandLines(readme);
const ours = lines.filter((line) => line.startsWith(NPM));

describe.skipIf(readme === '')('every command in the README', () => {
  // A command that wants an empty folder finds one.
  beforeAll(() => {
    for (const folder of ['reports/copy', 'reports/example'])
      rmSync(folder, { recursive: true, force: true });
  });

  test('through npm ends as documented', { timeout: LIMIT_MS }, async () => {
    const [line = ''] = ours;
    const ended = await run(line);
    expect(ended.status, ended.output).toBe(documentedStatus(line));
  });

  test.for(ours.slice(1))('ends as documented: %s', { timeout: LIMIT_MS }, async (line) => {
    const { status, stdout, stderr } = await runHere(await argumentsOf(line));
    expect(status, `${stdout}${stderr}`).toBe(documentedStatus(line));
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

const ofTrees = commandLines(readFileSync('docs/trees.md', 'utf8'));

test('docs/trees.md shows commands', () => {
  expect(ofTrees.length).toBeGreaterThan(5);
  expect(ofTrees.filter((line) => !line.startsWith(NPM))).toEqual([]);
});

describe.skipIf(!hasBoth)('every command in docs/trees.md', () => {
  test.for(ofTrees)('ends as documented: %s', { timeout: LIMIT_MS }, async (line) => {
    const ended = await run(withoutNpm(line));
    expect(ended.status, ended.output).toBe(documentedStatus(line));
  });
});
