// SPDX-License-Identifier: GPL-2.0-only
/**
 * The table of calls: what `list calls` prints, what the text format reads and writes, and what the
 * generator and the minimiser may vary. One line per kernel function.
 */
import type { CallField, CallName } from './call.ts';

export type { CallName } from './call.ts';

/** How a value is written and which values it may have; see `ARG_KINDS` in args.ts. */
export type ArgKind =
  | 'dev' | 'domid' | 'slot' | 'any_slot' | 'nvec' | 'affinity' | 'attrib' | 'filter' | 'nirqs' | 'yes'
  | 'hwsize' | 'domain' | 'hwirq' | 'block' | 'vec' | 'token' | 'res' | 'cookie' | 'type';

/** One argument: the field that holds it, its kind, and the kernel's name where that differs from the field. */
export interface Arg {
  readonly field: CallField;
  readonly kind: ArgKind;
  readonly name: string;
}

/** What the function returns: an errno, a bool, nothing, a slot or NULL, an interrupt number or 0, a struct msi_map. */
export type Returns = 'errno' | 'bool' | 'void' | 'slot' | 'virq' | 'map' | 'count';

/** Everything about one function but its behaviour. */
export interface Signature {
  readonly args: readonly Arg[];
  readonly returns: Returns;
  /** Kernel file. */
  readonly file: string;
  /** Releases whose profile has it. */
  readonly releases: readonly ('6.1' | '6.12')[];
  readonly what: string;
}

const BOTH = ['6.1', '6.12'] as const;
const NEW = ['6.12'] as const;
const OLD = ['6.1'] as const;
const MSI = 'kernel/irq/msi.c';
const DOM = 'kernel/irq/irqdomain.c';
const RES = 'drivers/base/devres.c';
const CORE = 'drivers/base/core.c';

function a(field: CallField, kind: ArgKind, name: string = field): Arg {
  return { field, kind, name };
}

const dev = a('dev', 'dev');
const domid = a('domid', 'domid');
const first = a('first', 'slot');
const last = a('last', 'slot');
const lock = a('lock', 'yes');
const filter = a('filter', 'filter');
const domain = a('domain', 'domain');
const block = a('block', 'block');
const res = a('res', 'res');
const id = a('res', 'res', 'id');
const affinity = a('affinity', 'affinity');
const hwirq = a('hwirq', 'hwirq');
const nvec = a('nirqs', 'nirqs', 'nvec');
const vec = a('vec', 'vec');

function sig(
  file: string,
  releases: Signature['releases'],
  args: readonly Arg[],
  rest: readonly [Returns, string],
): Signature {
  return { args, returns: rest[0], file, releases, what: rest[1] };
}

/** Every call that a trace can hold. */
export const SIGNATURES: Readonly<Record<CallName, Signature>> = {
  device_add: sig(CORE, BOTH, [dev], ['void', 'the device appears again after device_release']),
  device_release: sig(CORE, BOTH, [dev], ['void', 'the device goes, devres runs, also with live interrupts']),
  devres_add: sig(RES, BOTH, [dev, res], ['errno', 'devres_alloc() and devres_add() of a driver resource']),
  devres_free: sig(RES, BOTH, [dev, res], ['errno', 'devres_remove() and devres_free() of a driver resource']),
  devres_release: sig(RES, BOTH, [dev, res], ['errno', 'run the release of one driver resource']),
  devres_release_all: sig(RES, BOTH, [dev], ['count', 'run every release, newest first']),
  devres_open_group: sig(RES, BOTH, [dev, id], ['bool', 'open a group']),
  devres_close_group: sig(RES, BOTH, [dev, id], ['void', 'close a group']),
  devres_remove_group: sig(RES, BOTH, [dev, id], ['void', 'forget a group, keep its resources']),
  devres_release_group: sig(RES, BOTH, [dev, id], ['count', 'release what a group holds']),

  msi_setup_device_data: sig(MSI, BOTH, [dev], ['errno', 'allocate the MSI data of a device']),
  msi_lock_descs: sig(MSI, BOTH, [dev], ['void', 'take the mutex of the descriptor store']),
  msi_unlock_descs: sig(MSI, BOTH, [dev], ['void', 'release it']),
  msi_domain_insert_msi_desc: sig(
    MSI, NEW,
    [dev, domid, a('index', 'slot', 'msi_index'), a('nvec_used', 'nvec'), affinity, a('msi_attrib', 'attrib'), lock],
    ['errno', 'add one descriptor'],
  ),
  msi_domain_free_msi_descs_range: sig(MSI, NEW, [dev, domid, first, last, lock], ['void', 'free descriptors of a range']),
  msi_free_msi_descs: sig('include/linux/msi.h', NEW, [dev, lock], ['void', 'free descriptors 0..MSI_MAX_INDEX of the default domain']),
  msi_domain_first_desc: sig(MSI, NEW, [dev, domid, filter, lock], ['slot', 'first descriptor that matches']),
  msi_next_desc: sig(MSI, NEW, [dev, domid, filter, lock], ['slot', 'next descriptor that matches']),
  msi_domain_get_virq: sig(MSI, NEW, [dev, domid, a('index', 'any_slot')], ['virq', 'interrupt number of a slot']),
  get_cached_msi_msg: sig(MSI, BOTH, [dev, domid, a('index', 'slot'), vec], ['count', 'data word of the cached message of a slot']),
  msi_device_populate_sysfs: sig(MSI, BOTH, [dev, lock], ['errno', 'create the msi_irqs entries of the default domain']),
  msi_device_destroy_sysfs: sig(MSI, BOTH, [dev, lock], ['void', 'remove them']),

  msi_create_irq_domain: sig(MSI, BOTH, [domain, a('hwsize', 'hwsize')], ['bool', 'create a global MSI domain on the outermost level']),
  dev_set_msi_domain: sig('include/linux/device.h', BOTH, [dev, domain], ['void', 'point the device at an MSI or MSI parent domain']),
  msi_create_device_irq_domain: sig(MSI, NEW, [dev, domid, a('hwsize', 'hwsize')], ['bool', 'create a per-device domain']),
  msi_remove_device_irq_domain: sig(MSI, NEW, [dev, domid], ['void', 'remove it']),
  msi_match_device_irq_domain: sig(MSI, NEW, [dev, domid, a('bus_token', 'token')], ['bool', 'compare its bus token']),

  msi_domain_alloc_irqs_range: sig(MSI, NEW, [dev, domid, first, last], ['errno', 'allocate interrupts for a range']),
  msi_domain_alloc_irqs_range_locked: sig(MSI, NEW, [dev, domid, first, last, lock], ['errno', 'the same with the mutex held']),
  msi_domain_alloc_irqs_all_locked: sig(MSI, NEW, [dev, domid, a('nirqs', 'nirqs'), lock], ['errno', 'allocate interrupts for every descriptor']),
  msi_domain_alloc_irq_at: sig(MSI, NEW, [dev, domid, a('index', 'any_slot'), affinity, a('icookie', 'cookie')], ['map', 'add a descriptor and its interrupt']),
  msi_domain_free_irqs_range: sig(MSI, NEW, [dev, domid, first, last], ['void', 'free the interrupts of a range']),
  msi_domain_free_irqs_range_locked: sig(MSI, NEW, [dev, domid, first, last, lock], ['void', 'the same with the mutex held']),
  msi_domain_free_irqs_all: sig(MSI, NEW, [dev, domid], ['void', 'free every interrupt of a domain']),
  msi_domain_free_irqs_all_locked: sig(MSI, NEW, [dev, domid, lock], ['void', 'the same with the mutex held']),

  msi_add_msi_desc: sig(
    MSI, OLD,
    [dev, a('index', 'slot', 'msi_index'), a('nvec_used', 'nvec'), affinity, a('msi_attrib', 'attrib'), lock],
    ['errno', 'add one descriptor'],
  ),
  msi_free_msi_descs_range: sig(MSI, OLD, [dev, filter, first, last, lock], ['void', 'free descriptors of a range that match']),
  msi_first_desc: sig(MSI, OLD, [dev, filter, lock], ['slot', 'first descriptor that matches']),
  msi_next_desc_6_1: sig(MSI, OLD, [dev, filter, lock], ['slot', 'msi_next_desc() as 6.1 declares it']),
  msi_get_virq: sig(MSI, OLD, [dev, a('index', 'any_slot')], ['virq', 'interrupt number of a slot']),
  msi_domain_alloc_irqs: sig(MSI, OLD, [domain, dev, nvec], ['errno', 'allocate interrupts for every descriptor']),
  msi_domain_alloc_irqs_descs_locked: sig(MSI, OLD, [domain, dev, nvec, lock], ['errno', 'the same with the mutex held']),
  msi_domain_free_irqs: sig(MSI, OLD, [domain, dev], ['void', 'free every interrupt of a device']),
  msi_domain_free_irqs_descs_locked: sig(MSI, OLD, [domain, dev, lock], ['void', 'the same with the mutex held']),
  msi_domain_populate_irqs: sig(MSI, OLD, [domain, dev, block, nvec], ['errno', 'descriptors and domain data for interrupts that exist']),

  irq_alloc_descs: sig('kernel/irq/irqdesc.c', BOTH, [a('nirqs', 'nirqs', 'cnt'), affinity, block], ['virq', 'allocate a block of interrupt numbers']),
  irq_free_descs: sig('kernel/irq/irqdesc.c', BOTH, [block], ['void', 'free it']),
  irq_domain_alloc_irqs: sig(DOM, BOTH, [domain, a('nirqs', 'nirqs', 'nr_irqs'), affinity, block], ['virq', 'allocate interrupts in a hierarchy']),
  irq_domain_free_irqs: sig(DOM, BOTH, [block], ['void', 'free them']),
  irq_domain_push_irq: sig(DOM, BOTH, [domain, block], ['errno', 'put an outer domain on top of an interrupt']),
  irq_domain_pop_irq: sig(DOM, BOTH, [domain, block], ['errno', 'take it off']),
  irq_domain_disconnect_hierarchy: sig(DOM, BOTH, [domain, a('nirqs', 'nirqs', 'nr_irqs'), block], ['virq', 'allocate with every level below `domain` marked as not connected']),
  irq_domain_activate_irq: sig(DOM, BOTH, [block, vec, a('reserve', 'yes')], ['errno', 'activate one interrupt of a block']),
  irq_domain_deactivate_irq: sig(DOM, BOTH, [block, vec], ['void', 'deactivate it']),
  irq_create_mapping_affinity: sig(DOM, BOTH, [domain, hwirq, affinity, block], ['virq', 'map a hardware number']),
  irq_create_fwspec_mapping: sig(DOM, BOTH, [domain, hwirq, a('type', 'type'), block], ['virq', 'map through the firmware node of a domain']),
  irq_domain_associate: sig(DOM, BOTH, [domain, block, hwirq], ['errno', 'associate the first interrupt of a block']),
  irq_domain_create_legacy: sig(DOM, BOTH, [domain, a('nirqs', 'nirqs', 'size'), block, hwirq], ['bool', 'create a domain for a block of existing interrupts']),
  irq_domain_remove: sig(DOM, BOTH, [domain], ['void', 'remove a domain']),
  irq_dispose_mapping: sig(DOM, BOTH, [block], ['void', 'undo a mapping']),
  irq_find_mapping: sig('include/linux/irqdomain.h', BOTH, [domain, hwirq], ['virq', 'look a hardware number up']),
};
