// SPDX-License-Identifier: GPL-2.0-only
/** Vectors of the root domain: what parents hand out is neither lost nor handed out twice. */
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { irqFreed, levelAllocated } from './situations.ts';

/** Roots with more vectors are counted at the end of a trace only; the others when interrupts came or went. */
const FEW = 256;

/** From the interrupt to the vector. */
export const hasItsVector: Rule = {
  name: 'the vector of an interrupt is taken by that interrupt',
  source: 'kernel/irq/irqdomain.c irq_domain_alloc_irqs_parent(), irq_domain_free_irqs_parent()',
  irq: ({ picture, irq, root }, { numbers }) => {
    if (root === undefined || numbers[irq]?.lied === true) return undefined;
    const domain = picture.irq_domain.objects[root.domain];
    if (domain === undefined || domain.kind !== 'vector' || domain.vectors[root.hwirq] === irq)
      return undefined;
    return `interrupt ${irq} has vector ${root.hwirq}, which is taken by ${domain.vectors[root.hwirq] ?? 0}`;
  },
  sometimes: [levelAllocated],
};

/** From the vectors to the interrupts: none too many. */
export const vectorsConserved: Rule = {
  name: 'as many vectors are taken as interrupts reach the root domain',
  source: 'kernel/irq/irqdomain.c irq_domain_alloc_irqs_parent(), irq_domain_free_irqs_parent()',
  domain: ({ address, domain }, history) => {
    if (
      domain.vectors.length > FEW ||
      (history.facts & (Fact.LEVEL_ALLOCATED | Fact.IRQ_GONE)) === 0
    )
      return undefined;
    return surplus(domain.vectors, history.domains[address]?.mapped ?? 0);
  },
  all: (picture, { domains }) => {
    for (let address = 1; address < picture.irq_domain.objects.length; address += 1) {
      const vectors = picture.irq_domain.objects[address]?.vectors ?? [];
      const wrong = surplus(vectors, domains[address]?.mapped ?? 0);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  },
  sometimes: [levelAllocated, irqFreed],
};

function surplus(vectors: readonly number[], mapped: number): string | undefined {
  if (vectors.length === 0) return undefined;
  let count = 0;
  for (let vector = 0; vector < vectors.length; vector += 1) if (vectors[vector] !== 0) count += 1;
  return count === mapped
    ? undefined
    : `${count} vectors are taken, ${mapped} interrupts reach the root`;
}
