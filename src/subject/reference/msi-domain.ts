// SPDX-License-Identifier: GPL-2.0-only
/**
 * The irq_domain_ops of MSI domains and the default msi_domain_ops.
 *
 * Source: kernel/irq/msi.c msi_domain_alloc() to msi_domain_update_chip_ops(), and
 * kernel/irq/chip.c irq_chip_compose_msi_msg(), v6.12.
 */
import { Errno } from '../../trace/errno.ts';
import type { OwnOp } from '../../trace/environment.ts';
import type { Op } from '../../trace/sites.ts';
import type { IrqData, MsiDomainInfo } from '../../trace/structs.ts';
import { BUG_ON, oops } from './bug.ts';
import { forced, seen } from './callback.ts';
import {
  type AllocArg,
  type Block,
  irq_domain_alloc_irqs_parent,
  irq_domain_free_irqs_top,
  irq_domain_set_hwirq_and_chip,
} from './irqdomain-hierarchy.ts';
import { irq_find_mapping } from './irqdomain-map.ts';
import { irq_get_msi_desc, irq_to_desc } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import { at } from './slab.ts';

/** Address part of every message. */
const MSG_ADDRESS_LO = 0xfee0_0000;
/** The data word is this plus the vector. */
const MSG_DATA = 0x4000;

/** `domain->host_data` of an MSI domain. */
export function host_data(k: Kernel, domain: number): MsiDomainInfo {
  return at(k, k.msi_domain_info, at(k, k.irq_domain, domain).host_data);
}

/** Whether the domain provides an operation itself. */
export function has(info: MsiDomainInfo, op: OwnOp): boolean {
  return info.ops.includes(op);
}

/** What an operation was called with and returned; what it does not have is left out. */
interface SeenIn {
  readonly irq?: number;
  readonly arg?: number;
  readonly dev?: number;
  readonly ret: number;
}

/** Records an operation of an MSI domain and hands its result back. */
export function seenIn(k: Kernel, op: Op, domain: number, what: SeenIn): number {
  const { handle, dev } = at(k, k.irq_domain, domain);
  const device = what.dev ?? dev;
  const devHandle = device === 0 ? -1 : at(k, k.device, device).handle;
  const numbers = { domain: handle, dev: devHandle, irq: what.irq ?? 0, arg: what.arg ?? 0 };
  return seen(k, op, numbers, what.ret);
}

/**
 * -EEXIST: the first hardware number is mapped; else what the parent or `msi_init` returns below 0,
 * after `msi_free` of the vectors that were initialised, newest first, and of the parent's part.
 */
export function msi_domain_alloc(k: Kernel, domain: number, block: Block, arg: AllocArg): number {
  const { virq, nr_irqs } = block;
  const hwirq = opGetHwirq(k, domain, arg);
  if (irq_find_mapping(k, domain, hwirq) > 0) return Errno.EEXIST;
  if (at(k, k.irq_domain, domain).parent !== 0) {
    const ret = irq_domain_alloc_irqs_parent(k, domain, block, arg);
    if (ret < 0) return ret;
  }
  for (let i = 0; i < nr_irqs; i += 1) {
    const ret = opMsiInit(k, domain, virq + i, hwirq + i);
    if (ret >= 0) continue;
    const oldest = k.profile.rollbackReachesVector0 ? 0 : 1;
    for (let done = i - 1; done >= oldest; done -= 1) opMsiFree(k, domain, virq + done);
    irq_domain_free_irqs_top(k, domain, virq, nr_irqs);
    return ret;
  }
  return 0;
}

/** Gives vectors back, then the parent's part. */
export function msi_domain_free(k: Kernel, domain: number, virq: number, nr_irqs: number): void {
  for (let i = 0; i < nr_irqs; i += 1) opMsiFree(k, domain, virq + i);
  irq_domain_free_irqs_top(k, domain, virq, nr_irqs);
}

/** Composes the message and writes it. */
export function msi_domain_activate(k: Kernel, irq_data: number): number {
  const vector = irq_chip_compose_msi_msg(k, irq_data);
  BUG_ON(k, vector < 0, 'msi_domain_activate', 1);
  irq_chip_write_msi_msg(k, irq_data, { address_lo: MSG_ADDRESS_LO, data: MSG_DATA + vector });
  return 0;
}

/** Writes a cleared message. */
export function msi_domain_deactivate(k: Kernel, irq_data: number): void {
  irq_chip_write_msi_msg(k, irq_data, { address_lo: 0, data: 0 });
}

/** -ENOTSUPP without `msi_translate`; else what it returns. 6.1 has neither. */
export function msi_domain_translate(k: Kernel, domain: number, hwirq: number): number {
  if (!k.profile.hasMsiTranslate) return 0;
  if (!has(host_data(k, domain), 'msi_translate')) return Errno.ENOTSUPP;
  const ret = forced(k, 'msi_translate') ?? 0;
  return seenIn(k, 'msi_translate', domain, { arg: hwirq, ret });
}

/** `msi_domain_ops::set_desc` of the environment: the hardware number follows from device and slot. */
export function opSetDesc(k: Kernel, domain: number, arg: AllocArg, desc: number): void {
  forced(k, 'set_desc');
  const { dev, msi_index } = at(k, k.msi_desc, desc);
  arg.desc = desc;
  if (k.env.hwirq === 'index') arg.hwirq = msi_index;
  else if (k.env.hwirq === 'overlap') arg.hwirq = msi_index >>> 1;
  else arg.hwirq = at(k, k.device, dev).handle * 65_536 + msi_index;
  seenIn(k, 'set_desc', domain, { dev, arg: msi_index, ret: 0 });
}

/** `msi_domain_ops::msi_prepare`: the default, which clears the argument. */
export function opMsiPrepare(
  k: Kernel,
  target: { readonly dev: number; readonly domain: number },
  nvec: number,
  arg: AllocArg,
): number {
  const ret = forced(k, 'msi_prepare') ?? 0;
  if (ret === 0) {
    arg.desc = 0;
    arg.hwirq = 0;
  }
  return seenIn(k, 'msi_prepare', target.domain, { dev: target.dev, arg: nvec, ret });
}

function opGetHwirq(k: Kernel, domain: number, arg: AllocArg): number {
  forced(k, 'get_hwirq');
  seenIn(k, 'get_hwirq', domain, { arg: arg.hwirq, ret: 0 });
  return arg.hwirq;
}

/** The default: number, chip and handler. */
function opMsiInit(k: Kernel, domain: number, virq: number, hwirq: number): number {
  const ret = forced(k, 'msi_init') ?? 0;
  if (ret >= 0) {
    const info = host_data(k, domain);
    irq_domain_set_hwirq_and_chip(k, domain, virq, {
      hwirq,
      chip: 'msi',
      chip_data: info.chip_data,
    });
    if (info.handler !== '' && info.handler_name !== '') {
      const desc = at(k, k.irq_desc, irq_to_desc(k, virq));
      desc.handler = info.handler;
      if (info.handler_data !== 0) desc.handler_data = info.handler_data;
    }
  }
  return seenIn(k, 'msi_init', domain, { irq: virq, arg: hwirq, ret });
}

function opMsiFree(k: Kernel, domain: number, virq: number): void {
  if (!has(host_data(k, domain), 'msi_free')) return;
  forced(k, 'msi_free');
  seenIn(k, 'msi_free', domain, { irq: virq, ret: 0 });
}

/** The vector that the first chip of the chain that composes puts into the message; -ENOSYS: none does. */
function irq_chip_compose_msi_msg(k: Kernel, irq_data: number): number {
  let addr = irq_data;
  while (addr !== 0) {
    const data = at(k, k.irq_data, addr);
    if (data.chip === k.env.compose) {
      forced(k, 'irq_compose_msi_msg');
      const vector = rootData(k, data).hwirq;
      const { handle } = at(k, k.irq_domain, data.domain);
      seen(k, 'irq_compose_msi_msg', { domain: handle, dev: -1, irq: data.irq, arg: vector }, 0);
      return vector;
    }
    addr = data.parent_data;
  }
  return Errno.ENOSYS;
}

function rootData(k: Kernel, from: IrqData): IrqData {
  let data = from;
  while (data.parent_data !== 0) data = at(k, k.irq_data, data.parent_data);
  return data;
}

/** The chip keeps the message in the descriptor for the first vector only, as PCI does. */
function irq_chip_write_msi_msg(
  k: Kernel,
  irq_data: number,
  msg: { address_lo: number; data: number },
): void {
  const { chip, irq, domain } = at(k, k.irq_data, irq_data);
  if (chip !== 'msi') oops(k, 'NULL dereference', 'irq_write_msi_msg');
  forced(k, 'irq_write_msi_msg');
  const desc = at(k, k.msi_desc, irq_get_msi_desc(k, irq));
  if (desc.irq === irq) {
    desc.msgAddressLo = msg.address_lo;
    desc.msgData = msg.data;
  }
  seenIn(k, 'irq_write_msi_msg', domain, { irq, arg: msg.data, dev: desc.dev, ret: 0 });
}
