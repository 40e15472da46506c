// SPDX-License-Identifier: GPL-2.0-only
/** Which objects a step has to be asked about. */
import type { Table } from '../trace/observation.ts';
import type { History } from './remember.ts';

/** Those that the step used; all at the first step, for nobody has seen what was there at boot. */
export function addressesOf<T>(history: History, table: Table<T>): readonly number[] {
  return history.steps === 1 ? liveOf(table) : table.touched;
}

const NONE: readonly number[] = [];

/** All that live. */
export function liveOf<T>(table: Table<T>): readonly number[] {
  if (table.live === 0) return NONE;
  const live: number[] = [];
  for (let address = 1; address < table.objects.length; address += 1) {
    if (table.objects[address] !== undefined) live.push(address);
  }
  return live;
}

/** True for an object that was made by a step, not at boot. */
export function isNew<T>(table: Table<T>, address: number): boolean {
  return (table.birth[address] ?? 0) > 0;
}
