// SPDX-License-Identifier: GPL-2.0-only
/** The module's linear memory: where things are in it, and copies of the part that is in use. */
import { OBJECT_SIZE, OBJECTS, SHADOW } from './codes.ts';

/** What the module exports and the subject calls. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly stack: WebAssembly.Global;
  /** Where static data ends. */
  readonly heap: number;
  /** Address of a variable; throws when the module has none of that name. */
  readonly address: (name: string) => number;
  readonly kc_address: (which: number) => number;
  readonly kc_domids: () => number;
  readonly kc_missing: () => number;
  readonly kc_boot: () => void;
  readonly kc_step: () => void;
  readonly kc_dump: () => number;
}

/** Addresses, in the order of kc_address(). */
const PLACES = [
  'env',
  'call',
  'faults',
  'fault',
  'ret',
  'virq',
  'log',
  'splat',
  'fire',
  'callback',
  'requests',
  'logEnd',
  'heapTop',
  'objectCount',
] as const;

/** Addresses by name. */
export type Places = Readonly<Record<(typeof PLACES)[number], number>>;

/** Linear memory as numbers, with the addresses of what the subject reads and writes. */
export interface Memory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly at: Places;
  readonly stack: WebAssembly.Global;
}

/** A copy of what is in use. */
export interface Image {
  /** Data and heap without the log: up to it, and from its end on. */
  readonly low: Uint8Array;
  readonly heap: Uint8Array;
  readonly objects: Uint8Array;
  readonly shadow: Uint8Array;
}

/** Looks addresses up once. */
export function memoryOf(exports: Exports): Memory {
  const { buffer } = exports.memory;
  const at = PLACES.map((name, which) => [name, exports.kc_address(which)] as const);
  return {
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
    at: placesOf(Object.fromEntries(at)),
    stack: exports.stack,
  };
}

function placesOf(at: Readonly<Record<string, number>>): Places {
  const get = (name: string): number => at[name] ?? 0;
  return {
    env: get('env'),
    call: get('call'),
    faults: get('faults'),
    fault: get('fault'),
    ret: get('ret'),
    virq: get('virq'),
    log: get('log'),
    splat: get('splat'),
    fire: get('fire'),
    callback: get('callback'),
    requests: get('requests'),
    logEnd: get('logEnd'),
    heapTop: get('heapTop'),
    objectCount: get('objectCount'),
  };
}

/** Copies what is in use. */
export function save({ bytes, words, at }: Memory): Image {
  const top = words[at.heapTop >> 2] ?? 0;
  const count = words[at.objectCount >> 2] ?? 0;
  return {
    low: bytes.slice(0, at.log),
    heap: bytes.slice(at.logEnd, top),
    objects: bytes.slice(OBJECTS, OBJECTS + count * OBJECT_SIZE),
    shadow: bytes.slice(SHADOW, SHADOW + (top >>> 3)),
  };
}

/** Puts a copy back; a trap may have left the stack pointer anywhere. */
export function load({ bytes, words, at, stack }: Memory, image: Image, stackTop: number): void {
  const top = words[at.heapTop >> 2] ?? 0;
  const end = at.logEnd + image.heap.length;
  bytes.set(image.low, 0);
  bytes.set(image.heap, at.logEnd);
  if (top > end) bytes.fill(0, end, top);
  bytes.set(image.objects, OBJECTS);
  bytes.set(image.shadow, SHADOW);
  if (top > end) bytes.fill(0, SHADOW + image.shadow.length, SHADOW + (top >>> 3));
  stack.value = stackTop;
}

/** A text that ends with 0. */
export function textAt({ bytes }: Memory, address: number): string {
  if (address === 0) return '';
  const end = bytes.indexOf(0, address);
  return Buffer.from(bytes.buffer, address, end - address).toString('latin1');
}
