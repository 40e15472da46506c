// SPDX-License-Identifier: GPL-2.0-only
/** File and line of addresses of a program, from its debug information. */
import { spawnSync } from 'node:child_process';

/** Comes with the linker of every compiler that builds the program. */
const TOOL = 'addr2line';

/** Answers with `kernel/irq/msi.c:104`, the line of the function that is not inlined; `undefined` where none is known. */
export type Places = (addresses: readonly number[]) => readonly (string | undefined)[];

/** Asks about all that are new at once, for each run of the tool reads the whole program. */
export function placesOf(program: string): Places {
  const known = new Map<number, string | undefined>();
  return (addresses) => {
    const fresh = addresses.filter((address) => !known.has(address));
    const found = placesIn(program, fresh);
    for (const [index, address] of fresh.entries()) known.set(address, found[index]);
    return addresses.map((address) => known.get(address));
  };
}

function placesIn(program: string, addresses: readonly number[]): readonly (string | undefined)[] {
  if (addresses.length === 0) return [];
  const words = addresses.map((address) => `0x${address.toString(16)}`);
  const { stdout, error } = spawnSync(TOOL, ['-a', '-i', '-e', program, ...words], {
    encoding: 'utf8',
  });
  if (error !== undefined) return [];
  // Each begins with the address itself; the last line is the call that was not inlined.
  return stdout
    .split(/^0x[\da-f]+\n/mu)
    .slice(1)
    .map((lines) => lines.trim().split('\n').at(-1) ?? '')
    .map((last) => /^(?:\.\/)*([^?].*:[1-9]\d*)(?: |$)/u.exec(last)?.[1]);
}
