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
      counts = new Uint8Array(live.bytes.length);
      return watched(exports, live, counts);
    },
    counts: () => counts,
    clear: () => {
      counts.fill(0);
    },
  };
}

/** The counters in linear memory, and the whole words that they are in: few of them are not 0 after a step. */
interface Live {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /** Bytes of the first word that come before the counters. */
  readonly skipped: number;
}

function countersIn(exports: Exports): Live {
  const { buffer } = exports.memory;
  const words = new Int32Array(buffer);
  const [first = 0, end = 0] = ['kc_counters', 'kc_counters_end'].map(
    (name) => words[exports.address(name) >> 2],
  );
  if (first === 0) throw new Error('the module has no counters; build it again, with coverage');
  return {
    bytes: new Uint8Array(buffer, first, end - first),
    words: words.subarray(first >> 2, (end + 3) >> 2),
    skipped: first & 3,
  };
}

/** The module as the subject sees it. */
function watched(exports: Exports, live: Live, counts: Uint8Array): Exports {
  const counting = (run: () => void) => () => {
    live.bytes.fill(0);
    try {
      run();
    } finally {
      add(live, counts);
    }
  };
  return { ...exports, kc_boot: counting(exports.kc_boot), kc_step: counting(exports.kc_step) };
}

function add({ bytes, words, skipped }: Live, counts: Uint8Array): void {
  for (let word = 0; word < words.length; word += 1) {
    if (words[word] === 0) continue;
    const end = Math.min(bytes.length, 4 * word + 4 - skipped);
    for (let i = Math.max(0, 4 * word - skipped); i < end; i += 1)
      counts[i] = Math.min(255, (counts[i] ?? 0) + (bytes[i] ?? 0));
  }
}
