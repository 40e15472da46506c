// SPDX-License-Identifier: GPL-2.0-only
/** Answers of changed code that throw when they are read: a getter, a proxy, a hole where a table should be. */
import { ANSWERS } from '../run/apply.ts';
import { type Options, startSession } from '../run/session.ts';
import { thrownText } from '../subject/thrown.ts';
import type { Trace } from '../trace/step.ts';
import type { Finding } from '../trace/verdict.ts';

/** The finding that `error` is, which looking at the answers in this trace threw. */
export function unreadableFinding(trace: Trace, error: unknown, options: Options): Finding {
  const at = throwsAt(trace, options);
  return {
    at,
    rule: ANSWERS,
    source: 'src/subject/subject.ts',
    detail: `answered with what cannot be read: ${thrownText(error)}`,
    release: trace.environment.release,
    fn: trace.steps[at]?.call.fn ?? '',
    fired: [],
  };
}

/** The step that throws; the first when it is the start that does, the last when it is none of them. */
function throwsAt(trace: Trace, options: Options): number {
  let at = 0;
  try {
    const session = startSession(trace.environment, { ...options, precise: true });
    for (const step of trace.steps) {
      session.apply(step);
      at += 1;
    }
  } catch {
    return at;
  }
  return Math.max(0, at - 1);
}
