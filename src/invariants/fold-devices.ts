// SPDX-License-Identifier: GPL-2.0-only
/** Devices, their MSI data and their resources after a step. */
import type { Observation, Picture } from '../trace/observation.ts';
import type { Device } from '../trace/structs.ts';
import { addressesOf } from './addresses.ts';
import { Fact } from './facts.ts';
import type { DevicePast } from './past.ts';
import { extend, extendZero, type History, UNKNOWN } from './remember.ts';

/** Takes in MSI data, devices and devres nodes. */
export function foldDevices(history: History, observation: Observation): void {
  const { picture } = observation;
  if (history.unsettled) settle(history);
  const data = addressesOf(history, picture.msi_device_data);
  for (let i = 0; i < data.length; i += 1) foldData(history, picture, data[i] ?? 0);
  const devices = addressesOf(history, picture.device);
  for (let i = 0; i < devices.length; i += 1) foldDevice(history, observation, devices[i] ?? 0);
  const nodes = addressesOf(history, picture.devres);
  for (let i = 0; i < nodes.length; i += 1) foldNode(history, picture, nodes[i] ?? 0);
}

/** What was released in an earlier step is no news. */
function settle(history: History): void {
  history.unsettled = false;
  for (const address of history.deviceAt) {
    const past = history.devices[address];
    if (past === undefined) continue;
    past.orderWas = past.order;
    if ((history.facts & Fact.RELEASED) === 0) past.released = 0;
  }
}

function foldData(history: History, picture: Picture, address: number): void {
  const now = picture.msi_device_data.objects[address];
  let entries = 0;
  let nodes = 0;
  for (let i = 0; now !== undefined && i < now.domains.length; i += 1) {
    const store = now.domains[i]?.store;
    if (store === undefined || store.head === 0) continue;
    if (store.headIsNode) nodes += 1;
    else entries += 1;
  }
  const past = history.tallies[address];
  history.sums.storeEntries += entries - (past?.entries ?? 0);
  history.sums.storeNodes += nodes - (past?.nodes ?? 0);
  if (past === undefined) {
    extend(history.tallies, address);
    history.tallies[address] = { entries, nodes };
    history.facts |= Fact.DATA;
    return;
  }
  if (now === undefined) history.facts |= Fact.DATA;
  past.entries = entries;
  past.nodes = nodes;
}

function foldDevice(history: History, observation: Observation, address: number): void {
  const { picture } = observation;
  const now = picture.device.objects[address];
  if (now === undefined) return;
  const past = devicePast(history, address, now);
  if (past.alive && !now.alive) {
    history.facts |= Fact.DEVICE_GONE;
    history.held[now.handle] = false;
  }
  past.alive = now.alive;
  if (past.data !== now.msi_data) changeData(history, observation, address);
  if ((past.data === 0) !== (now.msi_data === 0))
    history.sums.devicesWithData += now.msi_data === 0 ? -1 : 1;
  past.data = now.msi_data;
  const { length } = now.devres_head;
  history.sums.listed += length - past.listed;
  const last = now.devres_head[length - 1] ?? 0;
  if (length === past.listed && last === past.last) return;
  past.listed = length;
  past.last = last;
  past.order = resources(picture, now);
  history.unsettled = true;
}

function devicePast(
  history: History,
  address: number,
  { handle, alive }: Readonly<Device>,
): DevicePast {
  const known = history.devices[address];
  if (known !== undefined) return known;
  const fresh: DevicePast = {
    handle,
    alive,
    data: 0,
    listed: 0,
    last: 0,
    files: 0,
    order: [],
    orderWas: [],
    released: 0,
  };
  extend(history.devices, address);
  history.devices[address] = fresh;
  if (alive) history.deviceAt[handle] = address;
  return fresh;
}

/** MSI data came or went: files are counted anew, and what was in a store that is gone is dropped with a WARN. */
function changeData(history: History, { splats, picture }: Observation, device: number): void {
  const past = history.devices[device];
  if (past === undefined) return;
  past.files = 0;
  if (past.data === 0) return;
  history.cursor[past.handle] = UNKNOWN;
  history.held[past.handle] = false;
  if (!splats.some(({ kind, fn }) => kind === 'WARN' && fn === 'msi_device_data_release')) return;
  for (let address = 1; address < history.descs.length; address += 1) {
    const desc = history.descs[address];
    if (desc === undefined || desc.loose || picture.msi_desc.objects[address]?.dev !== device)
      continue;
    desc.loose = true;
    history.sums.loose += 1;
    history.facts |= Fact.ABANDONED;
  }
}

function resources(picture: Picture, { devres_head }: Readonly<Device>): readonly number[] {
  const order: number[] = [];
  for (const address of devres_head) {
    const node = picture.devres.objects[address];
    if (node?.release === 'driver') order.push(node.data);
  }
  return order;
}

function foldNode(history: History, picture: Picture, address: number): void {
  const node = picture.devres.objects[address];
  const now = node !== undefined && node.release === 'group_close' && !node.added ? 1 : 0;
  extendZero(history.unclosed, address);
  history.sums.unclosed += now - (history.unclosed[address] ?? 0);
  history.unclosed[address] = now;
}
