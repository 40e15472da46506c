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
  /** What the call died of, `undefined` when it returned. */
  readonly ended: (fn: string, ...args: readonly number[]) => Death | undefined;
  /** Complaints so far, the last of which a death leaves. */
  readonly splats: () => readonly { readonly kind: string; readonly address: number }[];
  /** Starts what the kernel starts at boot. */
  readonly boot: () => void;
  /** Arms a fault. */
  readonly fail: (site: Site, nth: number, count: number) => void;
  readonly fired: () => readonly string[];
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

/** Instantiates a module. */
export function kernelOf(bytes: Uint8Array<ArrayBuffer>): Kernel {
  const module = new WebAssembly.Module(bytes);
  const env: Record<string, WebAssembly.ImportValue> = {};
  for (const { name } of WebAssembly.Module.imports(module))
    env[name] = () => {
      throw new Died(name);
    };
  const { exports } = new WebAssembly.Instance(module, { env });
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('no memory');
  const words = new Int32Array(memory.buffer);
  const global = (name: string): number => {
    const value = exports[name];
    if (!(value instanceof WebAssembly.Global)) throw new Error(`no ${name}`);
    return value.value >> 2;
  };
  const word = (index: number): number => words[index] ?? 0;
  const call = (fn: string, ...args: readonly number[]): number => {
    const found = exports[fn];
    if (typeof found !== 'function') throw new Error(`no ${fn}`);
    return Number(found(...args));
  };
  const log = global('kc_log');
  const place = (which: number): number => call('kc_address', which) >> 2;
  const splats = (): { kind: string; address: number }[] =>
    Array.from({ length: word(log) }, (_, i) => place(Place.splat) + (i * SPLAT) / 4).map((at) => ({
      kind: KINDS[word(at)] ?? '?',
      address: word(at + 4),
    }));
  return {
    call,
    splats,
    ended: (fn, ...args) => {
      try {
        call(fn, ...args);
        return undefined;
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        const { kind = '?', address = 0 } = splats().at(-1) ?? {};
        return { kind, address, at: topOf(error) };
      }
    },
    boot: () => {
      for (const fn of ['radix_tree_init', 'maple_tree_init', 'early_irq_init']) call(fn);
    },
    fail: (site, nth, count) => {
      words[global('kc_faults')] = 1;
      words.set([1, SITES.indexOf(site), nth, count, 0], global('kc_fault'));
    },
    fired: () => {
      const first = place(Place.fire);
      return Array.from({ length: word(log + 1) }, (_, i) => first + 2 * i).map(
        (at) => `${SITES[word(at)] ?? '?'} ${word(at + 1)}`,
      );
    },
    live: () => {
      const first = word(global('kc_objects')) >> 2;
      const count = word(global('kc_object_count'));
      let live = 0;
      for (let i = 0; i < count; i += 1) if (word(first + (i * OBJECT) / 4 + 5) === -1) live += 1;
      return live;
    },
  };
}

function topOf(error: Error): string {
  const frames = [...(error.stack ?? '').matchAll(/^\s*at (?:[\w$]+\.)?([\w$]+) \(wasm:/gmu)];
  return frames.map(([, name = '']) => name).find((name) => !OURS.test(name)) ?? '';
}
