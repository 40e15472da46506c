// SPDX-License-Identifier: GPL-2.0-only
/** What `regress` keeps and how it is shown again; options, series and places that lead nowhere. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { makeFolder, prepareFolder } from '../src/cli/files.ts';
import { startKeeping } from '../src/cli/regress-evidence.ts';
import { refuseOddOptions, withRegressOptions } from '../src/cli/regress-flags.ts';
import { newPlace, readPlace, writePlace } from '../src/cli/place.ts';
import { gather, gatherOne } from '../src/regress/gather.ts';
import { parseTrace } from '../src/trace/parse.ts';
import { atBegin, edited, patchOf } from './changed.ts';
import { run, runProcess } from './program.ts';
import { EVERY, EVIDENCE, TRACE } from './regress-examples.ts';

// Many processes share the machine.
vi.setConfig({ testTimeout: 120_000 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => {
  vi.resetConfig();
  rmSync(folder, { recursive: true, force: true });
});

function at(name: string): string {
  return join(folder, name);
}

const FINDING = { ...EVIDENCE, release: '6.12', fired: [] } as const;
const FOUND = {
  trace: parseTrace(TRACE, 'TRACE').trace,
  finding: FINDING,
  found: 'a.trace',
  beside: false,
  traces: 1,
  milliseconds: 1,
} as const;

describe('a trace that is found', () => {
  const keeping = {
    name: 'x/a b.patch',
    named: ["x/it's.patch", 'x/a b.patch'],
    subject: 'reference',
  };

  test('is kept before it is minimised, and then in its place', () => {
    const { draft, keep } = startKeeping({ ...keeping, reports: at('kept') });
    draft(FOUND);
    const [first, ...others] = readdirSync(at('kept/findings'));
    expect([first, others]).toEqual([expect.stringMatching(/^a-b-draft-[0-9a-f]{8}\.trace$/u), []]);
    const text = readFileSync(at(`kept/findings/${first}`), 'utf8');
    expect(text).toMatch(
      /^# change: x\/a b\.patch\n# rule: .*\n# found: a\.trace; not minimised$/mu,
    );
    expect(parseTrace(text, 'draft').trace).toEqual(FOUND.trace);
    const { evidence } = keep(EVERY.broken);
    expect(readdirSync(at('kept/findings')).map((name) => at(`kept/findings/${name}`))).toEqual([
      evidence?.file,
    ]);
    expect(evidence?.again).toBe(
      `npm run -s msicheck -- replay ${evidence?.file} --change 'x/it'\\''s.patch' 'x/a b.patch'`,
    );
    expect(evidence?.unsaved).toBeUndefined();
    expect(readFileSync(evidence?.file ?? '', 'utf8')).toContain('# verdict: broken\n');
  });

  test('has the reason where it cannot be kept, and nothing where there is none', () => {
    writeFileSync(at('file'), '');
    const { draft, keep } = startKeeping({ ...keeping, reports: at('file') });
    expect(() => {
      draft(FOUND);
    }).not.toThrow();
    const { evidence } = keep(EVERY.broken);
    expect(evidence?.unsaved).toMatch(/file\/findings: not a directory; expected a place/u);
    expect([evidence?.file, evidence?.again]).toEqual([EVIDENCE.file, EVIDENCE.again]);
    expect(keep(EVERY.same)).toEqual(EVERY.same);
    const lost = { ...EVERY.broken, evidence: { ...EVIDENCE, trace: '' } };
    expect(keep(lost)).toEqual(lost);
  });
});

describe('a folder for reports', () => {
  test('is made with those above it, and proved to be writable without a rest', () => {
    prepareFolder(at('new/a/b'));
    prepareFolder(at('new/a/b'));
    expect(readdirSync(at('new/a/b'))).toEqual([]);
  });

  test.runIf(existsSync('/proc/self'))('that no system can make is refused at once', () => {
    expect(() => {
      makeFolder('/proc/nope/reports');
    }).toThrow('/proc/nope/reports: no such file or directory; expected a place');
  });

  test('that is a file, or below one, is named', () => {
    writeFileSync(at('plain'), '');
    for (const path of [at('plain'), at('plain/x')])
      expect(() => {
        prepareFolder(path);
      }).toThrow(`${path}: `);
  });

  // Root may write everywhere.
  test.skipIf(process.getuid?.() === 0)('that cannot be written to is named', () => {
    mkdirSync(at('locked'));
    chmodSync(at('locked'), 0o500);
    expect(() => {
      prepareFolder(at('locked'));
    }).toThrow(`${at('locked')}: permission denied; expected a place`);
  });
});

describe('options', () => {
  test.for([
    ['--seeds 3', /--seeds is the number of seeds of the matrix; expected --matrix/u],
    ['--json --format text', /--json and --format do not go together: .*; expected one/u],
    ['--refresh --matrix', /--refresh and --matrix do not go together/u],
    ['--refresh --for-bisect', /--refresh and --for-bisect do not go together/u],
    ['--matrix --format ktap', /--matrix and --format do not go together/u],
    ['--bisect --each', /--bisect and --each do not go together/u],
    ['--time 1s --runs 1', /--time and --runs do not go together/u],
    ['--matrix --seeds 3 --json --each', /^$/u],
    ['--format json --bisect --runs 3', /^$/u],
  ] as const)('%s are refused when one of them would be ignored', ([options, message]) => {
    let why = '';
    const command = withRegressOptions(new Command());
    command.action(() => {
      try {
        refuseOddOptions(command);
      } catch (error) {
        why = String(error);
      }
    });
    command.parse(['a.patch', ...options.split(' ')], { from: 'user' });
    expect(why).toMatch(message);
  });
});

describe('a series', () => {
  test('that names a file that is not there says in which line', () => {
    writeFileSync(at('here.patch'), patchOf(atBegin('  k.now += 0;')));
    writeFileSync(at('series'), '# one\nhere.patch -p1 # two\n\nabsent.patch\n');
    expect(() => gather(at('series'), false)).toThrow(
      `${at('series')}:4: names ${at('absent.patch')}, which does not exist; expected a patch`,
    );
    writeFileSync(at('series'), 'here.patch -p1\n');
    expect(gather(at('series'), false).changes.map(({ name }) => name)).toEqual([at('here.patch')]);
    writeFileSync(at('series'), '# nothing\n');
    expect(() => gather(at('series'), false)).toThrow('names no patch; expected one per line');
  });

  test('is one change when several patches are named for a replay', () => {
    const [one, other] = [atBegin('  k.now += 0;'), atBegin('  k.now += 0;\n  k.now -= 0;')];
    writeFileSync(at('1.patch'), patchOf(one));
    const second = patchOf(one).replace('+  k.now += 0;', '   k.now += 0;\n+  k.now -= 0;');
    writeFileSync(at('2.patch'), second.replace(/^@@ -(\d+),(\d+) \+(\d+),(\d+) @@/mu, shifted));
    const { outcome, named } = gatherOne([at('1.patch'), at('2.patch')]);
    expect(outcome).toEqual({ kind: 'sources', sources: edited(other) });
    expect(named).toEqual([at('1.patch'), at('2.patch')]);
  });
});

/** One line of context more. */
function shifted(_: string, ...[start, old, to, now]: readonly string[]): string {
  return `@@ -${start},${Number(old) + 1} +${to},${Number(now) + 1} @@`;
}

test('a place says that the thread has begun, and then which trace it runs', () => {
  const place = newPlace();
  expect(readPlace(place)).toBe('');
  writePlace(place, 'loading', 0);
  expect(readPlace(place)).toBe('loading');
  writePlace(place, 'a.trace', 3);
  expect(readPlace(place)).toBe('trace 3 (a.trace)');
});

describe.concurrent('replay --change', () => {
  const asks = atBegin('  k.now += 0;');
  const different = {
    ...asks,
    find: '  k.requestsTotal = 0;\n',
    replace: '  k.requestsTotal = 1;\n',
  };

  test('shows where a change shows something else, and ends with 1', async () => {
    writeFileSync(
      at('t.trace'),
      'msicheck trace 1\nenvironment: default\nmsi_setup_device_data(dev=0) (fail_nth: 1)\n',
    );
    writeFileSync(at('different.patch'), patchOf(different));
    const ended = await run(['replay', at('t.trace'), '--change', at('different.patch')]);
    expect(ended.status, ended.stderr).toBe(1);
    expect(ended.stdout).toMatch(/^- {3}returns {2}-ENOMEM\n[^+]+^\+ {3}returns {2}0$/mu);
    expect(ended.stdout).toContain('something else than the base at step 1; - base, + change\n');
    const back = await runProcess(
      ['replay', at('t.trace'), '--step-by-step', '--change', at('different.patch')],
      'n\nb\nn\n',
    );
    expect([back.status, back.stdout.split('-   returns').length]).toEqual([1, 3]);
  });

  test('ends with 0 for a change that shows the same, and with 2 for what is none', async () => {
    writeFileSync(
      at('u.trace'),
      'msicheck trace 1\nenvironment: default\nmsi_setup_device_data(dev=0)\n',
    );
    writeFileSync(at('same.patch'), patchOf(asks));
    const same = await run(['replay', at('u.trace'), '--change', at('same.patch')]);
    expect([same.status, same.stdout]).toEqual([
      0,
      expect.stringContaining('\nshows what the base shows\n'),
    ]);
    writeFileSync(at('none.patch'), '');
    const none = await run(['replay', at('u.trace'), '--change', at('none.patch')]);
    expect([none.status, none.stderr]).toEqual([
      2,
      `msicheck: ${at('none.patch')}: changes nothing; expected a unified diff\n`,
    ]);
  });
});
