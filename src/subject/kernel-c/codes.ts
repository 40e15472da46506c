// SPDX-License-Identifier: GPL-2.0-only
/** Numbers that the C side uses for names, in the order of its enums (shim/dump.h, shim/kc.h). */
import type { DefaultOp, DomainKind, Chip, DevresNode } from '../../trace/structs.ts';

/** `enum kc_table` after the tables of a picture. */
export const LISTS = { sparse_irqs: 15, blocks: 16, overridden: 17 } as const;

/** Where the shadow begins: one byte for eight. */
export const SHADOW = 0x380_0000;
/** sizeof(struct kc_object). */
export const OBJECT_SIZE = 24;

export const KINDS: readonly DomainKind[] = ['vector', 'level', 'msi', 'wired'];
export const CHIPS: readonly Chip[] = [
  'none',
  'null',
  'notconn',
  'vector',
  'level',
  'msi',
  'wired',
];
export const RELEASES: readonly DevresNode['release'][] = [
  'msi_device_data_release',
  'devm_attr_group_remove',
  'driver',
  'group_open',
  'group_close',
];
export const HANDLERS: readonly string[] = ['', 'msi', 'wired'];
/** Bits of kc_filled(). */
export const FILLED: readonly DefaultOp[] = [
  'domain_alloc_irqs',
  'domain_free_irqs',
  'get_hwirq',
  'msi_init',
  'msi_prepare',
  'msi_check',
];
/** Memory is at sites below it, operations from there on (struct kc_fired). */
export const FIRED_OP = 1000;
