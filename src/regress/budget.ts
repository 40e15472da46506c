// SPDX-License-Identifier: GPL-2.0-only
/** What is run to check a change, and what it shows. */
import type { Spec } from '../oracle/oracle.ts';
import type { Expected } from '../run/expected.ts';
import type { Environment } from '../trace/environment.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';

/** A trace and where it is from. */
export interface Source {
  readonly path: string;
  readonly trace: Trace;
}

/** What is run, and for how long. */
export interface Budget {
  readonly spec: Spec;
  readonly seed: string;
  readonly corpus: readonly Source[];
  readonly expected: readonly Expected[];
  readonly environments: readonly Environment[];
  /** Random traces at most. */
  readonly runs: number;
  /** Milliseconds at most, from the start. */
  readonly time: number;
  /** Milliseconds since any origin. */
  readonly clock: () => number;
  /** Told before each trace: where it comes from. */
  readonly progress: (found: string, traces: number) => void;
  /** Told of the first trace that shows something else, and of the first that breaks a rule, before they are minimised. */
  readonly found?: (shown: Shown) => void;
}

/** A trace that shows something, and what. */
export interface Shown {
  readonly trace: Trace;
  readonly finding: Finding;
  /** The base has a finding there too, so that only a comparison of the two shows it. */
  readonly beside: boolean;
  readonly found: string;
  readonly traces: number;
  readonly milliseconds: number;
}
