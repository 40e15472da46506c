// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the oracle does not predict, because rules watch over it, is taken from what a subject shows:
 * how much is free (vectorsConserved, hasItsVector, ownedWhileAllocated), and what is mapped in a domain
 * (findsMapped, holdsMappedOnly, countsMapped, mappedOnce, numberedFromGetHwirq, mapsWhatWasAsked).
 */
import { firstFrom } from '../invariants/tree.ts';
import { own, type World } from '../oracle/model.ts';
import type { Call } from '../trace/call.ts';
import type { Picture } from '../trace/observation.ts';
import type { IrqDomain } from '../trace/structs.ts';

/** Completes a state that the oracle predicts from the picture after the step. */
export function adopt(next: World, picture: Picture, { fn, type }: Call): void {
  const { objects, touched } = picture.irq_domain;
  const { domains } = next;
  next.numbers = next.environment.nr_irqs - 1 - picture.irq_desc.live;
  // What changes a map changes the count of it, but for these.
  const uncounted = fn === 'irq_domain_push_irq' || fn === 'irq_domain_pop_irq' || type !== 0;
  // A trigger type belongs to the interrupt, so that it shows in all of its domains.
  for (const address of type === 0 ? touched : objects.keys()) {
    const seen = objects[address];
    if (seen === undefined) continue;
    const handle = seen.handle < 0 ? ownHandle(picture, seen, address) : seen.handle;
    const domain = domains[handle];
    const same = domain?.live === seen.mapcount && domain.mapped.size === domain.live;
    if (domain === undefined || (same && !uncounted)) continue;
    if (handle === 0) next.vectors = freeIn(seen.vectors);
    domains[handle] = { ...domain, live: seen.mapcount, mapped: triggers(picture, seen) };
  }
}

function freeIn(vectors: readonly number[]): number {
  let count = 0;
  for (const irq of vectors) if (irq === 0) count += 1;
  return count;
}

/** A picture gives no names to a device's own domains. */
function ownHandle(picture: Picture, { dev }: Readonly<IrqDomain>, address: number): number {
  const device = picture.device.objects[dev];
  const data = picture.msi_device_data.objects[device?.msi_data ?? 0];
  const domid = data?.domains.findIndex(({ domain }) => domain === address) ?? -1;
  return device === undefined || domid < 0 ? -1 : own(device.handle, domid);
}

/** Trigger types by hardware number. */
function triggers(
  { irq_data, irq_desc, radix_tree_node }: Picture,
  { revmap, revmap_tree }: Readonly<IrqDomain>,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const add = (entry: number): void => {
    const data = irq_data.objects[entry];
    if (data !== undefined) found.set(data.hwirq, irq_desc.objects[data.common]?.trigger ?? 0);
  };
  for (const entry of revmap) add(entry);
  firstFrom(radix_tree_node, revmap_tree, 0, (entry) => {
    add(entry);
    return false;
  });
  return found;
}
