// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts that a driver allocates itself: kernel/irq/irqdomain.c and irqdesc.c, under their names. */
import type { Call } from '../trace/call.ts';
import { Errno } from '../trace/errno.ts';
import {
  type Draft,
  failure,
  fails,
  map,
  refuse,
  setDomain,
  setVectors,
  splat,
  takeNumbers,
  takeVectors,
  type Work,
} from './draft.ts';
import { type Block, mappedAt, newDomain, NONE } from './model.ts';
import { removed } from './msi.ts';

/** Hardware numbers of a level start at this times the level. */
const LEVEL = 256;

/** The calls of this file. */
export const IRQ_CALLS: Readonly<Record<string, Work>> = {
  irq_alloc_descs,
  irq_free_descs: free,
  irq_domain_alloc_irqs,
  irq_domain_free_irqs: free,
  irq_domain_push_irq,
  irq_domain_pop_irq,
  irq_domain_disconnect_hierarchy: irq_domain_alloc_irqs,
  irq_domain_activate_irq: (d) => (fails(d, false, 'activate') ? failure(d) : 0),
  irq_domain_deactivate_irq: () => 0,
  irq_create_mapping_affinity: (d, call) =>
    triggerOf(d, call) >= 0 ? handOut(d) : createMapping(d, call),
  irq_create_fwspec_mapping,
  irq_domain_associate,
  irq_domain_create_legacy,
  irq_domain_remove,
  irq_dispose_mapping: free,
  irq_find_mapping: (d, call) => (triggerOf(d, call) >= 0 ? handOut(d) : 0),
};

function handOut(d: Draft): number {
  d.virq = true;
  return 1;
}

function fill(d: Draft, { block, domain, nirqs }: Call, made: Partial<Block>): number {
  d.world.blocks = d.world.blocks.with(block, {
    kind: 'plain',
    size: nirqs,
    domain,
    vectors: [],
    hwirqs: [],
    cut: 0,
    ...made,
  });
  return handOut(d);
}

function irq_alloc_descs(d: Draft, call: Call): number {
  if (fails(d, true)) return failure(d);
  return takeNumbers(d, call.nirqs, call.affinity) || fill(d, call, { domain: NONE });
}

/** Also irq_domain_disconnect_hierarchy(): a hierarchy that is cut off takes no vectors. */
function irq_domain_alloc_irqs(d: Draft, call: Call): number {
  const cut = call.fn === 'irq_domain_disconnect_hierarchy' && call.domain > 0;
  if (fails(d, true, 'alloc')) return failure(d);
  const ret = takeNumbers(d, call.nirqs, call.affinity);
  if (ret !== 0) return ret;
  const vectors = cut ? [] : takeVectors(d, call.nirqs, call.domain);
  if (vectors !== undefined)
    return fill(d, call, { kind: 'hierarchy', vectors, cut: cut ? call.domain : 0 });
  d.world.irqs -= call.nirqs;
  return Errno.ENOSPC;
}

/** irq_free_descs(), irq_domain_free_irqs(), irq_dispose_mapping(). An interrupt that was never mapped is not disposed of. */
function free(d: Draft, { block }: Call): number {
  const { size, kind, domain, vectors, hwirqs } = blockOf(d, block);
  const mapped = kind === 'mapping' ? hwirqs.filter((hwirq) => hwirq !== NONE) : [];
  const lost = kind === 'mapping' ? hwirqs.length - mapped.length : 0;
  for (let i = 0; i < lost; i += 1) splat(d, 'WARN irq_dispose_mapping 1');
  setVectors(d, vectors, 0);
  if (mapped.length > 0) map(d, domain, mapped, -1);
  d.world.irqs -= size - lost;
  d.world.blocks = d.world.blocks.with(block, undefined);
  return 0;
}

const NO_BLOCK: Block = { kind: 'plain', size: 0, domain: NONE, vectors: [], hwirqs: [], cut: 0 };

function blockOf(d: Draft, block: number): Block {
  return d.world.blocks[block] ?? NO_BLOCK;
}

function irq_domain_push_irq(d: Draft, { domain, block }: Call): number {
  const old = blockOf(d, block);
  if (d.world.domains[domain]?.kind === 'wired') splat(d, 'WARN irq_domain_push_irq 2');
  if (domain - 1 !== old.domain) return Errno.EINVAL;
  return fails(d, true, 'alloc') ? failure(d) : move(d, block, domain);
}

function irq_domain_pop_irq(d: Draft, { domain, block }: Call): number {
  const { domain: top, cut } = blockOf(d, block);
  if (domain === top && domain > cut) return move(d, block, domain - 1);
  splat(d, domain === top ? 'WARN irq_domain_pop_irq 4' : 'WARN irq_domain_pop_irq 2');
  return Errno.EINVAL;
}

/** Makes another level the outermost one of a block of one interrupt. */
function move(d: Draft, block: number, level: number): number {
  const old = blockOf(d, block);
  for (const vector of old.vectors)
    setVectors(d, [vector], ((d.world.vectors[vector] ?? 0) & ~7) + level + 1);
  d.world.blocks = d.world.blocks.with(block, { ...old, domain: level });
  return 0;
}

/** Trigger type of the interrupt that has a hardware number, -1 when none has. */
function triggerOf(d: Draft, { domain, hwirq }: Call): number {
  const { kind, mapped } = d.world.domains[domain] ?? newDomain('wired', 0);
  const vector = d.world.vectors[hwirq - LEVEL * domain] ?? 0;
  if (kind === 'irq') return (vector & 7) > domain ? vector >> 3 : -1;
  const at = mappedAt(mapped, hwirq);
  return at < 0 ? -1 : (mapped[at] ?? 0) & 7;
}

function setTrigger(d: Draft, { domain, hwirq, type }: Call): number {
  const old = d.world.domains[domain];
  const vector = hwirq - LEVEL * domain;
  if (old?.kind === 'irq') setVectors(d, [vector], ((d.world.vectors[vector] ?? 0) & 7) + 8 * type);
  else if (old !== undefined)
    setDomain(d, domain, {
      ...old,
      mapped: old.mapped.with(mappedAt(old.mapped, hwirq), hwirq * 8 + type),
    });
  return handOut(d);
}

/** irq_create_mapping_affinity_locked() */
function createMapping(d: Draft, call: Call): number {
  const { domain, hwirq } = call;
  if (fails(d, true) || takeNumbers(d, 1, call.affinity) !== 0) return 0;
  const fits = hwirq < (d.world.domains[domain]?.size ?? 0);
  if (!fits) splat(d, 'WARN irq_domain_associate_locked 1');
  if (!fits || fails(d, false, 'map')) {
    d.world.irqs -= 1;
    return 0;
  }
  map(d, domain, [hwirq], 1);
  return fill(d, call, { kind: 'mapping', size: 1, hwirqs: [hwirq] });
}

function irq_create_fwspec_mapping(d: Draft, call: Call): number {
  const { domain, type } = call;
  const { kind } = d.world.domains[domain] ?? newDomain('wired', 0);
  const translates = kind !== 'msi' || d.world.environment.ops.includes('msi_translate');
  if (!translates || (kind === 'msi' && fails(d, false, 'msi_translate'))) return 0;
  const trigger = triggerOf(d, call);
  if (trigger >= 0)
    return type === 0 || type === trigger ? handOut(d) : trigger === 0 ? setTrigger(d, call) : 0;
  if (kind === 'wired') return createMapping(d, call) === 0 ? 0 : setTrigger(d, call);
  if (fails(d, true, 'alloc', 'msi_init') || takeNumbers(d, 1, 0) !== 0) return 0;
  const level = kind === 'msi' ? d.world.environment.levels : domain;
  const vectors = takeVectors(d, 1, level);
  d.world.irqs -= vectors === undefined ? 1 : 0;
  if (vectors === undefined) return 0;
  if (kind === 'irq') {
    setVectors(d, vectors, domain + 1 + 8 * type);
    return fill(d, call, { kind: 'mapping', size: 1, vectors });
  }
  map(d, domain, [call.hwirq], 1);
  setTrigger(d, call);
  return fill(d, call, { kind: 'mapping', size: 1, vectors, hwirqs: [call.hwirq] });
}

function irq_domain_associate(d: Draft, call: Call): number {
  const { domain, hwirq } = call;
  if (hwirq >= (d.world.domains[domain]?.size ?? 0))
    return refuse(d, 'WARN irq_domain_associate_locked 1', Errno.EINVAL);
  if (fails(d, false, 'map')) return failure(d);
  map(d, domain, [hwirq], 1);
  fill(d, call, { kind: 'mapping', size: 1, hwirqs: [hwirq] });
  return 0;
}

/** An interrupt that map() refuses is left out, and nobody is told. */
function irq_domain_create_legacy(d: Draft, call: Call): number {
  if (fails(d, true)) return 0;
  const hwirqs = Array.from({ length: call.nirqs }, (_, i) =>
    fails(d, false, 'map') ? NONE : call.hwirq + i,
  );
  if (hwirqs.includes(NONE)) d.difference = 'legacy interrupt left out';
  setDomain(d, call.domain, newDomain('wired', call.hwirq + call.nirqs));
  map(
    d,
    call.domain,
    hwirqs.filter((hwirq) => hwirq !== NONE),
    1,
  );
  return fill(d, call, { kind: 'mapping', hwirqs });
}

function irq_domain_remove(d: Draft, { domain }: Call): number {
  removed(d, d.world.domains[domain] ?? newDomain('irq', 0));
  setDomain(d, domain, undefined);
  return 0;
}
