// SPDX-License-Identifier: GPL-2.0-only
/** What an operation did for an interrupt, its reverse undid: once each. */
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { irqView } from './view.ts';
import { happened, withOp } from './situation.ts';
import { initFailed, irqFreed, levelAllocated } from './situations.ts';

/** Handles of domains that have levels or maps: all of DOMAINS. */
const HANDLES = 6;

/**
 * Per vector, in failing allocations too. Domains without msi_free have nothing to undo, and of a
 * domain that was removed under an interrupt nothing can be said any more.
 */
export const initBalances: Rule = {
  name: 'an interrupt had one successful msi_init more than msi_free while it is in an MSI domain, and else as many',
  source: 'kernel/irq/msi.c msi_domain_alloc(), msi_domain_free()',
  number: ({ picture, irq, desc, past }, { environment }) => {
    if (!environment.ops.includes('msi_free')) return undefined;
    const data = picture.irq_data.objects[desc?.irq_data ?? 0];
    const domain = picture.irq_domain.objects[data?.domain ?? 0];
    if (data !== undefined && data.domain !== 0 && domain === undefined) return undefined;
    const wanted = domain?.kind === 'msi' ? 1 : 0;
    return past.init === wanted
      ? undefined
      : `interrupt ${irq}: msi_init succeeded ${past.init} times more than msi_free ran, not ${wanted}`;
  },
  sometimes: [
    happened('msi_init succeeded in a domain with msi_free', Fact.INITIALISED, withOp('msi_free')),
    initFailed,
  ],
};

/** At every level, also those that drivers map without a hierarchy. */
export const levelsBalance: Rule = {
  name: 'each level of an interrupt allocated it, or mapped it, once more than it freed it, and every other level as often',
  source:
    'kernel/irq/irqdomain.c irq_domain_alloc_irqs_hierarchy(), irq_domain_free_irqs_hierarchy()',
  number: ({ picture, irq, address, desc, past }) => {
    if (past.lied) return undefined;
    const levels = desc === undefined ? 0 : irqView(picture, address, desc).levels;
    for (let handle = 0; handle < HANDLES; handle += 1) {
      const count = past.alloc[handle] ?? 0;
      const wanted = (levels >> handle) & 1;
      if (count !== wanted)
        return `interrupt ${irq}: domain ${handle} allocated it ${count} times more than it freed it, not ${wanted}`;
    }
    return undefined;
  },
  sometimes: [levelAllocated, irqFreed, initFailed],
};
