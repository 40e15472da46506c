// SPDX-License-Identifier: GPL-2.0-only
/** File and line of the code of a WebAssembly module, from the debug information that the linker leaves in it. */
import { cursorAt } from './cursor.ts';
import { type Line, type LineTable, lineTable } from './lines.ts';
import { oldAddresses, SHIFTS } from './shifts.ts';
import { type Unit, unitsOf } from './units.ts';

/** Bytes of the head of a module, and the number of the section with its code. */
const HEAD = 8;
const CODE = 10;

/** A unit, with its lines once they have been read. */
interface Known {
  readonly unit: Unit;
  lines: LineTable | undefined;
}

/**
 * Answers where an offset in a module is, as it stands in the stack of an error: `kernel/irq/msi.c:104`; for
 * code that was inlined the line of the function that it was inlined into. `undefined` where none is known.
 */
export function placesOf(
  module: WebAssembly.Module,
  bytes: Uint8Array,
): (offset: number) => string | undefined {
  // The bytes are not kept: the module has them anyway.
  const code = codeStart(bytes);
  const places = new Map<number, string | undefined>();
  const sections = new Map<string, Uint8Array>();
  const section = (name: string): Uint8Array => {
    const known = sections.get(name) ?? sectionOf(module, name);
    sections.set(name, known);
    return known;
  };
  let units: readonly Known[] | undefined;
  let old: ((address: number) => number) | undefined;
  return (offset) => {
    units ??= unitsOf(section).map((unit) => ({ unit, lines: undefined }));
    old ??= oldAddresses(section(SHIFTS));
    if (!places.has(offset)) {
      const found = placeIn(units, section, old(offset - code));
      places.set(offset, found === undefined ? undefined : `${found.file}:${found.line}`);
    }
    return places.get(offset);
  };
}

function placeIn(
  units: readonly Known[],
  section: (name: string) => Uint8Array,
  address: number,
): Line | undefined {
  const within = (ranges: Unit['ranges']): boolean =>
    ranges.some(({ first, end }) => first <= address && address < end);
  const known = units.find(({ unit }) => within(unit.ranges));
  if (known === undefined) return undefined;
  known.lines ??= lineTable(section('.debug_line'), known.unit.lines);
  const call = known.unit.inlined().find(({ ranges }) => within(ranges));
  return call === undefined
    ? known.lines.at(address)
    : { file: known.lines.file(call.file), line: call.line };
}

/** Where what the addresses count from begins: behind number and length of the section. */
function codeStart(bytes: Uint8Array): number {
  const cursor = cursorAt(bytes, HEAD);
  while (cursor.at < bytes.length) {
    const number = cursor.uint(1);
    const length = cursor.uleb();
    if (number === CODE) return cursor.at;
    cursor.at += length;
  }
  return 0;
}

function sectionOf(module: WebAssembly.Module, name: string): Uint8Array {
  const [found] = WebAssembly.Module.customSections(module, name);
  return found === undefined ? new Uint8Array(0) : new Uint8Array(found);
}
