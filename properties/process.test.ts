// SPDX-License-Identifier: GPL-2.0-only
/** The example programs of docs/protocol.md do what the reference does, and a mistake in one is found. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { compareProgram, compareTrace, type ProgramRun } from '../src/conform/program.ts';
import { ENVIRONMENTS, environmentNamed } from '../src/generate/environments.ts';
import { type ProcessFactory, processSubject } from '../src/subject/process/index.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from '../src/trace/environment.ts';
import { parseStep, parseTrace } from '../src/trace/parse.ts';

const HAS_CC = runs('cc');
const HAS_PYTHON = runs('python3');
const FOLDER = mkdtempSync(join(tmpdir(), 'msicheck-programs-'));
const C = readFileSync('docs/examples/store.c', 'utf8');
const PYTHON = readFileSync('docs/examples/store.py', 'utf8');
const NO_DOMAIN: Environment = environmentNamed('no-domain') ?? DEFAULT_ENVIRONMENT;
const INSERT = parseStep(
  'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=1, nvec_used=1, affinity=none, msi_attrib=none)',
);
const SET_UP = parseStep('msi_setup_device_data(dev=0)');

afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

describe.runIf(HAS_CC)('the example in C', () => {
  test('agrees with the reference over 10,000 random steps', () => {
    const { tally, found, environments } = compare([compiled(C, '-Wall', '-Wextra', '-Werror')]);
    expect(found).toBeUndefined();
    expect(tally.steps).toBeGreaterThanOrEqual(10_000);
    expect(environments.map(({ name }) => name)).toEqual(['no-domain']);
  });

  test('agrees when each world gets a process of its own', () => {
    const { found, tally } = compare([compiled(C.replace(String.raw`\ncan: restart`, ''))], 60);
    expect(found).toBeUndefined();
    expect(tally.traces).toBeGreaterThan(2);
  });

  test.for([
    ['the last of a range stays', 'index > last) continue', 'index >= last) continue', 3],
    ['a taken slot is no error', 'if (inserts) ret = -EBUSY', 'if (inserts) continue', 3],
    ['unlocking does nothing', 'return devices[dev].locked = 0', 'return 0', 3],
    ['locking twice is survived', 'wraps && devices[dev].locked', '0', 3],
    ['a world begins with the last one', 'memset(devices, 0, sizeof(devices)),', '', 1],
  ] as const)('is caught when %s', ([, good, bad, longest]) => {
    const { found } = compare([compiled(C.replace(good, bad))]);
    expect(found).toBeDefined();
    expect(found?.trace.steps.length).toBeLessThanOrEqual(longest);
  });

  test('goes back to a snapshot, and lives beside another world, by running steps again', () => {
    const factory = processSubject([compiled(C)]);
    const world = factory.start(NO_DOMAIN);
    world.apply(SET_UP);
    const empty = world.snapshot();
    const twice = (): readonly number[] => [world.apply(INSERT).ret, world.apply(INSERT).ret];
    expect(twice()).toEqual([0, -16]);
    expect(factory.start(NO_DOMAIN).apply(INSERT).dead).toBe(true);
    world.restore(empty);
    expect(twice()).toEqual([0, -16]);
    expect(factory.close()).toBeUndefined();
  });

  test('is compared in a trace of the user, without the steps that it cannot run', () => {
    const program = processSubject([compiled(C)]);
    const { trace } = parseTrace(
      `msicheck trace 1
environment: no domain
  msi: none
msi_setup_device_data(dev=0)
devres_add(dev=0, res=0)
msi_domain_first_desc(dev=0, domid=0, filter=MSI_DESC_ALL)
`,
      'a.trace',
    );
    expect(compareTrace(trace, { program })).toBeUndefined();
    const away = { ...trace, environment: DEFAULT_ENVIRONMENT };
    expect(() => compareTrace(away, { program })).toThrow(
      /cannot run the trace: no MSI domains here; expected one/u,
    );
    const old = { ...trace, environment: { ...NO_DOMAIN, release: '6.1' as const } };
    expect(() => compareTrace(old, { program })).toThrow(
      /cannot run the trace: 6.1 in a program of 6.12; exp/u,
    );
    expect(program.close()).toBeUndefined();
  });
});

describe.runIf(HAS_PYTHON)('the example in Python', () => {
  test('agrees with the reference over 10,000 random steps', () => {
    const { tally, found } = compare(['python3', written(PYTHON, 'store.py')]);
    expect(found).toBeUndefined();
    expect(tally.steps).toBeGreaterThanOrEqual(10_000);
  });

  test('is caught when a failure keeps the lock', () => {
    const bad = PYTHON.replace(
      '            return -EBUSY',
      '            held.add(dev)\n            return -EBUSY',
    );
    const { found } = compare(['python3', written(bad, 'bad.py')]);
    expect(found?.where).toBe('lock');
    expect(found?.trace.steps.length).toBeLessThanOrEqual(3);
  });
});

describe('the reference behind the protocol', () => {
  // Compiled modules are shared by all the processes.
  const CACHE = `NODE_COMPILE_CACHE=${join(tmpdir(), 'msicheck-compile-cache')}`;
  const SERVE = ['env', CACHE, process.execPath, 'src/cli/main.ts', 'serve'];

  test('keeps snapshots, and agrees with itself in every environment', () => {
    const factory = processSubject(SERVE);
    const world = factory.start(NO_DOMAIN);
    world.apply(SET_UP);
    const empty = world.snapshot();
    world.apply(INSERT);
    world.restore(empty);
    expect(world.apply(INSERT).ret).toBe(0);
    const { found, environments, refused } = compare(factory, 500);
    expect(found).toBeUndefined();
    expect(refused.size).toBe(0);
    expect(environments.length).toBeGreaterThan(ENVIRONMENTS.length / 2);
  });
});

test.skipIf(HAS_CC)('cc is not there: the example in C was not run', () => {
  expect(HAS_CC).toBe(false);
});

test.skipIf(HAS_PYTHON)('python3 is not there: the example in Python was not run', () => {
  expect(HAS_PYTHON).toBe(false);
});

function compare(command: readonly string[] | ProcessFactory, steps: number = 10_000): ProgramRun {
  const program = 'start' in command ? command : processSubject(command);
  return compareProgram({
    program,
    environments: ENVIRONMENTS,
    seed: 'programs',
    steps,
    budget: 100,
  });
}

let programs = 0;

function compiled(source: string, ...flags: readonly string[]): string {
  programs += 1;
  const program = join(FOLDER, `program${programs}`);
  execFileSync('cc', [...flags, '-o', program, written(source, `program${programs}.c`)]);
  return program;
}

function written(text: string, name: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

function runs(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
