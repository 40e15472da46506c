// SPDX-License-Identifier: GPL-2.0-only
/**
 * The state of a minimisation: the simplest trace so far, and the one question that may replace it.
 * A pass proposes traces; it neither knows how they are run nor what a finding is.
 */
import type { CallName } from '../../trace/call.ts';
import type { Environment } from '../../trace/environment.ts';
import { MSI_XA_DOMAIN_SIZE, MsiFlag } from '../../trace/flags.ts';
import { ownFlags } from '../../trace/parent.ts';
import { SIGNATURES } from '../../trace/signatures.ts';
import { OP_NAMES, SITES } from '../../trace/sites.ts';
import type { Fault, Step, Trace } from '../../trace/step.ts';
import { compareTraces } from './order.ts';

/**
 * Runs a trace and says whether it still has the finding. `common` is the number of leading steps
 * that it shares, with the environment, with the trace accepted last; -1 when the environment differs.
 */
export type Holds = (trace: Trace, common: number) => boolean;

/** What a pass works on. */
export interface Search {
  /** The simplest trace so far. */
  readonly best: () => Trace;
  /** True, and `best` is the candidate now, when it is simpler and still has the finding. */
  readonly attempt: (candidate: Trace, common: number) => boolean;
  /** Traces run so far. */
  readonly runs: () => number;
  /** True when no more may be run. */
  readonly spent: () => boolean;
  /** Hashes of traces that do not have the finding, so that they are not run again; more may be added later. */
  readonly dismiss: (hashes: ReadonlySet<number>) => void;
}

/** A pass proposes every trace of one sort, and is true when one was accepted. */
export type Pass = (search: Search) => boolean;

/** How a search asks, and how often it may. */
export interface Questions {
  readonly holds: Holds;
  /** A simpler trace that does the same, so that it can be asked about instead; often it was before. */
  readonly equivalent?: ((trace: Trace, common: number) => Trace | undefined) | undefined;
  /** Traces to run at most. */
  readonly budget: number;
}

/** Starts at a trace that has the finding; no trace is run twice. */
export function startSearch(start: Trace, { holds, equivalent, budget }: Questions): Search {
  let best = start;
  let runs = 0;
  const tried = new Set<number>([hashTrace(start)]);
  const dismissed = new Set<ReadonlySet<number>>([tried]);
  const attempt = (candidate: Trace, common: number): boolean => {
    if (runs >= budget || compareTraces(candidate, best) >= 0) return false;
    if (descriptorsMade(candidate) > Math.max(MANY, descriptorsMade(best))) return false;
    const hash = hashTrace(candidate);
    for (const hashes of dismissed) if (hashes.has(hash)) return false;
    tried.add(hash);
    const simpler = equivalent?.(candidate, common);
    if (simpler !== undefined) return attempt(simpler, common);
    runs += 1;
    if (!holds(candidate, common)) return false;
    best = candidate;
    return true;
  };
  return {
    best: () => best,
    attempt,
    runs: () => runs,
    spent: () => runs >= budget,
    dismiss: (hashes) => dismissed.add(hashes),
  };
}

/** No simple trace needs a call that makes more descriptors; a search through such would take minutes. */
const MANY = 128;

/** Descriptors that the largest call makes by itself. */
function descriptorsMade({ environment, steps }: Trace): number {
  const flags = environment.flags | ownFlags(environment);
  if ((flags & MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS) === 0) return 0;
  let largest = environment.msi === 'global' ? sizeOf(environment.hwsize) : 0;
  let made = 0;
  for (const { call } of steps) {
    const { fn } = call;
    if (CREATIONS.includes(fn)) largest = Math.max(largest, sizeOf(call.hwsize));
    else if (fn === 'msi_domain_alloc_irqs_all_locked') made = Math.max(made, largest);
    else if (RANGES.includes(fn)) made = Math.max(made, call.last - call.first + 1);
  }
  return made;
}

function sizeOf(hwsize: number): number {
  return hwsize === 0 ? MSI_XA_DOMAIN_SIZE : hwsize;
}

const CREATIONS: readonly CallName[] = ['msi_create_irq_domain', 'msi_create_device_irq_domain'];
const RANGES: readonly CallName[] = [
  'msi_domain_alloc_irqs_range',
  'msi_domain_alloc_irqs_range_locked',
];

/** Runs passes from the first one again whenever one got somewhere, until none does. */
export function toFixedPoint(search: Search, passes: readonly Pass[]): void {
  for (let i = 0; i < passes.length && !search.spent();) {
    i = passes[i]?.(search) === true && i > 0 ? 0 : i + 1;
  }
}

const environmentHashes = new WeakMap<Environment, number>();
const fnHashes = new Map<string, number>();

/** Two 26 bit hashes in one number. Equal traces are equal; that different ones are is so improbable that nothing would be lost. */
export function hashTrace(trace: Trace): number {
  let low = environmentHash(trace.environment);
  let high = low ^ 0x2545_f491;
  for (const step of trace.steps) {
    const fn = fnHash(step.call.fn);
    low = mix(low, fn);
    high = mix(high, fn + 1);
    for (const arg of SIGNATURES[step.call.fn].args) {
      low = mix(low, step.call[arg.field]);
      high = mix(high, step.call[arg.field] + 7);
    }
    for (const fault of step.faults) {
      const value = faultHash(fault);
      low = mix(low, value);
      high = mix(high, value + 13);
    }
  }
  return (high & 0x3ff_ffff) * 0x400_0000 + (low & 0x3ff_ffff);
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function faultHash(fault: Fault): number {
  if (fault.kind === 'callback')
    return 1_000_000 + OP_NAMES.indexOf(fault.op) * 10_007 + fault.nth * 131 + fault.ret;
  return (
    2_000_000 +
    (SITES.indexOf(fault.site === 'any' ? 'xa_node' : fault.site) +
      (fault.site === 'any' ? 50 : 0)) *
      10_007 +
    fault.nth * 131 +
    fault.count
  );
}

function textHash(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i += 1) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

function fnHash(fn: string): number {
  const known = fnHashes.get(fn);
  if (known !== undefined) return known;
  const hash = textHash(fn);
  fnHashes.set(fn, hash);
  return hash;
}

function environmentHash(env: Environment): number {
  const known = environmentHashes.get(env);
  if (known !== undefined) return known;
  const hash = textHash(JSON.stringify({ ...env, name: '' }));
  environmentHashes.set(env, hash);
  return hash;
}

/** A trace with other steps. */
export function withSteps(trace: Trace, steps: readonly Step[]): Trace {
  return { environment: trace.environment, steps };
}

/** A trace with one step replaced. */
export function withStep(trace: Trace, at: number, step: Step): Trace {
  return withSteps(trace, trace.steps.with(at, step));
}
