// SPDX-License-Identifier: GPL-2.0-only
/**
 * Where a finding is in a kernel: lines and stacks as a user sees them, on the first tree that MSICHECK_TREES
 * names, in which something is broken.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { trees } from './machine-trees.ts';
import { type Ended, runWith } from './program.ts';
import { copyTree, replacing } from './tree-copies.ts';

const MSI = 'kernel/irq/msi.c';
const SETUP = /^int msi_setup_device_data\([^)]*\)\n\{/mu;
/** What is put in, line by line: in front of the function, and at its beginning. */
const FORGETS = 'static void msicheck_forgets(void)\n{\n\tkmalloc(24, GFP_KERNEL);\n}\n';
const EARLY = '\tkfree(kc_early = kmalloc(8, GFP_KERNEL));\n\t*(volatile char *)kc_early = 1;';

vi.setConfig({ testTimeout: 240_000 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  mkdirSync(join(folder, 'corpus'));
});
afterAll(() => {
  vi.resetConfig();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(trees.length === 0)('a finding in a kernel', () => {
  const tree = resolve(trees[0]?.path ?? '');
  const changed = (name: string, by: string): string => {
    const copy = join(folder, name);
    return existsSync(copy) ? copy : copyTree(tree, copy, { [MSI]: replacing(SETUP, by) });
  };
  const forgetful = (): string => changed('forgets', `${FORGETS}$&\n\tmsicheck_forgets();`);
  const early = (): string => changed('early', `static char *kc_early;\n$&\n${EARLY}`);
  /** `kernel/irq/msi.c:N` of the line that begins so. */
  const lineIn = (copy: string, start: string): string => {
    const lines = readFileSync(join(copy, MSI), 'utf8').split('\n');
    return `${MSI}:${lines.findIndex((line) => line.startsWith(start)) + 1}`;
  };
  const run = (at: string, ...args: readonly string[]): Promise<Ended> => {
    const own = ['--runs', '20', '--corpus', join(folder, 'corpus')];
    const reports = ['--reports', join(folder, 'reports')];
    return runWith({ MSICHECK_TREES: `x=${at}` }, [...args, ...own, ...reports]);
  };
  const reported = (name: string): string => readFileSync(join(folder, 'reports', name), 'utf8');

  test.each(['wasm', 'native'])(
    'that is a leak has the stack of its allocation, with %s, and is kept without lines',
    async (backend) => {
      const copy = forgetful();
      rmSync(join(folder, 'reports'), { recursive: true, force: true });
      const subject = ['--subject', 'tree:x', '--backend', backend];
      const { stdout, status } = await run(copy, 'check', ...subject);
      expect(status).toBe(1);
      const stack = [
        { fn: 'msi_setup_device_data', place: lineIn(copy, '\tmsicheck_forgets()') },
        { fn: 'msicheck_forgets', place: lineIn(copy, '\tkmalloc(24') },
      ];
      const [one, other] = stack.map(({ fn, place }) => `${fn}(), ${place}`);
      expect(stdout).toContain(`\n  stack     ${one}\n            ${other}\n`);
      const [found] = JSON.parse(reported('check.json')).findings;
      expect(found.finding.detail).toMatch(/^msicheck_forgets asked for 24 bytes in step 1,/u);
      expect(found.stack).toEqual(stack);
      expect(readFileSync(found.file, 'utf8')).not.toContain(`${MSI}:`);
      const shown = await runWith({ MSICHECK_TREES: `x=${copy}` }, [
        'replay',
        ...subject,
        found.file,
      ]);
      expect(shown.stdout).toContain(`  stack     ${one}\n            ${other}\n`);
    },
  );

  test('that is a leak is said by regress where the memory was asked for, with its callers', async () => {
    const copy = forgetful();
    const { stdout, status } = await run(tree, 'regress', '--tree', 'x', copy);
    expect(status).toBe(1);
    const [call, line] = [lineIn(copy, '\tmsicheck_forgets()'), lineIn(copy, '\tkmalloc(24')];
    expect(stdout).toContain(`\n  where     msicheck_forgets(), ${line}\n`);
    expect(stdout).toContain(`\n  stack     msi_setup_device_data(), ${call}\n`);
    const [result] = JSON.parse(reported('regress.sarif')).runs[0].results;
    expect(
      result.stacks[0].frames.map(({ location }: { location: unknown }) => location),
    ).toMatchObject(
      [
        ['msicheck_forgets', line],
        ['msi_setup_device_data', call],
      ].map(([fn, place = '']) => ({
        physicalLocation: { region: { startLine: Number(place.split(':')[1]) } },
        logicalLocations: [{ name: fn }],
      })),
    );
  });

  test('that is a bad access has its line in every report, and is known again without it', async () => {
    const copy = early();
    const line = lineIn(copy, '\t*(volatile char *)kc_early = 1;');
    const { stdout, stderr, status } = await run(tree, 'regress', '--tree', 'x', copy);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.any(String) });
    expect(stdout).toMatch(/^ {2}seen {6}use after free msi_setup_device_data 1, /mu);
    expect(stdout).toContain(`\n  where     msi_setup_device_data(), ${line}\n`);
    const { changes } = JSON.parse(reported('regress.json'));
    expect(changes[0].evidence.where.line).toBe(Number(line.split(':')[1]));
    expect(reported('regress.sarif')).toContain(`"startLine": ${line.split(':')[1]}`);
    const expected = ['--accept', '--expected', join(folder, 'list')];
    const accepted = await run(copy, 'check', '--subject', 'tree:x', ...expected);
    expect(accepted.stdout).toMatch(/nothing unexpected found/u);
    const header = readFileSync(accepted.stdout.match(/\S+\/list\/\S+\.trace/u)?.[0] ?? '', 'utf8');
    expect(header).toMatch(/^# detail: use after free msi_setup_device_data 1$/mu);
    expect(header).not.toContain(`${MSI}:`);
  });
});
