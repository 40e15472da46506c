// SPDX-License-Identifier: GPL-2.0-only
/** Passes of the minimiser over the faults of steps and the hostile calls of the environment. */
import { Errno } from '../../trace/errno.ts';
import { canFail, OP_NAMES, SITES } from '../../trace/sites.ts';
import type { CallbackFault, Fault, MemoryFault, Step } from '../../trace/step.ts';
import { compareFaults } from './order.ts';
import { type Search, withStep } from './search.ts';

/** All faults of a step, then each on its own. */
export function dropFaults(search: Search): boolean {
  let dropped = false;
  for (let at = search.best().steps.length - 1; at >= 0; at -= 1) {
    const step = search.best().steps[at];
    if (step === undefined || step.faults.length === 0) continue;
    if (search.attempt(withStep(search.best(), at, { ...step, faults: [] }), at)) {
      dropped = true;
      continue;
    }
    for (const fault of step.faults) {
      const now = search.best().steps[at];
      if (now === undefined || now.faults.length < 2) break;
      const faults = now.faults.filter((other) => other !== fault);
      if (search.attempt(withStep(search.best(), at, { ...now, faults }), at)) dropped = true;
    }
  }
  return dropped;
}

/** Each fault towards the simplest one of the same kind: one failure, a named site, an early count. */
export function simplifyFaults(search: Search): boolean {
  let simplified = false;
  for (let at = search.best().steps.length - 1; at >= 0; at -= 1) {
    const count = search.best().steps[at]?.faults.length ?? 0;
    for (let which = 0; which < count; which += 1) {
      const step = search.best().steps[at];
      const fault = step?.faults[which];
      if (step === undefined || fault === undefined) break;
      if (simplerFaults(fault).some((other) => replaceFault(search, at, [which, other])))
        simplified = true;
    }
  }
  return simplified;
}

/** Every single fault in the place of each fault, the simplest first. */
export function replaceFaults(search: Search): boolean {
  const { steps } = search.best();
  for (const [at, step] of steps.entries()) {
    for (const [which, fault] of step.faults.entries()) {
      for (const other of allFaults) {
        if (compareFaults(other, fault) >= 0) break;
        if (replaceFault(search, at, [which, other])) return true;
      }
    }
  }
  return false;
}

function replaceFault(
  search: Search,
  at: number,
  [which, fault]: readonly [number, Fault],
): boolean {
  const best = search.best();
  const step = best.steps[at];
  if (step === undefined) return false;
  return search.attempt(withStep(best, at, withFaults(step, step.faults.with(which, fault))), at);
}

function withFaults(step: Step, faults: readonly Fault[]): Step {
  return { ...step, faults: faults.toSorted(compareFaults) };
}

function simplerFaults(fault: Fault): readonly Fault[] {
  if (fault.kind === 'callback') {
    const earlier = counts(fault.nth).map((nth) => ({ ...fault, nth }));
    return [
      ...earlier.map((one) => ({ ...one, ret: Errno.ENOMEM })),
      { ...fault, ret: Errno.ENOMEM },
      ...earlier,
    ];
  }
  const named =
    fault.site === 'any'
      ? SITES.flatMap((site) => [1, 2, 3, 4].map((nth) => memory(site, nth, fault.count)))
      : [];
  const single = named.map((one) => ({ ...one, count: 1 as const }));
  const earlier = [...counts(fault.nth), fault.nth].flatMap((nth) =>
    shapes(fault).map((count) => ({ ...fault, nth, count })),
  );
  return [...single, ...named, ...earlier].filter((other) => compareFaults(other, fault) < 0);
}

function counts(nth: number): readonly number[] {
  return Array.from({ length: Math.min(nth - 1, 8) }, (_, i) => i + 1);
}

function shapes({ count }: MemoryFault): readonly MemoryFault['count'][] {
  return count === 1 ? [1] : count === 2 ? [1, 2] : [1, 2, 0];
}

function memory(site: MemoryFault['site'], nth: number, count: MemoryFault['count']): MemoryFault {
  return { kind: 'memory', site, nth, count };
}

/** The faults that a short step can have, the simplest first. */
const allFaults: readonly Fault[] = [
  ...([1, 2, 0] as const).flatMap((count) =>
    SITES.flatMap((site) => [1, 2, 3].map((nth) => memory(site, nth, count))),
  ),
  ...OP_NAMES.filter(canFail).flatMap((op) =>
    [1, 2, 3].map((nth): CallbackFault => ({ kind: 'callback', op, nth, ret: Errno.ENOMEM })),
  ),
];

/** A hostile call of the environment becomes a fault of one step, or an earlier and plainer one. */
export function settleHostile(search: Search): boolean {
  const { environment } = search.best();
  for (const hostile of environment.hostile) {
    const rest = {
      ...environment,
      hostile: environment.hostile.filter((other) => other !== hostile),
    };
    const { steps } = search.best();
    for (let at = steps.length - 1; at >= 0; at -= 1) {
      const step = steps[at];
      if (step === undefined) continue;
      for (const nth of [...counts(hostile.nth), hostile.nth]) {
        const faults = [...step.faults, { kind: 'callback' as const, ...hostile, nth }];
        if (
          search.attempt({ environment: rest, steps: steps.with(at, withFaults(step, faults)) }, -1)
        )
          return true;
      }
    }
    for (const simpler of simplerFaults({ kind: 'callback', ...hostile })) {
      if (simpler.kind !== 'callback') continue;
      const { kind: _, ...call } = simpler;
      const changed = {
        ...environment,
        hostile: environment.hostile.map((other) => (other === hostile ? call : other)),
      };
      if (search.attempt({ environment: changed, steps }, -1)) return true;
    }
  }
  return false;
}
