// SPDX-License-Identifier: GPL-2.0-only
/** `witness` as a user runs it. Most of it needs clang and trees that MSICHECK_TREES names. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { releaseOf } from '../src/subject/kernel-c/build/release.ts';
import { trees } from './machine-trees.ts';
import { type Ended, runWith } from './program.ts';
import { exitsIn } from './witness-json.ts';

const [tree] = trees;
const name = tree?.name ?? '';
const isOld =
  tree !== undefined && releaseOf(tree.path).version === 6 && releaseOf(tree.path).patchlevel < 2;
const STEP = 'msi_setup_device_data(dev=0)\n';

let folder = '';
let given = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  given = join(folder, 'given.trace');
  const world = isOld ? 'environment: old\n  release: 6.1\n  msi: global\n' : 'environment: new\n';
  writeFileSync(given, `msicheck trace 1\n${world}${STEP}${STEP}msi_lock_descs(dev=0)\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command', () => {
  const witness = (...args: readonly string[]): Promise<Ended> => {
    const list = trees.map((each) => `${each.name}=${resolve(each.path)}`).join(':');
    return runWith({ MSICHECK_TREES: list }, ['witness', ...args, '--reports', join(folder, 'r')]);
  };

  test.each([
    [[], /required option '--subject <name>' not specified/u],
    [['--subject', 'reference'], /Expected tree:NAME/u],
    [['--subject', 'tree:x', '--subject', 'tree:x'], /Expected two different trees/u],
    [['--subject', 'tree:x', '--subject', 'tree:y', '--subject', 'tree:z'], /Expected one or two/u],
    [['--subject', 'tree:none-such'], /tree "none-such" is not known; expected/u],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await witness(...args);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) });
  });

  test.skipIf(trees.length === 0)(
    'refuses a file that is not built',
    { timeout: 120_000 },
    async () => {
      const { status, stderr } = await witness(
        '--subject',
        `tree:${trees[0]?.name ?? ''}`,
        '--file',
        'kernel/irq/none.c',
      );
      expect(status).toBe(2);
      expect(stderr).toMatch(/^msicheck: kernel\/irq\/none\.c: not built; expected a file/mu);
    },
  );

  test.skipIf(tree === undefined)(
    'tells what traces of files reach, and keeps the shortest trace of each exit',
    { timeout: 240_000 },
    async () => {
      const { status, stdout } = await witness('--subject', `tree:${name}`, given);
      expect(status).toBe(0);
      expect(stdout).toBe(readFileSync(join(folder, 'r/witness.txt'), 'utf8'));
      expect(stdout).toMatch(/^msi_setup_device_data +2 +\d+ +return -ENOMEM +1 step, 1 fault$/mu);
      expect(stdout).toMatch(/^functions of tree:\S+ that nothing reached/mu);
      const exits = exitsIn(readFileSync(join(folder, 'r/witness.json'), 'utf8'));
      const reached = exits.filter((exit) => exit.reached);
      expect(reached.length).toBeGreaterThan(5);
      expect(reached.length).toBeLessThan(exits.length / 2);
      const saved = readdirSync(join(folder, 'r/witness', name));
      expect(saved.filter((file) => file.endsWith('.trace')).length).toBe(reached.length);
      for (const { trace, saved: file } of reached)
        expect(readFileSync(file ?? '', 'utf8')).toContain(trace ?? 'no trace');
    },
  );

  test.skipIf(tree === undefined)(
    'runs what it has found again',
    { timeout: 240_000 },
    async () => {
      const first = await witness('--subject', `tree:${name}`, given);
      const saved = join(folder, 'r/witness', name, 'msi_setup_device_data-2.trace');
      const kept = join(folder, 'kept.trace');
      cpSync(saved, kept);
      const again = await witness('--subject', `tree:${name}`, kept);
      expect([first.status, again.status]).toEqual([0, 0]);
      expect(again.stdout).toMatch(
        /^msi_setup_device_data +2 +\d+ +return -ENOMEM +1 step, 1 fault$/mu,
      );
      const exits = exitsIn(readFileSync(join(folder, 'r/witness.json'), 'utf8'));
      const left = readdirSync(join(folder, 'r/witness', name));
      expect(left.length).toBe(exits.filter((exit) => exit.reached).length);
    },
  );

  test.skipIf(tree === undefined)(
    'refuses a trace of another series',
    { timeout: 120_000 },
    async () => {
      const other = join(folder, 'other.trace');
      const old = `msicheck trace 1\nenvironment: other\n  release: 6.1\n  msi: global\n${STEP}`;
      const fresh = `msicheck trace 1\nenvironment: other\n${STEP}`;
      writeFileSync(other, isOld ? fresh : old);
      const { status, stderr } = await witness('--subject', `tree:${name}`, other);
      expect(status).toBe(2);
      expect(stderr).toMatch(
        /other\.trace: tree:\S+ has no release 6\.\d+; expected a trace that it/u,
      );
    },
  );
});
