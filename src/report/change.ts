// SPDX-License-Identifier: GPL-2.0-only
/** What is known about a change after it was checked: plain data, for every report. */

import type { Frame, Where } from '../trace/observation.ts';

/**
 * `broken`: a rule or the oracle objects where the base passes. `different`: none does, but something
 * else is shown. `unreached`: nothing differs, but a changed line was never executed. `n/a`: it is for other
 * releases than this one.
 */
export type VerdictKind =
  | 'same'
  | 'different'
  | 'broken'
  | 'unreached'
  | 'does not apply'
  | 'does not load'
  | 'n/a';

/** A place in the changed sources or in a patch, and what is wrong there. */
export interface Problem {
  /** Path as in the checkout, or the name of the patch. */
  readonly file: string;
  /** From 1; 0 when it is about the whole file. */
  readonly line: number;
  readonly message: string;
}

/** A line that was added or changed, or one that was removed, which the base had to execute. */
export interface TouchedLine {
  /** Path in the changed tree, `src/subject/reference/slab.ts`. */
  readonly file: string;
  /** In the changed file, from 1; a removed line has the number of the line that follows. */
  readonly line: number;
  readonly what: 'changed' | 'removed';
  /** Function around it, '' at the top of a file. */
  readonly fn: string;
  readonly text: string;
  /** Pieces of it that no trace executed; empty when all were. */
  readonly missed: readonly string[];
}

/** How much was run. */
export interface Covered {
  readonly traces: number;
  readonly steps: number;
  /** Traces by where they came from. */
  readonly corpus: number;
  readonly sweep: number;
  readonly random: number;
}

/** What the two subjects show at one step, as lines. */
export interface SideBySide {
  /** Index of the step, from 0, and the step as text. */
  readonly at: number;
  readonly step: string;
  readonly base: readonly string[];
  readonly changed: readonly string[];
}

/** The shortest trace that shows it. */
export interface Evidence {
  /** The sentence that was broken; that the two show the same, where no rule was. */
  readonly rule: string;
  /** Where the kernel promises it. */
  readonly source: string;
  readonly detail: string;
  /** Function of the step, and its index. */
  readonly fn: string;
  readonly at: number;
  /** In a kernel: the line that complains, or that asked for memory without an owner, or where the function of the step begins. */
  readonly where: Where | undefined;
  /** In a kernel: who called whom, from the call in, to what complains or asked for the memory. */
  readonly stack: readonly Frame[];
  /** The trace as text, and its number of steps. */
  readonly trace: string;
  readonly steps: number;
  /** Where the trace came from that was minimised, and its number among all that were run. */
  readonly found: string;
  readonly traces: number;
  /** Milliseconds from the start of the check to the first objection, before minimising. */
  readonly milliseconds: number;
  /** From the first step that differs to the one with the finding. */
  readonly differences: readonly SideBySide[];
  /** Where the trace is kept, as typed from the current folder, or why it is not. */
  readonly file: string | undefined;
  readonly unsaved: string | undefined;
  /** The command that shows it again, '' where nothing is kept. */
  readonly again: string;
}

/** The result for one change. */
export interface ChangeResult {
  readonly name: string;
  readonly title: string;
  readonly verdict: VerdictKind;
  /** Why it does not apply or load, or is for others. */
  readonly problem: Problem | undefined;
  readonly evidence: Evidence | undefined;
  /** Findings of the base that no longer happen, with the first trace that showed them. */
  readonly repairs: readonly string[];
  readonly touched: readonly TouchedLine[];
  readonly covered: Covered;
  /** Time that the check took, without minimising. */
  readonly milliseconds: number;
  /** In what the result is not what the header of the patch promises; '' when it promises nothing else. */
  readonly surprise: string;
  /** Type errors that the base has not; `undefined` when nobody looked for them. */
  readonly types: readonly Problem[] | undefined;
  /** An earlier change of the same series that shows the same already, '' when this is the first. */
  readonly since: string;
}

/** A whole run of `regress`. */
export interface RegressReport {
  readonly subject: string;
  readonly seed: string;
  readonly budget: string;
  readonly changes: readonly ChangeResult[];
  /** Name of the first broken change of a cumulative series, when it was asked for. */
  readonly firstBad: string | undefined;
  /** Names of changes that were not checked to their end: the run was interrupted, or goes on. */
  readonly unfinished: readonly string[];
  /** Why types were not checked. */
  readonly untyped: string | undefined;
}
