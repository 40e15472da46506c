// SPDX-License-Identifier: GPL-2.0-only
/** A state as a number that many states have: how many objects of each kind there are, roughly, and what is locked. */
import type { ObjectKind, Picture } from '../src/trace/observation.ts';

/** Kinds that a driver's work shows in; the others follow from them. */
const COUNTED: readonly ObjectKind[] = [
  'device',
  'msi_device_data',
  'msi_desc',
  'irq_domain',
  'irq_desc',
  'devres',
];

/** The abstract state of a picture, 32 bits. */
export function abstractState(picture: Picture): number {
  let state = 0;
  for (const kind of COUNTED) state = mix(state, roughly(picture[kind].live));
  let locked = 0;
  for (const data of picture.msi_device_data.objects)
    if (data !== undefined && data.mutex !== 0) locked += 1;
  return mix(state, locked);
}

/** 0, 1 and 2 as they are; 3 and more are alike. */
function roughly(count: number): number {
  return Math.min(count, 3);
}

/** Stirs a number into a hash of 32 bits. Source: the finaliser of MurmurHash3, shortened. */
export function mix(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e37_79b1);
  return h ^ (h >>> 15);
}
