// SPDX-License-Identifier: GPL-2.0-only
/** What `check` and `sweep` share: running traces, deciding about findings, and the summary of it all. */
import {
  type AbsentRow,
  type Ended,
  type FindingReport,
  type Learned,
  type Summary,
  type SweptRow,
  unreached,
} from '../report/summary.ts';
import { type Expected, isExpected } from '../run/expected.ts';
import { addReach, type Reach, startReach } from '../run/reach.ts';
import { type Options, runTrace } from '../run/session.ts';
import { fitted } from '../subject/subject.ts';
import type { Environment } from '../trace/environment.ts';
import { PROFILES } from '../trace/profile.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Accept } from './accept.ts';
import { type Examine, startExamining } from './examine.ts';
import type { TraceFile } from './files.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import type { Kept } from './kept.ts';
import { Status } from './mistake.ts';
import { type Progress, startProgress } from './progress.ts';
import { amountOf, callRows, expectedRows, situationRows, siteRows } from './summarise.ts';

/** What a run is asked to do. */
export interface Plan {
  readonly command: Summary['command'];
  readonly options: Options;
  readonly kept: Kept;
  readonly environments: readonly Environment[];
  /** Names of those that were asked for. */
  readonly named: readonly string[];
  /** Environments that the subject cannot have. */
  readonly absent: readonly AbsentRow[];
  readonly reports: string;
  /** Puts what is new on the expected list, which grows then. */
  readonly accept: Accept | undefined;
  /** Empty for a run that draws nothing. */
  readonly seed: string;
  readonly budget: string;
}

/** A run so far. */
export interface Campaign {
  readonly plan: Plan;
  readonly corpus: Reach;
  readonly random: Reach;
  /** Times that each entry of the expected list was seen, by its trace. */
  readonly seen: Map<string, number>;
  /** Entries whose own trace was run, and whether it still shows the finding. */
  readonly replayed: Map<string, boolean>;
  readonly findings: FindingReport[];
  /** The list that is in force; those of it that were added by this run. */
  readonly expected: Expected[];
  readonly accepted: string[];
  readonly swept: SweptRow[];
  readonly absent: AbsentRow[];
  readonly examine: Examine;
  readonly interrupt: Interrupt;
  readonly progress: Progress;
  /** What a campaign of `fuzz` has learned. */
  learned?: () => Learned;
  /** Milliseconds since the start. */
  readonly elapsed: () => number;
}

/** Milliseconds from an arbitrary origin. */
export type Clock = () => number;

/** Starts the clock, the bar and listening for Ctrl-C. */
export function startCampaign(plan: Plan, clock: Clock): Campaign {
  const start = clock();
  const expected = [...plan.kept.expected];
  const kept = { ...plan.kept, expected };
  return {
    plan: { ...plan, kept },
    expected,
    accepted: [],
    corpus: startReach(),
    random: startReach(),
    seen: new Map(),
    replayed: new Map(),
    findings: [],
    swept: [],
    absent: [...plan.absent],
    examine: startExamining(kept, plan.options, plan),
    interrupt: listenForInterrupt(),
    progress: startProgress(0),
    elapsed: () => clock() - start,
  };
}

/** Decides about a finding; true when it is new. */
export function settle(campaign: Campaign, trace: Trace, finding: Finding, found: string): boolean {
  const examined = campaign.examine({ trace, finding, found });
  if (examined.kind === 'new') {
    addReport(campaign.findings, examined.report);
    return true;
  }
  if (examined.kind === 'accepted') {
    campaign.expected.push(examined.entry);
    campaign.accepted.push(examined.entry.trace);
  }
  if (examined.kind === 'expected' || examined.kind === 'accepted')
    count(campaign.seen, examined.entry);
  return false;
}

/** The same finding, minimised, is the same trace: it is reported once. */
function addReport(reports: FindingReport[], report: FindingReport): void {
  if (!reports.some(({ trace }) => trace === report.trace)) reports.push(report);
}

function count(seen: Map<string, number>, { trace }: Expected): void {
  seen.set(trace, (seen.get(trace) ?? 0) + 1);
}

/** Whether the subject can run a trace; what it lacks for it is kept for the summary. */
export function canRun({ plan, absent }: Campaign, { path, trace }: TraceFile): boolean {
  const why = fitted(plan.options.factory, trace.environment);
  if (typeof why !== 'string') return true;
  absent.push({ what: path, why });
  return false;
}

/** Runs a trace of the corpus; true when something new was found. */
export function replayFile(campaign: Campaign, file: TraceFile): boolean {
  if (!canRun(campaign, file)) return false;
  const { path, trace } = file;
  const { plan, corpus, replayed, seen } = campaign;
  const before = seen.get(path) ?? 0;
  const verdict = runTrace(trace, { ...plan.options, reach: corpus });
  const isNew = verdict.kind === 'finding' && settle(campaign, trace, verdict.finding, path);
  const entry = plan.kept.expected.find((one) => one.trace === path);
  if (entry !== undefined && plan.options.spec === 'kernel') {
    // Another entry may explain the finding first.
    const shows = verdict.kind === 'finding' && isExpected([entry], verdict.finding) !== undefined;
    replayed.set(path, shows || (seen.get(path) ?? 0) > before);
  }
  return isNew;
}

/** Ends the run: everything that it did, and its exit status. */
export function summarise(campaign: Campaign, ended: Ended): Summary {
  const { plan, corpus, random } = campaign;
  const sum = startReach();
  addReach(sum, corpus);
  addReach(sum, random);
  const releases = new Set<string>(plan.environments.map(({ release }) => release));
  const series = new Set<string>(plan.environments.map(({ release }) => PROFILES[release].release));
  const known = plan.kept.expected.filter(
    ({ release }) => plan.command === 'sweep' || releases.has(release),
  );
  const summary = {
    command: plan.command,
    subject: plan.options.factory.name,
    build: plan.options.factory.build,
    spec: plan.options.spec,
    seed: plan.seed,
    budget: plan.budget,
    environments: plan.environments.map(({ name }) => name),
    ended,
    status: Status.ok,
    seconds: Math.round(campaign.elapsed()) / 1000,
    corpus: amountOf(corpus),
    random: amountOf(random),
    learned: campaign.learned?.(),
    calls: callRows(sum, series),
    sites: siteRows(sum),
    situations: plan.command !== 'sweep' ? situationRows(corpus, random, plan.environments) : [],
    expected:
      plan.options.spec === 'kernel' ? expectedRows(known, campaign.seen, campaign.replayed) : [],
    swept: campaign.swept,
    absent: campaign.absent,
    accepted: campaign.accepted,
    findings: campaign.findings,
  };
  return { ...summary, status: statusOf(summary) };
}

function statusOf(summary: Summary): number {
  if (summary.findings.length > 0) return Status.finding;
  if (summary.ended === 'interrupted') return Status.interrupted;
  return unreached(summary).length > 0 ? Status.unreached : Status.ok;
}
