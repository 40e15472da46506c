// SPDX-License-Identifier: GPL-2.0-only
/** A step is a call and the faults injected while it runs; a trace is an environment and its steps. */
import type { Call } from './call.ts';
import type { Environment } from './environment.ts';
import type { Op, Site } from './sites.ts';

/**
 * A failing allocation: the `nth` one at `site` counted from 1 within the step, and with it the next
 * (`count` 2) or all after it (`count` 0). Site `any` counts every allocation of the step.
 */
export interface MemoryFault {
  readonly kind: 'memory';
  readonly site: Site | 'any';
  readonly nth: number;
  readonly count: 0 | 1 | 2;
}

/** The `nth` call of an operation within the step, counted from 1, returns `ret`. */
export interface CallbackFault {
  readonly kind: 'callback';
  readonly op: Op;
  readonly nth: number;
  readonly ret: number;
}

/** Either kind. */
export type Fault = MemoryFault | CallbackFault;

/** One line of a trace. */
export interface Step {
  readonly call: Call;
  readonly faults: readonly Fault[];
}

/** What is run, kept, minimised and reported. */
export interface Trace {
  readonly environment: Environment;
  readonly steps: readonly Step[];
}
