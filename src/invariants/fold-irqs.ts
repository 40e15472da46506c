// SPDX-License-Identifier: GPL-2.0-only
/** Interrupts of a step, their irq_data, and those that run into another's hardware number. */
import { MsiFlag } from '../trace/flags.ts';
import type { Observation, Picture } from '../trace/observation.ts';
import { Fact } from './facts.ts';
import { addressesOf } from './addresses.ts';
import { domainPast } from './fold-domains.ts';
import { extend, extendZero, type History, mention, numberPast } from './remember.ts';
import type { IrqDesc } from '../trace/structs.ts';
import { mapping } from '../trace/tree.ts';

/** Takes in irq_data and irq_desc. */
export function foldIrqs(history: History, picture: Picture): void {
  const data = addressesOf(history, picture.irq_data);
  for (let i = 0; i < data.length; i += 1) foldData(history, picture, data[i] ?? 0);
  const descs = addressesOf(history, picture.irq_desc);
  for (let i = 0; i < descs.length; i += 1) foldDesc(history, picture, descs[i] ?? 0);
}

function foldData(history: History, picture: Picture, address: number): void {
  const now = picture.irq_data.objects[address];
  const past = history.data[address];
  if (past === undefined) {
    if (now === undefined) return;
    extend(history.data, address);
    history.data[address] = { domain: now.domain, hwirq: now.hwirq, parent: now.parent_data };
    count(history, now.domain, 1);
    if (now.parent_data !== 0) history.sums.parents += 1;
    return;
  }
  const domain = now === undefined ? 0 : now.domain;
  const hwirq = now === undefined ? 0 : now.hwirq;
  const parent = now === undefined ? 0 : now.parent_data;
  if (past.domain !== 0 && (past.domain !== domain || past.hwirq !== hwirq))
    history.left.push(address, past.domain, past.hwirq);
  if (past.domain !== domain) {
    count(history, past.domain, -1);
    count(history, domain, 1);
  }
  if (past.parent !== 0) history.sums.parents -= 1;
  if (parent !== 0) history.sums.parents += 1;
  if (now === undefined) {
    history.data[address] = undefined;
    return;
  }
  past.domain = domain;
  past.hwirq = hwirq;
  past.parent = parent;
}

function count(history: History, domain: number, by: number): void {
  if (domain === 0) return;
  domainPast(history, domain).mapped += by;
}

function foldDesc(history: History, picture: Picture, address: number): void {
  const now = picture.irq_desc.objects[address];
  extendZero(history.irqs, address);
  const past = history.irqs[address] ?? 0;
  if (now !== undefined) {
    if (past === 0) history.facts |= Fact.IRQ_BORN;
    history.irqs[address] = now.irq;
    mention(history, now.irq);
    return;
  }
  if (past === 0) return;
  history.facts |= Fact.IRQ_GONE;
  history.irqs[address] = 0;
  mention(history, past);
}

/** Looks at the interrupt numbers that the step dealt with, when all objects are in. */
export function foldNumbers(history: History, picture: Picture): void {
  for (let i = 0; i < history.touchedCount; i += 1) {
    const irq = history.touched[i] ?? 0;
    const address = picture.sparse_irqs[irq] ?? 0;
    const desc = address === 0 ? undefined : picture.irq_desc.objects[address];
    const past = numberPast(history, irq);
    if (desc === undefined) {
      history.ended.push(irq);
      if (past.uncounted !== 0) forgetPushes(history, past.uncounted);
      continue;
    }
    past.seen = true;
    if (past.trigger === 0) past.trigger = desc.trigger;
    if (history.reservable) past.reserved = wasReserved(picture, desc);
    if (desc.msi_desc !== 0) contest(history, picture, irq, address);
  }
}

/** In reservation mode, and activated with that when it was allocated: not every domain does so. */
function wasReserved(picture: Picture, desc: Readonly<IrqDesc>): boolean {
  if (!desc.can_reserve || desc.msi_desc === 0) return false;
  const domain = picture.irq_domain.objects[picture.irq_data.objects[desc.irq_data]?.domain ?? 0];
  const info = picture.msi_domain_info.objects[domain?.host_data ?? 0];
  return info !== undefined && (info.flags & MsiFlag.MSI_FLAG_ACTIVATE_EARLY) !== 0;
}

/** What was not counted when it was pushed is not to be counted off when it is freed instead of popped. */
function forgetPushes(history: History, uncounted: number): void {
  for (let handle = 0; uncounted >> handle !== 0; handle += 1) {
    const domain = history.domains[history.domainAt[handle] ?? 0];
    if (((uncounted >> handle) & 1) === 1 && domain !== undefined) domain.pushed -= 1;
  }
}

/**
 * msi_domain_alloc() looks for the first hardware number of a block only. When another vector of the
 * block runs into a number that is mapped, the insertion into the tree fails and is ignored, and
 * whoever goes first takes the entry along. Which entry such a number has says nothing from then on.
 */
function contest(history: History, picture: Picture, irq: number, address: number): void {
  const desc = picture.irq_desc.objects[address];
  const msi = desc === undefined ? undefined : picture.msi_desc.objects[desc.msi_desc];
  if (desc === undefined || msi === undefined || msi.irq === irq) return;
  const data = picture.irq_data.objects[desc.irq_data];
  const domain = data === undefined ? undefined : picture.irq_domain.objects[data.domain];
  if (data === undefined || domain === undefined) return;
  const winner = mapping(picture, domain, data.hwirq);
  if (winner === desc.irq_data) return;
  const other = picture.irq_data.objects[winner];
  if (other === undefined || other.domain !== data.domain || other.hwirq !== data.hwirq) return;
  history.contested.add(contestKey(data.domain, data.hwirq));
  history.facts |= Fact.CONTESTED;
}

/**
 * The same for a block that was given back in the step that allocated it: the entry that it took
 * along belonged to an interrupt that is still there.
 */
export function contestRolledBack(
  history: History,
  { ret, callbacks, picture }: Observation,
): void {
  if (ret === 0) return;
  let before = 0;
  for (const { op, irq, arg } of callbacks) {
    if (op !== 'msi_init') continue;
    if (irq === before + 1 && (picture.sparse_irqs[irq] ?? 0) === 0)
      contestNumber(history, picture, arg);
    before = irq;
  }
}

function contestNumber(history: History, picture: Picture, hwirq: number): void {
  for (const data of picture.irq_data.objects) {
    if (data?.hwirq !== hwirq || picture.irq_domain.objects[data.domain]?.kind !== 'msi') continue;
    history.contested.add(contestKey(data.domain, hwirq));
    history.facts |= Fact.CONTESTED;
  }
}

/** True for a hardware number of a domain whose entry says nothing. */
export function isContested(history: History, domain: number, hwirq: number): boolean {
  return history.contested.size > 0 && history.contested.has(contestKey(domain, hwirq));
}

function contestKey(domain: number, hwirq: number): number {
  return domain * 2 ** 33 + hwirq;
}
