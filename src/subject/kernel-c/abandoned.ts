// SPDX-License-Identifier: GPL-2.0-only
/** Descriptors that msi_domain_free_descs() dropped with a WARN: C does not mark them, so that they are told by their place. */
import type { Picture, Splat } from '../../trace/observation.ts';
import type { MsiDesc, XArray } from '../../trace/structs.ts';

/** Adds those that this step dropped: they have an interrupt, were in a store or are new, and are in none now. */
export function addAbandoned(
  before: Picture,
  picture: Picture,
  splats: readonly Splat[],
  known: ReadonlySet<number>,
): ReadonlySet<number> {
  if (!splats.some(({ kind, fn }) => kind === 'WARN' && fn === 'msi_domain_free_descs'))
    return known;
  const stored = storedIn(picture);
  const old = storedIn(before);
  const first = before.msi_desc.objects.length;
  const dropped = picture.msi_desc.objects.flatMap((desc, at) =>
    desc !== undefined && desc.irq !== 0 && !stored.has(at) && (at >= first || old.has(at))
      ? [at]
      : [],
  );
  return new Set([...known, ...dropped]);
}

/** The picture with the mark; records may be those of the picture before. */
export function markAbandoned(picture: Picture, known: ReadonlySet<number>): Picture {
  if (known.size === 0) return picture;
  const { msi_desc } = picture;
  const marked = (desc: Readonly<MsiDesc> | undefined, at: number): Readonly<MsiDesc> | undefined =>
    desc === undefined || desc.abandoned || !known.has(at) ? desc : { ...desc, abandoned: true };
  return { ...picture, msi_desc: { ...msi_desc, objects: msi_desc.objects.map(marked) } };
}

function storedIn(picture: Picture): ReadonlySet<number> {
  const stored = new Set<number>();
  for (const data of picture.msi_device_data.objects)
    for (const { store } of data?.domains ?? []) collect(picture, store, stored);
  return stored;
}

function collect({ xa_node }: Picture, { head, headIsNode }: XArray, stored: Set<number>): void {
  const todo = headIsNode ? [head] : [];
  if (!headIsNode) stored.add(head);
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const node = xa_node.objects[at];
    for (const slot of node?.slots ?? []) {
      if (slot === 0) continue;
      if (node?.shift === 0) stored.add(slot);
      else todo.push(slot);
    }
  }
}
