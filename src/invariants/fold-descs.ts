// SPDX-License-Identifier: GPL-2.0-only
/** Descriptors and the trees that hold them after a step. */
import { isNowhere } from '../trace/affinity.ts';
import type { Observation, Picture, Table } from '../trace/observation.ts';
import type { MsiDesc, XaNode } from '../trace/structs.ts';
import { addressesOf, liveOf } from './addresses.ts';
import { Fact } from './facts.ts';
import { MsiFlag } from '../trace/flags.ts';
import type { DescPast } from './past.ts';
import { extend, extendZero, type History, mention } from './remember.ts';
import { descView } from './view.ts';

/** Takes in descriptors and nodes of trees. */
export function foldDescs(history: History, { ret, picture }: Observation): void {
  const descs = addressesOf(history, picture.msi_desc);
  for (let i = 0; i < descs.length; i += 1) foldDesc(history, picture, descs[i] ?? 0);
  const { sums } = history;
  const storeNodes = addressesOf(history, picture.xa_node);
  for (let i = 0; i < storeNodes.length; i += 1) {
    const by = change(history.storeNodes, picture.xa_node, storeNodes[i] ?? 0);
    sums.storeEntries += by.entries;
    sums.storeNodes += by.children;
  }
  const mapNodes = addressesOf(history, picture.radix_tree_node);
  for (let i = 0; i < mapNodes.length; i += 1) {
    sums.mapNodes += change(history.mapNodes, picture.radix_tree_node, mapNodes[i] ?? 0).children;
  }
  const { fn } = history.call;
  if (fn === 'msi_device_populate_sysfs' || fn === 'msi_device_destroy_sysfs')
    foldSysfs(history, picture, ret);
}

function foldDesc(history: History, picture: Picture, address: number): void {
  const now = picture.msi_desc.objects[address];
  const past = history.descs[address];
  if (now === undefined) {
    if (past !== undefined) forget(history, address, past);
    return;
  }
  const known = past ?? born(history, address, now);
  foldInterrupts(history, picture, address, known);
  if (now.abandoned && !known.loose) {
    known.loose = true;
    history.sums.loose += 1;
    history.facts |= Fact.ABANDONED;
  }
  if ((known.affinity === 0) !== (now.affinity === 0))
    history.sums.affinities += now.affinity === 0 ? -1 : 1;
  known.affinity = now.affinity;
  if (known.attrs !== 0 || now.sysfs_attrs !== 0) foldFiles(history, picture, address, now);
}

function born(history: History, address: number, desc: Readonly<MsiDesc>): DescPast {
  const { fn, affinity } = history.call;
  const given =
    fn === 'msi_domain_insert_msi_desc' ||
    fn === 'msi_add_msi_desc' ||
    fn === 'msi_domain_alloc_irq_at';
  const asked = given ? affinity : 0;
  const fresh: DescPast = {
    made: history.steps,
    dev: desc.dev,
    index: desc.msi_index,
    irq: 0,
    nvec: desc.nvec_used,
    bound: 0,
    asked,
    sysfs: 0,
    loose: false,
    affinity: 0,
    attrs: 0,
    names: 0,
    files: 0,
    data: 0,
  };
  extend(history.descs, address);
  history.descs[address] = fresh;
  history.changed.push(fresh);
  history.facts |= Fact.DESC_BORN;
  if (asked !== 0) history.facts |= Fact.AFFINITY;
  return fresh;
}

function forget(history: History, address: number, past: DescPast): void {
  const { sums } = history;
  if (past.affinity !== 0) sums.affinities -= 1;
  if (past.attrs !== 0) {
    sums.attrs -= 1;
    history.bereaved.push(past.attrs);
  }
  sums.names -= past.names;
  const device = history.devices[past.dev];
  if (device !== undefined && device.data === past.data) device.files -= past.files;
  if (past.loose) sums.loose -= 1;
  if (past.irq !== 0) mentionVectors(history, past);
  const { count, nowhere } = history.lost;
  history.lost = {
    count: Math.max(count, past.nvec),
    nowhere: nowhere || isNowhere(past.asked),
  };
  history.descs[address] = undefined;
  history.changed.push(past);
  history.facts |= Fact.DESC_GONE;
}

function foldInterrupts(history: History, picture: Picture, address: number, past: DescPast): void {
  const now = picture.msi_desc.objects[address];
  if (now === undefined || now.irq === past.irq) return;
  if (past.irq !== 0) mentionVectors(history, past);
  history.changed.push(past);
  past.irq = now.irq;
  past.nvec = now.nvec_used;
  if (now.irq === 0) {
    past.sysfs = 0;
    return;
  }
  past.bound = history.steps;
  past.sysfs = wantsFiles(picture, address, now);
  history.facts |= now.nvec_used > 1 ? Fact.ASSOCIATED | Fact.MULTI : Fact.ASSOCIATED;
}

/** Whatever becomes of the interrupts that a descriptor had, it is this step's doing. */
function mentionVectors(history: History, { irq, nvec }: DescPast): void {
  for (let i = 0; i < nvec; i += 1) mention(history, irq + i);
  history.facts |= Fact.DISSOCIATED;
}

function wantsFiles(picture: Picture, address: number, desc: Readonly<MsiDesc>): 0 | 1 {
  const { info } = descView(picture, address, desc);
  return info !== undefined && (info.flags & MsiFlag.MSI_FLAG_DEV_SYSFS) !== 0 ? 1 : 0;
}

/** Entries of a descriptor: their memory, and the files that they have in the group that exists now. */
function foldFiles(
  history: History,
  picture: Picture,
  address: number,
  now: Readonly<MsiDesc>,
): void {
  const past = history.descs[address];
  const device = history.devices[now.dev];
  if (past === undefined || device === undefined) return;
  const attrs = picture.sysfs_attrs.objects[now.sysfs_attrs];
  if ((past.attrs === 0) !== (now.sysfs_attrs === 0))
    history.sums.attrs += now.sysfs_attrs === 0 ? -1 : 1;
  let names = 0;
  let shown = 0;
  for (let i = 0; attrs !== undefined && i < attrs.name.length; i += 1) {
    if (attrs.name[i] !== 0) names += 1;
    if (attrs.shown[i] === true) shown += 1;
  }
  const made = picture.msi_desc.birth[address] ?? 0;
  const since = picture.msi_device_data.birth[device.data] ?? 0;
  const files = device.data !== 0 && made >= since ? shown : 0;
  device.files += files - (past.data === device.data ? past.files : 0);
  if (files > past.files) history.facts |= Fact.FILES;
  history.sums.names += names - past.names;
  past.attrs = now.sysfs_attrs;
  past.names = names;
  past.files = files;
  past.data = device.data;
}

/** A driver asked for the files of a device, or wants them gone. A failure in between leaves some. */
function foldSysfs(history: History, picture: Picture, ret: number): void {
  const { dev, fn } = history.call;
  const data =
    picture.msi_device_data.objects[history.devices[history.deviceAt[dev] ?? 0]?.data ?? 0];
  if (data === undefined) return;
  for (const address of liveOf(picture.msi_desc)) {
    const desc = picture.msi_desc.objects[address];
    const past = history.descs[address];
    if (
      desc === undefined ||
      past === undefined ||
      past.loose ||
      desc.dev !== data.dev ||
      desc.irq === 0
    )
      continue;
    if (descView(picture, address, desc).domid !== 0) continue;
    if (fn === 'msi_device_destroy_sysfs') past.sysfs = 0;
    else if (ret === 0) past.sysfs = 1;
    else if (past.sysfs === 0) past.sysfs = 2;
  }
}

interface Change {
  readonly entries: number;
  readonly children: number;
}

const NOTHING: Change = { entries: 0, children: 0 };

/** By how much the entries and the children that a node refers to have changed. */
function change(known: number[], table: Table<XaNode>, address: number): Change {
  const node = table.objects[address];
  const now = node === undefined ? 0 : node.shift === 0 ? node.count : -node.count;
  extendZero(known, address);
  const was = known[address] ?? 0;
  if (now === was) return NOTHING;
  known[address] = now;
  return {
    entries: Math.max(now, 0) - Math.max(was, 0),
    children: Math.max(-now, 0) - Math.max(-was, 0),
  };
}
