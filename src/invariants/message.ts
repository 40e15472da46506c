// SPDX-License-Identifier: GPL-2.0-only
/**
 * Messages: what is written to the device, and what the descriptor remembers of it.
 *
 * In reservation mode a message stays written when the interrupt goes, so that a descriptor without
 * an interrupt may have one there. That is by design.
 */
import { Fact } from './facts.ts';
import { cachedWord } from './iterate.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { happens, withMsi } from './situation.ts';
import { associated, cleared, written } from './situations.ts';

/** Address and data of vector 0; the data word of vector n is n more. */
const ADDRESS = 0xfee0_0000;
const DATA = 0x4000;

/** The chip keeps the message of the first vector, as PCI does. */
export const cachesWhatWasWritten: Rule = {
  name: 'the message in a descriptor is the one last written for its first vector',
  source: 'drivers/pci/msi/msi.c __pci_write_msi_msg(), kernel/irq/msi.c __get_cached_msi_msg()',
  desc: ({ picture, address, desc }, history) => {
    const last = desc.irq === 0 ? 0 : (history.numbers[desc.irq]?.written ?? 0);
    const cached = desc.msgData;
    if (cached === last && desc.msgAddressLo >>> 0 === (cached === 0 ? 0 : ADDRESS))
      return undefined;
    if (history.reservable && last === 0) return undefined;
    return `${named(picture.msi_desc, address)} has message ${desc.msgAddressLo >>> 0}:${cached}, ${last} was written`;
  },
  sometimes: [written, cleared],
};

/** Two interrupts that send the same message cannot be told apart. */
export const namesItsVector: Rule = {
  name: 'the message of an active interrupt names its own vector',
  source: 'kernel/irq/msi.c msi_domain_activate(), kernel/irq/chip.c irq_chip_compose_msi_msg()',
  irq: ({ irq, desc, info, msi, root }, { numbers }) => {
    const past = numbers[irq];
    if (info === undefined || msi === undefined || root === undefined || past === undefined)
      return undefined;
    if (!desc.activated && !past.reserved) return undefined;
    return past.written === DATA + root.hwirq
      ? undefined
      : `interrupt ${irq} with vector ${root.hwirq} has message ${past.written}`;
  },
  sometimes: [written],
};

/** A device that sends where nobody listens. */
export const silentWhileInactive: Rule = {
  name: 'an inactive interrupt has no message programmed',
  source: 'kernel/irq/msi.c msi_domain_deactivate()',
  irq: ({ irq, desc, info, msi }, { numbers }) => {
    const past = numbers[irq];
    if (
      info === undefined ||
      msi === undefined ||
      past === undefined ||
      desc.activated ||
      past.reserved
    )
      return undefined;
    return past.written === 0
      ? undefined
      : `interrupt ${irq} is inactive, message ${past.written} is written`;
  },
  number: ({ irq, desc, past }, history) => {
    if (past.written === 0 || desc !== undefined) return undefined;
    if (past.block || (history.reservable && (past.reserved || !past.seen))) return undefined;
    return `interrupt ${irq} is gone, message ${past.written} is written`;
  },
  sometimes: [cleared, associated],
};

/** What drivers see of it. */
export const answersWithTheCached: Rule = {
  name: 'get_cached_msi_msg answers with the message in the descriptor of the interrupt',
  source: 'kernel/irq/msi.c get_cached_msi_msg()',
  calls: ['get_cached_msi_msg'],
  step: ({ ret, picture }, history) => {
    const wanted = cachedWord(picture, history);
    return ret === wanted
      ? undefined
      : `slot ${history.call.index} has message ${wanted ?? 'none'}, answered ${ret}`;
  },
  sometimes: [
    happens(
      'a message was read back',
      Fact.LOOKED_UP,
      (_observation, { call }) => call.fn === 'get_cached_msi_msg',
      withMsi,
    ),
  ],
};
