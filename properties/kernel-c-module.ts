// SPDX-License-Identifier: GPL-2.0-only
/** A built module by the names of its functions: calls, what ended one, and what the shims logged. */
import { SITES, type Site } from '../src/trace/sites.ts';

/** What a call died of; `at` is the topmost function that is not the shims'. */
export interface Death {
  readonly kind: string;
  readonly at: string;
  readonly address: number;
}

/** A kernel that has just been instantiated. */
export interface Kernel {
  readonly call: (fn: string, ...args: readonly number[]) => number;
  /** Puts a text into memory of the harness; returns its address. */
  readonly write: (text: string) => number;
  readonly read: (address: number) => string;
  /** What the call died of, `undefined` when it returned. */
  readonly ended: (fn: string, ...args: readonly number[]) => Death | undefined;
  /** Complaints so far, the last of which a death leaves. */
  readonly splats: () => readonly { readonly kind: string; readonly address: number }[];
  /** Starts what the kernel starts at boot. */
  readonly boot: () => void;
  /** Arms a fault. */
  readonly fail: (site: Site, nth: number, count: number) => void;
  readonly fired: () => readonly string[];
  /** Counters of branches that are not 0, in a module that is built for coverage. */
  readonly counters: () => number;
  /** Objects that are not freed. */
  readonly live: () => number;
}

/** `enum kc_splat_kind`. */
const KINDS = [
  'WARN',
  'BUG',
  'LOCKDEP',
  'DEADLOCK',
  'NULL',
  'USE_AFTER_FREE',
  'DOUBLE_FREE',
  'WILD',
];
/** Names of functions of the shims that can be on top of the stack of a death. */
const OURS = /^(?:kc_|__asan_|_raw_spin_|mutex_|mem(?:cpy|move|set)$|kfree$)/u;
/** Sizes of struct kc_splat and struct kc_object. */
const SPLAT = 20;
const OBJECT = 24;
/** What kc_address() tells the place of. */
const Place = { splat: 7, fire: 8 } as const;

class Died extends Error {}

/** What can be done with the exports of an instance; words are numbered from address 0. */
interface Machine {
  readonly call: Kernel['call'];
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly word: (index: number) => number;
  /** The word of a variable. */
  readonly global: (name: string) => number;
}

/** Instantiates a module. */
export function kernelOf(file: Uint8Array<ArrayBuffer>): Kernel {
  const machine = machineOf(file);
  const { call, words, word, global } = machine;
  return {
    call,
    splats: () => splatsOf(machine),
    ended: (fn, ...args) => endOf(machine, () => call(fn, ...args)),
    boot: () => {
      for (const fn of ['radix_tree_init', 'maple_tree_init', 'early_irq_init']) call(fn);
    },
    fail: (site, nth, count) => {
      words[global('kc_faults')] = 1;
      words.set([1, SITES.indexOf(site), nth, count, 0], global('kc_fault'));
    },
    fired: () => {
      const first = call('kc_address', Place.fire) >> 2;
      const at = Array.from({ length: word(global('kc_log') + 1) }, (_, i) => first + 2 * i);
      return at.map((where) => `${SITES[word(where)] ?? '?'} ${word(where + 1)}`);
    },
    live: () => {
      const first = word(global('kc_objects')) >> 2;
      const count = word(global('kc_object_count'));
      const freed = Array.from({ length: count }, (_, i) => word(first + (i * OBJECT) / 4 + 5));
      return freed.filter((step) => step === -1).length;
    },
    ...memoryOf(machine),
  };
}

function machineOf(file: Uint8Array<ArrayBuffer>): Machine {
  const module = new WebAssembly.Module(file);
  const env: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module))
    env[name] = () => {
      throw new Died(name);
    };
  const { exports } = new WebAssembly.Instance(module, { env });
  const start = exports['__wasm_call_ctors'];
  if (typeof start === 'function') start();
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('no memory');
  const words = new Int32Array(memory.buffer);
  return {
    words,
    bytes: new Uint8Array(memory.buffer),
    word: (index) => words[index] ?? 0,
    global: (name) => {
      const value = exports[name];
      if (!(value instanceof WebAssembly.Global)) throw new Error(`no ${name}`);
      return value.value >> 2;
    },
    call: (fn, ...args) => {
      const found = exports[fn];
      if (typeof found !== 'function') throw new Error(`no ${fn}`);
      return Number(found(...args));
    },
  };
}

function memoryOf({
  call,
  bytes,
  word,
  global,
}: Machine): Pick<Kernel, 'write' | 'read' | 'counters'> {
  return {
    write: (text) => {
      const address = call('kc_alloc_quiet', text.length + 1);
      bytes.set(Buffer.from(`${text}\0`, 'latin1'), address);
      return address;
    },
    read: (address) =>
      Buffer.from(bytes.subarray(address, bytes.indexOf(0, address))).toString('latin1'),
    counters: () => {
      const counters = bytes.subarray(word(global('kc_counters')), word(global('kc_counters_end')));
      return counters.filter((count) => count > 0).length;
    },
  };
}

function splatsOf({ call, word, global }: Machine): { kind: string; address: number }[] {
  const first = call('kc_address', Place.splat) >> 2;
  const at = Array.from({ length: word(global('kc_log')) }, (_, i) => first + (i * SPLAT) / 4);
  return at.map((where) => ({ kind: KINDS[word(where)] ?? '?', address: word(where + 4) }));
}

function endOf(machine: Machine, act: () => void): Death | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof Died)) throw error;
    const { kind = '?', address = 0 } = splatsOf(machine).at(-1) ?? {};
    return { kind, address, at: topOf(error) };
  }
}

function topOf(error: Error): string {
  const frames = [...(error.stack ?? '').matchAll(/^\s*at (?:[\w$]+\.)?([\w$]+) \(wasm:/gmu)];
  return frames.map(([, name = '']) => name).find((name) => !OURS.test(name)) ?? '';
}
