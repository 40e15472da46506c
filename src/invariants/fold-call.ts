// SPDX-License-Identifier: GPL-2.0-only
/** What the call itself says: locks taken, iteration, blocks of interrupts that the driver gets. */
import { TAKING_MUTEX } from '../trace/signatures.ts';
import type { Observation, Picture } from '../trace/observation.ts';
import { Fact } from './facts.ts';
import { type History, numberPast, UNKNOWN } from './remember.ts';

/** Adds the call to the history. */
export function foldCall(history: History, { ret, picture }: Observation): void {
  const { dev, fn, domain, nirqs, block } = history.call;
  history.cursorWas[dev] = history.cursor[dev] ?? UNKNOWN;
  history.cursor[dev] = cursorAfter(history, picture, ret);
  switch (fn) {
    case 'msi_lock_descs':
      history.held[dev] = true;
      history.facts |= Fact.HELD;
      break;
    case 'msi_unlock_descs':
      history.held[dev] = false;
      break;
    case 'msi_domain_get_virq':
    case 'msi_get_virq':
    case 'get_cached_msi_msg':
    case 'irq_find_mapping':
      history.facts |= Fact.LOOKED_UP;
      break;
    case 'irq_domain_disconnect_hierarchy':
      for (let i = 0; ret > 0 && i < nirqs; i += 1) numberPast(history, ret + i).trimmed = true;
      break;
    case 'irq_domain_associate':
      if (ret === 0) history.filledBy[block] = fn;
      break;
    case 'irq_domain_create_legacy':
      if (ret === 1) history.filledBy[block] = fn;
      break;
    case 'irq_domain_push_irq':
    case 'irq_domain_pop_irq':
      if (ret === 0)
        push(history, picture.blockIrq[block] ?? 0, domain, fn === 'irq_domain_push_irq' ? 1 : -1);
      break;
    default:
  }
  foldBlocks(history, picture);
}

/** Where iteration has come to. */
function cursorAfter(history: History, picture: Picture, ret: number): number {
  const { fn, dev, lock } = history.call;
  switch (fn) {
    case 'msi_lock_descs':
      return history.cursor[dev] ?? UNKNOWN;
    case 'msi_unlock_descs':
      return -1;
    case 'msi_domain_first_desc':
    case 'msi_next_desc':
    case 'msi_first_desc':
    case 'msi_next_desc_6_1':
      history.facts |= Fact.ITERATED;
      if (!hasStore(history, picture)) return UNKNOWN;
      return lock === 1 ? -1 : ret;
    case 'msi_create_device_irq_domain':
      return ret === 1 ? -1 : UNKNOWN;
    default:
      return lock === 1 || TAKING_MUTEX.includes(fn) ? -1 : UNKNOWN;
  }
}

/** The call names a store; otherwise the cursor stays what it was, which nobody knows. */
function hasStore({ call, deviceAt, profile }: History, picture: Picture): boolean {
  const data = picture.device.objects[deviceAt[call.dev] ?? 0]?.msi_data ?? 0;
  return data !== 0 && call.domid < profile.MSI_MAX_DEVICE_IRQDOMAINS;
}

/** irq_domain_push_irq() enters the interrupt into the map of a domain, but does not count it; popping is no better. */
function push(history: History, irq: number, handle: number, by: 1 | -1): void {
  const past = numberPast(history, irq);
  const bit = 1 << handle;
  past.pushed = true;
  if (by === 1) {
    if ((past.overcounted & bit) === 0) past.uncounted |= bit;
    past.overcounted &= ~bit;
  } else {
    if ((past.uncounted & bit) === 0) past.overcounted |= bit;
    past.uncounted &= ~bit;
  }
  const domain = history.domains[history.domainAt[handle] ?? 0];
  if (domain !== undefined) domain.pushed += by;
}

function foldBlocks(history: History, { blockIrq, blockSize }: Picture): void {
  for (let block = 0; block < blockIrq.length; block += 1) {
    const irq = blockIrq[block] ?? 0;
    if (irq === history.blocks[block]) continue;
    history.blocks[block] = irq;
    history.filledBy[block] = history.call.fn;
    if (irq === 0) continue;
    history.facts |= Fact.BLOCK;
    for (let i = 0; i < (blockSize[block] ?? 0); i += 1) {
      const past = numberPast(history, irq + i);
      past.block = true;
      past.asked = history.call.affinity;
      past.vec = i;
    }
  }
}
