// SPDX-License-Identifier: GPL-2.0-only
/** Memory of a kernel as numbers: where things are in it; and of linear memory, copies of the part that is in use. */
import { OBJECT_SIZE, SHADOW } from './codes.ts';

/** What the module exports and the subject calls. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly stack: WebAssembly.Global;
  /** Address of a variable; throws when the module has none of that name. */
  readonly address: (name: string) => number;
  /** File and line of an offset in the module, as the stack of an error has it. */
  readonly placeOf: (offset: number) => string | undefined;
  /** Rounds of loops that are left (build/fuel.ts). */
  readonly fuel: WebAssembly.Global;
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
  'words',
  'objects',
  'heap',
] as const;

/** How many addresses there are. */
export const PLACE_COUNT: number = PLACES.length;

/** Addresses by name. */
export type Places = Readonly<Record<(typeof PLACES)[number], number>>;

/** Memory as numbers by address, with the addresses of what the subject reads and writes. */
export interface Memory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly at: Places;
}

/** Linear memory, and the stack pointer that a trap may leave anywhere. */
export interface Linear {
  readonly memory: Memory;
  readonly stack: WebAssembly.Global;
  readonly stackTop: number;
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
  return memoryIn(
    exports.memory.buffer,
    PLACES.map((_, which) => exports.kc_address(which)),
  );
}

/** A buffer as memory; `addresses` are those of kc_address(), in its order. */
export function memoryIn(buffer: ArrayBuffer, addresses: readonly number[]): Memory {
  return { bytes: new Uint8Array(buffer), words: new Int32Array(buffer), at: placesOf(addresses) };
}

function placesOf(addresses: readonly number[]): Places {
  const get = (name: (typeof PLACES)[number]): number => addresses[PLACES.indexOf(name)] ?? 0;
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
    words: get('words'),
    objects: get('objects'),
    heap: get('heap'),
  };
}

/** Copies what is in use. */
export function save({ bytes, words, at }: Memory): Image {
  const top = words[at.heapTop >> 2] ?? 0;
  const count = words[at.objectCount >> 2] ?? 0;
  return {
    low: bytes.slice(0, at.log),
    heap: bytes.slice(at.logEnd, top),
    objects: bytes.slice(at.objects, at.objects + count * OBJECT_SIZE),
    shadow: bytes.slice(SHADOW, SHADOW + (top >>> 3)),
  };
}

/** Puts a copy back. */
export function load({ memory, stack, stackTop }: Linear, image: Image): void {
  const { bytes, words, at } = memory;
  const top = words[at.heapTop >> 2] ?? 0;
  const end = at.logEnd + image.heap.length;
  bytes.set(image.low, 0);
  bytes.set(image.heap, at.logEnd);
  if (top > end) bytes.fill(0, end, top);
  bytes.set(image.objects, at.objects);
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
