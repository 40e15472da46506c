// SPDX-License-Identifier: GPL-2.0-only
/**
 * Steps as fast-check's own commands, for suites that want fc.modelRun and fast-check's shrinker.
 * Each step is drawn without looking at the state; the flat arbitrary is several times as fast.
 */
import * as fc from 'fast-check';

import { affinityArg } from '../trace/affinity.ts';
import { BLOCKS, call, DOMAINS, DOMIDS, RESOURCES } from '../trace/call.ts';
import { type Environment } from '../trace/environment.ts';
import { BUS_TOKENS, FILTERS, MSI_ANY_INDEX } from '../trace/flags.ts';
import { formatStep } from '../trace/format.ts';
import { type ArgKind, type CallName, SIGNATURES } from '../trace/signatures.ts';
import type { Fault, Step } from '../trace/step.ts';
import { type Choice, planFor } from './plan.ts';

/** Whoever runs the steps; throws to stop at this one. */
export interface Sink {
  readonly apply: (step: Step) => void;
}

/** One step. It never changes, so that it prints and replays the same whenever it is asked. */
export class StepCommand implements fc.Command<object, Sink> {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  /** Calls are data and may be tried in every state. */
  check(): boolean {
    return true;
  }

  run(_model: object, sink: Sink): void {
    sink.apply(this.#step);
  }

  toString(): string {
    return formatStep(this.#step);
  }
}

/** Sequences of up to `maxCommands` steps for fc.modelRun. */
export function commandsArbitrary(
  environment: Environment,
  maxCommands: number = 40,
): fc.Arbitrary<Iterable<fc.Command<object, Sink>>> {
  const weighted = planFor(environment).choices.map((choice) => ({
    weight: choice.weight,
    arbitrary: stepOf(environment, choice).map((step) => new StepCommand(step)),
  }));
  return fc.commands([fc.oneof(...weighted)], { maxCommands, size: 'max', disableReplayLog: true });
}

function stepOf(environment: Environment, { fn, reach }: Choice): fc.Arbitrary<Step> {
  const args: Record<string, fc.Arbitrary<number>> = {};
  for (const { field, kind } of SIGNATURES[fn].args) args[field] = valueOf(environment, kind);
  const faults: fc.Arbitrary<Fault>[] = [];
  if (reach.sites.length > 0) faults.push(memoryFault(reach.sites));
  if (reach.ops.length > 0) faults.push(callbackFault(reach.ops));
  const some =
    faults.length === 0
      ? fc.constant([])
      : fc.oneof(
          { weight: 5, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.tuple(fc.oneof(...faults)) },
        );
  return fc.record({ call: callOf(fn, args), faults: some });
}

function callOf(
  fn: CallName,
  args: Record<string, fc.Arbitrary<number>>,
): fc.Arbitrary<Step['call']> {
  return fc.record(args).map((values) => call(fn, values));
}

function memoryFault(sites: Choice['reach']['sites']): fc.Arbitrary<Fault> {
  return fc.record({
    kind: fc.constant('memory' as const),
    site: fc.constantFrom(...sites),
    nth: fc.integer({ min: 1, max: 5 }),
    count: fc.constantFrom(1 as const, 2 as const, 0 as const),
  });
}

function callbackFault(ops: Choice['reach']['ops']): fc.Arbitrary<Fault> {
  return fc.record({
    kind: fc.constant('callback' as const),
    op: fc.constantFrom(...ops),
    nth: fc.integer({ min: 1, max: 5 }),
    ret: fc.constantFrom(-12, -28, -22),
  });
}

/** Small values, for then steps meet; one past the end where there is an end. */
function valueOf(
  { devices, hwsize, levels, wired }: Environment,
  kind: ArgKind,
): fc.Arbitrary<number> {
  const slot = fc.nat(Math.min(hwsize, 8));
  const values: Readonly<Record<ArgKind, fc.Arbitrary<number>>> = {
    dev: fc.nat(devices - 1),
    domid: fc.constantFrom(0, 0, 0, 1, DOMIDS - 1),
    slot,
    anySlot: fc.oneof(slot, fc.constant(MSI_ANY_INDEX)),
    nvec: fc.constantFrom(1, 1, 2, 3),
    affinity: fc.constantFrom(0, 0, affinityArg(3, false), affinityArg(12, true)),
    attrib: fc.nat(3),
    filter: fc.nat(FILTERS.length - 1),
    nirqs: fc.integer({ min: 1, max: 8 }),
    yes: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 0),
    hwsize: fc.constantFrom(hwsize, hwsize, 1, 4),
    domain: fc.oneof(fc.nat(levels), fc.constantFrom(3, DOMAINS.length - 1)),
    hwirq: fc.nat(Math.max(wired, 8)),
    block: fc.nat(BLOCKS - 1),
    vec: fc.nat(3),
    token: fc.nat(BUS_TOKENS.length - 1),
    res: fc.nat(RESOURCES - 1),
    cookie: fc.constantFrom(0, 0, 1),
    type: fc.constantFrom(0, 1, 4),
  };
  return values[kind];
}
