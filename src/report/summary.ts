// SPDX-License-Identifier: GPL-2.0-only
/** What a run did, as plain data. Every report is written from this record and from nothing else. */
import type { Frame } from '../trace/observation.ts';
import type { Finding } from '../trace/verdict.ts';

/** Why a run stopped. */
export type Ended = 'complete' | 'finding' | 'interrupted';

/** How much was run. */
export interface Amount {
  readonly traces: number;
  readonly steps: number;
  /** Injected faults that were reached. */
  readonly faults: number;
}

/** A return value of a call, or the reason why a step was not run, and how often. */
export interface ResultRow {
  readonly ret: string;
  readonly times: number;
}

/** One kernel function. */
export interface CallRow {
  readonly fn: string;
  readonly times: number;
  readonly results: readonly ResultRow[];
}

/** One place where faults are injected. */
export interface SiteRow {
  readonly site: string;
  readonly times: number;
}

/** One situation that an invariant is about. */
export interface SituationRow {
  readonly situation: string;
  /** Times in the corpus replay. */
  readonly corpus: number;
  /** Times in random traces; `undefined` when none of the chosen environments can produce it. */
  readonly random: number | undefined;
}

/** A trace of which every fault point was tried. */
export interface SweptRow {
  readonly trace: string;
  readonly steps: number;
  /** Places times steps: each was failed at its first, second, third ... request until none fired. */
  readonly points: number;
  /** Traces that were run. */
  readonly runs: number;
}

/** An environment or a trace that the subject cannot have. */
export interface AbsentRow {
  /** Name of the environment, or file of the trace. */
  readonly what: string;
  /** What the subject lacks. */
  readonly why: string;
}

/** A finding that is on the expected list. */
export interface ExpectedRow {
  readonly rule: string;
  readonly fn: string;
  readonly fired: readonly string[];
  readonly why: string;
  /** File of the expected list. */
  readonly trace: string;
  readonly times: number;
  /** It showed when its own trace was replayed; `undefined` when that trace was not part of the run. */
  readonly replayed: boolean | undefined;
}

/** A finding that is not on the expected list. */
export interface FindingReport {
  readonly finding: Finding;
  /** From the call in, to the complaint or to where memory without an owner was asked for; empty where nothing is known of it. */
  readonly stack: readonly Frame[];
  /** The minimised trace in the text format. */
  readonly trace: string;
  readonly steps: number;
  /** How the subject was built; `undefined` when it is not built. */
  readonly build: string | undefined;
  /** How it was found: the seed and trace number, or the file that was run. */
  readonly found: string;
  /** Steps of the trace that showed it first. */
  readonly from: number;
  /** Traces that the minimiser ran. */
  readonly runs: number;
  /** The file it was saved to; `undefined` when that failed. */
  readonly file: string | undefined;
  /** Why it could not be saved. */
  readonly unsaved: string | undefined;
}

/** What a campaign of `fuzz` has learned. */
export interface Learned {
  /** Threads. */
  readonly workers: number;
  /** Traces that showed something first, those of earlier runs of the campaign among them. */
  readonly kept: number;
  /** Different things that were shown: calls with their results between rough states. */
  readonly features: number;
  /** Chance that one more trace shows something new, 0..1. */
  readonly chance: number;
  /** Folder of the campaign, as the user would name it. */
  readonly folder: string;
}

/** Everything that a run of `check`, `fuzz` or `sweep` reports. */
export interface Summary {
  readonly command: 'check' | 'fuzz' | 'sweep';
  readonly subject: string;
  /** How the subject was built; `undefined` when it is not built. */
  readonly build: string | undefined;
  readonly spec: string;
  /** Empty for a run that draws nothing. */
  readonly seed: string;
  /** `15 s`, `1000 traces`; empty for a run that has no budget. */
  readonly budget: string;
  readonly environments: readonly string[];
  readonly ended: Ended;
  /** Exit status of the program. */
  readonly status: number;
  readonly seconds: number;
  readonly corpus: Amount;
  readonly random: Amount;
  /** Of `fuzz`. */
  readonly learned: Learned | undefined;
  readonly calls: readonly CallRow[];
  readonly sites: readonly SiteRow[];
  readonly situations: readonly SituationRow[];
  readonly swept: readonly SweptRow[];
  readonly absent: readonly AbsentRow[];
  readonly expected: readonly ExpectedRow[];
  /** Files that this run added to the expected list. */
  readonly accepted: readonly string[];
  readonly findings: readonly FindingReport[];
}

/** Situations that were not reached at all although something that was run could have reached them. */
export function unreached(summary: Summary): readonly SituationRow[] {
  return summary.situations.filter((row) => row.corpus === 0 && row.random === 0);
}

/** Expected findings that no longer happen. */
export function gone(summary: Summary): readonly ExpectedRow[] {
  return summary.expected.filter((row) => row.replayed === false);
}
