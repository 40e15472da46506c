// SPDX-License-Identifier: GPL-2.0-only
/** Injected faults: what is said of a failure is worth nothing when nothing fails. */
import type { Observation } from '../trace/observation.ts';
import { SITES } from '../trace/sites.ts';
import type { Fault } from '../trace/step.ts';
import type { Rule } from './rule.ts';
import { faultFired } from './situations.ts';

/** Of the faults that count every request only the subject knows which request they mean. */
export const reachedFaultsFire: Rule = {
  name: 'a fault of a step fires when its request is made, or its operation called',
  source: 'src/trace/step.ts, lib/fault-inject.c should_fail()',
  step: (observation, { faults }) => {
    for (let i = 0; i < faults.length; i += 1) {
      const fault = faults[i];
      if (fault === undefined || made(observation, fault) < fault.nth) continue;
      const where = fault.kind === 'memory' ? fault.site : fault.op;
      if (!observation.fired.some((one) => one.where === where && one.nth === fault.nth))
        return `${where} ${fault.nth} did not fire`;
    }
    return undefined;
  },
  sometimes: [faultFired],
};

/** How often a step came to the place of a fault. */
function made({ requests, callbacks }: Observation, fault: Fault): number {
  if (fault.kind === 'callback') return callbacks.filter(({ op }) => op === fault.op).length;
  return fault.site === 'any' ? 0 : (requests[SITES.indexOf(fault.site)] ?? 0);
}
