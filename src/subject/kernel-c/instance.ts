// SPDX-License-Identifier: GPL-2.0-only
/** Makes an instance of a built module, and reads where its code died. */
import type { Frame } from '../../trace/observation.ts';
import { FUEL, ROUNDS } from './build/fuel.ts';
import { placesOf } from './dwarf/module.ts';
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
  const fuel = global(exports[FUEL], FUEL);
  const start = exports['__wasm_call_ctors'];
  if (typeof start === 'function') start();
  return {
    memory: memory(exports['memory']),
    stack: global(exports['__stack_pointer'], '__stack_pointer'),
    address: (name) => global(exports[name], name).value,
    placeOf: placesOf(module, bytes),
    kc_address: numeric(exports['kc_address'], 'kc_address', fuel),
    kc_domids: numeric(exports['kc_domids'], 'kc_domids', fuel),
    kc_missing: numeric(exports['kc_missing'], 'kc_missing', fuel),
    fuel,
    kc_boot: numeric(exports['kc_boot'], 'kc_boot', fuel),
    kc_step: numeric(exports['kc_step'], 'kc_step', fuel),
    kc_dump: numeric(exports['kc_dump'], 'kc_dump', fuel),
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

/** Each call begins with all the fuel. */
function numeric(
  value: unknown,
  name: string,
  fuel: WebAssembly.Global,
): (...args: readonly number[]) => number {
  if (typeof value !== 'function') throw new Error(`the module exports no ${name}; build it again`);
  return (...args) => {
    fuel.value = ROUNDS;
    const ret: unknown = value(...args);
    return typeof ret === 'number' ? ret : 0;
  };
}

/** Reads a death in the call of a function; rethrows what is none. */
export function deathOf(error: unknown, { placeOf, fuel }: Exports, fn: string): Death {
  const frames = framesOf(error);
  // How deep calls can be is the engine's affair, so that the place says nothing.
  if (isTooDeep(error)) return { fn, ended: 'the calls were nested too deeply' };
  const top = frames[topOf(frames.map((each) => each.fn))];
  const place = top && placeOf(top.offset);
  const where = place === undefined ? {} : { place };
  if (fuel.value === 0) return { fn, ended: HANGS, ...where };
  const death = { fn: top?.fn ?? 'unknown', ...where };
  return error instanceof WebAssembly.RuntimeError
    ? { ...death, trap: trapOf(error.message) }
    : death;
}

/** A trap in our kinds of complaints. */
function trapOf(message: string): NonNullable<Death['trap']> {
  if (message.startsWith('null function')) return { kind: 'NULL dereference', what: '' };
  if (message.startsWith('memory access')) return { kind: 'wild access', what: '' };
  return { kind: 'BUG', what: `trap: ${message}` };
}

/** The stack of a death, the innermost first; rethrows what is none. */
export function stackOf(error: unknown, { placeOf }: Exports): readonly Frame[] {
  return framesOf(error).map(({ fn, offset }) => ({ fn, place: placeOf(offset) }));
}

const HANGS = `the step had not ended after ${ROUNDS / 1e6} million rounds of loops`;

function isTooDeep(error: unknown): error is RangeError {
  return error instanceof RangeError && error.message.startsWith('Maximum call stack');
}

/** Functions of the module, and where in it. */
function framesOf(error: unknown): readonly { readonly fn: string; readonly offset: number }[] {
  const died = error instanceof KernelDeath || error instanceof WebAssembly.RuntimeError;
  if (!died && !isTooDeep(error)) throw error;
  const frames = (error.stack ?? '').matchAll(
    /^\s*at (?:[\w$]+\.)?([\w$]+) \(wasm:.*:0x([\da-f]+)\)$/gmu,
  );
  return [...frames].map(([, fn = '', offset = '']) => ({
    fn,
    offset: Number.parseInt(offset, 16),
  }));
}
