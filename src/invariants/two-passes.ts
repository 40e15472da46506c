// SPDX-License-Identifier: GPL-2.0-only
/** The two passes of kernels up to 5.16: all interrupts are allocated, the domain is told, all are activated. */
import { Errno } from '../trace/errno.ts';
import type { Observation } from '../trace/observation.ts';
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { happens, withOp } from './situation.ts';
import { finished } from './situations.ts';

/** Where the second pass can fail: after that nobody is asked any more. */
function failsLater({ callbacks, fired }: Observation): boolean {
  return (
    callbacks.some(({ op, ret }) => op === 'activate' && ret !== 0) ||
    fired.some(({ where }) => where.includes('sysfs'))
  );
}

/** Whether the domain was prepared for an allocation, which failed before anything was activated. */
function failsEarly(observation: Observation): boolean {
  const { ret, callbacks } = observation;
  const ready = callbacks.some((one) => one.op === 'msi_prepare' && one.ret === 0);
  return ready && ret !== 0 && !failsLater(observation);
}

/** Whatever came of it. */
export const finishedAlways: Rule = {
  name: 'msi_finish is called once for an allocation that was prepared, with the result of its first pass',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irqs(), v5.15',
  step: (observation, { environment: { ops } }) => {
    if (!ops.includes('msi_finish')) return undefined;
    const { ret, callbacks } = observation;
    const ready = callbacks.filter((one) => one.op === 'msi_prepare' && one.ret === 0).length;
    const ends = callbacks.filter(({ op }) => op === 'msi_finish');
    if (ends.length !== ready)
      return `msi_finish was called ${ends.length} times for ${ready} allocations`;
    const told = ends[0]?.arg ?? 0;
    const wanted = failsEarly(observation) ? ret : 0;
    return told === wanted ? undefined : `msi_finish was told ${told}, expected ${wanted}`;
  },
  sometimes: [finished],
};

/** What the caller is told is the domain's decision. */
export const errorsHandled: Rule = {
  name: 'handle_error hears -ENOSPC of an allocation that fails in its first pass, and the caller gets its answer',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irqs(), v5.15',
  step: (observation, { environment: { ops } }) => {
    if (!ops.includes('handle_error')) return undefined;
    const { ret, callbacks } = observation;
    const heard = callbacks.find(({ op }) => op === 'handle_error');
    if (heard === undefined)
      return failsEarly(observation) ? `an allocation failed without handle_error` : undefined;
    if (heard.arg !== Errno.ENOSPC) return `handle_error heard ${heard.arg}`;
    return heard.ret === ret ? undefined : `handle_error said ${heard.ret}, the call ${ret}`;
  },
  sometimes: [
    happens(
      'handle_error was called',
      Fact.PREPARED,
      ({ callbacks }) => callbacks.some(({ op }) => op === 'handle_error'),
      withOp('handle_error'),
    ),
  ],
};
