// SPDX-License-Identifier: GPL-2.0-only
/** The complaint that a finding is about, with the place that the finding has no field for. */
import type { Splat } from '../trace/observation.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import { type Options, startSession } from './session.ts';

/** What the subject complained of at the step of the finding, if that is what was found. */
export function complaintOf(
  trace: Trace,
  { at, detail }: Finding,
  options: Options,
): Splat | undefined {
  const session = startSession(trace.environment, { ...options, precise: true });
  for (const step of trace.steps.slice(0, at + 1)) session.apply(step);
  const splats = session.observation()?.splats ?? [];
  return splats.find(({ kind, fn, nth }) => detail.startsWith(`${kind} ${fn} ${nth}`));
}
