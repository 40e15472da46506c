// SPDX-License-Identifier: GPL-2.0-only
/** What rules remember of one thing: what operations did to it, and what it looked like after the step before. */

/** A rule that does not hold, and what was seen instead. */
export interface Broken {
  readonly rule: string;
  readonly source: string;
  readonly detail: string;
}

/** What operations did to an interrupt number. */
export interface NumberPast {
  /** Step that dealt with it last. */
  step: number;
  /** By handle of the domain: successful `alloc` or `map`, less `free` or `unmap`. */
  readonly alloc: number[];
  /** By handle of the domain: successful `activate`, less `deactivate`. */
  readonly active: number[];
  /** Successful `msi_init`, less `msi_free`. */
  init: number;
  /** Data word of the last message written; 0 for the cleared one or none. */
  written: number;
  /** Inner levels were not connected on purpose. */
  trimmed: boolean;
  /** An operation was forced to say 0 without doing anything. */
  lied: boolean;
  /** A driver holds, or held, it in a block. */
  block: boolean;
  /** A domain was pushed on it, or popped. */
  pushed: boolean;
  /** Bit n: the domain with handle n is on it without counting it, or counts it without being on it. */
  uncounted: number;
  overcounted: number;
  /** It was activated in reservation mode. */
  reserved: boolean;
  /** It existed after a step. */
  seen: boolean;
  /** The first trigger type that it got, 0 for none. */
  trigger: number;
  /** The affinity argument of its block, -1 when it has none, and its place in that block. */
  asked: number;
  vec: number;
}

/** A descriptor after the step before. */
export interface DescPast {
  /** Step in which it was made. */
  made: number;
  /** Address of its device, and its slot. */
  dev: number;
  index: number;
  irq: number;
  nvec: number;
  /** Step in which it got its interrupts. */
  bound: number;
  /** The affinity argument that it was made with. */
  asked: number;
  /** Whether its sysfs entries have to exist: 0 no, 1 yes, 2 either. */
  sysfs: 0 | 1 | 2;
  /** It was dropped with a WARN and belongs to no store any more. */
  loose: boolean;
  affinity: number;
  attrs: number;
  names: number;
  /** Files that it has in the group of these MSI data. */
  files: number;
  data: number;
}

/** An irq_data after the step before. */
export interface DataPast {
  domain: number;
  hwirq: number;
  parent: number;
}

/** A domain after the step before; kept when the domain is gone. */
export interface DomainPast {
  /** Step in which it was made, or seen first. */
  made: number;
  handle: number;
  gone: boolean;
  /** It was removed, with a WARN, while it still had interrupts. */
  lost: boolean;
  /** Pieces of irq_data that name it. */
  mapped: number;
  /** Those that irq_domain_push_irq() put there, which it does not count, less those that it took away. */
  pushed: number;
  name: string;
  nameAddr: number;
  /** Address of its named firmware node, else 0. */
  fwnode: number;
  /** Address of its info when the core has allocated that. */
  bundle: number;
  /** 1 when its tree has a node at the top. */
  nodes: number;
}

/** A device after the step before. */
export interface DevicePast {
  handle: number;
  alive: boolean;
  /** Address of the MSI data. */
  data: number;
  /** Length of the devres list. */
  listed: number;
  last: number;
  /** Files in msi_irqs that descriptors have. */
  files: number;
  /** Driver resources on the list, oldest first, now and before this step. */
  order: readonly number[];
  orderWas: readonly number[];
  /** Bit n: resource n was released in this step. */
  released: number;
}

/** MSI data after the step before. */
export interface DataTally {
  entries: number;
  nodes: number;
}

/** What has to be added up for the rules about memory. */
export interface Sums {
  affinities: number;
  attrs: number;
  names: number;
  loose: number;
  /** Entries of all stores, and nodes that stores or other nodes refer to. */
  storeEntries: number;
  storeNodes: number;
  mapNodes: number;
  /** Nodes of trees of domains that were removed with numbers in them. */
  mapNodesLost: number;
  /** Pieces of irq_data that another one refers to. */
  parents: number;
  /** Nodes on devres lists, and close markers that are not. */
  listed: number;
  unclosed: number;
  bundles: number;
  bundlesUsed: number;
  devicesWithData: number;
}

/** State of the order rules within a step. */
export interface Progress {
  checked: boolean;
  prepared: number;
  readied: boolean;
  described: boolean;
  numbered: boolean;
  /** Interrupt whose msi_init() failed, or that msi_free() has come down to since. */
  rollback: number;
  composed: number;
  finished: boolean;
  freed: boolean;
  /** domain_alloc_irqs, or domain_free_irqs, was called. */
  allocatedByDomain: boolean;
  freedByDomain: boolean;
  /** Place on the list of the resource that was released last. */
  release: number;
}
