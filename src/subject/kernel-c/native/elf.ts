// SPDX-License-Identifier: GPL-2.0-only
/** A program on disk: what it has in memory when it starts, and which function an address is in (ELF, 64 bits, little endian). */

/** A program whose addresses are those of its file. */
export interface Program {
  /** Copies what the file has into memory, by address. */
  readonly load: (bytes: Uint8Array) => void;
  /** The function that an address is in; `undefined` for an address of something else. */
  readonly functionAt: (address: number) => string | undefined;
}

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

interface Fn {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

const MAGIC = 0x464c457f;
/** Values of `p_type`, `sh_type` and of the type in `st_info`. */
const LOAD = 1;
const SYMTAB = 2;
const FUNCTION = 2;

/** Reads a program. Throws for a file that is none. */
export function programOf(file: Buffer): Program {
  if (file.length < 64 || file.readUInt32LE(0) !== MAGIC || file[4] !== 2)
    throw new Error(
      'the program is not in the format of 64 bits that was expected; build it again',
    );
  const functions = functionsOf(file);
  return {
    load: (bytes) => {
      place(file, bytes);
    },
    functionAt: (address) => {
      const at = functions.findLastIndex(({ start }) => start <= address);
      const found = functions[at];
      return found !== undefined && address < found.end ? found.name : undefined;
    },
  };
}

function place(file: Buffer, bytes: Uint8Array): void {
  const first = wide(file, 0x20);
  const size = file.readUInt16LE(0x36);
  for (let i = 0; i < file.readUInt16LE(0x38); i += 1) {
    const at = first + i * size;
    if (file.readUInt32LE(at) !== LOAD) continue;
    const offset = wide(file, at + 8);
    bytes.set(file.subarray(offset, offset + wide(file, at + 0x20)), wide(file, at + 0x10));
  }
}

function functionsOf(file: Buffer): readonly Fn[] {
  const sections = sectionsOf(file);
  const table = sections.find(({ type }) => type === SYMTAB);
  const names = sections[table?.link ?? -1];
  if (table === undefined || names === undefined) return [];
  const functions: Fn[] = [];
  for (let at = table.offset; at < table.offset + table.size; at += 24) {
    if (((file[at + 4] ?? 0) & 15) !== FUNCTION) continue;
    const name = names.offset + file.readUInt32LE(at);
    const start = wide(file, at + 8);
    functions.push({
      start,
      end: start + wide(file, at + 16),
      name: file.toString('latin1', name, file.indexOf(0, name)),
    });
  }
  return functions.toSorted((a, b) => a.start - b.start);
}

function sectionsOf(file: Buffer): readonly Section[] {
  const first = wide(file, 0x28);
  const size = file.readUInt16LE(0x3a);
  return Array.from({ length: file.readUInt16LE(0x3c) }, (_, i) => {
    const at = first + i * size;
    return {
      type: file.readUInt32LE(at + 4),
      offset: wide(file, at + 0x18),
      size: wide(file, at + 0x20),
      link: file.readUInt32LE(at + 0x28),
    };
  });
}

function wide(file: Buffer, at: number): number {
  return Number(file.readBigUInt64LE(at));
}
