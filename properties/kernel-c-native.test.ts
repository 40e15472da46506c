// SPDX-License-Identifier: GPL-2.0-only
/**
 * The kernel's own C as a program of the machine: it shows what the WebAssembly module shows, and what
 * kills it kills nothing else. Needs clang with AddressSanitizer and trees that MSICHECK_TREES names.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { INTENDED, isApart } from '../src/conform/intended.ts';
import { startBatches } from '../src/generate/batch.ts';
import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../src/generate/environments.ts';
import { startSession } from '../src/run/session.ts';
import { nativeC } from '../src/subject/kernel-c/index.ts';
import { fits, fitted, required, type SubjectFactory } from '../src/subject/subject.ts';
import type { Environment } from '../src/trace/environment.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Step, Trace } from '../src/trace/step.ts';
import { readyTree } from '../src/trees/ready.ts';
import { trees } from './machine-trees.ts';
import { comparable } from './native-differences.ts';
import { runWith } from './program.ts';

const ALL = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS];

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
});
afterAll(() => {
  vi.resetConfig();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(trees)('the MSI core of $name as a program', ({ name, path: given }) => {
  const path = resolve(given);
  const corpus = (): readonly Trace[] =>
    readdirSync('fuzz/corpus', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.trace'))
      .map((file) => parseTrace(readFileSync(join('fuzz/corpus', file), 'utf8'), file).trace);
  const ready = async (backend: 'wasm' | 'native'): Promise<SubjectFactory> =>
    (await readyTree({ name, path, from: '' }, { backend })).factory;

  test('shows what the module shows for every trace of the corpus, and for random ones', async () => {
    const [factory, program] = [await ready('wasm'), await ready('native')];
    const traces = [...corpus()];
    startBatches(
      ALL.filter((each) => fits(factory, each)),
      'native',
    )(0, 150, ({ environment, steps }) => {
      const apart = steps.findIndex((step) => isApart(step, INTENDED));
      traces.push({ environment, steps: apart < 0 ? steps : steps.slice(0, apart) });
      return true;
    });
    const count = { steps: 0, deaths: 0, fired: 0, complaints: 0, stacks: 0 };
    for (const trace of traces) {
      const environment = fitted(factory, trace.environment);
      expect(fitted(program, trace.environment)).toEqual(environment);
      if (typeof environment === 'string') continue;
      const [one, other] = [factory.start(environment), program.start(environment)];
      expect(other.picture()).toEqual(one.picture());
      for (const step of applied(trace, environment, factory)) {
        const seen = one.apply(step);
        expect(comparable(other.apply(step)), JSON.stringify({ trace, step })).toBe(
          comparable(seen),
        );
        count.steps += 1;
        count.deaths += Number(seen.dead);
        count.fired += seen.fired.length;
        count.complaints += seen.splats.length;
        // What killed it; where a complaint is merged with others the two compilers differ in the line.
        const deaths = seen.dead ? [seen.splats.length - 1] : [];
        const stacks = [one, other].map((each) => deaths.map((last) => each.stack?.(last)));
        expect(stacks[1]).toEqual(stacks[0]);
        count.stacks += stacks.flat(2).length;
      }
      expect(other.leaks?.().map(withoutSize)).toEqual(one.leaks?.().map(withoutSize));
    }
    expect(count.steps).toBeGreaterThan(1000);
    for (const reached of Object.values(count)) expect(reached).toBeGreaterThan(10);
  });

  test('goes back to a snapshot, whatever came between', async () => {
    const factory = await ready('native');
    let compared = 0;
    for (const trace of corpus()) {
      const environment = fitted(factory, trace.environment);
      if (typeof environment === 'string' || compared > 60) continue;
      const steps = applied(trace, environment, factory);
      const subject = factory.start(environment);
      const states = steps.map((step) => {
        const snapshot = subject.snapshot();
        return { step, snapshot, seen: JSON.stringify(subject.apply(step)) };
      });
      const stranger = factory.start(environment);
      for (const { step, snapshot, seen } of states.toReversed()) {
        subject.restore(snapshot);
        expect(JSON.stringify(subject.apply(step))).toBe(seen);
        compared += 1;
        stranger.snapshot();
      }
    }
    expect(compared).toBeGreaterThan(60);
  });

  test('is started again when its process is gone, and goes on where it was', async () => {
    const { factory, built } = await readyTree({ name, path, from: '' }, { backend: 'native' });
    const trace = corpus().find((each) => {
      const environment = fitted(factory, each.environment);
      return typeof environment !== 'string' && applied(each, environment, factory).length > 3;
    });
    if (trace === undefined) throw new Error('no trace');
    const environment = required(factory, trace.environment);
    const seen = (between: () => void): readonly string[] => {
      const subject = factory.start(environment);
      return applied(trace, environment, factory).map((step) => {
        between();
        return JSON.stringify(subject.apply(step));
      });
    };
    let ended = 0;
    const undisturbed = seen(() => undefined);
    const disturbed = seen(() => {
      ended += endChild(realpathSync(built.module));
    });
    expect(disturbed).toEqual(undisturbed);
    // A world may outlive its server for a moment, and answer one step more.
    expect(ended).toBeGreaterThan(1);
  });

  test('passes a check, and says how it was built', async () => {
    const { status, stdout } = await runWith({ MSICHECK_TREES: `${name}=${path}` }, [
      'check',
      '--subject',
      `tree:${name}`,
      '--backend',
      'native',
      '--runs',
      '60',
      '--reports',
      join(folder, name),
    ]);
    expect(stdout).toMatch(/nothing unexpected found/u);
    expect(stdout).toMatch(/^build: Linux \S+, clang version \S+ native, ASan and UBSan, /mu);
    expect([0, 3]).toContain(status);
  });
});

test.skipIf(trees.length === 0)(
  'a clang without WebAssembly is told of the other way, which adds a tree and replays a trace',
  async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const real = (process.env['PATH'] ?? '')
      .split(':')
      .find((each) => existsSync(join(each, 'clang')));
    const refuses = '--print-targets) echo "  x86-64"; exit 0';
    const script = `#!/bin/sh\ncase "$1" in ${refuses};; esac\nexec ${real}/clang "$@"\n`;
    writeFileSync(join(bin, 'clang'), script, { mode: 0o755 });
    const machine = {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      MSICHECK_TREES: '',
      XDG_CONFIG_HOME: join(folder, 'config'),
    };
    const path = resolve(trees[0]?.path ?? '');
    const refused = await runWith(machine, ['tree', 'add', 'mine', path]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/knows no target wasm32; .*--backend native/u);
    const native = ['--backend', 'native'];
    const added = await runWith(machine, ['tree', 'add', 'mine', path, ...native]);
    expect(added).toMatchObject({ status: 0 });
    const looked = await runWith(machine, ['tree', 'doctor', 'mine', ...native]);
    expect(looked.stdout).toMatch(/^ok +linker +clang .*san/mu);
    expect(looked.status).toBe(0);
    const subject = ['--subject', 'tree:mine', ...native];
    const trace = join(folder, 'boot.trace');
    const old = trees[0]?.name.startsWith('6.1') === true && !trees[0].name.startsWith('6.12');
    const world = old ? '  release: 6.1\n  msi: global\n' : '';
    writeFileSync(
      trace,
      `msicheck trace 1\nenvironment: x\n${world}msi_setup_device_data(dev=0)\n`,
    );
    const replayed = await runWith(machine, ['replay', trace, ...subject]);
    expect(replayed.stdout).toMatch(/no finding in 1 steps/u);
  },
);

test('a program that does not start is told of, with another way', () => {
  const other = { name: 'other', path: '/', module: '/bin/true' };
  expect(() => nativeC(other)).toThrow(/ended without an answer[\s\S]*use --backend wasm$/u);
});

test('a backend without a tree is a mistake', async () => {
  const { status, stderr } = await runWith({}, ['check', '--backend', 'native']);
  expect(stderr).toMatch(/--backend native: only a tree is built; expected --subject tree:NAME/u);
  expect(status).toBe(2);
});

/** The steps that a driver may make, up to one that the kernel does not survive. */
function applied(trace: Trace, environment: Environment, factory: SubjectFactory): readonly Step[] {
  const session = startSession(environment, { factory, spec: 'kernel' });
  const steps: Step[] = [];
  for (const step of trace.steps) {
    const { kind } = session.apply(step);
    if (kind !== 'skipped') steps.push(step);
    if (kind === 'ended' || kind === 'finding') break;
  }
  return steps;
}

/** Pointers are larger there, so that most objects are. */
function withoutSize(leak: string): string {
  return leak.replace(/ \d+ bytes /u, ' ');
}

/** Ends the processes of this one that run a program, and waits until they are gone; returns how many there were. */
function endChild(program: string): number {
  const mine = readdirSync('/proc').filter((name) => /^\d+$/u.test(name) && isChild(name, program));
  for (const name of mine) process.kill(Number(name), 'SIGKILL');
  return mine.length;
}

function isChild(name: string, program: string): boolean {
  try {
    const [, state, parent] =
      /\) (\S) (\d+) /u.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
    return (
      state !== 'Z' &&
      Number(parent) === process.pid &&
      readlinkSync(`/proc/${name}/exe`) === program
    );
  } catch {
    return false;
  }
}
