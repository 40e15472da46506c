// SPDX-License-Identifier: GPL-2.0-only
/** What a tree as a program of the machine may show differently from the same tree as a WebAssembly module; nothing else may. */
import { INTENDED, shared } from '../src/conform/intended.ts';
import type { Observation, Splat } from '../src/trace/observation.ts';

/** Kinds that the module has no file and line for. */
const ACCESSES: ReadonlySet<Splat['kind']> = new Set([
  'NULL dereference',
  'use after free',
  'double free',
  'wild access',
]);

/**
 * An observation as text without these: file and line of a bad access, which only the program knows; and
 * requests for nodes of the maple tree, which have fewer slots where pointers have 64 bits.
 */
export function comparable(observation: Observation): string {
  const splats = observation.splats.map(({ place, ...splat }) =>
    place === undefined || ACCESSES.has(splat.kind) ? splat : { ...splat, place },
  );
  const requests = shared(observation.requests, INTENDED);
  return JSON.stringify({ ...observation, splats, requests });
}
