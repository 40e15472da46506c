// SPDX-License-Identifier: GPL-2.0-only
/** Interrupt numbers, who owns them, and the irq_data that hangs off them. */
import { PROFILES } from '../trace/profile.ts';
import type { Picture } from '../trace/observation.ts';
import type { IrqData, IrqDomain } from '../trace/structs.ts';
import { Fact } from './facts.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { happens } from './situation.ts';
import { associated, blockMade, irqFreed, irqMade, levelAllocated, several } from './situations.ts';

/** From the descriptor to its interrupts. */
export const vectorsKnowTheirDescriptor: Rule = {
  name: 'the interrupts of all vectors of a descriptor exist and refer to it',
  source: 'kernel/irq/chip.c irq_set_msi_desc_off()',
  boundDesc: ({ picture, address, desc }) => {
    for (let irq = desc.irq; irq < desc.irq + desc.nvec_used; irq += 1) {
      const one = picture.irq_desc.objects[picture.sparse_irqs[irq] ?? 0];
      if (one === undefined)
        return `${named(picture.msi_desc, address)} has interrupt ${irq}, which does not exist`;
      if (one.msi_desc !== address)
        return `${named(picture.msi_desc, address)} has interrupt ${irq}, which refers to msi_desc ${one.msi_desc}`;
    }
    return undefined;
  },
  sometimes: [associated, several],
};

/** And back. */
export const inRangeOfItsDescriptor: Rule = {
  name: 'an interrupt that refers to a descriptor is one of its vectors',
  source: 'kernel/irq/chip.c irq_set_msi_desc_off()',
  irq: ({ picture, irq, desc, msi }) => {
    if (desc.msi_desc === 0) return undefined;
    if (msi === undefined)
      return `interrupt ${irq} refers to msi_desc ${desc.msi_desc}, which is gone`;
    if (msi.irq !== 0 && irq >= msi.irq && irq < msi.irq + msi.nvec_used) return undefined;
    return `interrupt ${irq} refers to ${named(picture.msi_desc, desc.msi_desc)}, which has ${msi.nvec_used} from ${msi.irq} on`;
  },
  sometimes: [associated],
};

/** Neither leaked nor freed under somebody's feet. */
export const ownedWhileAllocated: Rule = {
  name: 'an interrupt number is allocated exactly while a descriptor, a block of the driver or an overriding domain owns it',
  source: 'kernel/irq/irqdesc.c __irq_alloc_descs(), irq_free_descs()',
  number: ({ picture, irq, address, desc }) => {
    if (desc === undefined)
      return ownedBy(irq, picture) ? `interrupt ${irq} is gone, but still owned` : undefined;
    if (picture.msi_desc.objects[desc.msi_desc] !== undefined || ownedBy(irq, picture))
      return undefined;
    return `interrupt ${irq} is allocated (${named(picture.irq_desc, address)}), nobody owns it`;
  },
  all: (picture) => {
    for (let block = 0; block < picture.blockIrq.length; block += 1) {
      const first = picture.blockIrq[block] ?? 0;
      for (
        let irq = first;
        first !== 0 && irq < first + (picture.blockSize[block] ?? 0);
        irq += 1
      ) {
        if (picture.irq_desc.objects[picture.sparse_irqs[irq] ?? 0] === undefined)
          return `interrupt ${irq} of block ${block} does not exist`;
      }
    }
    const lost = picture.overridden.find(
      (irq) => picture.irq_desc.objects[picture.sparse_irqs[irq] ?? 0] === undefined,
    );
    return lost === undefined
      ? undefined
      : `interrupt ${lost} of an overriding domain does not exist`;
  },
  sometimes: [irqMade, irqFreed],
};

function ownedBy(irq: number, { blockIrq, blockSize, overridden }: Picture): boolean {
  for (let block = 0; block < blockIrq.length; block += 1) {
    const first = blockIrq[block] ?? 0;
    if (first !== 0 && irq >= first && irq < first + (blockSize[block] ?? 0)) return true;
  }
  return overridden.length > 0 && overridden.includes(irq);
}

/** sparse_irqs is what irq_to_desc() looks into. */
export const findsItsDesc: Rule = {
  name: 'an interrupt number finds its own irq_desc, and a freed one none',
  source: 'kernel/irq/irqdesc.c irq_insert_desc(), delete_irq_desc()',
  irq: ({ picture, address, irq }) =>
    picture.sparse_irqs[irq] === address
      ? undefined
      : `interrupt ${irq} is ${named(picture.irq_desc, address)}, the number finds ${picture.sparse_irqs[irq] ?? 0}`,
  number: ({ irq, address, desc }) =>
    address === 0 || desc !== undefined
      ? undefined
      : `interrupt ${irq} finds irq_desc ${address}, which is gone`,
  sometimes: [irqMade, irqFreed],
};

/** 0 means "no interrupt" all over the MSI core. */
export const withinLimits: Rule = {
  name: 'an interrupt number is 1 or more, and below the limit',
  source: 'kernel/irq/irqdesc.c __irq_alloc_descs()',
  irq: ({ irq }, { environment }) =>
    irq >= 1 && irq < environment.nr_irqs
      ? undefined
      : `interrupt ${irq}, limit ${environment.nr_irqs}`,
  sometimes: [irqMade],
};

/** The chain of irq_data mirrors the chain of domains. */
export const chainFollowsDomains: Rule = {
  name: 'an interrupt has irq_data for its domain and every parent of that, or up to where it was trimmed',
  source: 'kernel/irq/irqdomain.c irq_domain_alloc_irq_data(), irq_domain_trim_hierarchy()',
  irq: ({ picture, address, irq, desc, data }, history) => {
    if (data === undefined) return `interrupt ${irq} has no irq_data`;
    let level: Readonly<IrqData> = data;
    for (let depth = 0; depth < 8; depth += 1) {
      if (level.irq !== irq || level.common !== address)
        return `irq_data of interrupt ${irq} says interrupt ${level.irq}, irq_desc ${level.common}`;
      const domain = picture.irq_domain.objects[level.domain];
      const inner = picture.irq_data.objects[level.parent_data];
      const wrong = checkLevel({ picture, level, domain, inner }, history, irq);
      if (wrong !== undefined || inner === undefined) return wrong;
      level = inner;
    }
    return `the irq_data of interrupt ${irq} (${desc.irq_data}) goes in circles`;
  },
  sometimes: [
    levelAllocated,
    happens(
      'an interrupt was trimmed',
      Fact.BLOCK,
      (_observation, { call }) => call.fn === 'irq_domain_disconnect_hierarchy',
      ({ levels }) => levels > 0,
    ),
  ],
};

function checkLevel(
  at: {
    readonly picture: Picture;
    readonly level: Readonly<IrqData>;
    readonly domain: Readonly<IrqDomain> | undefined;
    readonly inner: Readonly<IrqData> | undefined;
  },
  history: History,
  irq: number,
): string | undefined {
  const { picture, level, domain, inner } = at;
  if (level.parent_data !== 0 && inner === undefined)
    return `irq_data of interrupt ${irq} refers to irq_data ${level.parent_data}, which is gone`;
  if (level.domain === 0)
    return inner === undefined
      ? undefined
      : `interrupt ${irq} has no domain, but irq_data of a parent`;
  if (domain === undefined) {
    return history.domains[level.domain]?.lost === true
      ? undefined
      : `interrupt ${irq} is in irq_domain ${level.domain}, which is gone`;
  }
  if (inner !== undefined) {
    if (inner.domain === domain.parent) return undefined;
    return `irq_data of interrupt ${irq} below ${domain.name} is in ${picture.irq_domain.objects[inner.domain]?.name ?? `irq_domain ${inner.domain}`}`;
  }
  if (domain.parent === 0 || history.numbers[irq]?.trimmed === true) return undefined;
  return `interrupt ${irq} has no irq_data below ${domain.name}`;
}

/** Trimming has come to an end, and msi_init has set the chip. */
export const chipsSet: Rule = {
  name: 'each level of a mapped interrupt has the chip of its domain, with its data',
  source: 'kernel/irq/irqdomain.c irq_domain_trim_hierarchy(), irq_domain_set_hwirq_and_chip()',
  irq: ({ picture, irq, data, info }, { numbers }) => {
    if (numbers[irq]?.lied === true) return undefined;
    if (data !== undefined && data.chip_data !== (info?.chip_data ?? 0))
      return `interrupt ${irq} has chip data ${data.chip_data}`;
    let level = data;
    for (let depth = 0; level !== undefined && level.domain !== 0 && depth < 8; depth += 1) {
      const domain = picture.irq_domain.objects[level.domain];
      if (domain !== undefined && level.chip !== domain.kind)
        return `interrupt ${irq} has chip ${level.chip} in domain ${domain.name}`;
      level = picture.irq_data.objects[level.parent_data];
    }
    return undefined;
  },
  sometimes: [levelAllocated, associated],
};

/** A domain is younger than an interrupt. */
function bornAfter(
  { irq_domain, irq_desc, sparse_irqs }: Picture,
  domain: number,
  irq: number,
): boolean {
  const born = irq_desc.birth[sparse_irqs[irq] ?? 0] ?? 0;
  return (irq_domain.birth[domain] ?? 0) > born;
}

/** An overriding domain, or a driver that populates, keeps the interrupts elsewhere. */
export const inTheDomainOfItsDescriptor: Rule = {
  name: 'the interrupts of a descriptor are in the MSI domain whose store has the descriptor',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irqs()',
  boundDesc: ({ picture, address, desc, data, domid, found, domain }, { numbers, environment }) => {
    if (found === 0 || domain === undefined) return undefined;
    // Before 6.2 a driver names the domain in each call.
    if (!PROFILES[environment.release].storePerDomain) return undefined;
    const wanted = data?.domains[domid]?.domain ?? 0;
    if (bornAfter(picture, wanted, desc.irq)) return undefined;
    for (let irq = desc.irq; irq < desc.irq + desc.nvec_used; irq += 1) {
      const one = picture.irq_desc.objects[picture.sparse_irqs[irq] ?? 0];
      const outer = picture.irq_data.objects[one?.irq_data ?? 0];
      if (outer === undefined || outer.domain === wanted) continue;
      if (numbers[irq]?.block === true || picture.overridden.includes(irq)) continue;
      return `interrupt ${irq} of ${named(picture.msi_desc, address)} is in irq_domain ${outer.domain}, not in ${domain.name}`;
    }
    return undefined;
  },
  sometimes: [associated],
};

/** What is left of a mapping that failed would be taken for one. */
export const unmappedHasNoNumber: Rule = {
  name: 'an interrupt that is in no domain has no hardware number',
  source: 'kernel/irq/irqdomain.c irq_domain_associate_locked()',
  irq: ({ irq, data }) =>
    data === undefined || data.domain !== 0 || data.hwirq === 0
      ? undefined
      : `interrupt ${irq} is in no domain and has hwirq ${data.hwirq}`,
  sometimes: [blockMade],
};

/** irq_domain_insert_irq() and irq_domain_associate() are the last steps. */
export const requestableWhenMapped: Rule = {
  name: 'an interrupt that is mapped can be requested',
  source: 'kernel/irq/irqdomain.c irq_domain_insert_irq(), irq_domain_associate_locked()',
  irq: ({ irq, desc, data }) =>
    data === undefined || data.domain === 0 || !desc.norequest
      ? undefined
      : `interrupt ${irq} has IRQ_NOREQUEST`,
  sometimes: [levelAllocated, blockMade],
};

/** What the caller gets is what there is. */
export const blockAsAnswered: Rule = {
  name: 'a call that allocates a block answers with its first interrupt, and the block has the size that was asked for',
  source:
    'kernel/irq/irqdesc.c __irq_alloc_descs(), kernel/irq/irqdomain.c __irq_domain_alloc_irqs()',
  calls: ['irq_alloc_descs', 'irq_domain_alloc_irqs', 'irq_domain_disconnect_hierarchy'],
  step: ({ ret, picture }, { call }) => {
    const { fn, block, nirqs } = call;
    const first = picture.blockIrq[block] ?? 0;
    const size = picture.blockSize[block] ?? 0;
    if (ret > 0 ? first === ret && size === nirqs : first === 0) return undefined;
    return `${fn} says ${ret} for ${nirqs}, block ${block} has ${size} from ${first} on`;
  },
  sometimes: [blockMade],
};
