// SPDX-License-Identifier: GPL-2.0-only
/** Where code was before more was put in (build/fuel.ts): debug information has the old addresses. */
import { joined, name, uleb } from './bytes.ts';
import { cursorAt } from './cursor.ts';

/** Bytes that were put in at an address of the old code. */
export interface Shift {
  readonly address: number;
  readonly bytes: number;
}

/** The section of a module that has its shifts, in the order of their addresses. */
export const SHIFTS = 'msicheck.shifts';

/** The section with number and length. */
export function shiftSection(shifts: readonly Shift[]): Uint8Array {
  const numbers = shifts.flatMap(({ address, bytes }) => [uleb(address), uleb(bytes)]);
  const body = joined([name(SHIFTS), uleb(shifts.length), ...numbers]);
  return joined([Uint8Array.of(0), uleb(body.length), body]);
}

/** Answers where code is that was at an address before; of what was put in it is where that was done. */
export function oldAddresses(section: Uint8Array): (address: number) => number {
  if (section.length === 0) return (address) => address;
  const cursor = cursorAt(section, 0);
  const shifts = Array.from({ length: cursor.uleb() }, () => ({
    address: cursor.uleb(),
    bytes: cursor.uleb(),
  }));
  return (address) => {
    let moved = 0;
    for (const shift of shifts) {
      if (address < shift.address + moved) break;
      moved += Math.min(shift.bytes, address - shift.address - moved);
    }
    return address - moved;
  };
}
