// SPDX-License-Identifier: GPL-2.0-only
/** What was compared so far, by call. */
import type { Compared } from './conform.ts';

/** Sums over traces. */
export interface Tally {
  traces: number;
  steps: number;
  fired: number;
  /** Traces whose rest was not compared, by reason. */
  readonly stopped: Record<'apart' | 'not allowed', number>;
  /** Steps by function. */
  readonly calls: Map<string, number>;
}

/** Nothing yet. */
export function startTally(): Tally {
  return {
    traces: 0,
    steps: 0,
    fired: 0,
    stopped: { apart: 0, 'not allowed': 0 },
    calls: new Map(),
  };
}

/** Adds a trace. */
export function addCompared(tally: Tally, { ran, fired, stopped }: Compared): void {
  tally.traces += 1;
  tally.steps += ran.length;
  tally.fired += fired;
  if (stopped !== undefined) tally.stopped[stopped] += 1;
  for (const { call } of ran) tally.calls.set(call.fn, (tally.calls.get(call.fn) ?? 0) + 1);
}
