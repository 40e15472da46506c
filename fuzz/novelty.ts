// SPDX-License-Identifier: GPL-2.0-only
/** What a trace shows that others may not: each call with its result and the abstract states around it. */
import { CALL_NAMES, type CallName } from '../src/trace/call.ts';
import { SPLAT_KINDS, type Observation } from '../src/trace/observation.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import { type Op, OP_NAMES, type Site, SITES } from '../src/trace/sites.ts';
import type { Step } from '../src/trace/step.ts';
import { abstractState, mix } from './abstract.ts';

/** Features are numbers below this. */
export const FEATURES: number = 1 << 18;

const CALLS = new Map<CallName, number>(CALL_NAMES.map((fn, index) => [fn, index]));
const PLACES = new Map<Site | Op, number>(
  [...SITES, ...OP_NAMES].map((where, index) => [where, index]),
);
/** Calls whose positive results mean something each. */
const EXACT: ReadonlySet<CallName> = new Set(
  CALL_NAMES.filter((fn) => ['errno', 'bool'].includes(SIGNATURES[fn].returns)),
);

/** Features of one trace after the other. */
export interface Novelty {
  /** The features of the trace so far, each once. */
  readonly features: readonly number[];
  /** The steps that ran, and the abstract state after each. */
  readonly steps: readonly Step[];
  readonly states: readonly number[];
  /** Forgets the trace. */
  readonly begin: () => void;
  /** A step that ran. */
  readonly step: (step: Step, observation: Observation) => void;
}

/** Starts without a trace. */
export function startNovelty(): Novelty {
  const features: number[] = [];
  const steps: Step[] = [];
  const states: number[] = [];
  const seen = new Int32Array(FEATURES);
  let trace = 0;
  let before = 0;
  return {
    features,
    steps,
    states,
    begin: () => {
      trace += 1;
      before = 0;
      features.length = 0;
      steps.length = 0;
      states.length = 0;
    },
    step: (step, observation) => {
      const { call } = step;
      const after = abstractState(observation.picture);
      let hash = mix(before, after);
      hash = mix(hash, (CALLS.get(call.fn) ?? 0) + 1);
      hash = mix(hash, resultOf(call.fn, observation.ret));
      for (const { kind, nth } of observation.splats)
        hash = mix(hash, 64 * (nth + 1) + SPLAT_KINDS.indexOf(kind));
      for (const { where } of observation.fired) hash = mix(hash, 4096 + (PLACES.get(where) ?? 0));
      before = after;
      steps.push(step);
      states.push(after);
      const feature = (hash ^ (hash >>> 18)) & (FEATURES - 1);
      if (seen[feature] === trace) return;
      seen[feature] = trace;
      features.push(feature);
    },
  };
}

function resultOf(fn: CallName, ret: number): number {
  return ret > 0 && !EXACT.has(fn) ? 1 : ret;
}
