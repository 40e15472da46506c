// SPDX-License-Identifier: GPL-2.0-only
/**
 * Counters of branches of a module that was built for coverage (shim/coverage.c), for a search that wants to
 * know what is new. They are taken out of linear memory after each step, so that snapshots do not take them
 * back, and what the shims run to look at the state is not counted. At -O1 an early return may have none.
 */
import type { Exports } from './memory.ts';

/** What ran since it was last cleared. */
export interface Counters {
  /** For `kernelC`. */
  readonly watch: (exports: Exports) => Exports;
  /** One per branch, always the same of a module; 255 stands for that and more. Counting goes on in it. */
  readonly counts: () => Uint8Array;
  readonly clear: () => void;
}

/** Counters of a module that is not started yet; starting throws for one that was not built for coverage. */
export function startCounters(): Counters {
  let counts = new Uint8Array(0);
  return {
    watch: (exports) => {
      const live = countersIn(exports);
      counts = new Uint8Array(live.length);
      return watched(exports, live, counts);
    },
    counts: () => counts,
    clear: () => {
      counts.fill(0);
    },
  };
}

function countersIn(exports: Exports): Uint8Array {
  const { buffer } = exports.memory;
  const words = new Int32Array(buffer);
  const [first = 0, end = 0] = ['kc_counters', 'kc_counters_end'].map(
    (name) => words[exports.address(name) >> 2],
  );
  if (first === 0) throw new Error('the module has no counters; build it again, with coverage');
  return new Uint8Array(buffer, first, end - first);
}

/** The module as the subject sees it. */
function watched(exports: Exports, live: Uint8Array, counts: Uint8Array): Exports {
  const counting = (run: () => void) => () => {
    live.fill(0);
    try {
      run();
    } finally {
      add(live, counts);
    }
  };
  return { ...exports, kc_boot: counting(exports.kc_boot), kc_step: counting(exports.kc_step) };
}

function add(live: Uint8Array, counts: Uint8Array): void {
  for (let i = 0; i < live.length; i += 1) {
    const count = live[i] ?? 0;
    if (count !== 0) counts[i] = Math.min(255, (counts[i] ?? 0) + count);
  }
}
