// SPDX-License-Identifier: GPL-2.0-only
/** How the run of a trace ended. */
import type { Fired } from './observation.ts';
import type { Release } from './profile.ts';

/** A rule that was broken. */
export interface Finding {
  /** Index of the step, from 0. */
  readonly at: number;
  /** The sentence that does not hold. */
  readonly rule: string;
  /** Where the kernel promises it. */
  readonly source: string;
  /** What was seen instead, with the objects' birth steps. */
  readonly detail: string;
  /** Release that the subject was to behave as. */
  readonly release: Release;
  /** Function of the step at which it showed. */
  readonly fn: string;
  /** Faults that had fired in the trace until then, in order. */
  readonly fired: readonly Fired[];
}

/** `ok` with the number of steps that the subject ran, or what was found first. */
export type Verdict =
  | { readonly kind: 'ok'; readonly steps: number }
  | { readonly kind: 'finding'; readonly finding: Finding };
