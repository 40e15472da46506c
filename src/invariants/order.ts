// SPDX-License-Identifier: GPL-2.0-only
/**
 * In which order the core calls the operations of a domain.
 *
 * What has no rule here: the reverse of msi_prepare. 6.1 and 6.12 have none; 6.16 prepares once per
 * device domain and undoes it with msi_teardown when the domain goes.
 */
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { anywhere, happened, happens, withCheck, withOp } from './situation.ts';
import { finished, initialised, prepared, written } from './situations.ts';

/** An operation of the environment was called, whatever it was. */

/** msi_check first, in the release that has it. */
export const checkedFirst: Rule = {
  name: 'msi_check agrees before msi_prepare is called',
  source: 'kernel/irq/msi.c msi_domain_prepare_irqs(), v6.1',
  ops: ['msi_prepare'],
  callback: (_callback, { profile, progress }) =>
    profile.hasMsiCheck && !progress.checked
      ? 'msi_prepare without an msi_check that returned 0'
      : undefined,
  sometimes: [
    happened('an allocation was prepared in a release with msi_check', Fact.PREPARED, withCheck),
  ],
};

/** Once per allocation. */
export const preparedOnce: Rule = {
  name: 'an allocation is prepared once, before its first descriptor',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irqs()',
  ops: ['msi_prepare', 'prepare_desc', 'set_desc'],
  callback: ({ op, arg }, { progress }) => {
    if (op === 'msi_prepare')
      return progress.prepared > 0 ? 'msi_prepare a second time' : undefined;
    if (progress.prepared > 0) return undefined;
    return `${op} for slot ${arg} without an msi_prepare that returned 0`;
  },
  sometimes: [prepared],
};

/** The order within one descriptor. */
export const describedFirst: Rule = {
  name: 'set_desc comes before get_hwirq, which comes before the parent allocates',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irqs(), msi_domain_alloc()',
  ops: ['get_hwirq', 'alloc'],
  callback: ({ op, irq }, { progress }) => {
    if (progress.prepared === 0) return undefined;
    if (op === 'get_hwirq')
      return progress.described ? undefined : 'get_hwirq without a set_desc before it';
    return progress.numbered
      ? undefined
      : `alloc of interrupt ${irq} without a get_hwirq before it`;
  },
  sometimes: [prepared],
};

/** The parent first, then the vectors. */
export const parentBeforeInit: Rule = {
  name: 'msi_init is called when the parent has allocated the interrupt',
  source: 'kernel/irq/msi.c msi_domain_alloc()',
  ops: ['msi_init'],
  callback: ({ irq }, { numbers, environment }) =>
    (numbers[irq]?.alloc[environment.levels] ?? 0) > 0
      ? undefined
      : `msi_init of interrupt ${irq}, which the parent does not have`,
  sometimes: [initialised],
};

/** Rollback of msi_domain_alloc(). */
export const rolledBackNewestFirst: Rule = {
  name: 'after a failed msi_init the vectors before it are freed newest first',
  source: 'kernel/irq/msi.c msi_domain_alloc()',
  ops: ['msi_free'],
  callback: ({ irq }, { progress }) =>
    progress.rollback === 0 || irq === progress.rollback - 1
      ? undefined
      : `msi_free of interrupt ${irq} after ${progress.rollback}`,
  sometimes: [
    happens(
      'msi_init failed for a later vector of a descriptor in a domain with msi_free',
      Fact.INIT_FAILED,
      ({ callbacks }) =>
        callbacks.some(
          ({ op, irq }, at) =>
            op === 'msi_free' &&
            callbacks[at - 1]?.op === 'msi_init' &&
            callbacks[at - 1]?.irq === irq + 1,
        ),
      withOp('msi_free'),
    ),
  ],
};

/** What is written was made for this interrupt, just now. */
export const composedFirst: Rule = {
  name: 'a message is composed right before it is written',
  source: 'kernel/irq/msi.c msi_domain_activate()',
  ops: ['irq_write_msi_msg'],
  callback: ({ irq, arg }, { progress }) =>
    arg === 0 || progress.composed === irq
      ? undefined
      : `interrupt ${irq} got a message that was not composed for it`,
  sometimes: [written],
};

/** The two passes of kernels up to 5.16. */
export const finishedLast: Rule = {
  name: 'msi_finish is called once, after handle_error and after the last interrupt is allocated',
  source: 'kernel/irq/msi.c msi_domain_prepare_irqs(), __msi_domain_alloc_irqs(), v5.15',
  ops: ['msi_finish', 'handle_error', 'set_desc', 'get_hwirq', 'msi_init'],
  callback: ({ op }, { progress }) => (progress.finished ? `${op} after msi_finish` : undefined),
  sometimes: [finished],
};

/** The last word of a free. */
export const postFreeLast: Rule = {
  name: 'msi_post_free comes once, when the interrupts are freed',
  source: 'kernel/irq/msi.c msi_domain_free_locked()',
  ops: ['free', 'msi_free', 'deactivate', 'domain_free_irqs', 'msi_post_free'],
  callback: ({ op, irq }, { progress }) =>
    progress.freed ? `${op} of interrupt ${irq} after msi_post_free` : undefined,
  sometimes: [
    happens(
      'msi_post_free was called after interrupts were freed',
      Fact.IRQ_GONE,
      ({ callbacks }) => callbacks.some(({ op }) => op === 'msi_post_free'),
      (env) => withOp('msi_post_free')(env) && anywhere(),
    ),
  ],
};

/** Both work on the whole device, so that a second time is about nothing, or about what is not there. */
export const overriddenOnce: Rule = {
  name: 'a call allocates through domain_alloc_irqs once at most, and frees through domain_free_irqs once',
  source: 'kernel/irq/msi.c __msi_domain_alloc_locked(), msi_domain_free_locked()',
  ops: ['domain_alloc_irqs', 'domain_free_irqs'],
  callback: ({ op }, { progress: { allocatedByDomain, freedByDomain } }) => {
    const again = op === 'domain_alloc_irqs' ? allocatedByDomain || freedByDomain : freedByDomain;
    return again ? `${op} comes again, or too late` : undefined;
  },
  sometimes: [
    happens(
      'an overriding domain freed what it could not allocate',
      Fact.FIRED,
      ({ callbacks }) =>
        callbacks.some(({ op }) => op === 'domain_alloc_irqs') &&
        callbacks.some(({ op }) => op === 'domain_free_irqs'),
      (env) => withOp('domain_alloc_irqs')(env) && withOp('domain_free_irqs')(env),
    ),
  ],
};
