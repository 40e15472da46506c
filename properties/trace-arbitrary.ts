// SPDX-License-Identifier: GPL-2.0-only
/**
 * For the tests of the text format: random traces, with everything that can be written, sensible or
 * not, and what parseTrace says against a text.
 */
import * as fc from 'fast-check';

import { affinityArg } from '../src/trace/affinity.ts';
import {
  BLOCKS,
  type Call,
  call,
  CALL_NAMES,
  type CallName,
  DOMAINS,
  DOMIDS,
  RESOURCES,
} from '../src/trace/call.ts';
import {
  DEFAULT_ENVIRONMENT,
  type Environment,
  ENVIRONMENT_RANGES,
  impossible,
  OWN_OPS,
} from '../src/trace/environment.ts';
import { PROFILES } from '../src/trace/profile.ts';
import { Errno } from '../src/trace/errno.ts';
import { BUS_TOKENS, FILTERS, MSI_ANY_INDEX, MsiFlag } from '../src/trace/flags.ts';
import { HEADER } from '../src/trace/format.ts';
import { parseTrace, TraceError } from '../src/trace/parse.ts';
import { type ArgKind, SIGNATURES } from '../src/trace/signatures.ts';
import { canFail, OP_NAMES, SITES } from '../src/trace/sites.ts';
import type { Fault, Step, Trace } from '../src/trace/step.ts';

const slot = fc.oneof(fc.nat(8), fc.nat(65_536));
/** Every value that an argument of a kind can have. */
export const VALUES: Readonly<Record<ArgKind, fc.Arbitrary<number>>> = {
  dev: fc.nat(2),
  domid: fc.nat(DOMIDS - 1),
  slot,
  anySlot: fc.oneof(slot, fc.constant(MSI_ANY_INDEX)),
  nvec: fc.integer({ min: 1, max: 32 }),
  affinity: fc.oneof(
    fc.constant(0),
    fc.tuple(fc.nat(15), fc.boolean()).map(([cpus, managed]) => affinityArg(cpus, managed)),
  ),
  attrib: fc.nat(3),
  filter: fc.nat(FILTERS.length - 1),
  nirqs: fc.nat(65_537),
  yes: fc.nat(1),
  hwsize: fc.nat(65_537),
  domain: fc.nat(DOMAINS.length - 1),
  hwirq: fc.nat(65_536),
  block: fc.nat(BLOCKS - 1),
  vec: fc.nat(31),
  token: fc.nat(BUS_TOKENS.length - 1),
  res: fc.nat(RESOURCES - 1),
  cookie: fc.nat(2 ** 31),
  type: fc.constantFrom(0, 1, 4),
};

function callOf(fn: CallName): fc.Arbitrary<Call> {
  const values = Object.fromEntries(
    SIGNATURES[fn].args.map(({ field, kind }) => [field, VALUES[kind]]),
  );
  return fc.record(values).map((args) => call(fn, args));
}

const nth = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1_000_000 }));
const forced = fc.record({
  op: fc.constantFrom(...OP_NAMES.filter(canFail)),
  nth,
  ret: fc.oneof(fc.constantFrom(...Object.values(Errno)), fc.integer({ min: -4095, max: 99 })),
});
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constant<'memory'>('memory'),
    site: fc.constantFrom<(typeof SITES)[number] | 'any'>('any', ...SITES),
    nth,
    count: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  }),
  forced.map((one): Fault => ({ kind: 'callback', ...one })),
);

/** A step with one of the calls, and up to four faults of every kind. */
export function stepOf(names: readonly CallName[]): fc.Arbitrary<Step> {
  return fc.record({
    call: fc.constantFrom(...names).chain(callOf),
    faults: fc.array(fault, { maxLength: 4 }),
  });
}

function within(field: string): fc.Arbitrary<number> {
  const [min, max] = ENVIRONMENT_RANGES[field] ?? [0, 0];
  return fc.integer({ min, max });
}

const name = fc.stringMatching(/^[\x21-\x7e](?:[\x20-\x7e]{0,30}[\x21-\x7e])?$/u);
const bits = fc
  .subarray(Object.values(MsiFlag))
  .map((list) => list.reduce((all: number, bit) => all | bit, 0));
const flags = bits.map((some) => some | MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS);
const fields: fc.Arbitrary<Partial<Environment>> = fc.record(
  {
    release: fc.constantFrom<Environment['release'][]>('6.1', '6.12'),
    vectors: within('vectors'),
    revmap_size: within('revmap_size'),
    levels: within('levels'),
    msi: fc.constantFrom<Environment['msi'][]>('device', 'global', 'none'),
    devices: within('devices'),
    pci: fc.constantFrom<Environment['pci'][]>('none', 'msi', 'msix'),
    fwnode: fc.boolean(),
    flags,
    hwsize: within('hwsize'),
    bus_token: fc.constantFrom(...BUS_TOKENS),
    ops: fc.shuffledSubarray([...OWN_OPS]),
    hwirq: fc.constantFrom<Environment['hwirq'][]>('index', 'device', 'overlap'),
    handler: fc.boolean(),
    compose: fc.constantFrom<Environment['compose'][]>('vector', 'msi'),
    prefix: fc.boolean(),
    parent: fc.constantFrom<Environment['parent'][]>('plain', 'irq-msi-lib'),
    supported_flags: bits,
    required_flags: flags,
    irq_ack: fc.boolean(),
    nr_irqs: within('nr_irqs'),
    online: within('online'),
    wired: within('wired'),
    hostile: fc.array(forced, { maxLength: 8 }),
  },
  { requiredKeys: [] },
);
const environment: fc.Arbitrary<Environment> = fc
  .record({ name, some: fields })
  .map((drawn) => possible({ ...DEFAULT_ENVIRONMENT, name: drawn.name, ...drawn.some }))
  .filter((env) => impossible(env) === undefined);

/** Replaces what cannot be together, so that few draws are lost. */
function possible(env: Environment): Environment {
  if (impossible(env) === undefined) return env;
  const { parent, supported_flags, required_flags } =
    env.msi === 'device' && env.parent === 'irq-msi-lib' ? env : DEFAULT_ENVIRONMENT;
  const release = env.msi === 'device' ? '6.12' : env.release;
  const foreign =
    release === '6.12'
      ? ['msi_check', 'msi_finish', 'handle_error', 'wrap_alloc', 'wrap_free']
      : ['prepare_desc', 'msi_post_free', 'msi_translate'];
  const ops = env.ops.filter((op) => !foreign.includes(op));
  const hwirq = env.msi === 'global' && env.hwirq === 'index' ? 'device' : env.hwirq;
  const bus_token = env.pci === 'none' ? env.bus_token : 'DOMAIN_BUS_PCI_MSI';
  return { ...env, release, ops, hwirq, bus_token, parent, supported_flags, required_flags };
}

/** An environment that can exist, and steps that its release has. */
export const trace: fc.Arbitrary<Trace> = environment.chain((env) => {
  const names = CALL_NAMES.filter((fn) =>
    SIGNATURES[fn].releases.includes(PROFILES[env.release].release),
  );
  return fc.record({
    environment: fc.constant(env),
    steps: fc.array(stepOf(names), { maxLength: 12 }),
  });
});
/** Comments as they are read: one line each, no blanks at the end. */
export const comments: fc.Arbitrary<string[]> = fc.array(
  fc.string().map((text) => text.replaceAll(/[\n\0\ufffd]/gu, '').trimEnd()),
  { maxLength: 3 },
);

/** The shortest text that can be read; steps and fields of the environment can follow. */
export const TOP: string = `${HEADER}\nenvironment: default\n`;

/** What parseTrace throws; anything but a TraceError fails the test. */
export function reject(text: string): TraceError | undefined {
  try {
    parseTrace(text, 'a.trace');
    return undefined;
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
}

/** What parseTrace says against a text. */
export function complaint(text: string): string {
  const error = reject(text);
  return error === undefined ? 'nothing' : error.message;
}

/** What it says against each of the texts below a right top. */
export function complaints(...steps: readonly string[]): string {
  return steps.map((step) => complaint(TOP + step)).join('\n');
}
