// SPDX-License-Identifier: GPL-2.0-only
/** Loads changed sources as a subject of its own, with fuel for its loops and counters for its lines. */
import { type Context, createContext, Script } from 'node:vm';

import type { Environment } from '../../trace/environment.ts';
import type { Subject, SubjectFactory } from '../subject.ts';
import { thrownText } from '../thrown.ts';
import { undeclared } from './declared.ts';
import { instrument, parseScript } from './instrument.ts';
import { link, placeIn } from './link.ts';
import { type Region, regionsOf } from './regions.ts';
import { isProblem, type Problem, REFERENCE, type Sources, stripTypes } from './sources.ts';

/** The module whose exports a bundle hands out. */
export const ENTRY: string = `${REFERENCE}/index.ts`;
/** Rounds of loops in one step; the longest step of the unchanged reference needs less than a third. */
export const FUEL = 1_000_000;

/** How sources are loaded. */
export interface LoadOptions {
  readonly name: string;
  /** Files whose regions are counted. */
  readonly counted?: readonly string[];
  /** Give it global objects of its own, so that nothing that it does to them reaches anybody else. */
  readonly apart?: boolean;
}

/** Changed code that runs. */
export interface ChangedSubject {
  readonly factory: SubjectFactory;
  /** Regions of each counted file. */
  readonly regions: ReadonlyMap<string, CountedRegions>;
  /** By number of the counter: 1 when the region was executed, at the start or later. */
  readonly hits: Uint8Array;
}

/** Regions of one file; their counters have the numbers `first`, `first + 1` and so on. */
export interface CountedRegions {
  readonly first: number;
  readonly script: string;
  readonly regions: readonly Region[];
}

/** What a loaded bundle hands out. */
export interface Bundle {
  readonly reference: SubjectFactory;
  readonly refuel: () => void;
}

/** Loads them, or says what is in the way. */
export function loadChanged(sources: Sources, options: LoadOptions): ChangedSubject | Problem {
  const scripts = stripTypes(sources);
  if (isProblem(scripts)) return scripts;
  const counted = new Set(options.counted);
  const regions = new Map<string, CountedRegions>();
  const instrumented = new Map<string, string>();
  let first = 0;
  for (const [file, script] of scripts) {
    const ready = file.startsWith(REFERENCE)
      ? prepare(file, script, { count: counted.has(file), first })
      : { text: script, regions: [] };
    if (isProblem(ready)) return ready;
    instrumented.set(file, ready.text);
    if (!counted.has(file)) continue;
    regions.set(file, { first, script, regions: ready.regions });
    first += ready.regions.length;
  }
  const body = link(instrumented, ENTRY);
  if (typeof body !== 'string') return body;
  const bundle = start(body, first, options.apart === true);
  if (isProblem(bundle)) return bundle;
  // With our global objects, what it is given need not be kept from it.
  const copied = options.apart === true ? bundle.copied : undefined;
  const factory = { name: options.name, start: refuelling(bundle, copied) };
  return { factory, regions, hits: bundle.hits };
}

interface Prepared {
  readonly text: string;
  readonly regions: readonly Region[];
}

const prepared = new Map<string, Prepared>();

/** Files that nobody changed are the same every time. */
function prepare(
  file: string,
  script: string,
  { count, first }: { readonly count: boolean; readonly first: number },
): Prepared | Problem {
  const key = `${file}\n${script}`;
  const known = count ? undefined : prepared.get(key);
  if (known !== undefined) return known;
  const program = parseScript(file, script);
  if (isProblem(program)) return program;
  const problem = undeclared(file, program);
  if (problem !== undefined) return problem;
  const regions = count ? regionsOf(program) : [];
  const ready = { text: instrument(script, program, { file, regions, first }), regions };
  if (!count && prepared.size < 1000) prepared.set(key, ready);
  return ready;
}

/** A bundle with what it counts, and a way to hand it data without handing it our objects. */
interface Started extends Bundle {
  readonly hits: Uint8Array;
  /** The same plain data, made of the global objects of the bundle. */
  readonly copied: <T>(data: T) => T;
}

/**
 * Names of the counters, above the modules, so that each step can be given fuel. What is passed in
 * is copied first: through an object of ours a change would reach our prototypes, and our input.
 */
function start(body: string, counters: number, apart: boolean): Started | Problem {
  const text = `(function () {
const $hit = new Uint8Array(${counters});
const $isArray = Array.isArray;
const $copied = (data) => {
  if (typeof data !== 'object' || data === null) return data;
  if ($isArray(data)) {
    const list = [];
    for (let i = 0; i < data.length; i += 1) list[i] = $copied(data[i]);
    return list;
  }
  const record = {};
  for (const name in data) record[name] = $copied(data[name]);
  return record;
};
let $fuel = ${FUEL};
const $burn = (place) => { throw new Error('more than ${FUEL} rounds of loops in one step; the last one at ' + place); };
const $bundle = (function () {${body}\n})();
return { reference: $bundle.reference, refuel: () => { $fuel = ${FUEL}; }, hits: $hit, copied: $copied };
})`;
  try {
    const script = new Script(text, { filename: 'changed' });
    const make: unknown = apart ? script.runInContext(ownContext()) : script.runInThisContext();
    const bundle: unknown = typeof make === 'function' ? make() : undefined;
    if (isStarted(bundle)) return bundle;
    return { file: ENTRY, line: 0, message: 'does not export `reference`' };
  } catch (error) {
    const { file, line } = placeOf(error, text) ?? { file: ENTRY, line: 0 };
    return { file, line, message: `threw while it was loaded: ${thrownText(error)}` };
  }
}

/** The innermost place in a module that the stack names. */
function placeOf(error: unknown, script: string): ReturnType<typeof placeIn> {
  const lines = [...stackOf(error).matchAll(/\bchanged:(?<line>\d+)/gu)];
  const places = lines.map(({ groups }) => placeIn(script, Number(groups?.['line'])));
  return places.find((place) => place !== undefined);
}

/** Reading it may throw. */
function stackOf(error: unknown): string {
  try {
    return typeof error === 'object' && error !== null && 'stack' in error
      ? String(error.stack)
      : '';
  } catch {
    return '';
  }
}

/** Global objects of its own; what it promises itself for later never happens, and no code is made that has no fuel. */
function ownContext(): Context {
  return createContext(
    {},
    { microtaskMode: 'afterEvaluate', codeGeneration: { strings: false, wasm: false } },
  );
}

function isStarted(value: unknown): value is Started {
  return isBundle(value) && 'hits' in value && 'copied' in value;
}

/** True for what a linked script returns. */
export function isBundle(value: unknown): value is Bundle {
  if (typeof value !== 'object' || value === null || !('reference' in value)) return false;
  const { reference } = value;
  return typeof reference === 'object' && reference !== null && 'start' in reference;
}

/** Every step, and the start, begin with the same fuel. */
export function refuelling(
  { reference, refuel }: Bundle,
  copied: <T>(data: T) => T = (data) => data,
): SubjectFactory['start'] {
  return (environment: Environment): Subject => {
    refuel();
    const subject = reference.start(copied(environment));
    return {
      ...subject,
      apply: (step) => {
        refuel();
        return subject.apply(copied(step));
      },
    };
  };
}
