// SPDX-License-Identifier: GPL-2.0-only
/**
 * Affinity arguments as one number, so that a call stays flat: 0 is a NULL pointer, else bits 0..3
 * are the CPUs of vector 0, bit 4 is `is_managed` and bit 5 says that there is an array at all.
 *
 * Vector i of the array gets the mask rotated left by i within 4 CPUs, so that copies that mix up
 * vectors differ. Source: struct irq_affinity_desc, include/linux/interrupt.h (6.12).
 */

/** CPUs that exist in every environment. */
export const NR_CPUS = 4;
const PRESENT = 32;
const MANAGED = 16;
const ALL = (1 << NR_CPUS) - 1;

/** Builds the argument; `cpus` is a mask of 0..15, and 0 is an empty mask, which the kernel refuses. */
export function affinityArg(cpus: number, managed: boolean): number {
  return PRESENT | (managed ? MANAGED : 0) | (cpus & ALL);
}

/** `struct irq_affinity_desc` of vector `i`. */
export interface AffinityEntry {
  readonly mask: number;
  readonly is_managed: boolean;
}

/** The array of `nvec` entries that the argument stands for; `undefined` for NULL. */
export function affinityEntries(arg: number, nvec: number): readonly AffinityEntry[] | undefined {
  if (arg === 0) return undefined;
  const entries: AffinityEntry[] = [];
  for (let i = 0; i < nvec; i += 1) {
    entries.push({ mask: rotate(arg & ALL, i % NR_CPUS), is_managed: (arg & MANAGED) !== 0 });
  }
  return entries;
}

function rotate(mask: number, by: number): number {
  return ((mask << by) | (mask >> (NR_CPUS - by))) & ALL;
}

/** Whether an argument asks for CPUs and names none. */
export function isNowhere(arg: number): boolean {
  return arg !== 0 && (arg & ALL) === 0;
}

/** `none`, `0x3`, `managed:0x3`. */
export function formatAffinity(arg: number): string {
  if (arg === 0) return 'none';
  return `${(arg & MANAGED) === 0 ? '' : 'managed:'}0x${(arg & ALL).toString(16)}`;
}

/** The inverse of `formatAffinity`; `undefined` when the text is neither. */
export function parseAffinity(text: string): number | undefined {
  if (text === 'none') return 0;
  const match = /^(managed:)?0x([0-9a-f])$/u.exec(text);
  if (match === null) return undefined;
  return affinityArg(Number.parseInt(match[2] ?? '', 16), match[1] !== undefined);
}
