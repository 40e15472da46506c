// SPDX-License-Identifier: GPL-2.0-only
/** What a tree as a program of the machine may show differently from the same tree as a WebAssembly module; nothing else may. */
import { INTENDED, shared } from '../src/conform/intended.ts';
import type { Observation, Splat } from '../src/trace/observation.ts';

/**
 * An observation as text without these: what UBSAN says of an index that misses its array, and where, for the
 * module notices the access that follows; and requests for nodes of the maple tree, which have fewer slots
 * where pointers have 64 bits.
 */
export function comparable(observation: Observation): string {
  const splats = observation.splats.map((splat) =>
    splat.kind === 'wild access' ? withoutIndex(splat) : splat,
  );
  const requests = shared(observation.requests, INTENDED);
  return JSON.stringify({ ...observation, splats, requests });
}

function withoutIndex({ kind, fn, nth, what }: Splat): Splat {
  return { kind, fn, nth, what: what === 'UBSAN: array-index-out-of-bounds' ? '' : what };
}
