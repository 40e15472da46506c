// SPDX-License-Identifier: GPL-2.0-only
/** Whether a subject still shows a known finding, in its own release or in another one. */
import { fitted, type SubjectFactory } from '../subject/subject.ts';
import type { Environment } from '../trace/environment.ts';
import { PROFILES, type Release } from '../trace/profile.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import type { Step, Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import { type Behind, behind } from './complaint.ts';
import { type Expected, isExpected } from './expected.ts';
import { startSession } from './session.ts';

/** What a trace shows on a subject: the finding, nothing, or that it cannot be run, and why. */
export type Seen =
  | { readonly kind: 'shown'; readonly finding: Finding; readonly behind: Behind }
  | { readonly kind: 'not shown' }
  | { readonly kind: 'not run'; readonly why: string };

/** A subject and what it is told that it is. */
export interface Known {
  readonly factory: SubjectFactory;
  readonly profile: Release;
}

/** How much later a fault may have to come: a release asks for other memory before. */
const LATER = [0, 1, 2, 3, 4];

/**
 * Runs the trace of a known finding. A subject of another series may need another kind of MSI domain around
 * the same calls, or the same faults a little later.
 */
export function seenOn(trace: Trace, entry: Expected, known: Known): Seen {
  const { release } = PROFILES[known.profile];
  const absent = trace.steps.find(({ call }) => !has(release, call.fn));
  if (absent !== undefined) return { kind: 'not run', why: `has no ${absent.call.fn}()` };
  let worst: Seen | undefined;
  for (const environment of environmentsOf(trace, known))
    for (const later of hasMemoryFault(trace) ? LATER : [0]) {
      const seen = run({ environment, steps: trace.steps.map((step) => delayed(step, later)) });
      if (seen.kind === 'shown') return seen;
      if (worst?.kind !== 'not shown') worst = seen;
    }
  return worst ?? { kind: 'not run', why: 'cannot have its environment' };

  function run({ environment, steps }: Trace): Seen {
    const options = { factory: known.factory, spec: 'kernel', precise: true } as const;
    const session = startSession(environment, options);
    for (const step of steps) {
      const { kind } = session.apply(step);
      if (kind === 'finding' || kind === 'ended') break;
      if (kind === 'skipped') return { kind: 'not run', why: `refuses ${step.call.fn}() there` };
    }
    const finding = session.finish();
    const same = { ...entry, release: known.profile };
    if (finding === undefined || isExpected([same], finding) === undefined)
      return { kind: 'not shown' };
    return { kind: 'shown', finding, behind: behind({ environment, steps }, finding, options) };
  }
}

/** The environment of the trace, and without domains of devices, as far as the subject can have them. */
function environmentsOf(
  { environment }: Trace,
  { factory, profile }: Known,
): readonly Environment[] {
  return [environment, { ...environment, msi: 'none' as const }].flatMap((each) => {
    const had = fitted(factory, { ...each, release: profile });
    return typeof had === 'string' ? [] : [had];
  });
}

function hasMemoryFault({ steps }: Trace): boolean {
  return steps.some(({ faults }) => faults.some(({ kind }) => kind === 'memory'));
}

function delayed({ call, faults }: Step, later: number): Step {
  const moved = faults.map((fault) =>
    fault.kind === 'memory' ? { ...fault, nth: fault.nth + later } : fault,
  );
  return { call, faults: moved };
}

function has(release: string, fn: keyof typeof SIGNATURES): boolean {
  const releases: readonly string[] = SIGNATURES[fn].releases;
  return releases.includes(release);
}
