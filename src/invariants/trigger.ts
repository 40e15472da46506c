// SPDX-License-Identifier: GPL-2.0-only
/** Trigger types of interrupts, as firmware describes them. */
import { domainNamed, findMapping } from '../trace/look.ts';
import { PROFILES } from '../trace/profile.ts';
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { anywhere, happens, someIrq } from './situation.ts';

/** Two drivers that disagree about a line: the second one is refused. */
export const triggerKept: Rule = {
  name: 'an interrupt keeps the trigger type that it was mapped with',
  source: 'kernel/irq/irqdomain.c irq_create_fwspec_mapping()',
  irq: ({ irq, desc }, { numbers }) => {
    const wanted = numbers[irq]?.trigger ?? 0;
    return wanted === 0 || desc.trigger === wanted
      ? undefined
      : `interrupt ${irq} had type ${wanted}, and has ${desc.trigger}`;
  },
  sometimes: [
    happens(
      'an interrupt was asked for with another trigger type',
      Fact.REFUSED,
      ({ picture }, { call: { fn, domain, hwirq, type } }) => {
        const mapped = findMapping(picture, domainNamed(picture, domain), hwirq);
        const trigger = picture.irq_desc.objects[mapped?.common ?? 0]?.trigger ?? 0;
        return fn === 'irq_create_fwspec_mapping' && trigger !== 0 && type !== trigger;
      },
    ),
  ],
};

/** irq_create_fwspec_mapping() stores what the firmware says. */
export const triggerStored: Rule = {
  name: 'an interrupt that was mapped with a trigger type has that type',
  source: 'kernel/irq/irqdomain.c irq_create_fwspec_mapping()',
  calls: ['irq_create_fwspec_mapping'],
  step: ({ ret, picture }, { call, environment }) => {
    if (ret <= 0 || call.type === 0) return undefined;
    const drops =
      domainNamed(picture, call.domain)?.kind === 'msi' &&
      !PROFILES[environment.release].hasMsiTranslate;
    const wanted = drops ? 0 : call.type;
    const trigger = picture.irq_desc.objects[picture.sparse_irqs[ret] ?? 0]?.trigger;
    return trigger === wanted
      ? undefined
      : `interrupt ${ret} has type ${trigger ?? 'none'}, expected ${wanted}`;
  },
  sometimes: [
    happens(
      'an interrupt was mapped with a trigger type',
      Fact.IRQ_BORN,
      (observation, history) =>
        history.call.fn === 'irq_create_fwspec_mapping' &&
        someIrq(observation, history, ({ trigger }) => trigger !== 0),
      anywhere,
    ),
  ],
};
