// SPDX-License-Identifier: GPL-2.0-only
/** The start of the program, before any of its TypeScript is read. */
import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

test('a Node that does not run TypeScript is told which one does, without a stack trace', () => {
  const old = spawnSync(
    process.execPath,
    ['--no-experimental-strip-types', 'src/cli/msicheck.mjs', 'list', 'calls'],
    { encoding: 'utf8' },
  );
  expect([old.status, old.stdout]).toEqual([2, '']);
  expect(old.stderr).toMatch(
    /^msicheck: Node \S+ does not run TypeScript; expected 22\.18 or later, .*\n$/u,
  );
});
