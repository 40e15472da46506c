// SPDX-License-Identifier: GPL-2.0-only
/** Where a thread is, in memory that it shares: readable while it is busy and after it was ended. */

/** Four bytes for the number of traces, two for the length of the text, the rest for the text. */
const TEXT = 6;
const SIZE = 512;

/** Room for a place. */
export function newPlace(): SharedArrayBuffer {
  return new SharedArrayBuffer(SIZE);
}

const encoder = new TextEncoder();

/** Says that the `traces`-th trace is run, and where it comes from; 0 is what comes before the first. */
export function writePlace(place: SharedArrayBuffer, found: string, traces: number): void {
  const view = new DataView(place);
  const { written } = encoder.encodeInto(found, new Uint8Array(place, TEXT));
  view.setUint16(4, written);
  view.setUint32(0, traces);
}

/** `trace 12 (fuzz/corpus/a.trace)`, `loading`, or '' before the thread has begun. */
export function readPlace(place: SharedArrayBuffer): string {
  const view = new DataView(place);
  const traces = view.getUint32(0);
  const text = new TextDecoder().decode(new Uint8Array(place, TEXT, view.getUint16(4)).slice());
  return traces === 0 ? text : `trace ${traces} (${text})`;
}
