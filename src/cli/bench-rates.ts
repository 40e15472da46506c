// SPDX-License-Identifier: GPL-2.0-only
/** Rates: the check against the bare reference, the flat generator against fc.commands. */
import * as fc from 'fast-check';

import { traceArbitrary } from '../generate/arbitrary.ts';
import { commandsArbitrary } from '../generate/commands.ts';
import { ENVIRONMENTS } from '../generate/environments.ts';
import { startSession } from '../run/session.ts';
import { reference } from '../subject/reference/index.ts';
import type { Trace } from '../trace/step.ts';

const ROUNDS = 7;
const TRACES = 3000;

/** CPU time of the check over that of the subject alone, on the same steps; and the rate with generation. */
export function wholeCheck(): { readonly ratio: number; readonly rate: number } {
  const traces = fc.sample(traceArbitrary(ENVIRONMENTS), { seed: 1, numRuns: TRACES });
  // Both run the same steps: those that the check does not refuse, up to where it ends the trace.
  const runnable = traces.map(applicable);
  const steps = runnable.reduce((sum, trace) => sum + trace.steps.length, 0);
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = cpu(() => runnable.forEach(runBare));
    const whole = cpu(() => runnable.forEach(runChecked));
    const made = cpu(() => fc.sample(traceArbitrary(ENVIRONMENTS), { seed: 1, numRuns: TRACES }));
    ratios.push(whole / bare);
    rates.push((steps / (whole + made)) * 1e6);
  }
  return { ratio: median(ratios), rate: median(rates) };
}

/** Steps per CPU second over a subject that does nothing, flat generator over fc.commands. */
export function generation(): { readonly ratio: number; readonly lengths: readonly number[] } {
  const flat = traceArbitrary(ENVIRONMENTS);
  const plain = ENVIRONMENTS.map((environment) => commandsArbitrary(environment));
  const ratios: number[] = [];
  let lengths: readonly number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    let flatSteps = 0;
    let plainSteps = 0;
    const sink = {
      apply: () => {
        plainSteps += 1;
      },
    };
    const a = cpu(() => {
      const property = fc.property(flat, ({ steps }) => {
        for (const _ of steps) flatSteps += 1;
      });
      fc.assert(property, { seed: round, numRuns: TRACES });
    });
    const b = cpu(() => {
      for (const commands of plain) {
        const property = fc.property(commands, (list) =>
          fc.modelRun(() => ({ model: {}, real: sink }), list),
        );
        fc.assert(property, { seed: round, numRuns: Math.ceil(TRACES / plain.length) });
      }
    });
    ratios.push(flatSteps / a / (plainSteps / b));
    lengths = [flatSteps / TRACES, plainSteps / (Math.ceil(TRACES / plain.length) * plain.length)];
  }
  return { ratio: median(ratios), lengths };
}

function applicable(trace: Trace): Trace {
  const session = startSession(trace.environment, { factory: reference, spec: 'kernel' });
  const steps = [];
  for (const step of trace.steps) {
    const { kind } = session.apply(step);
    if (kind === 'applied') steps.push(step);
    if (kind === 'ended' || kind === 'finding') break;
  }
  return { environment: trace.environment, steps };
}

function runBare({ environment, steps }: Trace): void {
  const subject = reference.start(environment);
  for (const step of steps) subject.apply(step);
}

function runChecked({ environment, steps }: Trace): void {
  const session = startSession(environment, { factory: reference, spec: 'kernel' });
  for (const step of steps) session.apply(step);
  session.finish();
}

/** Microseconds of CPU, user and system. */
export function cpu(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** The middle value; of an even number, the upper one. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
}
