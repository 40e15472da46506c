// SPDX-License-Identifier: GPL-2.0-only
/** File and line of an address of a program, from its debug information. */
import { spawnSync } from 'node:child_process';

/** Comes with the linker of every compiler that builds the program. */
const TOOL = 'addr2line';

/** Answers with `kernel/irq/msi.c:104`, the line of the function that is not inlined; `undefined` where none is known. */
export function placesOf(program: string): (address: number) => string | undefined {
  const known = new Map<number, string | undefined>();
  return (address) => {
    if (!known.has(address)) known.set(address, placeOf(program, address));
    return known.get(address);
  };
}

function placeOf(program: string, address: number): string | undefined {
  const args = ['-i', '-e', program, `0x${address.toString(16)}`];
  const { stdout, error } = spawnSync(TOOL, args, { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  const last = stdout.trim().split('\n').at(-1) ?? '';
  return /^(?:\.\/)*([^?].*:[1-9]\d*)(?: |$)/u.exec(last)?.[1];
}
