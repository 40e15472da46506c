// SPDX-License-Identifier: GPL-2.0-only
/** Whether a subject shows what the oracle believes, as far as it believes anything; rules look at the rest. */
import { affinityEntries } from '../trace/affinity.ts';
import type { Picture, Table } from '../trace/observation.ts';
import type * as S from '../trace/structs.ts';
import { type Device, type Domain, type Model, NONE, NOWHERE, type Slot } from './model.ts';
import type { Node, Store } from './model.ts';

const XA_MASK = 63;
/** A picture gives no names to a device's own domains. */
const OWN = -2;

/** What differs in what a step has changed or touched; `undefined` when nothing does. */
export function mismatch(previous: Model, model: Model, picture: Picture): string | undefined {
  const { msi_device_data, msi_desc } = picture;
  let touched = 0;
  for (const at of msi_device_data.touched)
    touched |= bit(picture, msi_device_data.objects[at]?.dev);
  for (const at of msi_desc.touched) touched |= bit(picture, msi_desc.objects[at]?.dev);
  return find(previous, model, picture, touched);
}

/** What differs anywhere. */
export function mismatchAll(model: Model, picture: Picture): string | undefined {
  return find(undefined, model, picture, 0);
}

function bit({ device }: Picture, dev: number | undefined): number {
  return dev === undefined ? 0 : 1 << (device.objects[dev]?.handle ?? 0);
}

function find(
  old: Model | undefined,
  model: Model,
  picture: Picture,
  touched: number,
): string | undefined {
  const { devices, domains, blocks, vectors } = model;
  for (let handle = 0; handle < devices.length; handle += 1) {
    const device = devices[handle];
    const same = device === old?.devices[handle] && (touched & (1 << handle)) === 0;
    const found = same || device === undefined ? undefined : inDevice(model, handle, picture);
    if (found !== undefined) return `device ${handle} ${found}`;
  }
  for (let handle = 0; handle < domains.length; handle += 1) {
    const domain = domains[handle];
    if (domain === old?.domains[handle]) continue;
    const found = inDomain(domain, byHandle(picture.irq_domain, handle), picture);
    if (found !== undefined) return `domain ${handle} ${found}`;
  }
  for (let block = 0; block < blocks.length; block += 1) {
    const found = differs('size', picture.blockSize[block], blocks[block]?.size ?? 0);
    if (found !== undefined) return `block ${block} ${found}`;
  }
  return vectors === old?.vectors ? undefined : inVectors(vectors, picture);
}

function inVectors(want: Uint8Array, { irq_domain }: Picture): string | undefined {
  const seen = byHandle(irq_domain, 0)?.vectors ?? [];
  for (let at = 0; at < want.length; at += 1) {
    const free = (seen[at] ?? 0) === 0;
    if ((want[at] === 0) !== free) return `vector ${at} ${free ? 'is free' : 'is in use'}`;
  }
  return undefined;
}

function differs<T>(what: string, seen: T, want: T): string | undefined {
  return seen === want ? undefined : `has ${what} ${String(seen)}, not ${String(want)}`;
}

function byHandle<T extends { handle: number }>(
  { objects }: Table<T>,
  handle: number,
): Readonly<T> | undefined {
  for (let at = 1; at < objects.length; at += 1) {
    const object = objects[at];
    if (object?.handle === handle) return object;
  }
  return undefined;
}

function inDevice(model: Model, handle: number, picture: Picture): string | undefined {
  const want = model.devices[handle];
  const seen = picture.device.objects.find((one) => one?.handle === handle && one.alive);
  if (want === undefined || !want.alive) return differs('alive', seen !== undefined, false);
  if (seen === undefined) return differs('alive', false, true);
  const msiDomain = picture.irq_domain.objects[seen.msi_domain]?.handle ?? NONE;
  return (
    differs('msi.domain', msiDomain, want.msiDomain) ??
    inDevres(want.devres, seen.devres_head, picture) ??
    inData(model, want, picture.msi_device_data.objects[seen.msi_data], picture)
  );
}

function inDevres(
  want: readonly Node[],
  seen: readonly number[],
  { devres }: Picture,
): string | undefined {
  for (let i = 0; i < want.length; i += 1) {
    const node = devres.objects[seen[i] ?? 0];
    const { release, id } = want[i] ?? { release: undefined, id: 0 };
    const found = differs('devres node', node?.release, release);
    if (found !== undefined) return found;
    if (release === 'driver' && node?.data !== id) return differs('resource', node?.data, id);
  }
  return differs('devres nodes', seen.length, want.length);
}

function inData(
  model: Model,
  want: Readonly<Device>,
  md: Readonly<S.MsiDeviceData> | undefined,
  picture: Picture,
): string | undefined {
  if (md === undefined || !want.data) return differs('MSI data', md !== undefined, want.data);
  const cursor = Math.min(md.__iter_idx, NOWHERE);
  let found =
    differs('the lock', md.mutex !== 0, want.locked) ?? differs('cursor', cursor, want.cursor);
  for (let domid = 0; domid < want.stores.length && found === undefined; domid += 1) {
    const store = want.stores[domid];
    const seen = md.domains[domid];
    if (store === undefined || seen === undefined) continue;
    if (model.profile.storePerDomain) found = inOwnDomain(model, store, seen, picture);
    found ??= inStore(store.slots, seen.store, picture);
    if (found !== undefined) found = `at domain id ${domid} ${found}`;
  }
  return found;
}

function inOwnDomain(
  { domains }: Model,
  want: Store,
  { domain }: S.MsiDevDomain,
  picture: Picture,
): string | undefined {
  const seen = picture.irq_domain.objects[domain];
  const handle = seen === undefined ? NONE : seen.handle === NONE ? OWN : seen.handle;
  const hwsize = picture.msi_domain_info.objects[seen?.host_data ?? 0]?.hwsize;
  return (
    differs('domain', handle, Math.max(want.domain, OWN)) ??
    differs('hwsize', hwsize, (want.own ?? domains[want.domain])?.size) ??
    (want.own === undefined ? undefined : inDomain(want.own, seen, picture))
  );
}

function inStore(want: readonly Slot[], seen: S.XArray, picture: Picture): string | undefined {
  for (const slot of want) {
    const desc = picture.msi_desc.objects[load(seen, slot.index, picture.xa_node)];
    const found = desc === undefined ? 'is empty' : inSlot(slot, desc, picture);
    if (found !== undefined) return `slot ${slot.index} ${found}`;
  }
  return differs('slots', entries(seen, picture.xa_node), want.length);
}

function inSlot(want: Slot, seen: Readonly<S.MsiDesc>, { affinity }: Picture): string | undefined {
  if (seen.nvec_used !== want.nvec) return differs('nvec_used', seen.nvec_used, want.nvec);
  if (seen.icookie !== want.icookie) return differs('icookie', seen.icookie, want.icookie);
  const associated = want.vectors !== undefined;
  if ((seen.irq !== 0) !== associated) return differs('interrupts', seen.irq !== 0, associated);
  const attrib = Number(seen.is_msix) + 2 * Number(seen.can_mask);
  if (attrib !== want.attrib) return differs('msi_attrib', attrib, want.attrib);
  const copy = affinity.objects[seen.affinity];
  if (copy === undefined && want.affinity === 0) return undefined;
  if (want.affinity === 0) return 'has another affinity';
  const same = affinityEntries(want.affinity, want.nvec)?.every(
    ({ mask, is_managed }, vec) => mask === copy?.mask[vec] && is_managed === copy.is_managed[vec],
  );
  return same === true ? differs('masks', copy?.mask.length, want.nvec) : 'has another affinity';
}

function inDomain(
  want: Domain | undefined,
  seen: Readonly<S.IrqDomain> | undefined,
  { radix_tree_node }: Picture,
): string | undefined {
  if (want === undefined || seen === undefined)
    return differs('existence', seen !== undefined, want !== undefined);
  if (want.kind === 'irq') return undefined;
  for (const entry of want.mapped) {
    const hwirq = entry >> 3;
    const data =
      hwirq < seen.revmap.length
        ? seen.revmap[hwirq]
        : load(seen.revmap_tree, hwirq, radix_tree_node);
    if (data === undefined || data === 0) return `does not map hwirq ${hwirq}`;
  }
  let linear = 0;
  for (const data of seen.revmap) linear += data === 0 ? 0 : 1;
  const count = linear + entries(seen.revmap_tree, radix_tree_node);
  return (
    differs('mappings', count, want.mapped.length) ?? differs('mapcount', seen.mapcount, want.live)
  );
}

/** What is stored at an index of a tree, 0 when nothing is. */
function load({ head, headIsNode }: S.XArray, index: number, { objects }: Table<S.XaNode>): number {
  let node = headIsNode ? objects[head] : undefined;
  if (node === undefined) return index === 0 ? head : 0;
  if (index >> node.shift > XA_MASK) return 0;
  for (;;) {
    const entry: number = node.slots[(index >> node.shift) & XA_MASK] ?? 0;
    const below: Readonly<S.XaNode> | undefined = node.shift === 0 ? undefined : objects[entry];
    if (below === undefined) return entry;
    node = below;
  }
}

function entries({ head, headIsNode }: S.XArray, nodes: Table<S.XaNode>): number {
  return headIsNode ? entriesBelow(head, nodes) : Number(head !== 0);
}

function entriesBelow(at: number, nodes: Table<S.XaNode>): number {
  const node = nodes.objects[at];
  if (node === undefined || node.shift === 0) return node?.count ?? 0;
  return node.slots.reduce((sum, slot) => sum + entriesBelow(slot, nodes), 0);
}
