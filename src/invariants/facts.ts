// SPDX-License-Identifier: GPL-2.0-only
/** What can happen in a step, as bits: situations are looked at only when a bit of theirs is set. */

/** Bits of `History.facts`. */
export const Fact = {
  DESC_BORN: 0x1,
  DESC_GONE: 0x2,
  /** A descriptor got its interrupts. */
  ASSOCIATED: 0x4,
  DISSOCIATED: 0x8,
  /** A descriptor of several vectors got its interrupts. */
  MULTI: 0x10,
  /** A descriptor with an affinity argument was made. */
  AFFINITY: 0x20,
  ABANDONED: 0x40,
  IRQ_BORN: 0x80,
  IRQ_GONE: 0x100,
  /** The driver got a block of interrupts. */
  BLOCK: 0x200,
  DOMAIN_BORN: 0x400,
  DOMAIN_GONE: 0x800,
  DEVICE_GONE: 0x1000,
  /** MSI data of a device came or went. */
  DATA: 0x2000,
  SPLAT: 0x4000,
  FIRED: 0x8000,
  /** A device's mutex is held after the step. */
  HELD: 0x10000,
  /** Descriptors were iterated over. */
  ITERATED: 0x20000,
  /** Something was looked up. */
  LOOKED_UP: 0x40000,
  PREPARED: 0x80000,
  INITIALISED: 0x100000,
  INIT_FAILED: 0x200000,
  LEVEL_ALLOCATED: 0x400000,
  ACTIVATED: 0x800000,
  ACTIVATE_FAILED: 0x1000000,
  DEACTIVATED: 0x2000000,
  /** A message was written that is not the cleared one. */
  WRITTEN: 0x4000000,
  CLEARED: 0x8000000,
  /** Files appeared in msi_irqs. */
  FILES: 0x10000000,
  /** Driver resources were released. */
  RELEASED: 0x20000000,
  /** Two interrupts of one domain have the same hardware number. */
  CONTESTED: 0x40000000,
  /** The call failed. */
  REFUSED: 0x80000000,
} as const;
