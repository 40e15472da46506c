// SPDX-License-Identifier: GPL-2.0-only
/**
 * MSI domains come and go: global ones and those of a device.
 *
 * Source: kernel/irq/msi.c __msi_create_irq_domain() to msi_match_device_irq_domain(), v6.12.
 */
import { BUS_TOKENS, DomainFlag, MSI_XA_DOMAIN_SIZE } from '../../trace/flags.ts';
import type { DefaultOp, MsiDomainInfo } from '../../trace/structs.ts';
import { WARN_ON } from './bug.ts';
import { forced } from './callback.ts';
import {
  HWIRQ_MAX,
  irq_domain_alloc_named_fwnode,
  irq_domain_free_fwnode,
  irq_domain_instantiate,
  irq_domain_remove,
  irq_domain_update_bus_token,
} from './irqdomain-create.ts';
import { msi_lib_init_dev_msi_info } from './irq-msi-lib.ts';
import type { Kernel } from './kernel.ts';
import { devDomain, msi_get_device_domain } from './msi-desc.ts';
import {
  irq_domain_is_msi_parent,
  msi_lock_descs,
  msi_setup_device_data,
  msi_unlock_descs,
} from './msi-device.ts';
import { has, host_data, seenIn } from './msi-domain.ts';
import { at, kfree, kzalloc, place, site } from './slab.ts';
import { MsiFlag } from '../../trace/flags.ts';

/** Longest domain name: `msi_domain_template::name` with its terminating zero. */
const TEMPLATE_NAME = 48;

/** Where a domain is put. */
interface Place {
  readonly fwnode: number;
  readonly parent: number;
  readonly flags: number;
  /** Index into DOMAINS, -1 for per-device domains. */
  readonly handle: number;
}

/** Creates a global MSI domain with a named node of its own; 0 on failure, with everything undone. */
export function msi_create_irq_domain(
  k: Kernel,
  handle: number,
  parent: number,
  template: MsiDomainInfo,
): number {
  const fwnode = irq_domain_alloc_named_fwnode(k, `msi${handle}`);
  if (fwnode === 0) return 0;
  const info = place(k, k.msi_domain_info, { ...template, bundle: false });
  const domain = __msi_create_irq_domain(k, info, { fwnode, parent, flags: 0, handle });
  if (domain === 0) {
    kfree(k, k.msi_domain_info, info);
    irq_domain_free_fwnode(k, fwnode);
  }
  return domain;
}

/** A driver removes a domain and what it had made for it. */
export function removeDomain(k: Kernel, domain: number): void {
  const { fwnode, host_data: info } = at(k, k.irq_domain, domain);
  irq_domain_remove(k, domain);
  irq_domain_free_fwnode(k, fwnode);
  kfree(k, k.msi_domain_info, info);
}

/**
 * Creates the domain of a device; false on failure with everything undone but the MSI data. WARNs
 * when the slot is taken. A device without `msi.domain` is a NULL dereference.
 */
export function msi_create_device_irq_domain(
  k: Kernel,
  dev: number,
  domid: number,
  template: MsiDomainInfo,
): boolean {
  const device = at(k, k.device, dev);
  const parent = device.msi_domain;
  if (!irq_domain_is_msi_parent(k, parent)) return false;
  if (domid >= k.profile.MSI_MAX_DEVICE_IRQDOMAINS) return false;
  const prefix = k.env.prefix ? 'PFX-' : '';
  const name = `${prefix}${template.chip}-${device.name}`.slice(0, TEMPLATE_NAME - 1);
  const bundle = kzalloc(k, k.msi_domain_info, site.msi_create_device_irq_domain, {
    ...template,
    chip: name,
    bundle: true,
  });
  if (bundle === 0) return false;
  const own = (template.flags & MsiFlag.MSI_FLAG_USE_DEV_FWNODE) !== 0;
  const fwnalloced = own ? 0 : irq_domain_alloc_named_fwnode(k, name);
  const fwnode = own ? device.fwnode : fwnalloced;
  if (fwnode !== 0) {
    if (msi_setup_device_data(k, dev) === 0) {
      msi_lock_descs(k, dev);
      const domain = createLocked(k, dev, domid, { info: bundle, fwnode, parent });
      msi_unlock_descs(k, dev);
      if (domain !== 0) return true;
    }
    irq_domain_free_fwnode(k, fwnalloced);
  }
  kfree(k, k.msi_domain_info, bundle);
  return false;
}

/** Removes the domain of a device; nothing happens to a global one or without one. */
export function msi_remove_device_irq_domain(k: Kernel, dev: number, domid: number): void {
  msi_lock_descs(k, dev);
  const domain = msi_get_device_domain(k, dev, domid);
  if (domain !== 0 && irq_domain_is_msi_device(k, domain)) {
    devDomain(k, dev, domid).domain = 0;
    const { host_data: info, fwnode } = at(k, k.irq_domain, domain);
    irq_domain_remove(k, domain);
    irq_domain_free_fwnode(k, fwnode);
    kfree(k, k.msi_domain_info, info);
  }
  msi_unlock_descs(k, dev);
}

/** True when the device has a domain of its own at that id with that token. */
export function msi_match_device_irq_domain(
  k: Kernel,
  dev: number,
  domid: number,
  bus_token: number,
): boolean {
  msi_lock_descs(k, dev);
  const domain = msi_get_device_domain(k, dev, domid);
  const match =
    domain !== 0 &&
    irq_domain_is_msi_device(k, domain) &&
    host_data(k, domain).bus_token === BUS_TOKENS[bus_token];
  msi_unlock_descs(k, dev);
  return match;
}

function createLocked(
  k: Kernel,
  dev: number,
  domid: number,
  what: { readonly info: number; readonly fwnode: number; readonly parent: number },
): number {
  if (WARN_ON(k, msi_get_device_domain(k, dev, domid) !== 0, 'msi_create_device_irq_domain', 1))
    return 0;
  if (!init_dev_msi_info(k, what.parent, { dev, domid, ...what })) return 0;
  const flags = DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE;
  const domain = __msi_create_irq_domain(k, what.info, {
    fwnode: what.fwnode,
    parent: what.parent,
    flags,
    handle: -1,
  });
  if (domain === 0) return 0;
  at(k, k.irq_domain, domain).dev = dev;
  devDomain(k, dev, domid).domain = domain;
  return domain;
}

/** What a parent is asked about: the info of a domain of a device, which is to be on `parent`. */
interface Child {
  readonly dev: number;
  readonly domid: number;
  readonly info: number;
  readonly parent: number;
}

/** `msi_parent_ops::init_dev_msi_info`: the root decides, or asks the library, and the levels above it ask the one below. */
function init_dev_msi_info(k: Kernel, domain: number, child: Child): boolean {
  if (at(k, k.irq_domain, domain).kind !== 'vector')
    return msi_parent_init_dev_msi_info(k, domain, child);
  const { dev, domid, info, parent } = child;
  const ret = forced(k, 'init_dev_msi_info') ?? 0;
  seenIn(k, 'init_dev_msi_info', domain, { dev, arg: domid, ret });
  if (ret < 0 || k.env.parent === 'plain') return ret >= 0;
  return msi_lib_init_dev_msi_info(k, domain, parent, at(k, k.msi_domain_info, info));
}

/** Asks the parent; false, with a WARN, where there is none to ask. */
function msi_parent_init_dev_msi_info(k: Kernel, domain: number, child: Child): boolean {
  const { parent } = at(k, k.irq_domain, domain);
  if (WARN_ON(k, parent === 0, 'msi_parent_init_dev_msi_info', 1)) return false;
  return init_dev_msi_info(k, parent, child);
}

/** Fills in what the domain does not provide, where it asked for that. 6.1 fills in the last two in any case. */
function msi_domain_update_dom_ops(k: Kernel, info: MsiDomainInfo): void {
  const filled: DefaultOp[] = [];
  if (k.profile.defaultAllocIsFilledIn) {
    if (!has(info, 'domain_alloc_irqs') && !has(info, 'wrap_alloc'))
      filled.push('domain_alloc_irqs');
    if (!has(info, 'domain_free_irqs') && !has(info, 'wrap_free')) filled.push('domain_free_irqs');
  }
  if ((info.flags & MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS) !== 0) {
    filled.push('get_hwirq', 'msi_init', 'msi_prepare');
    if (k.profile.hasMsiCheck && !has(info, 'msi_check')) filled.push('msi_check');
  }
  info.filled = filled;
}

/** The chips of environments can mask, and have no irq_set_affinity but that of irq-msi-lib. */
function msi_domain_update_chip_ops(k: Kernel, info: MsiDomainInfo): void {
  const never = k.profile.checksRange && (info.flags & MsiFlag.MSI_FLAG_NO_AFFINITY) !== 0;
  info.irq_set_affinity ||= !never;
}

function __msi_create_irq_domain(k: Kernel, info: number, where: Place): number {
  const domainInfo = at(k, k.msi_domain_info, info);
  if (k.profile.checksRange && domainInfo.hwsize > MSI_XA_DOMAIN_SIZE) return 0;
  // 6.1 has no hwsize: every index that fits the type is good.
  if (domainInfo.hwsize === 0 || !k.profile.checksRange) domainInfo.hwsize = MSI_XA_DOMAIN_SIZE;
  msi_domain_update_dom_ops(k, domainInfo);
  if ((domainInfo.flags & MsiFlag.MSI_FLAG_USE_DEF_CHIP_OPS) !== 0)
    msi_domain_update_chip_ops(k, domainInfo);
  const domain = irq_domain_instantiate(k, {
    kind: 'msi',
    handle: where.handle,
    size: 0,
    hwirq_max: HWIRQ_MAX,
    flags: where.flags | DomainFlag.IRQ_DOMAIN_FLAG_MSI,
    fwnode: where.fwnode,
    host_data: info,
    parent: where.parent,
  });
  if (domain !== 0) irq_domain_update_bus_token(k, domain, domainInfo.bus_token);
  return domain;
}

function irq_domain_is_msi_device(k: Kernel, domain: number): boolean {
  return (at(k, k.irq_domain, domain).flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE) !== 0;
}
