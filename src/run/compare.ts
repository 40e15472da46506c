// SPDX-License-Identifier: GPL-2.0-only
/** Whether a subject shows what the oracle believes, as far as it believes anything; rules look at the rest. */
import { load } from '../invariants/tree.ts';
import { DOMAINS } from '../trace/call.ts';
import type { Picture, Table } from '../trace/observation.ts';
import type * as S from '../trace/structs.ts';
import { type Device, type Model, type Node, NONE, type Slot } from '../oracle/model.ts';

/** A cursor that finds nothing. */
const NOWHERE = 65_535;
/** Stands for all of a device's own domains, for a picture gives them no names. */
const OWN = -2;

/** What differs in what a step names, or has changed or touched; `undefined` when nothing does. */
export function mismatch(
  previous: Model,
  model: Model,
  picture: Picture,
  dev: number,
): string | undefined {
  const { msi_device_data, msi_desc } = picture;
  let touched = unchanged(previous.devices[dev], model.devices[dev]) ? 0 : 1 << dev;
  for (const at of msi_device_data.touched)
    touched |= bit(picture, msi_device_data.objects[at]?.dev);
  for (const at of msi_desc.touched) touched |= bit(picture, msi_desc.objects[at]?.dev);
  return find(previous, model, picture, touched);
}

/** What differs anywhere. */
export function mismatchAll(model: Model, picture: Picture): string | undefined {
  return find(undefined, model, picture, -1);
}

/** No step changes the list of resources without changing its length. */
function unchanged(old: Device | undefined, device: Device | undefined): boolean {
  return (
    old !== undefined &&
    old.alive === device?.alive &&
    old.data === device.data &&
    old.locked === device.locked &&
    old.ended === device.ended &&
    old.msiDomain === device.msiDomain &&
    old.devres.length === device.devres.length &&
    old.stores.every(
      ({ domain, slots }, at) =>
        domain === device.stores[at]?.domain && slots === device.stores[at].slots,
    )
  );
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
  const { devices, domains, blocks } = model;
  for (let handle = 0; handle < devices.length; handle += 1) {
    if ((touched & (1 << handle)) === 0) continue;
    const found = inDevice(model, handle, picture);
    if (found !== undefined) return `device ${handle} ${found}`;
  }
  for (let handle = 0; handle < DOMAINS.length; handle += 1) {
    const domain = domains[handle];
    if (domain === old?.domains[handle] || domain?.kind === 'irq') continue;
    const seen = picture.irq_domain.objects.find((one) => one?.handle === handle);
    const found = differs('mapcount', seen?.mapcount, domain?.live);
    if (found !== undefined) return `domain ${handle} ${found}`;
  }
  for (let block = 0; block < blocks.length; block += 1) {
    const found = differs('size', picture.blockSize[block], blocks[block]?.size ?? 0);
    if (found !== undefined) return `block ${block} ${found}`;
  }
  return undefined;
}

function differs<T>(what: string, seen: T, want: T): string | undefined {
  return seen === want ? undefined : `has ${what} ${String(seen)}, not ${String(want)}`;
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
    inData(model, handle, picture.msi_device_data.objects[seen.msi_data], picture)
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
  handle: number,
  md: Readonly<S.MsiDeviceData> | undefined,
  picture: Picture,
): string | undefined {
  const want = model.devices[handle];
  if (md === undefined || want?.data !== true)
    return differs('MSI data', md !== undefined, want?.data);
  let found = differs('the lock', md.mutex !== 0, want.locked);
  if (want.ended) found ??= differs('cursor', Math.min(md.__iter_idx, NOWHERE), NOWHERE);
  for (let domid = 0; domid < want.stores.length && found === undefined; domid += 1) {
    const store = want.stores[domid];
    const seen = md.domains[domid];
    if (store === undefined || seen === undefined) continue;
    if (model.profile.storePerDomain) found = inStoreDomain(model, store.domain, seen, picture);
    found ??= inStore(store.slots, seen.store, picture);
    if (found !== undefined) found = `at domain id ${domid} ${found}`;
  }
  return found;
}

function inStoreDomain(
  { domains }: Model,
  want: number,
  { domain }: S.MsiDevDomain,
  picture: Picture,
): string | undefined {
  const seen = picture.irq_domain.objects[domain];
  const handle = seen === undefined ? NONE : seen.handle === NONE ? OWN : seen.handle;
  const hwsize = picture.msi_domain_info.objects[seen?.host_data ?? 0]?.hwsize;
  return (
    differs('domain', handle, want < DOMAINS.length ? want : OWN) ??
    differs('hwsize', hwsize, domains[want]?.size)
  );
}

function inStore(
  want: ReadonlyMap<number, Slot>,
  seen: S.XArray,
  picture: Picture,
): string | undefined {
  for (const slot of want.values()) {
    const desc = picture.msi_desc.objects[load(picture.xa_node, seen, slot.index)];
    const found = desc === undefined ? 'is empty' : inSlot(slot, desc);
    if (found !== undefined) return `slot ${slot.index} ${found}`;
  }
  return differs('slots', entries(seen, picture.xa_node), want.size);
}

function inSlot(want: Slot, seen: Readonly<S.MsiDesc>): string | undefined {
  return (
    differs('nvec_used', seen.nvec_used, want.nvec) ??
    differs('interrupts', seen.irq !== 0, want.used)
  );
}

function entries({ head, headIsNode }: S.XArray, nodes: Table<S.XaNode>): number {
  return headIsNode ? entriesBelow(head, nodes) : Number(head !== 0);
}

function entriesBelow(at: number, nodes: Table<S.XaNode>): number {
  const node = nodes.objects[at];
  if (node === undefined || node.shift === 0) return node?.count ?? 0;
  let sum = 0;
  for (const slot of node.slots) if (slot !== 0) sum += entriesBelow(slot, nodes);
  return sum;
}
