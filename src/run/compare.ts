// SPDX-License-Identifier: GPL-2.0-only
/** Whether the descriptors of a device are what the oracle says; rules look at everything else. */
import { dataOf, descsIn, deviceNamed } from '../trace/look.ts';
import type { Picture } from '../trace/observation.ts';
import type { Outcome, Slot } from '../trace/outcome.ts';
import type { MsiDesc } from '../trace/structs.ts';

/** What differs; `undefined` when nothing does. */
export function mismatch({ stores }: Outcome, picture: Picture, dev: number): string | undefined {
  const data = dataOf(picture, deviceNamed(picture, dev));
  for (let domid = 0; domid < stores.length; domid += 1) {
    const wanted = stores[domid];
    const seen = descsIn(picture, data?.domains[domid]?.store);
    const wrong = wanted === undefined ? undefined : unlike(wanted, seen);
    if (wrong !== undefined) return `device ${dev} at domain id ${domid} ${wrong}`;
  }
  return undefined;
}

/** In what the descriptors of a store are not the ones that are wanted. */
function unlike(
  wanted: ReadonlyMap<number, Slot>,
  seen: readonly Readonly<MsiDesc>[],
): string | undefined {
  let found = 0;
  let before = -1;
  for (let i = 0; i < seen.length; i += 1) {
    const desc = seen[i];
    const slot = desc && wanted.get(desc.msi_index);
    if (desc === undefined || slot === undefined) continue;
    const { msi_index: index, nvec_used: nvec, irq } = desc;
    if (slot.nvec !== nvec) return `slot ${index} has nvec_used ${nvec}, not ${slot.nvec}`;
    if (slot.used !== (irq !== 0))
      return `slot ${index} has interrupts ${irq !== 0}, not ${slot.used}`;
    if (index > before) found += 1;
    before = index;
  }
  if (found === wanted.size && found === seen.length) return undefined;
  const missing = [...wanted.keys()].find((at) => !seen.some(({ msi_index }) => msi_index === at));
  if (missing !== undefined) return `slot ${missing} is empty`;
  return `has ${seen.length} slots, not ${wanted.size}`;
}
