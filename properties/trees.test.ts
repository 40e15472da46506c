// SPDX-License-Identifier: GPL-2.0-only
/** Kernel trees by name: the registry, what a tree declares, and what a user can get wrong. Nothing is built here. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { fetchDebian } from '../src/trees/debian.ts';
import { differences, domidsOf, parseKnown, profileOf } from '../src/trees/differs.ts';
import { parseDump } from '../src/trees/shape.ts';
import {
  forgetTree,
  parseRegistry,
  readTrees,
  registryFile,
  treeNamed,
  writeTree,
} from '../src/trees/registry.ts';
import { requireWhole } from '../src/trees/whole.ts';
import { run } from './program.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('MSICHECK_TREES', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(folder, 'config'), { recursive: true, force: true });
});

describe('the registry', () => {
  test('keeps names and absolute paths in one small file', () => {
    expect(readTrees()).toEqual([]);
    writeTree('b', 'linux');
    writeTree('a', '/src/linux');
    expect(readTrees().map(({ name, path }) => [name, path])).toEqual([
      ['a', '/src/linux'],
      ['b', resolve('linux')],
    ]);
    expect(registryFile()).toBe(join(folder, 'config', 'msicheck', 'trees.json'));
  });

  test('gives a name to another path, and forgets it', () => {
    writeTree('a', '/one');
    writeTree('a', '/two');
    expect(treeNamed('a').path).toBe('/two');
    forgetTree('a');
    expect(() => treeNamed('a')).toThrow(/tree "a" is not known; expected .*there is none yet/u);
  });

  test('lets the variable go first, and does not forget what the variable names', () => {
    writeTree('a', '/one');
    vi.stubEnv('MSICHECK_TREES', 'a=/two:c=/three');
    expect(readTrees().map(({ name, path }) => `${name} ${path}`)).toEqual(['a /two', 'c /three']);
    expect(() => {
      forgetTree('c');
    }).toThrow(/tree c is named by MSICHECK_TREES/u);
  });

  test.for(['', '-a', '.', 'a/b', 'a b', 'a:b', 'x'.repeat(64)])(
    'refuses the name "%s"',
    (name) => {
      expect(() => {
        writeTree(name, '/src');
      }).toThrow(/cannot name a tree; expected 1\.\.63 letters/u);
      expect(existsSync(registryFile())).toBe(false);
    },
  );

  test.for([
    ['', /no JSON/u],
    ['{', /no JSON/u],
    ['[]', /"layout" is missing/u],
    ['{"layout": 2, "trees": {}}', /"layout" is 2/u],
    ['{"layout": 1}', /"trees" is no record/u],
    ['{"layout": 1, "trees": []}', /"trees" is no record/u],
    ['{"layout": 1, "trees": {"a b": {"path": "/x"}}}', /"a b" is no name/u],
    ['{"layout": 1, "trees": {"a": "/x"}}', /the path of a is no absolute path/u],
    ['{"layout": 1, "trees": {"a": {"path": "x"}}}', /the path of a is no absolute path/u],
  ] as const)('that holds %s is a mistake that names the file', ([text, message]) => {
    expect(() => parseRegistry(text, 'trees.json')).toThrow(message);
    expect(() => parseRegistry(text, 'trees.json')).toThrow(
      /^trees\.json: .*; expected \{"layout"/u,
    );
  });

  test('that cannot be written is a mistake, and the old one stays', () => {
    writeTree('a', '/one');
    const text = readFileSync(registryFile(), 'utf8');
    vi.stubEnv('XDG_CONFIG_HOME', registryFile());
    expect(() => {
      writeTree('b', '/two');
    }).toThrow(/not a directory; expected/u);
    vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'config'));
    expect(readFileSync(registryFile(), 'utf8')).toBe(text);
  });
});

const DUMP = `Dumping MSI_FLAG_A:
EnumConstantDecl 0x1 <a.h:1:2, col:36> col:2 MSI_FLAG_A 'int'
\`-ConstantExpr 0x2 <col:29, col:36> 'int'
  |-value: Int 4
  \`-ParenExpr 0x3 <col:29, col:36> 'int'
Dumping MSI_FLAG_B:
EnumConstantDecl 0x4 <a.h:2:2> col:2 referenced MSI_FLAG_B 'int'
Dumping msi_domain_ops:
RecordDecl 0x5 <a.h:4:1, line:9:1> line:4:8 struct msi_domain_ops definition
|-FullComment 0x6 <line:390:3, line:392:8>
|-FieldDecl 0x7 <line:5:2, col:9> col:9 msi_init 'int (*)(int)'
Dumping msi_lock_descs:
FunctionDecl 0x8 <line:7:1, col:9> col:6 msi_lock_descs 'void (struct device *)'
`;

describe('what a tree declares', () => {
  test('is read from what the compiler prints: an enumerator without a value follows the one before it', () => {
    const shape = [...parseDump(DUMP, 'flag')];
    expect(shape.slice(0, 2)).toEqual([
      ['flag MSI_FLAG_A', '4'],
      ['flag MSI_FLAG_B', '5'],
    ]);
    expect(shape.slice(2)).toEqual([
      ['field msi_domain_ops.msi_init', ''],
      ['function msi_lock_descs', ''],
    ]);
  });

  const known = (release: string): ReadonlyMap<string, string> =>
    parseKnown(readFileSync(`src/trees/known/${release}.txt`, 'utf8'));

  test('tells which profile is nearest, whatever the number of the release', () => {
    const domids = (release: string): number => domidsOf(known(release));
    expect([domids('6.12.117'), domids('6.1.192')]).toEqual([1, 0]);
    const two = new Map([...known('6.12.117'), ['flag MSI_MAX_DEVICE_IRQDOMAINS', '2']]);
    expect([1, 0, domidsOf(two)].map(profileOf)).toEqual(['6.12.117', '6.1', '6.12']);
  });

  test('differs from nothing in the release that a profile was made from', () => {
    expect(differences(known('6.12.117'), '6.12.117')).toEqual([]);
    expect(differences(known('6.1.192'), '6.1')).toEqual([]);
  });

  test('differs in calls that traces use first, then in the rest', () => {
    const newer = new Map(known('6.12.117'));
    newer.delete('function msi_domain_free_irqs_range');
    newer.delete('function msi_get_domain_info');
    newer.set('flag MSI_FLAG_NO_MASK', '1');
    newer.set('token DOMAIN_BUS_DEVICE_MSI', '17');
    newer.set('field msi_domain_ops.msi_teardown', '');
    expect(differences(newer, '6.12.117')).toEqual([
      'function msi_domain_free_irqs_range is not declared, and traces call it',
      'function msi_get_domain_info is not declared',
      'flag MSI_FLAG_NO_MASK is 1, not 4194304',
      'token DOMAIN_BUS_DEVICE_MSI is 17, not 15',
      'field msi_domain_ops.msi_teardown is new',
    ]);
  });
});

describe('the source of a Debian kernel', () => {
  const programs = (apt: string): void => {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'apt-get'), `#!/bin/sh\n${apt}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
  };

  test('that Debian does not have is a mistake', async () => {
    await expect(fetchDebian('6.13', () => undefined)).rejects.toThrow(/"6\.13"; expected one of/u);
  });

  test('is not there without apt', async () => {
    vi.stubEnv('PATH', join(folder, 'nothing'));
    await expect(fetchDebian('6.12', () => undefined)).rejects.toThrow(
      /^apt-get: not found.*expected a Debian/u,
    );
  });

  test('is not there without the network, and nothing stays behind', async () => {
    programs('echo "E: Could not resolve host" >&2; exit 100');
    await expect(fetchDebian('6.12', () => undefined)).rejects.toThrow(
      /^apt-get: status 100; apt could not fetch[^\n]*\nE: Could not resolve host$/u,
    );
    expect(existsSync(join(folder, 'cache/msicheck/trees/linux-source-6.12'))).toBe(false);
  });

  test('is unpacked as far as it is needed', async ({ skip }) => {
    if (!existsSync('/usr/bin/dpkg-deb')) skip('dpkg-deb is not installed');
    programs(`set -e
name=linux-source-6.12
mkdir -p p/DEBIAN p/usr/src t/$name/include t/$name/sound
printf 'Package: linux-source-6.12\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@example.org>\\nDescription: x\\n' > p/DEBIAN/control
touch t/$name/Makefile t/$name/include/a.h t/$name/sound/b.c
tar -cJf p/usr/src/$name.tar.xz -C t $name
dpkg-deb -b p x.deb > /dev/null
rm -r p t`);
    const tree = await fetchDebian('6.12', () => undefined);
    expect(existsSync(join(tree, 'include/a.h'))).toBe(true);
    expect(existsSync(join(tree, 'sound'))).toBe(false);
    programs('exit 1');
    expect(await fetchDebian('6.12', () => undefined)).toBe(tree);
  });
});

test('a module that is not whole says what is missing, and nothing else', () => {
  const said = (missing: readonly string[], mismatched: readonly string[]): string => {
    try {
      requireWhole('tree', { undefined: missing, mismatched });
      return '';
    } catch (error) {
      return String(error).replace(/^.*not whole: |; expected .*$/gu, '');
    }
  };
  expect(said([], [])).toBe('');
  expect(said(['kfree', 'kzalloc'], [])).toBe('nothing defines kfree, kzalloc');
  expect(said(['a'], ['b'])).toMatch(/^nothing defines a; declared with other parameters .*: b$/u);
  expect(said([], ['b'])).toBe('declared with other parameters than the shims have: b');
});

test('the packages that the docs name are those that a fresh machine is given in CI', () => {
  const packages = (path: string): string | undefined =>
    /(?:apt-get|fromApt) install -y ([\w -]+\w)/u.exec(readFileSync(path, 'utf8'))?.[1];
  expect(packages('docs/trees.md')).toBeDefined();
  expect(packages('docs/trees.md')).toBe(packages('.ci/run'));
});

describe.concurrent('what a user can get wrong ends with status 2 and says what was expected', () => {
  test.for([
    [['tree', 'add', 'a', '/nowhere'], /\/nowhere\/Makefile: not found; expected the top folder/u],
    [['tree', 'add', '../a', '/nowhere'], /"\.\.\/a" cannot name a tree/u],
    [['tree', 'remove', 'nobody'], /tree "nobody" is not known/u],
    [['tree', 'doctor', 'nobody'], /tree "nobody" is not known/u],
    [['tree', 'debian', '2.6'], /"2\.6"; expected one of 6\.12, 6\.1/u],
    [['tree', 'plant'], /unknown command 'plant'/u],
    [['check', '--subject', 'tree:nobody', '--runs', '1'], /tree "nobody" is not known/u],
    [['check', '--subject', 'bush:6.12'], /Expected one of reference, .* or tree:NAME/u],
  ] as const)('%s', async ([args, message]) => {
    const { status, stderr } = await run(args);
    expect({ status, stderr }).toMatchObject({ status: 2 });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /mu);
  });
});
