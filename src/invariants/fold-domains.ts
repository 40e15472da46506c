// SPDX-License-Identifier: GPL-2.0-only
/** Domains, their infos and their firmware nodes after a step. */
import type { Observation, Picture } from '../trace/observation.ts';
import type { IrqDomain } from '../trace/structs.ts';
import { addressesOf, isNew } from './addresses.ts';
import { Fact } from './facts.ts';
import type { DomainPast } from './past.ts';
import { extend, extendZero, type History } from './remember.ts';

/** Takes in domains, infos and firmware nodes. */
export function foldDomains(history: History, observation: Observation): void {
  const { picture } = observation;
  const domains = addressesOf(history, picture.irq_domain);
  for (let i = 0; i < domains.length; i += 1) foldDomain(history, observation, domains[i] ?? 0);
  const infos = addressesOf(history, picture.msi_domain_info);
  for (let i = 0; i < infos.length; i += 1) foldInfo(history, picture, infos[i] ?? 0);
  const nodes = addressesOf(history, picture.fwnode);
  for (let i = 0; i < nodes.length; i += 1) foldFwnode(history, picture, nodes[i] ?? 0);
}

/** The past of a domain; made when it is new. */
export function domainPast(history: History, address: number): DomainPast {
  const known = history.domains[address];
  if (known !== undefined) return known;
  const fresh: DomainPast = {
    made: 0,
    handle: -1,
    gone: true,
    lost: false,
    mapped: 0,
    pushed: 0,
    name: '',
    nameAddr: 0,
    fwnode: 0,
    bundle: 0,
    nodes: 0,
  };
  extend(history.domains, address);
  history.domains[address] = fresh;
  return fresh;
}

function foldDomain(history: History, observation: Observation, address: number): void {
  const { picture } = observation;
  const now = picture.irq_domain.objects[address];
  const past = domainPast(history, address);
  if (now === undefined) {
    if (!past.gone) foldRemoval(history, observation, address);
    return;
  }
  if (past.gone) foldCreation(history, picture, address, now);
  if ((past.nameAddr === 0) !== (now.nameAddr === 0))
    history.sums.names += now.nameAddr === 0 ? -1 : 1;
  past.nameAddr = now.nameAddr;
  const nodes = now.revmap_tree.headIsNode ? 1 : 0;
  history.sums.mapNodes += nodes - past.nodes;
  past.nodes = nodes;
}

function foldCreation(
  history: History,
  picture: Picture,
  address: number,
  now: Readonly<IrqDomain>,
): void {
  const past = domainPast(history, address);
  past.gone = false;
  past.made = history.steps;
  past.handle = now.handle;
  past.name = now.name;
  past.fwnode = picture.fwnode.objects[now.fwnode]?.type === 'named' ? now.fwnode : 0;
  past.bundle = picture.msi_domain_info.objects[now.host_data]?.bundle === true ? now.host_data : 0;
  if (past.bundle !== 0) history.sums.bundlesUsed += 1;
  if (now.handle >= 0) history.domainAt[now.handle] = address;
  if (isNew(picture.irq_domain, address)) history.facts |= Fact.DOMAIN_BORN;
}

function foldRemoval(history: History, { splats }: Observation, address: number): void {
  const past = domainPast(history, address);
  past.gone = true;
  past.lost = splats.some(({ kind, fn }) => kind === 'WARN' && fn === 'irq_domain_remove');
  if (past.nameAddr !== 0) history.sums.names -= 1;
  if (past.bundle !== 0) history.sums.bundlesUsed -= 1;
  history.sums.mapNodes -= past.nodes;
  if (past.lost) history.sums.mapNodesLost += past.nodes;
  if (past.handle >= 0) history.domainAt[past.handle] = 0;
  history.removed.push(address);
  history.facts |= Fact.DOMAIN_GONE;
}

function foldInfo(history: History, picture: Picture, address: number): void {
  const now = picture.msi_domain_info.objects[address]?.bundle === true ? 1 : 0;
  extendZero(history.bundles, address);
  history.sums.bundles += now - (history.bundles[address] ?? 0);
  history.bundles[address] = now;
}

function foldFwnode(history: History, picture: Picture, address: number): void {
  const node = picture.fwnode.objects[address];
  const now = node !== undefined && node.name !== 0 ? 1 : 0;
  extendZero(history.fwnodes, address);
  history.sums.names += now - (history.fwnodes[address] ?? 0);
  history.fwnodes[address] = now;
}
