// SPDX-License-Identifier: GPL-2.0-only
/** Claims about what is tried: random traces are repeatable, varied, well aimed and writable. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { traceArbitrary } from '../src/generate/arbitrary.ts';
import { startBits } from '../src/generate/bits.ts';
import { commandsArbitrary, StepCommand } from '../src/generate/commands.ts';
import {
  ENVIRONMENTS,
  environmentNamed,
  OLD_ENVIRONMENTS,
  WHY,
} from '../src/generate/environments.ts';
import { planFor } from '../src/generate/plan.ts';
import { seedFromText } from '../src/generate/seed.ts';
import { drawWorld } from '../src/generate/stream.ts';
import { DEFAULT_ENVIRONMENT, type Environment, impossible } from '../src/trace/environment.ts';
import { MSI_ANY_INDEX, MSI_XA_DOMAIN_SIZE } from '../src/trace/flags.ts';
import { formatStep, formatTrace } from '../src/trace/format.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Release } from '../src/trace/profile.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import { canFail, OP_NAMES, SITES } from '../src/trace/sites.ts';
import type { Step, Trace } from '../src/trace/step.ts';

const EVERY = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS];
const ALLOCATIONS = [
  'msi_domain_alloc_irqs_range',
  'msi_domain_alloc_irqs_all_locked',
  'msi_domain_alloc_irq_at',
];

type Habits = Parameters<typeof traceArbitrary>[1];

function sample(
  environments: readonly Environment[],
  numRuns: number,
  habits?: Habits,
): readonly Trace[] {
  return fc.sample(traceArbitrary(environments, habits), { numRuns, seed: 20_251_120 });
}

/** What most tests look at is drawn once, as many traces as the most demanding one wants. */
const MOST = new Map([
  [ENVIRONMENTS, 12_000],
  [OLD_ENVIRONMENTS, 6000],
]);
const samples = new Map<readonly Environment[], readonly Trace[]>();

/** A sample begins with every smaller one. */
function traces(
  environments: readonly Environment[],
  numRuns: number,
  habits?: Habits,
): readonly Trace[] {
  const most = MOST.get(environments);
  if (habits !== undefined || most === undefined) return sample(environments, numRuns, habits);
  const known = samples.get(environments) ?? sample(environments, most);
  samples.set(environments, known);
  return known.slice(0, numRuns);
}

function steps(environments: readonly Environment[], numRuns: number): readonly Step[] {
  return traces(environments, numRuns).flatMap((trace) => trace.steps);
}

function named(name: string): Environment {
  return environmentNamed(name) ?? DEFAULT_ENVIRONMENT;
}

function callsOf(release: Release): readonly string[] {
  return Object.entries(SIGNATURES).flatMap(([fn, { releases }]) => {
    const known: readonly Release[] = releases;
    return known.includes(release) ? [fn] : [];
  });
}

function drawn(environments: readonly Environment[]): readonly string[] {
  return [...new Set(steps(environments, 6000).map(({ call }) => call.fn))].toSorted();
}

test('the same seed draws the same traces, to the letter', () => {
  const once = traces(EVERY, 300).map((trace) => formatTrace(trace));
  const again = traces(EVERY, 300).map((trace) => formatTrace(trace));
  expect(again).toEqual(once);
  expect(new Set(once).size).toBeGreaterThan(280);
  expect(traces(ENVIRONMENTS, 300)).toEqual(sample(ENVIRONMENTS, 300));
});

test('a seed of words is the same number everywhere, and another word is another number', () => {
  expect(seedFromText('tuesday', 0)).toBe(seedFromText('tuesday', 0));
  expect(seedFromText('tuesday', 0)).toBe(-1_503_258_538);
  expect(
    new Set(
      ['tuesday', 'wednesday', ''].flatMap((text) => [
        seedFromText(text, 0),
        seedFromText(text, 1),
      ]),
    ).size,
  ).toBe(6);
});

test('every environment is possible, has a name of its own and says why it exists', () => {
  expect(EVERY.map((environment) => impossible(environment))).toEqual(EVERY.map(() => undefined));
  expect(new Set(EVERY.map(({ name }) => name)).size).toBe(EVERY.length);
  expect([...WHY.keys()]).toEqual(EVERY.map(({ name }) => name));
  expect(new Set(WHY.values()).size).toBe(EVERY.length);
});

test('every call of 6.12 is drawn, and every call of 6.1 in its environments', () => {
  expect(drawn(ENVIRONMENTS)).toEqual(callsOf('6.12').toSorted());
  expect(drawn(OLD_ENVIRONMENTS)).toEqual(callsOf('6.1').toSorted());
});

test('a fault is armed at every site, and at every operation that can fail', () => {
  const faults = [...steps(ENVIRONMENTS, 12_000), ...steps(OLD_ENVIRONMENTS, 4000)].flatMap(
    (step) => step.faults,
  );
  const sites = new Set(faults.flatMap((fault) => (fault.kind === 'memory' ? [fault.site] : [])));
  expect([...sites].toSorted()).toEqual([...SITES, 'any'].toSorted());
  const ops = new Set(faults.flatMap((fault) => (fault.kind === 'callback' ? [fault.op] : [])));
  expect([...ops].toSorted()).toEqual(OP_NAMES.filter(canFail).toSorted());
});

test('faults come in three shapes, at the first request mostly and at later ones too', () => {
  const memory = steps(ENVIRONMENTS, 4000).flatMap(({ faults }) =>
    faults.filter((fault) => fault.kind === 'memory'),
  );
  expect(new Set(memory.map(({ count }) => count))).toEqual(new Set([0, 1, 2]));
  const first = memory.filter(({ nth }) => nth === 1).length / memory.length;
  expect(first).toBeGreaterThan(0.4);
  expect(first).toBeLessThan(0.9);
});

test('many traces have no fault at all, and some have many', () => {
  const faulty = traces(ENVIRONMENTS, 4000).map(
    (trace) => trace.steps.filter(({ faults }) => faults.length > 0).length,
  );
  expect(faulty.filter((count) => count === 0).length).toBeGreaterThan(1200);
  expect(faulty.filter((count) => count >= 5).length).toBeGreaterThan(100);
});

test('a trace has 1 to 60 steps, and about 20 on average', () => {
  const lengths = traces(ENVIRONMENTS, 5000).map((trace) => trace.steps.length);
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(60);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  expect(mean).toBeGreaterThan(18);
  expect(mean).toBeLessThan(22);
});

test('each trace has a subset of the calls of its own', () => {
  const longs = traces([named('per-device')], 3000).filter((trace) => trace.steps.length >= 20);
  const kinds = longs.map((trace) => new Set<string>(trace.steps.map(({ call }) => call.fn)));
  expect(new Set(kinds.map((set) => [...set].toSorted().join(' '))).size).toBeGreaterThan(
    kinds.length * 0.95,
  );
  const without = (part: string): number =>
    kinds.filter((set) => ![...set].some((fn) => fn.includes(part))).length;
  expect(without('free_irqs')).toBeGreaterThan(kinds.length / 50);
  expect(without('insert')).toBeGreaterThan(kinds.length / 50);
  expect(without('devres')).toBeGreaterThan(kinds.length / 50);
});

test('more than 60 of 100 allocations are expected to succeed', () => {
  let asked = 0;
  let granted = 0;
  for (const environment of ENVIRONMENTS) {
    const plan = planFor(environment);
    for (let i = 1; i <= 500; i += 1) {
      const world = drawWorld(plan, startBits(i * 7919, i), {
        swarm: true,
        faults: true,
        misuse: true,
        longest: 60,
      });
      asked += world.asked;
      granted += world.granted;
    }
  }
  expect(asked).toBeGreaterThan(3 * 500 * ENVIRONMENTS.length);
  expect(granted / asked).toBeGreaterThan(0.6);
});

test('arguments meet the boundaries: the last slot, one past it, a slot that is taken, ranges around what is there', () => {
  const seen = { last: 0, past: 0, taken: 0, around: 0, whole: 0, beyond: 0, backwards: 0 };
  for (const { steps: all } of traces([named('keep-descs')], 2000, {
    faults: false,
    misuse: false,
  })) {
    const there = new Set<number>();
    let size = MSI_XA_DOMAIN_SIZE;
    for (const { call } of all) {
      if (call.fn === 'msi_create_device_irq_domain' && call.hwsize > 0) size = call.hwsize;
      if (call.fn === 'msi_domain_insert_msi_desc' || call.fn === 'msi_domain_alloc_irq_at') {
        if (call.index === size - 1) seen.last += 1;
        if (call.index === size) seen.past += 1;
        if (there.has(call.index)) seen.taken += 1;
        if (call.index !== MSI_ANY_INDEX) there.add(call.index);
      }
      if (!call.fn.includes('range')) continue;
      if ([...there].some((index) => index >= call.first && index <= call.last)) seen.around += 1;
      if (call.first === 0 && call.last === size - 1) seen.whole += 1;
      if (call.last === size) seen.beyond += 1;
      if (call.first > call.last) seen.backwards += 1;
    }
  }
  for (const [what, times] of Object.entries(seen))
    expect([what, times > 20]).toEqual([what, true]);
});

test('large stores are indexed where their tree grows', () => {
  const indexes = new Set(steps([named('big-store')], 3000).map(({ call }) => call.index));
  for (const index of [63, 64, 65, 4095, 4096, 4097, 65_534, 65_535])
    expect([index, indexes.has(index)]).toEqual([index, true]);
});

test('a mutex that a trace takes is released again when the trace does not end in misuse', () => {
  for (const { steps: all } of traces(EVERY, 3000, { misuse: false })) {
    const held = new Set<number>();
    for (const { call } of all) {
      if (call.fn === 'msi_lock_descs') held.add(call.dev);
      if (call.fn === 'msi_unlock_descs') held.delete(call.dev);
    }
    expect([...held]).toEqual([]);
  }
});

test('arguments that a call does not have are 0', () => {
  const wrong = steps(EVERY, 2000).filter(({ call }) => {
    const known = new Set<string>(SIGNATURES[call.fn].args.map(({ field }) => field));
    return Object.entries(call).some(
      ([field, value]) => field !== 'fn' && !known.has(field) && value !== 0,
    );
  });
  expect(wrong.map(formatStep)).toEqual([]);
});

test('a random trace survives being written and read back', () => {
  fc.assert(
    fc.property(traceArbitrary(EVERY), (trace) => {
      expect(parseTrace(formatTrace(trace), 'random').trace).toEqual(trace);
    }),
    { numRuns: 1000, seed: 7 },
  );
});

test('fast-check can reduce a trace to the one step that matters', () => {
  const property = fc.property(
    traceArbitrary(ENVIRONMENTS),
    (trace) => !trace.steps.some(({ call }) => ALLOCATIONS.includes(call.fn)),
  );
  const { counterexample } = fc.check(property, { numRuns: 100, seed: 3 });
  expect(counterexample?.[0].steps.map(({ faults }) => faults.length)).toEqual([0]);
});

test('a smaller trace has fewer steps or fewer faults, and changes nothing else', () => {
  const arbitrary = traceArbitrary(ENVIRONMENTS);
  for (const trace of traces(ENVIRONMENTS, 50)) {
    for (const { value } of arbitrary.shrink(trace, undefined)) {
      expect(sizeOf(value)).toBeLessThan(sizeOf(trace));
      expect(value.environment).toBe(trace.environment);
    }
  }
});

test('commands of fast-check run the steps that they print', () => {
  fc.assert(
    fc.property(commandsArbitrary(named('per-device')), (commands) => {
      const seen: string[] = [];
      fc.modelRun(
        () => ({ model: {}, real: { apply: (step: Step) => void seen.push(formatStep(step)) } }),
        commands,
      );
      expect(seen).toEqual([...commands].map(String));
    }),
    { numRuns: 200, seed: 11 },
  );
});

test('a trace runs as commands of fast-check, step by step in its order', () => {
  for (const trace of traces(ENVIRONMENTS, 20)) {
    const seen: Step[] = [];
    const apply = (step: Step): void => void seen.push(step);
    const commands = trace.steps.map((step) => new StepCommand(step));
    fc.modelRun(() => ({ model: {}, real: { apply } }), commands);
    expect(seen).toEqual(trace.steps);
  }
});

function sizeOf({ steps: all }: Trace): number {
  return all.reduce((sum, { faults }) => sum + 1 + faults.length, 0);
}
