// SPDX-License-Identifier: GPL-2.0-only
/** What kernel trees are known to show: on the trees that MSICHECK_TREES names, and as a report. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { findingsText } from '../src/report/findings.ts';
import { hasBoth } from './machine-trees.ts';
import { run } from './program.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WAY = {
  rule: 'a rule',
  detail: 'seen',
  trace: 'msicheck trace 1\n',
  since: '6.1.192 or before',
} as const;

test('what is said in the same words is one finding; what takes a fault is apart', () => {
  const where = { function: 'f', file: 'kernel/irq/msi.c', line: 7 };
  const frames = ['caller', 'f'].map((fn) => ({ fn, place: 'kernel/irq/msi.c:7' }));
  const seen = { shown: true, where, stack: frames } as const;
  const on = { new: seen, old: { shown: false, why: 'has no f()' } } as const;
  const text = findingsText({
    trees: [
      { name: 'new', release: '6.12.117', build: 'how' },
      { name: 'old', release: '6.1.192', build: 'how' },
    ],
    findings: [
      { ...WAY, what: 'one', faults: [], steps: 3, file: 'a.trace', trees: on },
      { ...WAY, what: 'one', faults: [], steps: 2, file: 'b.trace', trees: on },
      { ...WAY, what: 'two', faults: ['f 1'], steps: 1, file: 'c.trace', trees: {} },
    ],
  });
  expect(text).toMatch(/^Without any fault: 1 finding$/mu);
  expect(text).toMatch(/^1 {2}6\.1\.192 or before {6}2 {2}one$/mu);
  expect(text).toMatch(
    /^ {3}6\.12\.117 {2}shows in f\(\), kernel\/irq\/msi\.c:7\n {13}from caller$/mu,
  );
  expect(text).toMatch(/^ {3}6\.1\.192 {3}has no f\(\)$/mu);
  expect(text).toMatch(/^ {3}trace {5}b\.trace \(2 steps\)$/mu);
  expect(text).toMatch(/an operation fails: 1 finding[^]*^ {3}faults {4}f 1$/mu);
  expect(text).toMatch(/^ {3}6\.1\.192 {3}not looked at$/mu);
});

test.skipIf(!hasBoth)(
  'every entry of the expected lists shows on the tree that it is about, with function and line',
  async () => {
    const args = ['findings', '--subject', 'tree:6.1', '--subject', 'tree:6.12'];
    const { stdout, status } = await run([...args, '--reports', folder]);
    expect(status).toBe(0);
    expect(stdout).not.toContain('shown no more');
    expect(stdout).toMatch(/^6\.12: [^]*^6\.1: /mu);
    expect(stdout).toMatch(/shows in msi_device_data_release\(\), kernel\/irq\/msi\.c:\d+$/mu);
    expect(stdout).toMatch(/until 6\.1\.192 +3 {2}msi_domain_alloc\(\) of 6\.1 gives back/u);
    expect(stdout).toMatch(/6\.1\.192 or before +4 {2}irq_domain_associate\(\) does not look/u);
    expect(readFileSync(join(folder, 'findings.txt'), 'utf8')).toBe(
      stdout.replace(/^report: .*\n/mu, ''),
    );
    const { findings } = JSON.parse(readFileSync(join(folder, 'findings.json'), 'utf8'));
    expect(findings.length).toBeGreaterThan(15);
  },
  240_000,
);

test('a subject that is no tree, or one that is named twice, is a mistake', async () => {
  const one = await run(['findings', '--subject', 'reference']);
  expect([one.status, one.stderr]).toEqual([2, expect.stringMatching(/Expected tree:NAME/u)]);
  const twice = await run(['findings', '--subject', 'tree:x', '--subject', 'tree:x']);
  expect([twice.status, twice.stderr]).toEqual([2, expect.stringMatching(/each tree once/u)]);
});
