// SPDX-License-Identifier: GPL-2.0-only
/**
 * A parent that uses irq-msi-lib: which domains of devices it serves, and with what flags. The same is asked of
 * the trees that MSICHECK_TREES names.
 */
import { existsSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';

import { readKept } from '../src/cli/kept.ts';
import { conform } from '../src/conform/conform.ts';
import { INTENDED } from '../src/conform/intended.ts';
import { startBatches } from '../src/generate/batch.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { outcomes } from '../src/oracle/oracle.ts';
import { mayBeExpected } from '../src/run/expected.ts';
import { runTrace } from '../src/run/session.ts';
import { compilerVersion } from '../src/subject/kernel-c/build/run.ts';
import { registeredTrees } from '../src/subject/kernel-c/build/trees.ts';
import { reference } from '../src/subject/reference/index.ts';
import { fits, fitted, started, type SubjectFactory } from '../src/subject/subject.ts';
import { DEFAULT_ENVIRONMENT, type Environment, impossible } from '../src/trace/environment.ts';
import { BUS_TOKENS, flagNames, MsiFlag } from '../src/trace/flags.ts';
import type { Observation } from '../src/trace/observation.ts';
import { ownFlags, refusal } from '../src/trace/parent.ts';
import { parseStep } from '../src/trace/parse.ts';
import { formatTrace } from '../src/trace/format.ts';
import type { Step, Trace } from '../src/trace/step.ts';
import { readyTree } from '../src/trees/ready.ts';
import { broken } from './invariants/play.ts';
import { PARENTS } from './invariants/parents.ts';
import { copyTree } from './tree-copies.ts';

const clang = await compilerVersion().catch(() => '');
const trees = clang === '' ? [] : registeredTrees();
const CREATING = 'msi_create_device_irq_domain(dev=0, domid=0, hwsize=4)';
const CREATE = parseStep(CREATING);

vi.setConfig({ testTimeout: 240_000 });

/** An environment with irq-msi-lib. */
function withLib(fields: Partial<Environment>): Environment {
  return { ...DEFAULT_ENVIRONMENT, flags: 0, ...fields, parent: 'irq-msi-lib' };
}

const PCI = withLib({
  bus_token: 'DOMAIN_BUS_PCI_DEVICE_MSIX',
  flags: MsiFlag.MSI_FLAG_DEV_SYSFS | MsiFlag.MSI_FLAG_NO_MASK | MsiFlag.MSI_FLAG_LEVEL_CAPABLE,
});

/** What a subject shows after these steps. */
function after(factory: SubjectFactory, environment: Environment, ...steps: Step[]): Observation {
  const subject = factory.start(environment);
  let last: Observation | undefined;
  for (const step of [CREATE, ...steps]) last = subject.apply(step);
  if (last === undefined) throw new Error('no step');
  return last;
}

/** Names of the flags that the domain of device 0 has, nothing without a domain. */
function flagsOf({ picture }: Observation): readonly string[] {
  const own = picture.irq_domain.objects.find((domain) => domain?.handle === -1);
  return flagNames(MsiFlag, picture.msi_domain_info.objects[own?.host_data ?? 0]?.flags ?? 0);
}

/** Complaints of a step. */
function complaintsOf({ splats }: Observation): readonly string[] {
  return splats.map(({ kind, fn, nth }) => `${kind} ${fn} ${nth}`);
}

/** Random parents; none requires NO_AFFINITY, which would end most traces at what is expected of it. */
const DRAWN: readonly Environment[] = fc.sample(
  fc
    .record({
      bus_token: fc.constantFrom(...BUS_TOKENS.slice(-4)),
      flags: drawnFlags(),
      supported_flags: drawnFlags(),
      required_flags: drawnFlags(),
      irq_ack: fc.boolean(),
      fwnode: fc.boolean(),
      pci: fc.constantFrom<Environment['pci'][]>('none', 'msi', 'msix'),
      ops: fc.constantFrom<Environment['ops'][]>(
        [],
        ['msi_free'],
        ['domain_alloc_irqs', 'domain_free_irqs'],
      ),
    })
    .map((fields) => withLib(fields))
    .map((env) => (env.bus_token === 'DOMAIN_BUS_DEVICE_MSI' ? { ...env, flags: 0 } : env))
    .filter((env) => impossible(env) === undefined),
  { seed: 612, numRuns: 40 },
);

function drawnFlags(): fc.Arbitrary<number> {
  const known = Object.values(MsiFlag).filter((flag) => flag !== MsiFlag.MSI_FLAG_NO_AFFINITY);
  return fc.subarray(known).map((some) => some.reduce((all: number, flag) => all | flag, 0));
}

/** Runs random traces in the environments of random parents. */
function inDrawn(factory: SubjectFactory, batches: number, visit: (trace: Trace) => void): void {
  const fitting = DRAWN.map((environment) => fitted(factory, environment));
  const draw = startBatches(
    fitting.flatMap((each) => (typeof each === 'string' ? [] : each)),
    'parents',
  );
  for (let batch = 0; batch < batches; batch += 1) {
    draw(batch, 64, (trace) => {
      visit(trace);
      return true;
    });
  }
}

/** Each token, with flags and without, below each number of levels, for a usual parent and for one of few features. */
const WORLDS: readonly Environment[] = BUS_TOKENS.flatMap((bus_token) =>
  [0, 1, 2].flatMap((levels) =>
    [0, MsiFlag.MSI_FLAG_DEV_SYSFS, PCI.flags, MsiFlag.MSI_FLAG_USE_DEV_FWNODE].flatMap((flags) => [
      withLib({ bus_token, levels, flags, fwnode: true }),
      withLib({
        bus_token,
        levels,
        flags,
        fwnode: true,
        supported_flags: MsiFlag.MSI_FLAG_NO_MASK | MsiFlag.MSI_FLAG_FREE_MSI_DESCS,
        required_flags: MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS | MsiFlag.MSI_FLAG_DEV_SYSFS,
      }),
    ]),
  ),
);

function describeSubject(start: () => Promise<SubjectFactory>): void {
  test('serves a device without PCI with descriptors that the core makes', async () => {
    const subject = await start();
    expect(flagsOf(after(subject, withLib({})))).toEqual([
      'MSI_FLAG_USE_DEF_DOM_OPS',
      'MSI_FLAG_USE_DEF_CHIP_OPS',
      'MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS',
      'MSI_FLAG_FREE_MSI_DESCS',
    ]);
    const alloc = 'msi_domain_alloc_irqs_range(dev=0, domid=0, first=1, last=2)';
    const { ret, picture } = after(subject, withLib({}), parseStep(alloc));
    expect([ret, picture.msi_desc.live]).toEqual([0, 2]);
  });

  test('takes from PCI what the parent does not support, and adds what it requires', async () => {
    expect(flagsOf(after(await start(), PCI))).toEqual([
      'MSI_FLAG_USE_DEF_DOM_OPS',
      'MSI_FLAG_USE_DEF_CHIP_OPS',
      'MSI_FLAG_DEV_SYSFS',
      'MSI_FLAG_PCI_MSI_MASK_PARENT',
    ]);
  });

  test('takes the descriptors of wired interrupts for those of the core, whatever else is asked for', async () => {
    const flags = MsiFlag.MSI_FLAG_USE_DEV_FWNODE | MsiFlag.MSI_FLAG_NO_MASK;
    const bus_token = 'DOMAIN_BUS_WIRED_TO_MSI';
    const seen = after(await start(), withLib({ bus_token, flags, fwnode: true }));
    expect(flagsOf(seen)).toEqual([
      'MSI_FLAG_USE_DEF_DOM_OPS',
      'MSI_FLAG_USE_DEF_CHIP_OPS',
      'MSI_FLAG_FREE_MSI_DESCS',
      'MSI_FLAG_USE_DEV_FWNODE',
    ]);
  });

  test('requires what it does not support', async () => {
    const required_flags = MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS | MsiFlag.MSI_FLAG_LEVEL_CAPABLE;
    expect(flagsOf(after(await start(), { ...PCI, supported_flags: 0, required_flags }))).toEqual([
      'MSI_FLAG_USE_DEF_DOM_OPS',
      'MSI_FLAG_LEVEL_CAPABLE',
    ]);
  });

  test('WARNs of flags of a device without PCI, of other tokens and of levels that delegate', async () => {
    const subject = await start();
    const seen = (fields: Partial<Environment>): readonly string[] => {
      const observation = after(subject, withLib(fields));
      expect([observation.ret, flagsOf(observation)]).toEqual([0, []]);
      return complaintsOf(observation);
    };
    const fn = 'WARN msi_lib_init_dev_msi_info';
    expect(seen({ flags: MsiFlag.MSI_FLAG_DEV_SYSFS })).toEqual([`${fn} 5`]);
    expect(seen({ bus_token: 'DOMAIN_BUS_PCI_MSI' })).toEqual([`${fn} 6`]);
    expect(seen({ levels: 1 })).toEqual([`${fn} 2`]);
  });

  test('is not asked when the parent has refused already, and after a device has a domain', async () => {
    const subject = await start();
    const refusing = '(callback: init_dev_msi_info 1 = -ENOMEM)';
    const step = parseStep(`${CREATING} ${refusing}`);
    const refused = subject.start(withLib({ levels: 2 })).apply(step);
    expect([refused.ret, complaintsOf(refused)]).toEqual([0, []]);
    expect(complaintsOf(after(subject, withLib({}), CREATE))).toEqual([
      'WARN msi_create_device_irq_domain 1',
    ]);
  });

  test('does with every token, level and flag what oracle, rules and generator say', async () => {
    const options = {
      factory: await start(),
      spec: 'kernel',
      expected: readKept().expected,
    } as const;
    const { factory: subject } = options;
    for (const environment of WORLDS) {
      expect(impossible(environment)).toBeUndefined();
      const seen = after(subject, environment);
      const before = subject.start(environment).picture();
      const [outcome, ...others] = outcomes(environment, before, CREATE);
      expect(others).toEqual([]);
      expect([seen.ret, complaintsOf(seen)]).toEqual([outcome?.ret, outcome?.splats]);
      expect(seen.ret === 0).toBe(refusal(environment) > 0);
      const wanted = seen.ret === 0 ? 0 : ownFlags(environment);
      expect(flagsOf(seen)).toEqual(flagNames(MsiFlag, wanted));
      const trace = { environment, steps: [CREATE] };
      expect(runTrace(trace, options).kind).toBe('ok');
    }
  });
}

describe('irq-msi-lib of the reference', () => {
  describeSubject(() => Promise.resolve(reference));

  test('shows nothing unexpected whatever a parent supports and requires', () => {
    const { expected } = readKept();
    inDrawn(reference, 10, (trace) => {
      const verdict = runTrace(trace, { factory: reference, spec: 'kernel', expected });
      const news =
        verdict.kind === 'finding' && mayBeExpected(expected, verdict.finding) === undefined;
      expect(news ? formatTrace(trace) : undefined).toBeUndefined();
    });
  });
});

const LIB = 'drivers/irqchip/irq-msi-lib.c';
const having = trees.filter(({ path }) => existsSync(join(path, LIB)));

describe.runIf(having.length > 0).for(having)('irq-msi-lib of tree $name', ({ name, path }) => {
  const start = async (): Promise<SubjectFactory> => {
    const { factory } = await readyTree({ name, path: resolve(path), from: '' });
    return { ...factory, start: (environment) => started(factory, environment) };
  };
  describeSubject(start);

  test('shows what the reference shows whatever a parent supports and requires', async () => {
    const other = await start();
    inDrawn(other, 5, (trace) => {
      const { difference } = conform(trace, { one: reference, other, intended: INTENDED });
      expect(difference && formatTrace(trace)).toBeUndefined();
    });
  });

  test('is what a tree without the file says that it lacks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
    const copy = copyTree(resolve(path), join(folder, 'copy'), { [LIB]: (text) => text });
    unlinkSync(join(copy, LIB));
    const { factory } = await readyTree({ name: 'copy', path: copy, from: '' });
    expect(fitted(factory, withLib({}))).toBe(LIB);
    expect(fits(factory, DEFAULT_ENVIRONMENT)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});

test('the trees that MSICHECK_TREES names are asked', ({ skip }) => {
  if (clang === '') skip('no clang that makes WebAssembly is installed');
  if (having.length === 0) skip(`MSICHECK_TREES names no kernel tree with ${LIB}`);
  expect(having.length).toBeGreaterThan(0);
});

test('a rule about what a parent makes of a domain says what it saw instead', () => {
  expect(PARENTS.map((one) => broken(one)?.detail ?? 'holds').join('\n')).toMatchInlineSnapshot(`
    "domain PFX-MSI-dev0-15 should not have MSI_FLAG_LEVEL_CAPABLE
    domain PFX-MSI-dev0-15 should not have MSI_FLAG_LEVEL_CAPABLE
    domain PFX-MSI-dev0-15 has no MSI_FLAG_FREE_MSI_DESCS
    domain PFX-MSI-dev0-15 has no MSI_FLAG_LEVEL_CAPABLE
    domain PFX-MSI-dev0-15 should not have MSI_FLAG_PCI_MSI_MASK_PARENT
    the chip of domain PFX-MSI-dev0-15 got an irq_eoi
    the chip of domain PFX-MSI-dev0-15 got no irq_ack
    the chip of domain PFX-MSI-dev0-15 got no irq_set_affinity of irq-msi-lib"
  `);
});

test('release 6.1 has no irq-msi-lib', () => {
  expect(impossible(withLib({ release: '6.1', msi: 'global' }))).toContain('came with 6.11');
});

test('named environments have it, and each of them serves devices', () => {
  const own = ENVIRONMENTS.filter(({ parent }) => parent === 'irq-msi-lib');
  expect(own.map(({ name }) => name)).toEqual(['msi-lib', 'msi-lib-pci']);
  expect(own.map(refusal)).toEqual([0, 0]);
  expect(own.filter((environment) => !fits(reference, environment))).toEqual([]);
});
