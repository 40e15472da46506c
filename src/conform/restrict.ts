// SPDX-License-Identifier: GPL-2.0-only
/** What a program is not asked: calls and arguments that it does not implement, faults that it cannot inject. */
import type { Abilities } from '../subject/process/abilities.ts';
import type { Step, Trace } from '../trace/step.ts';

/** The trace without the steps that the program cannot run. */
export function restrict({ environment, steps }: Trace, abilities: Abilities): Trace {
  return { environment, steps: steps.filter((step) => canRun(step, abilities)) };
}

/** Whether the program has the call with these arguments and can inject the faults. */
function canRun({ call, faults }: Step, { calls, only, faults: known }: Abilities): boolean {
  if (!calls.has(call.fn)) return false;
  const values = only.get(call.fn);
  if (values?.entries().some(([field, allowed]) => !allowed.has(call[field])) === true)
    return false;
  return faults.every((fault) => known.has(fault.kind === 'callback' ? fault.op : fault.site));
}
