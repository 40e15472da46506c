// SPDX-License-Identifier: GPL-2.0-only
/**
 * Two changes at once: one that gains something, and one that repairs what the first one broke. One
 * allocation of slots 0..3 does the work of two; fewer vectors are exhausted sooner; what took a fault
 * may be had with a size that is refused.
 */
import { type Call, call, type CallName } from '../../trace/call.ts';
import type { Environment } from '../../trace/environment.ts';
import { MsiFlag } from '../../trace/flags.ts';
import { SIGNATURES } from '../../trace/signatures.ts';
import type { Step, Trace } from '../../trace/step.ts';
import { largerValues, withArg, withLowestDomid } from './arguments.ts';
import { withoutStep } from './dropping.ts';
import { type Search, withStep } from './search.ts';
import { converted, sameSort, smallCalls } from './small.ts';
import { environmentsWithLess, simplerEnvironments } from './surroundings.ts';

/** A trace that would be simpler, and the number of leading steps that it shares with the best one. */
interface Gain {
  readonly trace: Trace;
  readonly common: number;
  /** The call that is gone, whose arguments another one may take. */
  readonly gone?: Call;
}

/** A step less and a larger argument. */
export function dropStepAndRaise(search: Search): boolean {
  return search.best().steps.some((step, at) => {
    const trace = withoutStep(search.best(), at);
    return raiseAny(search, { trace, common: at, gone: step.call });
  });
}

/** A fault less and a larger argument. */
export function dropFaultAndRaise(search: Search): boolean {
  const best = search.best();
  return best.steps.some((step, at) =>
    step.faults.some((fault) => {
      const faults = step.faults.filter((other) => other !== fault);
      return raiseAny(search, { trace: withStep(best, at, { ...step, faults }), common: at });
    }),
  );
}

/** A simpler environment and a larger argument. */
export function simplerEnvironmentAndRaise(search: Search): boolean {
  const best = search.best();
  return simplerEnvironments(best.environment).some((environment) =>
    raiseAny(search, { trace: { ...best, environment }, common: -1 }),
  );
}

/** A simpler environment and a call of the same sort: a slot of its own where none comes by itself. */
export function simplerEnvironmentAndRename(search: Search): boolean {
  const best = search.best();
  return simplerEnvironments(best.environment).some((environment) =>
    renameAny(search, { ...best, environment }),
  );
}

/** The lowest domain id and a call of the same sort. */
export function lowestDomidAndRename(search: Search): boolean {
  const best = search.best();
  const trace = withLowestDomid(best);
  return trace.steps.some((step, at) => step !== best.steps[at]) && renameAny(search, trace);
}

function renameAny(search: Search, trace: Trace): boolean {
  return trace.steps.some((step, at) =>
    sameSort(step.call.fn).some((fn) =>
      search.attempt(withStep(trace, at, { ...step, call: converted(step.call, fn) }), -1),
    ),
  );
}

/** A step less, and another one at another place. */
export function dropStepAndMove(search: Search): boolean {
  const best = search.best();
  return best.steps.some((_, drop) => {
    const rest = withoutStep(best, drop);
    return rest.steps.some((step, from) =>
      rest.steps.some((_other, to) => {
        const steps = rest.steps.toSpliced(from, 1).toSpliced(to, 0, step);
        return from !== to && search.attempt({ ...rest, steps }, Math.min(drop, from, to));
      }),
    );
  });
}

/** A step less, and one more thing undone at the end. */
export function dropStepAndUndo(search: Search): boolean {
  const best = search.best();
  const undoing = smallCalls(best.environment).filter(({ fn }) => UNDOING.test(fn));
  return best.steps.some((_, at) =>
    undoing.some((undo) => {
      const trace = withoutStep(best, at);
      return search.attempt({ ...trace, steps: [...trace.steps, { call: undo, faults: [] }] }, at);
    }),
  );
}

const UNDOING = /free|release|remove|dispose|deactivate|pop/u;

/** A step less in an environment with less of something, or with an operation that does more by itself. */
export function dropStepInEnvironment(search: Search): boolean {
  const best = search.best();
  return environmentsWithLess(best.environment).some((environment) =>
    best.steps.some((_, at) => search.attempt({ ...withoutStep(best, at), environment }, -1)),
  );
}

/** Descriptors that come by themselves with the allocation, instead of one step for each. */
export function simpleDescriptors(search: Search): boolean {
  const best = search.best();
  const flags = best.environment.flags | MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;
  const made = best.steps.filter(({ call: { fn } }) => MAKING.includes(fn));
  const [first] = made;
  if (first === undefined || made.length < 2) return false;
  const { dev, domid } = first.call;
  const last = made.length - 1;
  const range = call('msi_domain_alloc_irqs_range', { dev, domid, first: 0, last });
  const create = call('msi_create_device_irq_domain', { dev, domid, hwsize: last + 1 });
  const steps = best.steps.flatMap((step) => {
    if (step === first) return [{ call: range, faults: [] }];
    if (made.includes(step)) return [];
    return [CREATING.includes(step.call.fn) ? { ...step, call: create } : step];
  });
  return search.attempt({ environment: { ...best.environment, flags }, steps }, -1);
}

const MAKING: readonly CallName[] = ['msi_domain_insert_msi_desc', 'msi_domain_alloc_irq_at'];
const CREATING: readonly CallName[] = ['msi_setup_device_data', 'msi_create_device_irq_domain'];

/** Domains that devices create for themselves, instead of one for all of them. */
export function ownDomains(search: Search): boolean {
  const best = search.best();
  const { msi, release, hwsize } = best.environment;
  if (msi === 'device' || release === '6.1') return false;
  const environment: Environment = { ...best.environment, msi: 'device' };
  const steps = best.steps.map((step) => {
    const { fn, dev } = step.call;
    if (fn !== 'msi_setup_device_data') return step;
    const own = { ...step.call, fn: 'msi_create_device_irq_domain' as const, dev, hwsize };
    return { ...step, call: own };
  });
  return search.attempt({ environment, steps }, -1);
}

function raiseAny(search: Search, gain: Gain): boolean {
  return gain.trace.steps.some((step, at) => raise(search, gain, step, at));
}

function raise(search: Search, { trace, common, gone }: Gain, step: Step, at: number): boolean {
  return SIGNATURES[step.call.fn].args.some((arg) => {
    if (arg.kind === 'dev' || arg.kind === 'block' || arg.kind === 'res') return false;
    const value = step.call[arg.field];
    const values = largerValues(arg, value, trace.environment);
    const others = gone === undefined ? [] : [gone[arg.field]];
    return [...new Set([...others, ...values])].some(
      (other) =>
        other !== value &&
        search.attempt(withStep(trace, at, withArg(step, arg, other)), Math.min(common, at)),
    );
  });
}
