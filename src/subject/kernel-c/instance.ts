// SPDX-License-Identifier: GPL-2.0-only
/** Makes an instance of a built module, and reads where its code died. */
import { type Death, topOf } from './machine.ts';
import type { Exports } from './memory.ts';

/** Unwinds out of a kernel that does not survive the step; what killed it is in the log. */
class KernelDeath extends Error {}

/** Instantiates a module; what it does not define itself throws when it is called. */
export function exportsOf(bytes: Uint8Array<ArrayBuffer>): Exports {
  const module = new WebAssembly.Module(bytes);
  const env: Record<string, WebAssembly.ImportValue> = {};
  for (const { name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') continue;
    env[name] = () => {
      throw name === 'kc_die' ? new KernelDeath('kc_die') : new Error(`${name} is not shimmed`);
    };
  }
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, 40);
  const { exports } = new WebAssembly.Instance(module, { env });
  const start = exports['__wasm_call_ctors'];
  if (typeof start === 'function') start();
  return {
    memory: memory(exports['memory']),
    stack: global(exports['__stack_pointer'], '__stack_pointer'),
    address: (name) => global(exports[name], name).value,
    kc_address: numeric(exports['kc_address'], 'kc_address'),
    kc_domids: numeric(exports['kc_domids'], 'kc_domids'),
    kc_missing: numeric(exports['kc_missing'], 'kc_missing'),
    kc_boot: numeric(exports['kc_boot'], 'kc_boot'),
    kc_step: numeric(exports['kc_step'], 'kc_step'),
    kc_dump: numeric(exports['kc_dump'], 'kc_dump'),
  };
}

function memory(value: unknown): WebAssembly.Memory {
  if (value instanceof WebAssembly.Memory) return value;
  throw new Error('the module exports no memory; build it again');
}

function global(value: unknown, name: string): WebAssembly.Global {
  if (value instanceof WebAssembly.Global) return value;
  throw new Error(`the module exports no ${name}; build it again`);
}

function numeric(value: unknown, name: string): (...args: readonly number[]) => number {
  if (typeof value !== 'function') throw new Error(`the module exports no ${name}; build it again`);
  return (...args) => {
    const ret: unknown = value(...args);
    return typeof ret === 'number' ? ret : 0;
  };
}

/** Reads a death; rethrows what is none. */
export function deathOf(error: unknown): Death {
  const died = error instanceof KernelDeath || error instanceof WebAssembly.RuntimeError;
  if (!died) throw error;
  const frames = [...(error.stack ?? '').matchAll(/^\s*at (?:[\w$]+\.)?([\w$]+) \(wasm:/gmu)];
  const names = frames.map(([, name = '']) => name);
  const fn = names[topOf(names)] ?? 'unknown';
  return { fn, calledNull: error.message.startsWith('null function') };
}
