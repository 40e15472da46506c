// SPDX-License-Identifier: GPL-2.0-only
/** Changes of a kernel tree, on the first one of a series that MSICHECK_TREES names. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { createTwoFilesPatch } from 'diff';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { trees } from './machine-trees.ts';
import { type Ended, runWith } from './program.ts';
import { copyTree, type Edit, replacing } from './tree-copies.ts';

const MSI = 'kernel/irq/msi.c';

vi.setConfig({ testTimeout: 240_000 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  mkdirSync(join(folder, 'corpus'));
  for (const name of readdirSync('fuzz/corpus'))
    if (/msi_init-failed-for-a-later-vector/u.test(name))
      cpSync(join('fuzz/corpus', name), join(folder, 'corpus', name));
});
afterAll(() => {
  vi.resetConfig();
  rmSync(folder, { recursive: true, force: true });
});

test('a machine with clang and registered trees checks changes of them', ({ skip }) => {
  if (trees.length === 0) skip('needs clang, and a tree that MSICHECK_TREES names');
  expect(readdirSync(join(folder, 'corpus'))).not.toEqual([]);
});

const BREAKS = replacing(
  /^(static int msi_domain_alloc\([\s\S]*?)(\n\treturn 0;\n\})/mu,
  '$1\n\tif (nr_irqs > 1 && ops->msi_free)\n\t\tops->msi_free(domain, info, virq);$2',
);
const HARMLESS = replacing(
  /^(void msi_lock_descs\([^)]*\)\n\{)/mu,
  '$1\n\tif (!dev)\n\t\tbarrier();',
);

describe.skipIf(trees.length === 0)('a change of a kernel', () => {
  const [{ path } = { path: '' }] = trees;
  const tree = resolve(path);

  function patch(name: string, file: string, edit: Edit): string {
    const base = readFileSync(join(tree, file), 'utf8');
    const text = createTwoFilesPatch(`a/${file}`, `b/${file}`, base, edit(base));
    const at = join(folder, name);
    writeFileSync(at, `Subject: [PATCH] ${name}\n\n---\n${text.slice(text.indexOf('--- '))}`);
    return at;
  }

  function regress(...args: readonly string[]): Promise<Ended> {
    const usual = ['--runs', '20', '--corpus', join(folder, 'corpus')];
    const reports = ['--reports', join(folder, 'reports')];
    return runWith({ MSICHECK_TREES: `x=${tree}` }, [
      'regress',
      '--tree',
      'x',
      ...usual,
      ...reports,
      ...args,
    ]);
  }

  /** Every report, without what is the user's own: paths and the trace. */
  function written(): string {
    const reports = join(folder, 'reports');
    return readdirSync(reports)
      .filter((name) => name.startsWith('regress.'))
      .map((name) => readFileSync(join(reports, name), 'utf8'))
      .join('\n');
  }

  test('that breaks a rule is broken: the shortest trace is kept, and shown again by replay', async () => {
    const file = patch('breaks.patch', MSI, BREAKS);
    const { status, stdout } = await regress(file);
    expect(stdout).toMatch(/^ {2}verdict {3}broken$/mu);
    expect(stdout).toMatch(/^ {2}rule {6}an interrupt had one successful msi_init/mu);
    expect(stdout).toMatch(
      /^ {2}touched {3}msi_domain_alloc, kernel\/irq\/msi\.c:[\d,-]+: executed$/mu,
    );
    expect(stdout).toMatch(/trace of 3 steps/u);
    expect(stdout).toMatch(/^ {2}where {5}\w+\(\), kernel\/irq\/msi\.c:\d+$/mu);
    expect(status).toBe(1);
    const { runs } = JSON.parse(readFileSync(join(folder, 'reports/regress.sarif'), 'utf8'));
    const [{ locations, relatedLocations }] = runs[0].results;
    expect(locations[0].logicalLocations[0].name).toBe('msi_domain_alloc');
    expect(relatedLocations.at(-1).physicalLocation).toEqual({
      artifactLocation: { uri: MSI, uriBaseId: '%SRCROOT%' },
      region: { startLine: expect.any(Number) },
    });
    expect(relatedLocations.at(-1).logicalLocations[0].name).toBe('msi_domain_alloc_irqs_range');
    const again =
      /^ {2}again {5}npm run -s msicheck -- (.*)$/mu.exec(stdout)?.[1]?.split(' ') ?? [];
    const shown = await runWith({ MSICHECK_TREES: `x=${tree}` }, again);
    expect(shown.stdout).toMatch(/^\+ +msi_free\(/mu);
    expect(shown.status).toBe(1);
  });

  test('leaves nothing of its source in a report but names and numbers', async () => {
    await regress(patch('kernel.patch', MSI, BREAKS));
    const text = written();
    expect(text).toContain('msi_domain_alloc');
    const long = readFileSync(join(tree, MSI), 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length > 24 && text.includes(line));
    expect(long).toEqual([]);
    expect(text).not.toContain('nr_irqs > 1');
  });

  test('that changes nothing that shows is the same, with what of it ran', async () => {
    const { status, stdout } = await regress(patch('harmless.patch', MSI, HARMLESS));
    expect(stdout).toMatch(/^ {2}verdict {3}unreached$/mu);
    expect(stdout).toMatch(/never executed at \d+: the whole line$/mu);
    expect(status).toBe(3);
    const same = replacing(/^(void msi_lock_descs\([^)]*\)\n\{)/mu, '$1\n\tbarrier();');
    const whole = await regress(patch('same.patch', MSI, same));
    expect(whole.stdout).toMatch(/^ {2}verdict {3}same$/mu);
    expect(whole.stdout).toMatch(
      /^ {2}touched {3}msi_lock_descs, kernel\/irq\/msi\.c:\d+: executed$/mu,
    );
    expect(whole.status).toBe(0);
  });

  test('that does not compile, does not apply or is for another tree is named with the place', async () => {
    const wrong = replacing(/^void msi_lock_descs\([^)]*\)\n\{/mu, '$&\n\treturn kc_odd;');
    const moved = patch('moved.patch', MSI, (text) => BREAKS(`/* moved */\n${text}`));
    writeFileSync(moved, readFileSync(moved, 'utf8').replaceAll(/^ \t.*$/gmu, ' \tother();'));
    const outside = patch('outside.patch', MSI, HARMLESS);
    writeFileSync(outside, readFileSync(outside, 'utf8').replaceAll(MSI, '../../etc/passwd'));
    const { status, stdout } = await regress(
      '--each',
      patch('wrong.patch', MSI, wrong),
      moved,
      outside,
    );
    expect(stdout).toMatch(/why {7}use of undeclared identifier 'kc_odd'/u);
    expect(stdout).toMatch(/at {8}kernel\/irq\/msi\.c:\d+/u);
    expect(stdout).toMatch(/why {7}hunk \d of \d does not apply/u);
    expect(stdout).toMatch(/is not for this tree; expected a path below the top of the tree/u);
    expect(status).toBe(2);
  });

  test('that is for later releases alone is n/a, with the reason, and counts for nothing', async () => {
    const [later, both] = [join(folder, 'later.edit'), join(folder, 'both')];
    const header = 'Subject: later\n\nObjects: nothing does\n---\nfor 99.1:\n';
    writeFileSync(later, `${header}in ${MSI} msi_lock_descs: drop call 1 of mutex_lock\n`);
    const alone = await regress(later);
    expect(alone.stdout).toMatch(
      /^ {2}verdict {3}n\/a\n {2}why {7}is for 99\.1 and later; the tree is/mu,
    );
    expect(alone.status).toBe(2);
    mkdirSync(both);
    cpSync(later, join(both, '1-later.edit'));
    cpSync(patch('harmless.patch', MSI, HARMLESS), join(both, '2-harmless.patch'));
    const passed = await regress(both);
    expect(passed.stdout).toMatch(/^2 changes: 1 unreached, 1 n\/a$/mu);
    expect(passed.status).toBe(3);
  });

  test('of code that no call reaches, or that is not in the module, is never the same', async () => {
    const handler = replacing(
      /^void handle_edge_irq\([^)]*\)\n\{/mu,
      '$&\n\tif (!desc)\n\t\treturn;',
    );
    const far = await regress(patch('far.patch', 'kernel/irq/chip.c', handler));
    expect(far.stdout).toMatch(/handle_edge_irq, kernel\/irq\/chip\.c:\d+-\d+: not all executed/u);
    expect(far.status).toBe(3);
    const added = join(folder, 'added.patch');
    writeFileSync(
      added,
      'Subject: a driver\n\n---\n--- /dev/null\n+++ b/drivers/x.c\n@@ -0,0 +1 @@\n+int x;\n',
    );
    const foreign = await regress(added);
    expect(foreign.stdout).toContain('never executed at 1: not part of the module');
    expect(foreign.status).toBe(3);
  });

  test('may be a tree beside it, or commits of its repository, of which the first bad one is named', async () => {
    const copy = copyTree(tree, join(folder, 'copy'), { [MSI]: (text) => text });
    const commit = (edit: Edit, title: string): void => {
      writeFileSync(join(copy, MSI), edit(readFileSync(join(copy, MSI), 'utf8')));
      git(copy, 'add', MSI);
      git(copy, 'commit', '-qm', title);
    };
    git(copy, 'init', '-q');
    commit((text) => text, 'base');
    commit(replacing(/^void msi_lock_descs\([^)]*\)\n\{/mu, '$&\n\tbarrier();'), 'harmless');
    commit(BREAKS, 'breaks');
    commit(replacing(/^void msi_unlock_descs\([^)]*\)\n\{/mu, '$&\n\tbarrier();'), 'later');
    const beside = await regress(copy);
    expect(beside.stdout).toMatch(/^ {2}verdict {3}broken$/mu);
    const usual = ['--corpus', join(folder, 'corpus'), '--reports', join(folder, 'ranges')];
    const ranges = (...args: readonly string[]): Promise<Ended> =>
      runWith({ MSICHECK_TREES: `y=${copy}` }, ['regress', '--tree', 'y', ...usual, ...args]);
    const range = await ranges('HEAD~3..HEAD', '--bisect', '--runs', '20');
    expect(range.stdout).toMatch(/^first bad change: [0-9a-f]{12}$/mu);
    const bad = /first bad change: (\w+)/u.exec(range.stdout)?.[1] ?? '';
    expect(git(copy, 'log', '-1', '--format=%s', bad)).toBe('breaks\n');
    expect(range.status).toBe(1);
    const none = await ranges('HEAD~9..HEAD');
    expect(none.stderr).toMatch(/git rev-list: .*; expected a range of commits of that work tree/u);
    expect(none.status).toBe(2);
  });
});

function git(at: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
  return execFileSync('git', ['-C', at, ...who, ...args], { encoding: 'utf8' });
}
