// SPDX-License-Identifier: GPL-2.0-only
/** The faults of a step changed: one comes, goes, or happens later. */
import { below, type Bits, oneIn } from '../src/generate/bits.ts';
import { drawFaults } from '../src/generate/faults.ts';
import type { Plan } from '../src/generate/plan.ts';
import type { Fault, Step } from '../src/trace/step.ts';

/** How far into a call new faults go. */
const SPAN = 4;

/** Other faults for a step, among those that its call can reach in the plan's environment. */
export function changeFaults(bits: Bits, { call, faults }: Step, plan: Plan): readonly Fault[] {
  const reach = plan.byName.get(call.fn)?.reach;
  if (reach === undefined) return [];
  const at = below(bits, Math.max(1, faults.length));
  const fault = faults[at];
  if (fault === undefined || oneIn(bits, 3)) return drawFaults(bits, reach, SPAN);
  if (oneIn(bits, 2)) return faults.toSpliced(at, 1);
  const nth = Math.max(1, oneIn(bits, 2) ? fault.nth + 1 : fault.nth - 1);
  return faults.with(at, { ...fault, nth });
}
