// SPDX-License-Identifier: GPL-2.0-only
/** Calls of interrupt numbers and irq domains. */
import {
  BOTH,
  DOM,
  a,
  domain,
  block,
  affinity,
  hwirq,
  vec,
  sig,
  type Signature,
} from './signature.ts';

/** By name. */
export const IRQ_CALLS: Readonly<
  Record<
    | 'irq_alloc_descs'
    | 'irq_free_descs'
    | 'irq_domain_alloc_irqs'
    | 'irq_domain_free_irqs'
    | 'irq_domain_push_irq'
    | 'irq_domain_pop_irq'
    | 'irq_domain_disconnect_hierarchy'
    | 'irq_domain_activate_irq'
    | 'irq_domain_deactivate_irq'
    | 'irq_create_mapping_affinity'
    | 'irq_create_fwspec_mapping'
    | 'irq_domain_associate'
    | 'irq_domain_create_legacy'
    | 'irq_domain_remove'
    | 'irq_dispose_mapping'
    | 'irq_find_mapping',
    Signature
  >
> = {
  irq_alloc_descs: sig(
    'kernel/irq/irqdesc.c',
    BOTH,
    [a('nirqs', 'nirqs', 'cnt'), affinity, block],
    ['virq', 'allocate a block of interrupt numbers'],
  ),
  irq_free_descs: sig('kernel/irq/irqdesc.c', BOTH, [block], ['void', 'free it']),
  irq_domain_alloc_irqs: sig(
    DOM,
    BOTH,
    [domain, a('nirqs', 'nirqs', 'nr_irqs'), affinity, block],
    ['virq', 'allocate interrupts in a hierarchy'],
  ),
  irq_domain_free_irqs: sig(DOM, BOTH, [block], ['void', 'free them']),
  irq_domain_push_irq: sig(
    DOM,
    BOTH,
    [domain, block],
    ['errno', 'put an outer domain on top of an interrupt'],
  ),
  irq_domain_pop_irq: sig(DOM, BOTH, [domain, block], ['errno', 'take it off']),
  irq_domain_disconnect_hierarchy: sig(
    DOM,
    BOTH,
    [domain, a('nirqs', 'nirqs', 'nr_irqs'), block],
    ['virq', 'allocate with every level below `domain` marked as not connected'],
  ),
  irq_domain_activate_irq: sig(
    DOM,
    BOTH,
    [block, vec, a('reserve', 'yes')],
    ['errno', 'activate one interrupt of a block'],
  ),
  irq_domain_deactivate_irq: sig(DOM, BOTH, [block, vec], ['void', 'deactivate it']),
  irq_create_mapping_affinity: sig(
    DOM,
    BOTH,
    [domain, hwirq, affinity, block],
    ['virq', 'map a hardware number'],
  ),
  irq_create_fwspec_mapping: sig(
    DOM,
    BOTH,
    [domain, hwirq, a('type', 'type'), block],
    ['virq', 'map through the firmware node of a domain'],
  ),
  irq_domain_associate: sig(
    DOM,
    BOTH,
    [domain, block, hwirq],
    ['errno', 'associate the first interrupt of a block'],
  ),
  irq_domain_create_legacy: sig(
    DOM,
    BOTH,
    [domain, a('nirqs', 'nirqs', 'size'), block, hwirq],
    ['bool', 'create a domain for a block of existing interrupts'],
  ),
  irq_domain_remove: sig(DOM, BOTH, [domain], ['void', 'remove a domain']),
  irq_dispose_mapping: sig(DOM, BOTH, [block], ['void', 'undo a mapping']),
  irq_find_mapping: sig(
    'include/linux/irqdomain.h',
    BOTH,
    [domain, hwirq],
    ['virq', 'look a hardware number up'],
  ),
};
