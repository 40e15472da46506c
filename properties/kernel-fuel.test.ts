// SPDX-License-Identifier: GPL-2.0-only
/** Loops of a module that end, and where its code was before: on a module that is written here. */
import { expect, test } from 'vitest';

import { FUEL, ROUNDS, withFuel } from '../src/subject/kernel-c/build/fuel.ts';
import { passInstruction } from '../src/subject/kernel-c/build/opcodes.ts';
import { joined, name, uleb } from '../src/subject/kernel-c/dwarf/bytes.ts';
import { cursorAt } from '../src/subject/kernel-c/dwarf/cursor.ts';
import { oldAddresses, SHIFTS, shiftSection } from '../src/subject/kernel-c/dwarf/shifts.ts';

const bytes = (...numbers: readonly number[]): Uint8Array => Uint8Array.from(numbers);

/** A section, or anything else that begins with its length. */
function sized(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(parts);
  return joined([bytes(number), uleb(body.length), body]);
}

/** `loop`, a round of which goes on while the argument is not 0, `end`; some nothing before makes it long. */
const BODY = joined([
  bytes(0x01, 0x01, 0x7f),
  new Uint8Array(115).fill(0x01),
  bytes(0x03, 0x40, 0x20, 0x00, 0x0d, 0x00, 0x0b, 0x0b),
]);

/** Imports a function and has a global, as what the linker makes does. */
function moduleOf(body: Uint8Array): Uint8Array {
  return joined([
    bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    sized(1, bytes(1, 0x60, 1, 0x7f, 0)),
    sized(2, bytes(1), name('env'), name('kc_die'), bytes(0, 0)),
    sized(3, bytes(1, 0)),
    sized(6, bytes(1, 0x7f, 0x01, 0x41, 0x07, 0x0b)),
    sized(7, bytes(1), name('run'), bytes(0, 1)),
    sized(10, bytes(1), uleb(body.length), body),
  ]);
}

interface Loaded {
  readonly run: (again: number) => void;
  readonly fuel: WebAssembly.Global;
  readonly shifts: Uint8Array;
}

function load(file: Uint8Array<ArrayBuffer>): Loaded {
  const module = new WebAssembly.Module(file);
  const { exports } = new WebAssembly.Instance(module, { env: { kc_die: () => undefined } });
  const { run } = exports;
  const fuel = exports[FUEL];
  if (!(fuel instanceof WebAssembly.Global) || typeof run !== 'function') throw new Error('not it');
  const [shifts = new ArrayBuffer(0)] = WebAssembly.Module.customSections(module, SHIFTS);
  return { run: (again) => void run(again), fuel, shifts: new Uint8Array(shifts) };
}

test('a loop that ends leaves what it does not use; one that does not ends with the rounds', () => {
  const { run, fuel } = load(withFuel(moduleOf(BODY)));
  expect(fuel.value).toBe(ROUNDS);
  run(0);
  expect(fuel.value).toBe(ROUNDS - 1);
  fuel.value = 1000;
  expect(() => run(1)).toThrow(WebAssembly.RuntimeError);
  expect(fuel.value).toBe(0);
  fuel.value = 1;
  run(0);
  expect(fuel.value).toBe(0);
});

test('an address has moved by what was put in before it, lengths among it', () => {
  const { shifts } = load(withFuel(moduleOf(BODY)));
  const old = oldAddresses(shifts);
  // Number of functions, length, then the body, whose loop begins behind 120 bytes of it.
  const body = 2;
  const loop = body + 3 + 115 + 2;
  const toll = 14;
  expect(old(0)).toBe(0);
  expect(old(body + 1)).toBe(body);
  expect(old(loop + 1 - 1)).toBe(loop - 1);
  expect(old(loop + 1)).toBe(loop);
  expect(old(loop + 1 + toll)).toBe(loop);
  expect(old(loop + 1 + toll + 4)).toBe(loop + 4);
});

test('code to which nothing was put in is where it was', () => {
  expect(oldAddresses(new Uint8Array(0))(77)).toBe(77);
  const section = shiftSection([]);
  expect(oldAddresses(section.subarray(section.length - 1))(77)).toBe(77);
});

test.each([
  ['a block', [0x02, 0x40], 2],
  ['a branch table', [0x0e, 2, 1, 0x80, 0x01, 0], 6],
  ['a call through a table', [0x11, 0x81, 0x00, 0], 4],
  ['a load', [0x28, 2, 0x90, 0x01], 4],
  ['a number of 64 bits', [0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00], 11],
  ['a floating point number', [0x44, 1, 2, 3, 4, 5, 6, 7, 8], 9],
  ['a copy of memory', [0xfc, 0x0a, 0, 0], 4],
  ['a conversion that never traps', [0xfc, 0x02], 2],
])('%s is as long as it is', (_what, instruction, length) => {
  const cursor = cursorAt(bytes(...instruction, 0x0b, 0x0b), 0);
  expect(passInstruction(cursor)).toBe(instruction[0]);
  expect(cursor.at).toBe(length);
});

test('an instruction that is not known is named, and so is what else is wrong with a module', () => {
  const odd = Uint8Array.from(BODY, (byte) => (byte === 0x0d ? 0xfb : byte));
  expect(() => withFuel(moduleOf(odd))).toThrow(
    /instruction 0xfb at \d+ .*not known.*--backend native/u,
  );
});
