// SPDX-License-Identifier: GPL-2.0-only
/**
 * A limit for endless loops: each round of each loop of a module takes one from a number, and traps when
 * nothing is left. Nothing else in WebAssembly runs for ever, and the same step ends at the same point everywhere.
 */
import { type Cursor, cursorAt } from '../dwarf/cursor.ts';
import { joined, name, uleb } from '../dwarf/bytes.ts';
import { type Shift, shiftSection } from '../dwarf/shifts.ts';
import { NoModule } from './no-module.ts';
import { LOOP, passInstruction } from './opcodes.ts';

/** What the number is exported as. */
export const FUEL = 'kc_fuel';

/** Rounds that a step has: more than twice what one takes that fills the log of operations (some 2700 interrupts through three levels). */
export const ROUNDS = 50_000_000;

const END = Uint8Array.of(0x0b);

/** Numbers of sections. */
const GLOBAL = 6;
const EXPORT = 7;
const CODE = 10;
const IMPORT = 2;

/** A module whose loops use up what `FUEL` holds; where code went is noted in it. */
export function withFuel(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(module);
  const global = globalsBefore(module, sections);
  const shifts: Shift[] = [];
  const parts: Uint8Array[] = [module.subarray(0, 8)];
  for (const section of sections) {
    const old = module.subarray(section.start, section.end);
    const fresh = sectionWith(old, section.number, global, shifts);
    parts.push(Uint8Array.of(section.number), uleb(fresh.length), fresh);
  }
  parts.push(shiftSection(shifts));
  return joined(parts);
}

interface Part {
  readonly number: number;
  /** Behind its length. */
  readonly start: number;
  readonly end: number;
}

function sectionsOf(module: Uint8Array): readonly Part[] {
  const cursor = cursorAt(module, 8);
  const sections: Part[] = [];
  while (cursor.at < module.length) {
    const number = cursor.uint(1);
    const length = cursor.uleb();
    sections.push({ number, start: cursor.at, end: cursor.at + length });
    cursor.at += length;
  }
  return sections;
}

function sectionWith(old: Uint8Array, number: number, global: number, shifts: Shift[]): Uint8Array {
  switch (number) {
    case GLOBAL:
      // A number of 32 bits that can be set, and what it is at first.
      return appended(old, joined([Uint8Array.of(0x7f, 0x01, 0x41), uleb(ROUNDS), END]));
    case EXPORT:
      return appended(old, joined([name(FUEL), Uint8Array.of(0x03), uleb(global)]));
    case CODE:
      return codeWith(old, uleb(global), shifts);
    default:
      return old;
  }
}

/** A list with one entry more. */
function appended(list: Uint8Array, entry: Uint8Array): Uint8Array {
  const cursor = cursorAt(list, 0);
  const count = cursor.uleb();
  return joined([uleb(count + 1), list.subarray(cursor.at), entry]);
}

/** How many globals there are: the number of the next one. */
function globalsBefore(module: Uint8Array, sections: readonly Part[]): number {
  const own = sections.find(({ number }) => number === GLOBAL);
  const imports = sections.find(({ number }) => number === IMPORT);
  if (own === undefined)
    throw new NoModule('wasm-ld: made a module without globals; use --backend native');
  return (
    cursorAt(module, own.start).uleb() +
    (imports === undefined ? 0 : importedGlobals(cursorAt(module, imports.start)))
  );
}

function importedGlobals(cursor: Cursor): number {
  let globals = 0;
  for (let left = cursor.uleb(); left > 0; left -= 1) {
    // Module and name.
    for (let names = 2; names > 0; names -= 1) {
      const length = cursor.uleb();
      cursor.at += length;
    }
    const kind = cursor.uint(1);
    if (kind !== 0 && kind !== 3)
      throw new NoModule(
        `wasm-ld: made a module that imports something of kind ${kind}; expected functions`,
      );
    if (kind === 3) globals += 1;
    // The type of a function; or the type of a value, and whether it can be set.
    if (kind === 0) cursor.uleb();
    else cursor.at += 2;
  }
  return globals;
}

function codeWith(old: Uint8Array, global: Uint8Array, shifts: Shift[]): Uint8Array {
  const toll = tollOf(global);
  const cursor = cursorAt(old, 0);
  const count = cursor.uleb();
  const parts: Uint8Array[] = [old.subarray(0, cursor.at)];
  for (let left = count; left > 0; left -= 1) {
    const head = cursor.at;
    const length = cursor.uleb();
    const start = cursor.at;
    const end = start + length;
    const loops = loopsOf(cursor, end);
    const size = uleb(length + loops.length * toll.length);
    shifts.push({ address: start, bytes: size.length - (start - head) });
    parts.push(size);
    let at = start;
    for (const loop of loops) {
      shifts.push({ address: loop, bytes: toll.length });
      parts.push(old.subarray(at, loop), toll);
      at = loop;
    }
    parts.push(old.subarray(at, end));
  }
  return joined(parts);
}

/** Where the bodies of the loops of a function begin. */
function loopsOf(cursor: Cursor, end: number): readonly number[] {
  for (let left = cursor.uleb(); left > 0; left -= 1) {
    // Local variables: how many, and of which type.
    cursor.uleb();
    cursor.at += 1;
  }
  const loops: number[] = [];
  while (cursor.at < end) if (passInstruction(cursor) === LOOP) loops.push(cursor.at);
  return loops;
}

/** if (!fuel) trap(); fuel -= 1; */
function tollOf(global: Uint8Array): Uint8Array {
  const get = joined([Uint8Array.of(0x23), global]);
  const trapWithout = Uint8Array.of(0x45, 0x04, 0x40, 0x00, 0x0b);
  const minusOne = Uint8Array.of(0x41, 0x01, 0x6b);
  return joined([get, trapWithout, get, minusOne, Uint8Array.of(0x24), global]);
}
