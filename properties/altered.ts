// SPDX-License-Identifier: GPL-2.0-only
/** Subjects with one thing wrong, and short traces, for the tests of the runner. */
import { runTrace } from '../src/run/session.ts';
import { reference } from '../src/subject/reference/index.ts';
import type { SubjectFactory } from '../src/subject/subject.ts';
import { formatTrace } from '../src/trace/format.ts';
import type { Observation } from '../src/trace/observation.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Step, Trace } from '../src/trace/step.ts';
import type { Finding } from '../src/trace/verdict.ts';

/** The reference with its observations altered. */
export function altered(
  name: string,
  alter: (seen: Observation, step: Step) => Observation,
): SubjectFactory {
  return {
    name,
    start: (environment) => {
      const subject = reference.start(environment);
      return { ...subject, apply: (step) => alter(subject.apply(step), step) };
    },
  };
}

/** A trace in the default environment. */
export function trace(...steps: readonly string[]): Trace {
  return parseTrace(
    ['msicheck trace 1', 'environment: default', ...steps, ''].join('\n'),
    'run.test.ts',
  ).trace;
}

/** What is found in a trace that is known to fail. */
export function finding(given: Trace, factory: SubjectFactory): Finding {
  const verdict = runTrace(given, { factory, spec: 'kernel' });
  if (verdict.kind !== 'finding') throw new Error(`nothing was found in\n${formatTrace(given)}`);
  return verdict.finding;
}

export const CREATE = 'msi_create_device_irq_domain(dev=0, domid=0, hwsize=4)';
export const INSERT =
  'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=0, nvec_used=1, affinity=none, msi_attrib=none)';
export const ALLOC = 'msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=0)';
export const FREE = 'msi_domain_free_irqs_all(dev=0, domid=0)';
