// SPDX-License-Identifier: GPL-2.0-only
/**
 * The MSI core as 6.1 has it: one store and one domain per device, operations that are always set,
 * `msi_check`; and, for domains with `msi_finish` or `handle_error`, the two passes of kernels up to 5.16.
 *
 * Source: kernel/irq/msi.c, v6.1: msi_add_msi_desc() to msi_domain_free_irqs().
 */
import { Errno } from '../../trace/errno.ts';
import { MSI_MAX_INDEX, MsiFlag } from '../../trace/flags.ts';
import { lockdep_assert_held } from './bug.ts';
import { forced } from './callback.ts';
import { type AllocArg } from './irqdomain-hierarchy.ts';
import { irq_set_msi_desc_off } from './irqdesc.ts';
import type { Kernel } from './kernel.ts';
import {
  allocDescIrqs,
  freeDescIrqs,
  initDescIrqs,
  msi_check_reservation_mode,
} from './msi-alloc.ts';
import { affinityOf } from './affinity-of.ts';
import { irq_domain_alloc_irqs } from './irqdomain-alloc.ts';
import {
  devDomain,
  type InitDesc,
  msi_alloc_desc,
  MSI_DESC_ALL,
  MSI_DESC_ASSOCIATED,
  MSI_DESC_NOTASSOCIATED,
  msi_data,
  msi_desc_match,
  msi_free_desc,
} from './msi-desc.ts';
import { msi_domain_first_desc, msi_next_desc } from './msi-device.ts';
import { has, host_data, opMsiPrepare, opSetDesc, seenIn } from './msi-domain.ts';
import { overrideAllocIrqs, overrideFreeIrqs } from './override.ts';
import { at } from './slab.ts';
import { xa_erase, xa_find, xa_insert, xa_load } from './xarray.ts';

/** A device and the domain that its driver names. */
interface Target {
  readonly dev: number;
  readonly domain: number;
}

/** -ENOMEM, or -EBUSY when the index is taken. There is no upper bound but the type's. */
export function msi_add_msi_desc(k: Kernel, dev: number, init: InitDesc): number {
  lockdep_assert_held(k, msi_data(k, dev).mutex, 'msi_add_msi_desc', 1);
  const addr = msi_alloc_desc(k, dev, init.nvec_used, init.affinity);
  if (addr === 0) return Errno.ENOMEM;
  const desc = at(k, k.msi_desc, addr);
  desc.is_msix = init.is_msix;
  desc.can_mask = init.can_mask;
  return insert(k, dev, addr, init.msi_index);
}

/** Erases and frees what matches; the rest stays. */
export function msi_free_msi_descs_range(
  k: Kernel,
  dev: number,
  filter: number,
  range: readonly [number, number],
): void {
  lockdep_assert_held(k, msi_data(k, dev).mutex, 'msi_free_msi_descs_range', 1);
  const { store } = devDomain(k, dev, 0);
  const [first, last] = range;
  for (let idx = xa_find(k, store, first, last); idx >= 0; idx = xa_find(k, store, idx + 1, last)) {
    const addr = xa_load(k, store, idx);
    if (!msi_desc_match(at(k, k.msi_desc, addr), filter)) continue;
    xa_erase(k, store, idx);
    msi_free_desc(k, addr);
  }
}

/** Simple descriptors first where the domain wants them; then the domain's allocation. A failure frees everything. */
export function msi_domain_alloc_irqs_descs_locked(
  k: Kernel,
  { dev, domain }: Target,
  nvec: number,
): number {
  lockdep_assert_held(k, msi_data(k, dev).mutex, 'msi_domain_alloc_irqs_descs_locked', 1);
  const { flags } = host_data(k, domain);
  if ((flags & MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS) !== 0) {
    const ret = msi_add_simple_msi_descs(k, dev, nvec);
    if (ret !== 0) return ret;
  }
  const ret = domain_alloc_irqs(k, { dev, domain }, nvec);
  if (ret !== 0) msi_domain_free_irqs_descs_locked(k, { dev, domain });
  return ret;
}

/** Frees every interrupt of the device, and the descriptors with MSI_FLAG_FREE_MSI_DESCS. */
export function msi_domain_free_irqs_descs_locked(k: Kernel, { dev, domain }: Target): void {
  lockdep_assert_held(k, msi_data(k, dev).mutex, 'msi_domain_free_irqs_descs_locked', 1);
  const info = host_data(k, domain);
  const own = has(info, 'domain_free_irqs');
  if (own || has(info, 'wrap_free')) forced(k, 'domain_free_irqs');
  if (own) overrideFreeIrqs(k, dev, domain);
  else __msi_domain_free_irqs(k, { dev, domain });
  if (own || has(info, 'wrap_free')) seenIn(k, 'domain_free_irqs', domain, { dev, ret: 0 });
  if ((info.flags & MsiFlag.MSI_FLAG_FREE_MSI_DESCS) !== 0)
    msi_free_msi_descs_range(k, dev, MSI_DESC_ALL, [0, MSI_MAX_INDEX]);
}

function insert(k: Kernel, dev: number, addr: number, index: number): number {
  at(k, k.msi_desc, addr).msi_index = index;
  const ret = xa_insert(k, devDomain(k, dev, 0).store, index, addr);
  if (ret !== 0) msi_free_desc(k, addr);
  return ret;
}

/** When one fails, the descriptors of the range that have no interrupt go, and the others stay. */
function msi_add_simple_msi_descs(k: Kernel, dev: number, ndesc: number): number {
  lockdep_assert_held(k, msi_data(k, dev).mutex, 'msi_add_simple_msi_descs', 1);
  const last = ndesc - 1;
  for (let idx = 0; idx <= last; idx += 1) {
    const addr = msi_alloc_desc(k, dev, 1, 0);
    const ret = addr === 0 ? Errno.ENOMEM : insert(k, dev, addr, idx);
    if (ret === 0) continue;
    msi_free_msi_descs_range(k, dev, MSI_DESC_NOTASSOCIATED, [0, last]);
    return ret;
  }
  return 0;
}

function domain_alloc_irqs(k: Kernel, target: Target, nvec: number): number {
  const { dev, domain } = target;
  const info = host_data(k, domain);
  const own = has(info, 'domain_alloc_irqs');
  if (!own && !has(info, 'wrap_alloc')) return __msi_domain_alloc_irqs(k, target, nvec);
  const force = forced(k, 'domain_alloc_irqs');
  const ret =
    force ?? (own ? overrideAllocIrqs(k, dev, domain) : __msi_domain_alloc_irqs(k, target, nvec));
  return seenIn(k, 'domain_alloc_irqs', domain, { dev, arg: nvec, ret });
}

function __msi_domain_alloc_irqs(k: Kernel, target: Target, nvec: number): number {
  const { dev, domain } = target;
  const info = host_data(k, domain);
  const arg: AllocArg = { desc: 0, hwirq: 0, inner: 'allocate' };
  const check = seenIn(k, 'msi_check', domain, { dev, ret: forced(k, 'msi_check') ?? 0 });
  if (check !== 0) return check;
  const ret = opMsiPrepare(k, { dev, domain }, nvec, arg);
  if (ret !== 0) return ret;
  if (has(info, 'msi_finish') || has(info, 'handle_error')) return twoPasses(k, target, arg);
  const vflags = {
    activate: early(info.flags),
    can_reserve: msi_check_reservation_mode(k, domain, dev),
  };
  let allocated = 0;
  for (let addr = first(k, dev); addr !== 0; addr = next(k, dev)) {
    opSetDesc(k, domain, arg, addr);
    const one = allocDescIrqs(k, { dev, domain, addr, arg, allocated }, vflags);
    if (one !== 0) return one;
    allocated += 1;
  }
  return 0;
}

/** Pass 1 allocates, with the domain told of the end; pass 2 activates. Source: v5.15, from memory. */
function twoPasses(k: Kernel, { dev, domain }: Target, arg: AllocArg): number {
  const info = host_data(k, domain);
  const fresh: number[] = [];
  for (let addr = first(k, dev); addr !== 0; addr = next(k, dev)) {
    const { nvec_used } = at(k, k.msi_desc, addr);
    opSetDesc(k, domain, arg, addr);
    const affinity = affinityOf(k, at(k, k.msi_desc, addr));
    const virq = irq_domain_alloc_irqs(k, domain, { nr_irqs: nvec_used, affinity, arg });
    if (virq < 0) {
      let ret: number = Errno.ENOSPC;
      if (has(info, 'handle_error'))
        ret = seenIn(k, 'handle_error', domain, {
          dev,
          arg: Errno.ENOSPC,
          ret: forced(k, 'handle_error') ?? Errno.ENOSPC,
        });
      if (has(info, 'msi_finish')) finish(k, { dev, domain }, ret);
      return ret;
    }
    for (let i = 0; i < nvec_used; i += 1) irq_set_msi_desc_off(k, virq, i, addr);
    fresh.push(addr);
  }
  if (has(info, 'msi_finish')) finish(k, { dev, domain }, 0);
  const vflags = {
    activate: early(info.flags),
    can_reserve: msi_check_reservation_mode(k, domain, dev),
  };
  for (const addr of fresh) {
    const ret = initDescIrqs(k, { dev, domain, addr }, vflags);
    if (ret !== 0) return ret;
  }
  return 0;
}

function finish(k: Kernel, { dev, domain }: Target, retval: number): void {
  forced(k, 'msi_finish');
  seenIn(k, 'msi_finish', domain, { dev, arg: retval, ret: 0 });
}

function __msi_domain_free_irqs(k: Kernel, { dev, domain }: Target): void {
  let addr = msi_domain_first_desc(k, dev, 0, MSI_DESC_ASSOCIATED);
  while (addr !== 0) {
    freeDescIrqs(k, dev, domain, addr);
    addr = msi_next_desc(k, dev, 0, MSI_DESC_ASSOCIATED);
  }
}

function early(flags: number): boolean {
  return (flags & MsiFlag.MSI_FLAG_ACTIVATE_EARLY) !== 0;
}

function first(k: Kernel, dev: number): number {
  return msi_domain_first_desc(k, dev, 0, MSI_DESC_NOTASSOCIATED);
}

function next(k: Kernel, dev: number): number {
  return msi_next_desc(k, dev, 0, MSI_DESC_NOTASSOCIATED);
}
