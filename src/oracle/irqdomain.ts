// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts that a driver allocates itself: kernel/irq/irqdomain.c and irqdesc.c, under their names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { ANY, choose, type Draft, fails, give, map, setDomain, splat, take } from './draft.ts';
import { VIRQ, type Work } from './draft.ts';
import { type Block, newDomain, NONE } from './model.ts';
import { irq_domain_remove } from './msi.ts';

/** The calls of this file. */
export const IRQ_CALLS: Readonly<Record<string, Work>> = {
  irq_alloc_descs: (d, call) =>
    fails(d, true) || take(d, call.nirqs, call.affinity, 0) || fill(d, call, { domain: NONE }),
  irq_free_descs: free,
  irq_domain_alloc_irqs: (d, call) => allocHierarchy(d, call, 0),
  irq_domain_free_irqs: free,
  irq_domain_push_irq,
  irq_domain_pop_irq,
  irq_domain_disconnect_hierarchy: (d, call) => allocHierarchy(d, call, call.domain),
  irq_domain_activate_irq: (d) => fails(d, false, 'activate'),
  irq_domain_deactivate_irq: () => 0,
  irq_create_mapping_affinity: (d, call) =>
    triggerOf(d, call) === undefined ? createMapping(d, call) : VIRQ,
  irq_create_fwspec_mapping,
  irq_domain_associate,
  irq_domain_create_legacy,
  irq_domain_remove: (d, { domain }) => irq_domain_remove(d, domain),
  irq_dispose_mapping: free,
  irq_find_mapping: () => ANY,
};

/** What becomes of a block; says that there is an interrupt number. */
function fill({ world }: Draft, { block, domain, nirqs }: Call, made: Partial<Block>): number {
  const plain = { kind: 'plain', size: nirqs, domain, vectors: 0, cut: 0, hwirqs: [] } as const;
  world.blocks = world.blocks.with(block, { ...plain, ...made });
  return VIRQ;
}

/** A hierarchy that is cut off above a level takes no vectors. */
function allocHierarchy(d: Draft, call: Call, cut: number): number {
  const vectors = cut > 0 ? 0 : call.nirqs;
  return (
    fails(d, true, 'alloc') ||
    take(d, call.nirqs, call.affinity, vectors) ||
    fill(d, call, { kind: 'hierarchy', vectors, cut })
  );
}

/** irq_free_descs(), irq_domain_free_irqs(), irq_dispose_mapping(). An interrupt that was never mapped is not disposed of. */
function free(d: Draft, { block }: Call): number {
  const old = d.world.blocks[block];
  if (old === undefined) return 0;
  const { kind, size, vectors, hwirqs, domain } = old;
  const lost = kind === 'mapping' && vectors === 0 ? size - hwirqs.length : 0;
  for (let i = 0; i < lost; i += 1) splat(d, 'WARN irq_dispose_mapping 1');
  map(d, domain, hwirqs, -1);
  give(d, size - lost, vectors);
  d.world.blocks = d.world.blocks.with(block, undefined);
  return 0;
}

function irq_domain_push_irq(d: Draft, { domain, block }: Call): number {
  const old = d.world.blocks[block];
  if (d.world.domains[domain]?.kind === 'wired') splat(d, 'WARN irq_domain_push_irq 2');
  if (old === undefined || domain - 1 !== old.domain) return Errno.EINVAL;
  const failure = fails(d, true, 'alloc');
  if (failure === 0) d.world.blocks = d.world.blocks.with(block, { ...old, domain });
  return failure;
}

function irq_domain_pop_irq(d: Draft, { domain, block }: Call): number {
  const old = d.world.blocks[block];
  if (domain !== old?.domain) return splat(d, 'WARN irq_domain_pop_irq 2', Errno.EINVAL);
  if (domain <= old.cut) return splat(d, 'WARN irq_domain_pop_irq 4', Errno.EINVAL);
  d.world.blocks = d.world.blocks.with(block, { ...old, domain: domain - 1 });
  return 0;
}

/** Trigger type of the interrupt that has a hardware number, undefined when none has. */
function triggerOf(d: Draft, { domain, hwirq }: Call): number | undefined {
  return d.world.domains[domain]?.mapped.get(hwirq);
}

function setTrigger(d: Draft, { domain, hwirq, type }: Call): number {
  const old = d.world.domains[domain];
  const mapped = new Map(old?.mapped).set(hwirq, type);
  if (old !== undefined) setDomain(d, domain, { ...old, mapped });
  return VIRQ;
}

/** irq_create_mapping_affinity_locked() */
function createMapping(d: Draft, call: Call): number {
  if (fails(d, true) !== 0 || take(d, 1, call.affinity, 0) !== 0) return 0;
  const ret = irq_domain_associate(d, call);
  if (ret !== 0) give(d, 1, 0);
  return ret === 0 ? VIRQ : 0;
}

function irq_domain_associate(d: Draft, call: Call): number {
  const { domain, hwirq } = call;
  if (hwirq >= (d.world.domains[domain]?.size ?? 0))
    return splat(d, 'WARN irq_domain_associate_locked 1', Errno.EINVAL);
  const failure = fails(d, false, 'map');
  if (failure !== 0) return failure;
  map(d, domain, [hwirq], 1);
  fill(d, call, { kind: 'mapping', size: 1, hwirqs: [hwirq] });
  return 0;
}

function irq_create_fwspec_mapping(d: Draft, call: Call): number {
  const { domain, hwirq, type } = call;
  const kind = d.world.domains[domain]?.kind;
  const translates = kind !== 'msi' || d.world.environment.ops.includes('msi_translate');
  if (!translates || (kind === 'msi' && fails(d, false, 'msi_translate') !== 0)) return 0;
  // Which numbers of a level are mapped is up to the root, so there all may be, with any type.
  const guess = kind === 'irq' ? choose(d, 1, 2) : 0;
  const trigger = guess === 0 ? triggerOf(d, call) : guess === 1 ? type : -1;
  if (trigger === 0 && type !== 0) return setTrigger(d, call);
  if (trigger !== undefined) return type === 0 || type === trigger ? VIRQ : 0;
  if (kind === 'wired') return createMapping(d, call) === 0 ? 0 : setTrigger(d, call);
  if (fails(d, true, 'alloc', 'msi_init') !== 0 || take(d, 1, 0, 1) !== 0) return 0;
  const hwirqs = kind === 'msi' ? [hwirq] : [];
  map(d, domain, hwirqs, 1);
  if (kind === 'msi') setTrigger(d, call);
  return fill(d, call, { kind: 'mapping', size: 1, vectors: 1, hwirqs });
}

/** An interrupt that map() refuses is left out, and nobody is told. */
function irq_domain_create_legacy(d: Draft, call: Call): number {
  if (fails(d, true) !== 0) return 0;
  const all = Array.from({ length: call.nirqs }, (_, i) => call.hwirq + i);
  const hwirqs = all.filter(() => fails(d, false, 'map') === 0);
  if (d.plan.strict && hwirqs.length < all.length) return 0;
  setDomain(d, call.domain, newDomain('wired', call.hwirq + call.nirqs));
  map(d, call.domain, hwirqs, 1);
  fill(d, call, { kind: 'mapping', hwirqs });
  return 1;
}
