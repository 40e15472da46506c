// SPDX-License-Identifier: GPL-2.0-only
/**
 * The reverse map of a domain: from hardware numbers to interrupts, one to one.
 *
 * Not demanded are the entries of numbers that two vectors of an MSI domain have at once: see
 * contest() in fold-irqs.ts.
 */
import type { IrqData } from '../trace/structs.ts';
import { Fact } from './facts.ts';
import { isContested } from './fold-irqs.ts';
import type { Rule } from './rule.ts';
import { mapping } from '../trace/tree.ts';
import { type IrqView, named } from './view.ts';
import { anywhere, happens } from './situation.ts';
import { contested, initialised, irqFreed, levelAllocated, several } from './situations.ts';

const mappedFlat = happens(
  'a number of a domain without hierarchy was mapped',
  Fact.BLOCK | Fact.DOMAIN_BORN,
  ({ callbacks }) => callbacks.some(({ op, ret }) => op === 'map' && ret === 0),
);

/** From the interrupt to the map. */
export const findsMapped: Rule = {
  name: 'looking up the hardware number of an interrupt finds that interrupt, in each of its domains',
  source: 'kernel/irq/irqdomain.c irq_domain_set_mapping(), __irq_resolve_mapping()',
  irq: ({ picture, desc, data, irq }, history) => {
    let at = desc.irq_data;
    let level = data;
    for (let depth = 0; level !== undefined && level.domain !== 0 && depth < 8; depth += 1) {
      const domain = picture.irq_domain.objects[level.domain];
      if (
        domain !== undefined &&
        mapping(picture, domain, level.hwirq) !== at &&
        !isContested(history, level.domain, level.hwirq)
      ) {
        return `interrupt ${irq} is hwirq ${level.hwirq} of domain ${domain.name}, whose map has irq_data ${mapping(picture, domain, level.hwirq)} there`;
      }
      at = level.parent_data;
      level = picture.irq_data.objects[at];
    }
    return undefined;
  },
  sometimes: [levelAllocated, contested],
};

/** From the map to the interrupt. */
export const holdsMappedOnly: Rule = {
  name: 'the reverse map holds nothing but irq_data that lives, under the numbers that it has',
  source: 'kernel/irq/irqdomain.c irq_domain_clear_mapping(), irq_domain_fix_revmap()',
  totals: (picture, { left }) => {
    for (let i = 0; i < left.length; i += 3) {
      const address = left[i] ?? 0;
      const domain = picture.irq_domain.objects[left[i + 1] ?? 0];
      const hwirq = left[i + 2] ?? 0;
      if (domain === undefined || mapping(picture, domain, hwirq) !== address) continue;
      if (isUnder(picture.irq_data.objects[address], left[i + 1] ?? 0, hwirq)) continue;
      return `hwirq ${hwirq} of domain ${domain.name} still leads to ${named(picture.irq_data, address)}`;
    }
    return undefined;
  },
  mapNode: ({ picture, node, base }) => {
    if (node.shift !== 0) return undefined;
    let left = node.count;
    for (let i = 0; i < node.slots.length && left > 0; i += 1) {
      const entry = node.slots[i] ?? 0;
      if (entry === 0) continue;
      left -= 1;
      const data = picture.irq_data.objects[entry];
      if (data === undefined) return `hwirq ${base + i} leads to irq_data ${entry}, which is gone`;
      if (data.hwirq !== base + i)
        return `hwirq ${base + i} leads to interrupt ${data.irq}, which is hwirq ${data.hwirq}`;
    }
    return undefined;
  },
  domain: ({ picture, address, domain }) => {
    const { head, headIsNode } = domain.revmap_tree;
    if (head === 0 || headIsNode || isUnder(picture.irq_data.objects[head], address, 0))
      return undefined;
    return `hwirq 0 of domain ${domain.name} leads to irq_data ${head}, which is not its own`;
  },
  all: (picture) => {
    for (let address = 1; address < picture.irq_domain.objects.length; address += 1) {
      const domain = picture.irq_domain.objects[address];
      for (let hwirq = 0; domain !== undefined && hwirq < domain.revmap.length; hwirq += 1) {
        const entry = domain.revmap[hwirq] ?? 0;
        if (entry !== 0 && !isUnder(picture.irq_data.objects[entry], address, hwirq)) {
          return `hwirq ${hwirq} of domain ${domain.name} leads to irq_data ${entry}, which is not its own`;
        }
      }
    }
    return undefined;
  },
  sometimes: [irqFreed, contested],
};

function isUnder(data: Readonly<IrqData> | undefined, domain: number, hwirq: number): boolean {
  return data !== undefined && data.domain === domain && data.hwirq === hwirq;
}

/** irq_domain_push_irq() does not count what it enters; whoever frees it instead of popping it has it counted off. */
export const countsMapped: Rule = {
  name: 'a domain counts the interrupts that are mapped in it',
  source: 'kernel/irq/irqdomain.c irq_domain_insert_irq(), irq_domain_remove_irq()',
  domain: ({ address, domain }, { domains }) => {
    const past = domains[address];
    const inIt = past?.mapped ?? 0;
    if (domain.mapcount + (past?.pushed ?? 0) === inIt) return undefined;
    return `domain ${domain.name} counts ${domain.mapcount}, ${inIt} are in it${past?.pushed === 0 ? '' : `, ${past?.pushed ?? 0} of them pushed`}`;
  },
  sometimes: [levelAllocated, irqFreed],
};

/** What set_desc and get_hwirq of the environments make of a slot. */
function firstHwirq({ picture, msi }: IrqView, mode: 'index' | 'device' | 'overlap'): number {
  const index = msi?.msi_index ?? 0;
  if (mode === 'index') return index;
  if (mode === 'overlap') return index >>> 1;
  return (picture.device.objects[msi?.dev ?? 0]?.handle ?? 0) * 65_536 + index;
}

/** Consecutive numbers from the first. */
export const numberedFromGetHwirq: Rule = {
  name: 'vector i of a descriptor has the hardware number that get_hwirq gave plus i',
  source: 'kernel/irq/msi.c msi_domain_alloc()',
  irq: (view, { environment, numbers }) => {
    const { irq, info, msi, data, offset } = view;
    if (
      info === undefined ||
      msi === undefined ||
      data === undefined ||
      numbers[irq]?.lied === true
    )
      return undefined;
    const wanted = firstHwirq(view, environment.hwirq) + offset;
    return data.hwirq === wanted
      ? undefined
      : `interrupt ${irq}, vector ${offset} of slot ${msi.msi_index}, is hwirq ${data.hwirq}, not ${wanted}`;
  },
  sometimes: [several],
};

/** msi_domain_alloc() looks for the first number before it asks the parent. */
export const firstNumberIsNew: Rule = {
  name: 'no descriptor gets its interrupts when an earlier one of the call has its first hardware number',
  source: 'kernel/irq/msi.c msi_domain_alloc()',
  after: Fact.INITIALISED,
  step: ({ callbacks }) => {
    const taken: number[] = [];
    let asked = -1;
    for (const { op, arg, ret } of callbacks) {
      if (op === 'get_hwirq') asked = arg;
      else if (op === 'msi_init' && ret >= 0) taken.push(arg);
      else if (op === 'alloc' && taken.includes(asked)) return `hwirq ${asked} was allocated twice`;
    }
    return undefined;
  },
  sometimes: [initialised, contested],
};

/** A hardware number has to exist. */
export const belowHwirqMax: Rule = {
  name: 'a hardware number is below the largest of its domain',
  source: 'kernel/irq/irqdomain.c irq_domain_associate_locked()',
  irq: ({ irq, data, domain }) =>
    data === undefined || domain === undefined || data.hwirq < domain.hwirq_max
      ? undefined
      : `interrupt ${irq} is hwirq ${data.hwirq} of domain ${domain.name}, hwirq_max ${domain.hwirq_max}`,
  sometimes: [levelAllocated, mappedFlat],
};

/** What drivers see of the map. */
export const answersWithTheMapped: Rule = {
  name: 'irq_find_mapping answers with the interrupt that has the hardware number, or 0',
  source: 'kernel/irq/irqdomain.c __irq_resolve_mapping()',
  calls: ['irq_find_mapping'],
  step: ({ ret, picture }, history) => {
    const { domain, hwirq } = history.call;
    const address = history.domainAt[domain] ?? 0;
    if (isContested(history, address, hwirq)) return undefined;
    const data = picture.irq_data.objects.find(
      (one) => one !== undefined && one.domain === address && one.hwirq === hwirq,
    );
    const wanted = address === 0 ? 0 : (data?.irq ?? 0);
    return ret === wanted
      ? undefined
      : `hwirq ${hwirq} is interrupt ${wanted}, the map says ${ret}`;
  },
  sometimes: [
    happens(
      'a mapped hardware number was looked up',
      Fact.LOOKED_UP,
      ({ ret }, { call }) => ret > 0 && call.fn === 'irq_find_mapping',
      anywhere,
    ),
  ],
};

/** An interrupt whose `map` failed stays without a domain, also in a legacy domain. */
export const mapsWhatWasAsked: Rule = {
  name: 'mapping, associating, or making a legacy domain gives each interrupt the hardware number that was asked for',
  source: 'kernel/irq/irqdomain.c irq_create_mapping_affinity(), __irq_domain_instantiate()',
  calls: ['irq_create_mapping_affinity', 'irq_domain_associate', 'irq_domain_create_legacy'],
  step: ({ ret, picture, callbacks }, history) => {
    const { fn, domain, hwirq, block, nirqs } = history.call;
    if (fn === 'irq_domain_associate' ? ret !== 0 : ret <= 0) return undefined;
    const first = fn === 'irq_create_mapping_affinity' ? ret : (picture.blockIrq[block] ?? 0);
    for (let i = 0; i < (fn === 'irq_domain_create_legacy' ? nirqs : 1); i += 1) {
      const irq = first + i;
      if (callbacks.some((one) => one.op === 'map' && one.irq === irq && one.ret !== 0)) continue;
      const desc = picture.irq_desc.objects[picture.sparse_irqs[irq] ?? 0];
      const data = picture.irq_data.objects[desc?.irq_data ?? 0];
      if (isUnder(data, history.domainAt[domain] ?? 0, hwirq + i)) continue;
      return `interrupt ${irq} is hwirq ${data?.hwirq ?? 'none'} of irq_domain ${data?.domain ?? 0}, asked for ${hwirq + i}`;
    }
    return undefined;
  },
  sometimes: [mappedFlat],
};

/** The map can remember only one of them; the other one is found where it is looked for next. */
export const mappedOnce: Rule = {
  name: 'mapping or associating a hardware number leaves it with one interrupt',
  source: 'kernel/irq/irqdomain.c irq_create_mapping_affinity()',
  calls: ['irq_create_mapping_affinity', 'irq_create_fwspec_mapping', 'irq_domain_associate'],
  step: ({ picture }, { call, domainAt }) => {
    const domain = domainAt[call.domain] ?? 0;
    const same = picture.irq_data.objects.filter((data) => isUnder(data, domain, call.hwirq));
    if (domain === 0 || same.length < 2) return undefined;
    return `hwirq ${call.hwirq} belongs to interrupts ${same.map((data) => data?.irq).join(' and ')}`;
  },
  sometimes: [mappedFlat],
};

/** Hardware numbers that are far apart get numbers that are far apart, which keeps them readable. */
export const numberedFromItsHint: Rule = {
  name: 'a mapping gets a number from its hint on, while one is free there',
  source: 'kernel/irq/irqdomain.c irq_domain_alloc_descs(), irq_create_mapping_affinity_locked()',
  calls: ['irq_create_mapping_affinity'],
  step: ({ ret, picture }, { call, facts, environment: { nr_irqs } }) => {
    const hint = Math.max(1, call.hwirq % nr_irqs);
    if (ret <= 0 || ret >= hint || (facts & (Fact.IRQ_BORN | Fact.FIRED)) !== Fact.IRQ_BORN)
      return undefined;
    for (let irq = hint; irq < nr_irqs; irq += 1) {
      if ((picture.sparse_irqs[irq] ?? 0) === 0)
        return `hwirq ${call.hwirq} got interrupt ${ret}, ${irq} is free`;
    }
    return undefined;
  },
  sometimes: [mappedFlat],
};
