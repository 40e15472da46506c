// SPDX-License-Identifier: GPL-2.0-only
/** Whether the descriptors of a device are what the oracle says; rules look at everything else. */
import { dataOf, deviceNamed, slotsIn } from '../trace/look.ts';
import type { Picture } from '../trace/observation.ts';
import type { Outcome } from '../trace/outcome.ts';

/** What differs; `undefined` when nothing does. */
export function mismatch({ stores }: Outcome, picture: Picture, dev: number): string | undefined {
  const data = dataOf(picture, deviceNamed(picture, dev));
  for (const [domid, wanted] of stores.entries()) {
    const seen = slotsIn(picture, data?.domains[domid]?.store);
    const at = `device ${dev} at domain id ${domid}`;
    for (const { index, nvec, used } of wanted.values()) {
      const slot = seen.get(index);
      if (slot === undefined) return `${at} slot ${index} is empty`;
      if (slot.nvec !== nvec) return `${at} slot ${index} has nvec_used ${slot.nvec}, not ${nvec}`;
      if (slot.used !== used)
        return `${at} slot ${index} has interrupts ${String(slot.used)}, not ${String(used)}`;
    }
    if (seen.size !== wanted.size) return `${at} has ${seen.size} slots, not ${wanted.size}`;
  }
  return undefined;
}
