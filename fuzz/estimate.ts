// SPDX-License-Identifier: GPL-2.0-only
/**
 * The chance that the next trace shows something new: the share of the traces so far that would have been news
 * had they come last, which are those that alone showed some feature (Good and Turing's estimate, leaving one out).
 */

/** Counts traces, and those that alone showed something. */
export interface Estimate {
  /** A trace, which has any number, alone has shown a feature. */
  readonly alone: (feature: number, trace: number) => void;
  /** A feature that was known was shown again. */
  readonly again: (feature: number) => void;
  /** 0..1, 1 before the first trace. */
  readonly chance: (traces: number) => number;
}

/** Starts without traces. */
export function startEstimate(): Estimate {
  const owners = new Map<number, number>();
  const owned = new Map<number, number>();
  return {
    alone: (feature, trace) => {
      owners.set(feature, trace);
      owned.set(trace, (owned.get(trace) ?? 0) + 1);
    },
    again: (feature) => {
      const trace = owners.get(feature);
      if (trace === undefined) return;
      owners.delete(feature);
      const left = (owned.get(trace) ?? 0) - 1;
      if (left > 0) owned.set(trace, left);
      else owned.delete(trace);
    },
    chance: (traces) => (traces === 0 ? 1 : Math.min(1, owned.size / traces)),
  };
}
