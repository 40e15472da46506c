// SPDX-License-Identifier: GPL-2.0-only
/**
 * The kernel's structures as far as they can be seen, under the kernel's names. A pointer is the
 * address of an object in its table, and 0 is NULL. What only we have is said to be ours.
 *
 * Source: include/linux/{msi,irq,irqdesc,irqdomain,device,xarray}.h and kernel/irq/msi.c (6.12).
 */
import type { BusToken } from './flags.ts';
import type { OwnOp } from './environment.ts';

/** `struct xarray`: an entry, or a node when `headIsNode`. */
export interface XArray {
  head: number;
  headIsNode: boolean;
}

/** `struct xa_node`; entries below shift 0 are values, above it nodes. */
export interface XaNode {
  shift: number;
  offset: number;
  count: number;
  parent: number;
  slots: number[];
}

/** `struct device`, with its lists flattened. */
export interface Device {
  /** Ours: the handle in calls. */
  handle: number;
  /** Ours: false after release. */
  alive: boolean;
  name: string;
  /** `msi.domain`, an irq_domain. */
  msi_domain: number;
  /** `msi.data`, an msi_device_data. */
  msi_data: number;
  fwnode: number;
  /** `devres_head`, oldest first: addresses of devres nodes. */
  devres_head: number[];
  /** The sysfs group msi_irqs exists. */
  msi_irqs: boolean;
  /** Names of the files in it, which are interrupt numbers, in order of creation. */
  msiIrqsFiles: number[];
}

/** `struct msi_dev_domain`. */
export interface MsiDevDomain {
  store: XArray;
  domain: number;
}

/** `struct msi_device_data`. */
export interface MsiDeviceData {
  /** Ours: the device. */
  dev: number;
  /** 1 while `mutex` is held. */
  mutex: number;
  domains: MsiDevDomain[];
  __iter_idx: number;
}

/** `struct msi_desc`. */
export interface MsiDesc {
  irq: number;
  nvec_used: number;
  dev: number;
  /** `msg.address_lo`; 0 with `msgData` 0 is the cleared message. */
  msgAddressLo: number;
  msgData: number;
  /** Address of an AffinityArray. */
  affinity: number;
  /** Address of a SysfsAttrs. */
  sysfs_attrs: number;
  msi_index: number;
  is_msix: boolean;
  can_mask: boolean;
  icookie: number;
  /** Ours: dropped on purpose, after a WARN, while it still has an interrupt. */
  abandoned: boolean;
}

/** The copy that msi_alloc_desc() makes: per vector the mask, and whether it is managed. */
export interface AffinityArray {
  mask: number[];
  is_managed: boolean[];
}

/** `struct device_attribute[]` of a descriptor; `shown[i]` is attrs[i].show. */
export interface SysfsAttrs {
  name: number[];
  shown: boolean[];
}

/** `struct msi_domain_info`. The bundle of a per-device domain is `bundle`. */
export interface MsiDomainInfo {
  flags: number;
  bus_token: BusToken;
  hwsize: number;
  ops: readonly OwnOp[];
  /** Name of the chip. */
  chip: string;
  chip_data: number;
  /** Flow handler, '' for NULL. */
  handler: string;
  /** '' for NULL. */
  handler_name: string;
  handler_data: number;
  /** The domain's own data. */
  data: number;
  /** Ours: operations that msi_domain_update_dom_ops() filled in. */
  filled: readonly DefaultOp[];
  /** Ours: msi_domain_update_chip_ops(), or irq-msi-lib, gave the chip msi_domain_set_affinity(). */
  irq_set_affinity: boolean;
  /** Ours: irq-msi-lib gave the chip irq_chip_ack_parent() and irq_chip_eoi_parent(). */
  irq_ack: boolean;
  irq_eoi: boolean;
  /** Ours: allocated with its domain (struct msi_domain_template). */
  bundle: boolean;
}

/** Operations of which the kernel has a default that a domain can ask for; the last three are 6.1's. */
export type DefaultOp =
  | 'get_hwirq'
  | 'msi_init'
  | 'msi_prepare'
  | 'msi_check'
  | 'domain_alloc_irqs'
  | 'domain_free_irqs';

/** Which table of operations a domain has. */
export type DomainKind = 'vector' | 'level' | 'msi' | 'wired';

/** `struct irq_domain`. */
export interface IrqDomain {
  /** Ours: the handle in calls (index into DOMAINS), -1 for a per-device domain. */
  handle: number;
  kind: DomainKind;
  name: string;
  /** Address of the allocated name, 0 when it is not allocated. */
  nameAddr: number;
  flags: number;
  /** `host_data`: an MsiDomainInfo, 0 for domains that are not MSI. */
  host_data: number;
  bus_token: BusToken;
  hwirq_max: number;
  /** Linear map: addresses of irq_data. */
  revmap: number[];
  revmap_tree: XArray;
  mapcount: number;
  parent: number;
  root: number;
  fwnode: number;
  /** `dev`, set for per-device domains. */
  dev: number;
  /** 1 while `mutex` is held; only roots use theirs. */
  mutex: number;
  /** Ours, roots only: vector -> interrupt number that has it, 0 when free. */
  vectors: number[];
}

/** `irq_data::chip`. `none` is no_irq_chip, `null` is NULL, `notconn` is ERR_PTR(-ENOTCONN). */
export type Chip = 'none' | 'null' | 'notconn' | 'vector' | 'level' | 'msi' | 'wired';

/** `struct irq_data`. */
export interface IrqData {
  irq: number;
  hwirq: number;
  /** `common`: address of the irq_desc. */
  common: number;
  chip: Chip;
  chip_data: number;
  domain: number;
  parent_data: number;
}

/** `struct irq_desc` with `irq_common_data`; `irq_data` is embedded in C and has an address of its own here. */
export interface IrqDesc {
  irq: number;
  irq_data: number;
  /** Address of the per-CPU statistics. */
  kstat_irqs: number;
  msi_desc: number;
  handler: string;
  handler_data: number;
  affinity: number;
  is_managed: boolean;
  affinitySet: boolean;
  managedShutdown: boolean;
  activated: boolean;
  can_reserve: boolean;
  /** `_IRQ_NOREQUEST`. */
  norequest: boolean;
  trigger: number;
}

/** `struct irqchip_fwid`, or the node of a device (`type` `device`). */
export interface Fwnode {
  type: 'named' | 'device';
  /** Address of the name, 0 for the node of a device. */
  name: number;
}

/** `struct devres_node`. `release` names the function, `data` is its argument. */
export interface DevresNode {
  release:
    | 'msi_device_data_release'
    | 'devm_attr_group_remove'
    | 'driver'
    | 'group_open'
    | 'group_close';
  data: number;
  added: boolean;
  /** A group's other marker. */
  other: number;
  color: number;
}
