// SPDX-License-Identifier: GPL-2.0-only
/** Calls of the MSI core where 6.1 declares it otherwise. */
import {
  OLD,
  MSI,
  a,
  dev,
  first,
  last,
  lock,
  filter,
  domain,
  affinity,
  nvec,
  sig,
  type Signature,
} from './signature.ts';

/** By name. */
export const OLD_CALLS: Readonly<
  Record<
    | 'msi_add_msi_desc'
    | 'msi_free_msi_descs_range'
    | 'msi_first_desc'
    | 'msi_next_desc_6_1'
    | 'msi_get_virq'
    | 'msi_domain_alloc_irqs'
    | 'msi_domain_alloc_irqs_descs_locked'
    | 'msi_domain_free_irqs'
    | 'msi_domain_free_irqs_descs_locked',
    Signature
  >
> = {
  msi_add_msi_desc: sig(
    MSI,
    OLD,
    [
      dev,
      a('index', 'slot', 'msi_index'),
      a('nvec_used', 'nvec'),
      affinity,
      a('msi_attrib', 'attrib'),
      lock,
    ],
    ['errno', 'add one descriptor'],
  ),
  msi_free_msi_descs_range: sig(
    MSI,
    OLD,
    [dev, filter, first, last, lock],
    ['void', 'free descriptors of a range that match'],
  ),
  msi_first_desc: sig(MSI, OLD, [dev, filter, lock], ['slot', 'first descriptor that matches']),
  msi_next_desc_6_1: sig(
    MSI,
    OLD,
    [dev, filter, lock],
    ['slot', 'msi_next_desc() as 6.1 declares it'],
  ),
  msi_get_virq: sig(MSI, OLD, [dev, a('index', 'anySlot')], ['virq', 'interrupt number of a slot']),
  msi_domain_alloc_irqs: sig(
    MSI,
    OLD,
    [domain, dev, nvec],
    ['errno', 'allocate interrupts for every descriptor'],
  ),
  msi_domain_alloc_irqs_descs_locked: sig(
    MSI,
    OLD,
    [domain, dev, nvec, lock],
    ['errno', 'the same with the mutex held'],
  ),
  msi_domain_free_irqs: sig(MSI, OLD, [domain, dev], ['void', 'free every interrupt of a device']),
  msi_domain_free_irqs_descs_locked: sig(
    MSI,
    OLD,
    [domain, dev, lock],
    ['void', 'the same with the mutex held'],
  ),
};
