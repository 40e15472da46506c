// SPDX-License-Identifier: GPL-2.0-only
/**
 * The kernel's own C under the rules, on the trees that MSICHECK_TREES names: it shows what the expected
 * list says, and what is broken in a copy of it is found from random traces.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../src/generate/environments.ts';
import { startBatches } from '../src/generate/batch.ts';
import { OWNED } from '../src/run/apply.ts';
import { startReach } from '../src/run/reach.ts';
import { runTrace, transcript } from '../src/run/session.ts';
import { fits, type SubjectFactory } from '../src/subject/subject.ts';
import { parseTrace } from '../src/trace/parse.ts';
import { PROFILES } from '../src/trace/profile.ts';
import type { Finding } from '../src/trace/verdict.ts';
import { differences, domidsOf, profileOf } from '../src/trees/differs.ts';
import { readyTree } from '../src/trees/ready.ts';
import { treeNamed } from '../src/trees/registry.ts';
import { shapeOf } from '../src/trees/shape.ts';
import { clang, trees } from './machine-trees.ts';
import { type Ended, runWith } from './program.ts';
import { copyTree, type Edit, replacing } from './tree-copies.ts';

const ALL = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS];
const MSI = 'kernel/irq/msi.c';

vi.setConfig({ testTimeout: 240_000 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => {
  vi.resetConfig();
  rmSync(folder, { recursive: true, force: true });
});

test('the trees that MSICHECK_TREES names are run', ({ skip }) => {
  if (clang === '') skip('no clang that makes WebAssembly is installed');
  if (trees.length === 0) skip('MSICHECK_TREES names no kernel tree: NAME=PATH, joined with ":"');
  expect(trees.map(({ path }) => existsSync(path))).not.toContain(false);
});

/** The first finding of a tree from random traces, whatever is expected, and how many were run. */
async function firstFinding(
  path: string,
  wanted: (finding: Finding) => boolean,
): Promise<{ readonly finding: Finding | undefined; readonly traces: number }> {
  const factory = await factoryOf(path);
  const reach = startReach();
  let found: Finding | undefined;
  const batches = startBatches(
    ALL.filter((each) => fits(factory, each)),
    'trees',
  );
  for (let batch = 0; batch < 60 && found === undefined; batch += 1)
    batches(batch, 64, (trace) => {
      const verdict = runTrace(trace, { factory, spec: 'kernel', reach });
      if (verdict.kind === 'finding' && wanted(verdict.finding)) found = verdict.finding;
      return found === undefined;
    });
  return { finding: found, traces: reach.traces };
}

async function factoryOf(path: string): Promise<SubjectFactory> {
  const { factory } = await readyTree({ name: 'test', path: resolve(path), from: '' });
  return factory;
}

describe.each(trees)('the tree $name', ({ name, path }) => {
  const run = (...args: readonly string[]): Promise<Ended> =>
    runWith({ MSICHECK_TREES: `${name}=${resolve(path)}` }, [...args, '--subject', `tree:${name}`]);
  const changed = (what: string, file: string, edit: Edit): string =>
    copyTree(resolve(path), join(folder, `${name}-${what}`), { [file]: edit });

  test('shows what the expected list says, and nothing else', async () => {
    // .ci/run runs 3000 of them.
    const { status, stdout } = await run('check', '--runs', '100', '--reports', join(folder, name));
    expect(stdout).toMatch(/nothing unexpected found/u);
    expect(stdout).not.toMatch(/^gone/mu);
    expect(stdout).toMatch(/^build: Linux \d.*, reservation, Xen$/mu);
    expect([0, 3]).toContain(status);
  });

  test('shows the same with the options of an architecture that has MSI functions of its own', async () => {
    const { factory } = await readyTree(treeNamed(`${name}+fallbacks`));
    expect(factory.build).toMatch(/, architecture fallbacks, no reservation$/u);
    const { factory: usual } = await readyTree(treeNamed(name));
    let compared = 0;
    for (const file of readdirSync('fuzz/corpus').filter((one) => one.endsWith('.trace'))) {
      const { trace } = parseTrace(readFileSync(`fuzz/corpus/${file}`, 'utf8'), file);
      if (!fits(factory, trace.environment)) continue;
      const seen = transcript(trace, { factory, spec: 'kernel' });
      expect(seen).toEqual(transcript(trace, { factory: usual, spec: 'kernel' }));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(20);
  });

  test('says what it cannot run, and why', async () => {
    const { release } =
      PROFILES[(await readyTree({ name, path: resolve(path), from: '' })).profile];
    const file = join(folder, 'other.trace');
    const other = release === '6.1' ? '' : '  release: 6.1\n  msi: global\n';
    writeFileSync(file, `msicheck trace 1\nenvironment: other\n${other}device_release(dev=0)\n`);
    const { status, stderr } = await run('replay', file);
    expect({ status, stderr }).toMatchObject({ status: 2 });
    expect(stderr).toMatch(/has no release 6\.\d+; expected a trace that it can run/u);
  });

  test('that declares something else is described by that, whatever its release', async () => {
    const other = copyTree(resolve(path), join(folder, `${name}-other`), {
      Makefile: replacing(/^PATCHLEVEL = .*$/mu, 'PATCHLEVEL = 99'),
      'include/linux/msi.h': (text) =>
        text
          .replace(/^struct msi_domain_ops \{/mu, '$&\n\tvoid (*msi_teardown)(int x);')
          .replaceAll(/\bMSI_FLAG_MUST_REACTIVATE\b/gu, 'MSI_FLAG_REACTIVATES'),
    });
    const shape = await shapeOf(other);
    expect(differences(shape, profileOf(domidsOf(shape)))).toEqual([
      'flag MSI_FLAG_MUST_REACTIVATE is not declared',
      'flag MSI_FLAG_REACTIVATES is new',
      'field msi_domain_ops.msi_teardown is new',
    ]);
  });

  test('shows the same for the same trace, before and after others', async () => {
    const factory = await factoryOf(path);
    const seen = new Map<string, string>();
    for (const file of readdirSync('fuzz/corpus').filter((one) => one.endsWith('.trace'))) {
      const { trace } = parseTrace(readFileSync(`fuzz/corpus/${file}`, 'utf8'), file);
      if (!fits(factory, trace.environment)) continue;
      const verdict = JSON.stringify(runTrace(trace, { factory, spec: 'kernel' }));
      seen.set(file, verdict);
      expect(JSON.stringify(runTrace(trace, { factory, spec: 'kernel' }))).toBe(verdict);
      if (seen.size === 20) break;
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  test('is found to forget memory that no table shows, by the function that asked for it', async () => {
    const leak = replacing(
      /^int msi_setup_device_data\([^)]*\)\n\{/mu,
      '$&\n\tkmalloc(24, GFP_KERNEL);',
    );
    const { finding } = await firstFinding(
      changed('leak', MSI, leak),
      ({ rule }) => rule === OWNED,
    );
    expect(finding?.detail).toMatch(
      /^msi_setup_device_data asked for 24 bytes in step \d+, to which/u,
    );
  });

  test('is found to keep memory on a list for ever, where all else is as after boot', async () => {
    const keep = replacing(
      /^int msi_setup_device_data\([^)]*\)\n\{/mu,
      'static void *kc_kept;\n$&\n\tvoid **kept = kmalloc(8, GFP_KERNEL);\n\tif (kept) { *kept = kc_kept; kc_kept = kept; }',
    );
    const { finding } = await firstFinding(
      changed('keep', MSI, keep),
      ({ rule }) => rule === OWNED,
    );
    expect(finding?.detail).toMatch(/^msi_setup_device_data has \d+ pieces of memory/u);
  });

  test('is found to use what it has freed, with the function and who made it', async () => {
    const early = replacing(/^static void msi_free_desc\([^)]*\)\n\{/mu, '$&\n\tkfree(desc);');
    const { finding } = await firstFinding(changed('early', MSI, early), ({ rule }) =>
      rule.startsWith('nothing is used after'),
    );
    expect(finding?.detail ?? '').toMatch(
      /^use after free msi_free_desc 1, memory of msi_alloc_desc made in step \d+/u,
    );
  });

  test('is found to warn, with file and line relative to the tree', async () => {
    const warn = replacing(/^void msi_lock_descs\([^)]*\)\n\{/mu, '$&\n\tWARN_ON(dev);');
    const { finding } = await firstFinding(changed('warn', MSI, warn), ({ detail }) =>
      detail.startsWith('WARN msi_lock_descs'),
    );
    expect(finding?.detail).toMatch(/^WARN msi_lock_descs 1, kernel\/irq\/msi\.c:\d+$/u);
  });

  test('keeps what is accepted on its list, and misses what no longer happens', async () => {
    const corpus = join(folder, `${name}-corpus`);
    const expected = join(folder, `${name}-list`);
    cpSync('fuzz/corpus/expected', join(corpus, 'expected'), { recursive: true });
    const warn = replacing(/^void msi_lock_descs\([^)]*\)\n\{/mu, '$&\n\tWARN_ON(dev);');
    const at = changed('accepted', MSI, warn);
    const check = (tree: string, ...more: readonly string[]): Promise<Ended> =>
      runWith({ MSICHECK_TREES: `x=${tree}` }, [
        'check',
        '--subject',
        'tree:x',
        '--runs',
        '60',
        '--corpus',
        corpus,
        '--expected',
        expected,
        '--reports',
        join(folder, 'x'),
        ...more,
      ]);
    expect((await check(at)).stdout).toMatch(/not expected: 1 finding/u);
    expect((await check(at, '--accept')).stdout).toMatch(/nothing unexpected found/u);
    expect((await check(at)).stdout).toMatch(/nothing unexpected found/u);
    expect((await check(resolve(path))).stdout).toMatch(/1 expected finding no longer seen/u);
  });
});
