// SPDX-License-Identifier: GPL-2.0-only
/** From a trace that fails to a finding that is known, or to one that is minimised, saved and reported. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { ENVIRONMENTS, OLD_ENVIRONMENTS } from '../generate/environments.ts';
import { findingComments, type Origin, slug } from '../report/finding.ts';
import type { FindingReport } from '../report/summary.ts';
import { behind } from '../run/complaint.ts';
import type { Expected } from '../run/expected.ts';
import { key } from '../run/finding.ts';
import { minimise, type Minimised } from '../run/minimise/minimise.ts';
import type { Options } from '../run/session.ts';
import { formatTrace } from '../trace/format.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import type { Accept } from './accept.ts';
import { makeFolder, shortHash, shown, writeWhole } from './files.ts';
import { explains, type Kept } from './kept.ts';
import { isMistake } from './mistake.ts';

/** A trace that fails. */
interface Failure {
  readonly trace: Trace;
  readonly finding: Finding;
}

/** Where one was found. */
export interface Case extends Failure {
  /** Where it came from: a file, or seed and number. */
  readonly found: string;
}

/** What became of it. */
export type Examined =
  | { readonly kind: 'expected'; readonly entry: Expected }
  | { readonly kind: 'new'; readonly report: FindingReport }
  | { readonly kind: 'accepted'; readonly entry: Expected }
  | { readonly kind: 'again' };

/** Where findings go. */
export interface Destination {
  readonly reports: string;
  /** Puts a new one on the expected list instead. */
  readonly accept: Accept | undefined;
}

/** Decides about failing traces, one after the other. */
export type Examine = (failing: Case) => Examined;

/**
 * Saves to the folder `findings` in `reports`, before and after minimising, so that a run that is
 * killed in between loses nothing. Findings with the same rule, function and faults are minimised
 * once: `again` is one that looks like an earlier new one.
 */
export function startExamining(
  kept: Kept,
  options: Options,
  { reports, accept }: Destination,
): Examine {
  const { factory, spec } = options;
  const folder = join(reports, 'findings');
  const known = new Map<string, Examined>();
  return (failing) => {
    const entry = explains(kept, spec, failing.finding);
    if (entry !== undefined) return { kind: 'expected', entry };
    const name = key(failing.finding);
    const earlier = known.get(name);
    if (earlier !== undefined) return earlier;
    const origin = { subject: factory.name, build: factory.build, spec, found: failing.found };
    const draft = save(folder, failing, { ...origin, found: `${failing.found}; not minimised` });
    const smallest = smallestCase(failing, kept, { factory, spec });
    const explained = explains(kept, spec, smallest.finding);
    if (explained === undefined && accept !== undefined) {
      if (draft.path !== undefined) rmSync(draft.path, { force: true });
      return { kind: 'accepted', entry: accept(smallest, origin) };
    }
    const saved = explained === undefined ? save(folder, smallest, origin) : undefined;
    if (draft.path !== undefined && draft.path !== saved?.path) rmSync(draft.path, { force: true });
    if (explained !== undefined) {
      const expected = { kind: 'expected', entry: explained } as const;
      known.set(name, expected);
      return expected;
    }
    known.set(name, { kind: 'again' });
    const { stack } = behind(smallest.trace, smallest.finding, { factory, spec });
    const report = { ...reportOf(failing, smallest, saved), stack, build: factory.build };
    return { kind: 'new', report };
  };
}

/** A minimised trace and what is found in it. */
export type Smallest = Minimised & { readonly finding: Finding };

/** Minimises; the finding is that of the minimised trace. */
export function smallestCase(
  { trace, finding }: Omit<Case, 'found'>,
  kept: Kept,
  options: Options,
): Smallest {
  const expected = options.spec === 'kernel' ? kept.expected : [];
  const { release } = trace.environment;
  const environments = [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].filter(
    (each) => each.release === release,
  );
  return minimise(trace, finding, { ...options, expected, environments });
}

function reportOf(
  failing: Case,
  smallest: Smallest,
  saved: Saved | undefined,
): Omit<FindingReport, 'build' | 'stack'> {
  const { trace, runs, finding } = smallest;
  const path = saved?.path;
  return {
    finding,
    trace: formatTrace(trace),
    steps: trace.steps.length,
    found: failing.found,
    from: failing.trace.steps.length,
    runs,
    file: path === undefined ? undefined : shown(path),
    unsaved: saved?.unsaved,
  };
}

/** Where a trace was saved, or why it was not. */
interface Saved {
  readonly path: string | undefined;
  readonly unsaved: string | undefined;
}

function save(folder: string, { trace, finding }: Failure, origin: Origin): Saved {
  const path = join(folder, `${slug(finding.rule)}-${shortHash(formatTrace(trace))}.trace`);
  try {
    makeFolder(folder);
    writeWhole(path, formatTrace(trace, findingComments(finding, origin)));
    return { path, unsaved: undefined };
  } catch (error) {
    if (!isMistake(error)) throw error;
    return { path: undefined, unsaved: error.message };
  }
}
