// SPDX-License-Identifier: GPL-2.0-only
/** From an address to the line of the source: a line number program of DWARF 4 (section 6.2). */
import { posix } from 'node:path';

import { type Cursor, cursorAt } from './cursor.ts';

/** A line of a file. */
export interface Line {
  /** As the compiler names it: relative to the tree. */
  readonly file: string;
  readonly line: number;
}

/** The lines of a unit of compilation. */
export interface LineTable {
  /** The line that an address belongs to; `undefined` for an address elsewhere and for code that is of no line. */
  readonly at: (address: number) => Line | undefined;
  /** The name of a file by its number in the unit. */
  readonly file: (number: number) => string;
}

/** From its address on the code is of the line, until the next row; the last one of a sequence only ends it. */
interface Row {
  readonly address: number;
  readonly file: number;
  readonly line: number;
}

interface Header {
  readonly end: number;
  readonly program: number;
  readonly step: number;
  readonly lineBase: number;
  readonly lineRange: number;
  /** Number of operands of each standard operation, from operation 1 on. */
  readonly operands: readonly number[];
  readonly files: readonly string[];
}

/** Operations of a program (DW_LNS_*, DW_LNE_*). */
const STANDARD = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  constAddPc: 8,
  fixedAdvancePc: 9,
} as const;
const EXTENDED = { endSequence: 1, setAddress: 2 } as const;

/** Reads the program that begins at an offset of the section `.debug_line`. */
export function lineTable(section: Uint8Array, offset: number): LineTable {
  const header = readHeader(section, offset);
  const sequences = run(section, header);
  const file = (number: number): string => header.files[number - 1] ?? '';
  return {
    file,
    at: (address) => {
      const rows = sequences.find(
        (each) => address >= (each[0]?.address ?? 0) && address < (each.at(-1)?.address ?? 0),
      );
      const row = rows?.findLast((each) => each.address <= address);
      return row === undefined || row.line === 0
        ? undefined
        : { file: file(row.file), line: row.line };
    },
  };
}

function readHeader(section: Uint8Array, offset: number): Header {
  const cursor = cursorAt(section, offset);
  const length = cursor.uint(4);
  const end = cursor.at + length;
  const version = cursor.uint(2);
  if (version !== 4)
    throw new Error(`debug information of DWARF ${version}; build the module again`);
  const headerLength = cursor.uint(4);
  const program = cursor.at + headerLength;
  const step = cursor.uint(1);
  // Operations per instruction, and whether a row begins a statement: neither is needed here.
  cursor.at += 2;
  const lineBase = (cursor.uint(1) << 24) >> 24;
  const lineRange = cursor.uint(1);
  const operations = cursor.uint(1);
  const operands = Array.from({ length: operations - 1 }, () => cursor.uint(1));
  return { end, program, step, lineBase, lineRange, operands, files: readFiles(cursor) };
}

function readFiles(cursor: Cursor): readonly string[] {
  const folders = ['.'];
  for (let name = cursor.text(); name !== ''; name = cursor.text()) folders.push(name);
  const files: string[] = [];
  for (let name = cursor.text(); name !== ''; name = cursor.text()) {
    const folder = folders[cursor.uleb()] ?? '.';
    // Time and length.
    cursor.uleb();
    cursor.uleb();
    files.push(posix.join(folder, name));
  }
  return files;
}

/** The registers of the program that matter here. */
interface State {
  address: number;
  file: number;
  line: number;
}

/** Every sequence of the program, in its order. */
function run(section: Uint8Array, header: Header): readonly (readonly Row[])[] {
  const cursor = cursorAt(section, header.program);
  const sequences: Row[][] = [];
  const { lineBase, lineRange, operands, step } = header;
  let rows: Row[] = [];
  let state: State = { address: 0, file: 1, line: 1 };
  while (cursor.at < header.end) {
    const operation = cursor.uint(1);
    if (operation > operands.length) {
      const special = operation - operands.length - 1;
      state.address += Math.trunc(special / lineRange) * step;
      state.line += lineBase + (special % lineRange);
      rows.push({ ...state });
    } else if (operation === 0) {
      const length = cursor.uleb();
      const end = cursor.at + length;
      const which = cursor.uint(1);
      if (which === EXTENDED.setAddress) state.address = cursor.uint(length - 1);
      if (which === EXTENDED.endSequence) {
        sequences.push([...rows, { ...state }]);
        rows = [];
        state = { address: 0, file: 1, line: 1 };
      }
      cursor.at = end;
    } else if (operation === STANDARD.copy) {
      rows.push({ ...state });
    } else {
      advance(operation, cursor, state, header);
    }
  }
  return sequences;
}

/** A standard operation that makes no row. */
function advance(operation: number, cursor: Cursor, state: State, header: Header): void {
  const { operands, step, lineRange } = header;
  switch (operation) {
    case STANDARD.advancePc:
      state.address += cursor.uleb() * step;
      return;
    case STANDARD.advanceLine:
      state.line += cursor.sleb();
      return;
    case STANDARD.setFile:
      state.file = cursor.uleb();
      return;
    case STANDARD.constAddPc:
      state.address += Math.trunc((255 - operands.length - 1) / lineRange) * step;
      return;
    case STANDARD.fixedAdvancePc:
      state.address += cursor.uint(2);
      return;
    default:
      for (let left = operands[operation - 1] ?? 0; left > 0; left -= 1) cursor.uleb();
  }
}
