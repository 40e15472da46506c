// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts that a driver allocates itself: kernel/irq/irqdomain.c and irqdesc.c, under their names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import { ANY, type Draft, fails, setBlock, splat, take, VIRQ } from './draft.ts';
import type { Work } from './draft.ts';
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
  irq_create_mapping_affinity,
  irq_create_fwspec_mapping,
  irq_domain_associate,
  irq_domain_create_legacy,
  irq_domain_remove: (d, { domain }) => irq_domain_remove(d, domain),
  irq_dispose_mapping: free,
  irq_find_mapping: () => ANY,
};

/** What becomes of a block. */
function fill(d: Draft, { domain, nirqs }: Call, made: Partial<Block>): number {
  return setBlock(d, { kind: 'plain', size: nirqs, domain, cut: 0, lost: 0, ...made });
}

/** A hierarchy that is cut off above a level takes no vectors. */
function allocHierarchy(d: Draft, call: Call, cut: number): number {
  const vectors = cut > 0 ? 0 : call.nirqs;
  return (
    fails(d, true, 'alloc') ||
    take(d, call.nirqs, call.affinity, vectors) ||
    fill(d, call, { kind: 'hierarchy', cut })
  );
}

/** irq_free_descs(), irq_domain_free_irqs(), irq_dispose_mapping(). An interrupt that was never mapped is not disposed of. */
function free(d: Draft, { fn, block }: Call): number {
  const missing = d.world.blocks[block] === undefined;
  if (missing && fn === 'irq_domain_free_irqs') splat(d, 'WARN irq_domain_free_irqs 1');
  for (let i = d.world.blocks[block]?.lost ?? 0; i > 0; i -= 1)
    splat(d, 'WARN irq_dispose_mapping 1');
  setBlock(d, undefined);
  return 0;
}

function irq_domain_push_irq(d: Draft, { domain, block }: Call): number {
  const old = d.world.blocks[block];
  if (old === undefined) return Errno.EINVAL;
  if (d.world.domains[domain]?.kind === 'wired') splat(d, 'WARN irq_domain_push_irq 2');
  if (domain - 1 !== old.domain) return Errno.EINVAL;
  const failure = fails(d, true, 'alloc');
  if (failure === 0) setBlock(d, { ...old, domain });
  return failure;
}

function irq_domain_pop_irq(d: Draft, { domain, block }: Call): number {
  const old = d.world.blocks[block];
  if (old === undefined) return Errno.EINVAL;
  if (domain !== old.domain) return splat(d, 'WARN irq_domain_pop_irq 2', Errno.EINVAL);
  if (domain <= old.cut) return splat(d, 'WARN irq_domain_pop_irq 4', Errno.EINVAL);
  setBlock(d, { ...old, domain: domain - 1 });
  return 0;
}

function irq_create_mapping_affinity(d: Draft, call: Call): number {
  if (d.world.domains[call.domain]?.mapped.has(call.hwirq) === true) return VIRQ;
  const failed = fails(d, true) || take(d, 1, call.affinity, 0) || irq_domain_associate(d, call);
  return failed === 0 ? VIRQ : 0;
}

function irq_domain_associate(d: Draft, call: Call): number {
  const { fn, domain, hwirq, block } = call;
  if (hwirq >= (d.world.domains[domain]?.size ?? 0))
    return splat(d, 'WARN irq_domain_associate_locked 1', Errno.EINVAL);
  const old = d.world.blocks[block];
  if (fn === 'irq_domain_associate' && old === undefined)
    return splat(d, 'WARN irq_domain_associate_locked 2', Errno.EINVAL);
  if (old !== undefined && old.kind !== 'plain' && old.lost === 0)
    return splat(d, 'WARN irq_domain_associate_locked 3', Errno.EINVAL);
  const failure = fails(d, false, 'map');
  if (failure !== 0) return failure;
  fill(d, call, { kind: 'mapping', size: 1 });
  return 0;
}

function irq_create_fwspec_mapping(d: Draft, call: Call): number {
  const { domain, hwirq } = call;
  const kind = d.world.domains[domain]?.kind;
  const { hasMsiTranslate } = d.world.profile;
  const type = kind === 'msi' && !hasMsiTranslate ? 0 : call.type;
  const translates =
    kind !== 'msi' || !hasMsiTranslate || d.world.environment.ops.includes('msi_translate');
  if (!translates || (kind === 'msi' && fails(d, false, 'msi_translate') !== 0)) return 0;
  const trigger = d.world.domains[domain]?.mapped.get(hwirq);
  if (trigger !== undefined) return type === 0 || trigger === 0 || type === trigger ? VIRQ : 0;
  if (kind === 'wired') return irq_create_mapping_affinity(d, call);
  if (fails(d, true, 'alloc', 'msi_init') !== 0 || take(d, 1, 0, 1) !== 0) return 0;
  return fill(d, call, { kind: 'mapping', size: 1 });
}

/** An interrupt that map() refuses is left out, and nobody is told. */
function irq_domain_create_legacy(d: Draft, call: Call): number {
  if (fails(d, true) !== 0) return 0;
  let lost = 0;
  for (let i = 0; i < call.nirqs; i += 1) lost += fails(d, false, 'map') === 0 ? 0 : 1;
  if (d.plan.strict && lost > 0) return 0;
  const live = call.nirqs - lost;
  d.world.domains[call.domain] = newDomain('wired', call.hwirq + call.nirqs, live);
  fill(d, call, { kind: 'mapping', lost });
  return 1;
}
