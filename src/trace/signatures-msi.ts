// SPDX-License-Identifier: GPL-2.0-only
/** Calls of the MSI core of 6.12. */
import {
  BOTH,
  NEW,
  MSI,
  a,
  dev,
  domid,
  first,
  last,
  lock,
  filter,
  domain,
  affinity,
  vec,
  sig,
  type Signature,
} from './signature.ts';

/** By name. */
export const MSI_CALLS: Readonly<
  Record<
    | 'msi_setup_device_data'
    | 'msi_lock_descs'
    | 'msi_unlock_descs'
    | 'msi_domain_insert_msi_desc'
    | 'msi_domain_free_msi_descs_range'
    | 'msi_free_msi_descs'
    | 'msi_domain_first_desc'
    | 'msi_next_desc'
    | 'msi_domain_get_virq'
    | 'get_cached_msi_msg'
    | 'msi_device_populate_sysfs'
    | 'msi_device_destroy_sysfs'
    | 'msi_create_irq_domain'
    | 'dev_set_msi_domain'
    | 'msi_create_device_irq_domain'
    | 'msi_remove_device_irq_domain'
    | 'msi_match_device_irq_domain'
    | 'msi_domain_alloc_irqs_range'
    | 'msi_domain_alloc_irqs_range_locked'
    | 'msi_domain_alloc_irqs_all_locked'
    | 'msi_domain_alloc_irq_at'
    | 'msi_domain_free_irqs_range'
    | 'msi_domain_free_irqs_range_locked'
    | 'msi_domain_free_irqs_all'
    | 'msi_domain_free_irqs_all_locked',
    Signature
  >
> = {
  msi_setup_device_data: sig(MSI, BOTH, [dev], ['errno', 'allocate the MSI data of a device']),
  msi_lock_descs: sig(MSI, BOTH, [dev], ['void', 'take the mutex of the descriptor store']),
  msi_unlock_descs: sig(MSI, BOTH, [dev], ['void', 'release it']),
  msi_domain_insert_msi_desc: sig(
    MSI,
    NEW,
    [
      dev,
      domid,
      a('index', 'slot', 'msi_index'),
      a('nvec_used', 'nvec'),
      affinity,
      a('msi_attrib', 'attrib'),
      lock,
    ],
    ['errno', 'add one descriptor'],
  ),
  msi_domain_free_msi_descs_range: sig(
    MSI,
    NEW,
    [dev, domid, first, last, lock],
    ['void', 'free descriptors of a range'],
  ),
  msi_free_msi_descs: sig(
    'include/linux/msi.h',
    NEW,
    [dev, lock],
    ['void', 'free descriptors 0..MSI_MAX_INDEX of the default domain'],
  ),
  msi_domain_first_desc: sig(
    MSI,
    NEW,
    [dev, domid, filter, lock],
    ['slot', 'first descriptor that matches'],
  ),
  msi_next_desc: sig(
    MSI,
    NEW,
    [dev, domid, filter, lock],
    ['slot', 'next descriptor that matches'],
  ),
  msi_domain_get_virq: sig(
    MSI,
    NEW,
    [dev, domid, a('index', 'anySlot')],
    ['virq', 'interrupt number of a slot'],
  ),
  get_cached_msi_msg: sig(
    MSI,
    BOTH,
    [dev, domid, a('index', 'slot'), vec],
    ['count', 'data word of the cached message of a slot'],
  ),
  msi_device_populate_sysfs: sig(
    MSI,
    BOTH,
    [dev, lock],
    ['errno', 'create the msi_irqs entries of the default domain'],
  ),
  msi_device_destroy_sysfs: sig(MSI, BOTH, [dev, lock], ['void', 'remove them']),

  msi_create_irq_domain: sig(
    MSI,
    BOTH,
    [domain, a('hwsize', 'hwsize')],
    ['bool', 'create a global MSI domain on the outermost level'],
  ),
  dev_set_msi_domain: sig(
    'include/linux/device.h',
    BOTH,
    [dev, domain],
    ['void', 'point the device at an MSI or MSI parent domain'],
  ),
  msi_create_device_irq_domain: sig(
    MSI,
    NEW,
    [dev, domid, a('hwsize', 'hwsize')],
    ['bool', 'create a per-device domain'],
  ),
  msi_remove_device_irq_domain: sig(MSI, NEW, [dev, domid], ['void', 'remove it']),
  msi_match_device_irq_domain: sig(
    MSI,
    NEW,
    [dev, domid, a('bus_token', 'token')],
    ['bool', 'compare its bus token'],
  ),

  msi_domain_alloc_irqs_range: sig(
    MSI,
    NEW,
    [dev, domid, first, last],
    ['errno', 'allocate interrupts for a range'],
  ),
  msi_domain_alloc_irqs_range_locked: sig(
    MSI,
    NEW,
    [dev, domid, first, last, lock],
    ['errno', 'the same with the mutex held'],
  ),
  msi_domain_alloc_irqs_all_locked: sig(
    MSI,
    NEW,
    [dev, domid, a('nirqs', 'nirqs'), lock],
    ['errno', 'allocate interrupts for every descriptor'],
  ),
  msi_domain_alloc_irq_at: sig(
    MSI,
    NEW,
    [dev, domid, a('index', 'anySlot'), affinity, a('icookie', 'cookie')],
    ['map', 'add a descriptor and its interrupt'],
  ),
  msi_domain_free_irqs_range: sig(
    MSI,
    NEW,
    [dev, domid, first, last],
    ['void', 'free the interrupts of a range'],
  ),
  msi_domain_free_irqs_range_locked: sig(
    MSI,
    NEW,
    [dev, domid, first, last, lock],
    ['void', 'the same with the mutex held'],
  ),
  msi_domain_free_irqs_all: sig(
    MSI,
    NEW,
    [dev, domid],
    ['void', 'free every interrupt of a domain'],
  ),
  msi_domain_free_irqs_all_locked: sig(
    MSI,
    NEW,
    [dev, domid, lock],
    ['void', 'the same with the mutex held'],
  ),
};
