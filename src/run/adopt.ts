// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the oracle does not predict, because rules watch over it, is taken from what a subject shows:
 * how much is free, and what is mapped in a domain.
 */
import { firstFrom } from '../invariants/tree.ts';
import { type Model, own } from '../oracle/model.ts';
import type { Picture } from '../trace/observation.ts';
import type { IrqDomain } from '../trace/structs.ts';

/** A model as the oracle predicts it, completed from the picture after the step. */
export function adopt(model: Model, picture: Picture): Model {
  const { objects, touched } = picture.irq_domain;
  const numbers = model.environment.nr_irqs - 1 - picture.irq_desc.live;
  if (touched.length === 0) return numbers === model.numbers ? model : { ...model, numbers };
  const domains = [...model.domains];
  let { vectors } = model;
  for (const address of touched) {
    const seen = objects[address];
    if (seen === undefined) continue;
    if (seen.handle === 0) vectors = seen.vectors.reduce((sum, irq) => sum + Number(irq === 0), 0);
    const handle = seen.handle < 0 ? ownHandle(picture, seen, address) : seen.handle;
    const domain = domains[handle];
    if (domain !== undefined)
      domains[handle] = { ...domain, live: seen.mapcount, mapped: triggers(picture, seen) };
  }
  return { ...model, numbers, vectors, domains };
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
