// SPDX-License-Identifier: GPL-2.0-only
/** What a finding is about and has no field for: the complaint with its place, and who called whom. */
import type { Frame, Splat, Where } from '../trace/observation.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';
import { OWNED } from './apply.ts';
import { type Options, type Session, startSession } from './session.ts';

/** What stands behind a finding. */
export interface Behind {
  /** What the subject complained of at the step of the finding, if that is what was found. */
  readonly splat: Splat | undefined;
  /**
   * From the call in: to the complaint, or to where memory that has no owner was asked for. Empty for other
   * findings, and for a subject that knows nothing of it.
   */
  readonly stack: readonly Frame[];
}

/** The line of the complaint, or that which asked for the memory. */
export function placeOf({ splat, stack }: Behind): Where | undefined {
  const { fn, place = '' } = splat ?? stack.at(-1) ?? { fn: '' };
  const [, file, line] = /^(.+):(\d+)$/u.exec(place) ?? [];
  return file === undefined ? undefined : { fn, file, line: Number(line) };
}

/** Runs the trace again. */
export function behind(trace: Trace, finding: Finding, options: Options): Behind {
  const session = startSession(trace.environment, { ...options, precise: true });
  for (const step of trace.steps.slice(0, finding.at + 1)) session.apply(step);
  return behindNow(session, finding);
}

/** Of a session that has just found it. */
export function behindNow(session: Session, { rule, detail }: Finding): Behind {
  if (rule === OWNED) return { splat: undefined, stack: session.stack('leak') };
  const splats = session.observation()?.splats ?? [];
  const index = splats.findIndex(({ kind, fn, nth }) => detail.startsWith(`${kind} ${fn} ${nth}`));
  const splat = splats[index];
  if (splat === undefined) return { splat, stack: [] };
  return { splat, stack: session.stack(index).map((frame) => placed(frame, splat)) };
}

/** A complaint has its line also where the compiler has merged its code with that of others. */
function placed(frame: Frame, { fn, place }: Splat): Frame {
  return frame.place === undefined && frame.fn === fn ? { fn, place } : frame;
}
