// SPDX-License-Identifier: GPL-2.0-only
/**
 * A rule is a sentence about what a subject shows, with plain functions that look for the opposite.
 * A situation is the proof that a rule was put to the test.
 */
import type { Environment } from '../trace/environment.ts';
import type { Callback, Observation, Picture } from '../trace/observation.ts';
import type { CallName } from '../trace/call.ts';
import type { Op } from '../trace/sites.ts';
import type { DescView, DeviceView, DomainView, IrqView, NodeView, NumberView } from './view.ts';
import type { History } from './remember.ts';

export type { Broken } from './past.ts';

/**
 * A sentence that always holds. A rule has one or more of the functions; each looks at one thing and
 * returns what was seen instead, or `undefined` when the sentence holds there.
 */
export interface Rule {
  /** The sentence. */
  readonly name: string;
  /** Kernel file and function that promise it. */
  readonly source: string;
  /** Looks at the calls of these operations, in order, before they are folded into the history. */
  readonly ops?: readonly Op[];
  readonly callback?: (callback: Callback, history: History) => string | undefined;
  /** Looks at a step as a whole: its result, its complaints. With `calls`, at steps that are one of these only. */
  readonly calls?: readonly CallName[];
  readonly step?: (
    observation: Observation,
    history: History,
    named: readonly string[] | undefined,
  ) => string | undefined;
  /** Facts without one of which `step` and `totals` have nothing to say. */
  readonly after?: number;
  /** Looks at an interrupt number that a step dealt with, whether or not it still exists. */
  readonly number?: (view: NumberView, history: History) => string | undefined;
  /** Looks at an interrupt. */
  readonly irq?: (view: IrqView, history: History) => string | undefined;
  /** Looks at an MSI descriptor: at any, or at one that has interrupts. */
  readonly desc?: (view: DescView, history: History) => string | undefined;
  readonly boundDesc?: (view: DescView, history: History) => string | undefined;
  /** Looks at a domain. */
  readonly domain?: (view: DomainView, history: History) => string | undefined;
  /** Looks at what a domain is made with: when it is made, and at the end of a trace. */
  readonly newDomain?: (view: DomainView, history: History) => string | undefined;
  /** Looks at a device. */
  readonly device?: (view: DeviceView, history: History) => string | undefined;
  /** Looks at what a device has, when something of that came or went. */
  readonly belongings?: (view: DeviceView, history: History) => string | undefined;
  /** Looks at a node of a tree: of any, of a store, or of a reverse map. */
  readonly node?: (view: NodeView, history: History) => string | undefined;
  readonly storeNode?: (view: NodeView, history: History) => string | undefined;
  readonly mapNode?: (view: NodeView, history: History) => string | undefined;
  /** Looks at totals, after each step, in constant time. */
  readonly totals?: (picture: Picture, history: History) => string | undefined;
  /** Looks at everything; run at the end of a trace and in precise mode. */
  readonly all?: (picture: Picture, history: History) => string | undefined;
  /** Looks at the last state of a trace that was meant to end there. */
  readonly end?: (picture: Picture, history: History) => string | undefined;
  /** The premise of the sentence: what has to happen, or the rule was never put to the test. */
  readonly sometimes: readonly Situation[];
}

/** Something that has to be reached at least once. */
export interface Situation {
  /** A sentence in the past tense. */
  readonly name: string;
  /** Facts, of which at least one is set whenever `reached` may be true. */
  readonly when: number;
  /** True when the step that was folded into `history` last was such a case. */
  readonly reached: (observation: Observation, history: History) => boolean;
  /** Whether an environment can produce it at all. */
  readonly needs: (environment: Environment) => boolean;
}
