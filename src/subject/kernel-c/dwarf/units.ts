// SPDX-License-Identifier: GPL-2.0-only
/** Units of compilation, and which code of theirs was inlined from where (DWARF 4, sections 2 and 7.5). */
import { type Cursor, cursorAt } from './cursor.ts';

/** Sections of debug information by name. */
export type Section = (name: string) => Uint8Array;

/** A file that was compiled. */
export interface Unit {
  readonly ranges: readonly Range[];
  /** Where its line number program begins. */
  readonly lines: number;
  /** Calls that were inlined, the outer one before those within it. */
  readonly inlined: () => readonly Inlined[];
}

/** Addresses from the first on, without the end. */
interface Range {
  readonly first: number;
  readonly end: number;
}

/** Code of a function at the place of a call. */
export interface Inlined {
  readonly ranges: readonly Range[];
  /** The call: number of the file in the unit, and line. */
  readonly file: number;
  readonly line: number;
}

/** How entries of a kind are written. */
interface Shape {
  readonly tag: number;
  readonly attributes: readonly { readonly name: number; readonly form: number }[];
}

/** Numbers of an entry by the number of the attribute. */
type Entry = ReadonlyMap<number, { readonly form: number; readonly value: number }>;

const TAG = { unit: 0x11, inlined: 0x1d } as const;
const AT = {
  lines: 0x10,
  low: 0x11,
  high: 0x12,
  ranges: 0x55,
  callFile: 0x58,
  callLine: 0x59,
} as const;
const ADDRESS = 0x01;

/** All units of a module. */
export function unitsOf(section: Section): readonly Unit[] {
  const info = section('.debug_info');
  const units: Unit[] = [];
  for (let at = 0; at < info.length;) {
    const cursor = cursorAt(info, at);
    const length = cursor.uint(4);
    const end = cursor.at + length;
    const version = cursor.uint(2);
    if (version !== 4)
      throw new Error(`debug information of DWARF ${version}; build the module again`);
    const shapes = cursor.uint(4);
    // The size of an address, which is that of the machine.
    cursor.at += 1;
    units.push(unitAt({ section, shapes, cursor, end }));
    at = end;
  }
  return units;
}

interface Reading {
  readonly section: Section;
  /** Where the shapes of its entries are. */
  readonly shapes: number;
  readonly cursor: Cursor;
  readonly end: number;
}

function unitAt(reading: Reading): Unit {
  const { cursor, end, section } = reading;
  const start = cursor.at;
  const code = cursor.uleb();
  const shape = shapesAt(section('.debug_abbrev'), reading.shapes, code).get(code);
  if (shape?.tag !== TAG.unit) return { ranges: [], lines: 0, inlined: () => [] };
  const entry = readEntry(cursor, shape);
  const base = entry.get(AT.low)?.value ?? 0;
  let known: readonly Inlined[] | undefined;
  return {
    ranges: rangesOf(section, entry, base),
    lines: entry.get(AT.lines)?.value ?? 0,
    inlined: () =>
      (known ??= inlinedIn(
        { ...reading, cursor: cursorAt(section('.debug_info'), start), end },
        base,
      )),
  };
}

/** Entries are in the order of the tree, parents first; an entry of kind 0 only ends a level of it. */
function inlinedIn({ section, shapes, cursor, end }: Reading, base: number): readonly Inlined[] {
  const known = shapesAt(section('.debug_abbrev'), shapes);
  const found: Inlined[] = [];
  while (cursor.at < end) {
    const shape = known.get(cursor.uleb());
    if (shape === undefined) continue;
    const entry = readEntry(cursor, shape);
    if (shape.tag !== TAG.inlined) continue;
    found.push({
      ranges: rangesOf(section, entry, base),
      file: entry.get(AT.callFile)?.value ?? 0,
      line: entry.get(AT.callLine)?.value ?? 0,
    });
  }
  return found;
}

/** Up to that of one number, or all. */
function shapesAt(section: Uint8Array, offset: number, last?: number): ReadonlyMap<number, Shape> {
  const cursor = cursorAt(section, offset);
  const shapes = new Map<number, Shape>();
  for (let code = cursor.uleb(); code !== 0; code = cursor.uleb()) {
    const tag = cursor.uleb();
    // Whether it has children.
    cursor.at += 1;
    const attributes: { readonly name: number; readonly form: number }[] = [];
    for (;;) {
      const [name, form] = [cursor.uleb(), cursor.uleb()];
      if (name === 0 && form === 0) break;
      attributes.push({ name, form });
    }
    shapes.set(code, { tag, attributes });
    if (code === last) break;
  }
  return shapes;
}

function rangesOf(section: Section, entry: Entry, base: number): readonly Range[] {
  const list = entry.get(AT.ranges);
  if (list !== undefined) return rangesAt(section('.debug_ranges'), list.value, base);
  const low = entry.get(AT.low);
  const high = entry.get(AT.high);
  if (low === undefined || high === undefined) return [];
  const end = high.form === ADDRESS ? high.value : low.value + high.value;
  return [{ first: low.value, end }];
}

/** Pairs of offsets, up to a pair of zeros; the greatest number as the first says what they count from. */
function rangesAt(section: Uint8Array, offset: number, start: number): readonly Range[] {
  const cursor = cursorAt(section, offset);
  const ranges: Range[] = [];
  let base = start;
  for (;;) {
    const [first, end] = [cursor.uint(4), cursor.uint(4)];
    if (first === 0 && end === 0) return ranges;
    if (first === 0xffff_ffff) base = end;
    else ranges.push({ first: base + first, end: base + end });
  }
}

function readEntry(cursor: Cursor, { attributes }: Shape): Entry {
  const entry = new Map<number, { readonly form: number; readonly value: number }>();
  for (const { name, form } of attributes) entry.set(name, { form, value: readForm(cursor, form) });
  return entry;
}

/** Bytes of the forms (DW_FORM_*) that are numbers, references and offsets of a fixed size. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0x01, 4],
  [0x05, 2],
  [0x06, 4],
  [0x07, 8],
  [0x0b, 1],
  [0x0c, 1],
  [0x0e, 4],
  [0x10, 4],
  [0x11, 1],
  [0x12, 2],
  [0x13, 4],
  [0x14, 8],
  [0x17, 4],
  [0x19, 0],
  [0x20, 8],
]);

/** Reads a value; of texts and blocks only the end is looked for. */
function readForm(cursor: Cursor, form: number): number {
  const size = FIXED.get(form);
  if (size !== undefined) return cursor.uint(size);
  switch (form) {
    case 0x0d:
      return cursor.sleb();
    case 0x0f:
    case 0x15:
      return cursor.uleb();
    case 0x08:
      cursor.text();
      return 0;
    case 0x03:
      return skip(cursor, cursor.uint(2));
    case 0x04:
      return skip(cursor, cursor.uint(4));
    case 0x0a:
      return skip(cursor, cursor.uint(1));
    case 0x09:
    case 0x18:
      return skip(cursor, cursor.uleb());
    default:
      throw new Error(`debug information in the form ${form}, which DWARF 4 has not`);
  }
}

function skip(cursor: Cursor, bytes: number): number {
  cursor.at += bytes;
  return 0;
}
