// SPDX-License-Identifier: GPL-2.0-only
/** Nothing but the trace decides what a subject shows. */
import { expect, test } from 'vitest';

import type { Session } from '../src/run/session.ts';
import { startSession, transcript } from '../src/run/session.ts';
import { observationLine, pictureLine } from '../src/run/transcript.ts';
import { reference } from '../src/subject/reference/index.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Step, Trace } from '../src/trace/step.ts';

const busyTraces: readonly Trace[] = [
  `msicheck trace 1
environment: per-device
  levels: 2
  devices: 2
  flags: MSI_FLAG_USE_DEF_DOM_OPS MSI_FLAG_USE_DEF_CHIP_OPS MSI_FLAG_ACTIVATE_EARLY MSI_FLAG_DEV_SYSFS MSI_FLAG_FREE_MSI_DESCS
msi_create_device_irq_domain(dev=0, domid=0, hwsize=4)
msi_create_device_irq_domain(dev=1, domid=1, hwsize=8) (fail: alloc_dr 1)
msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=1, nvec_used=2, affinity=managed:0x3, msi_attrib=none)
msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=0, nvec_used=1, affinity=none, msi_attrib=msix)
msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=1) (callback: activate 2 = -EBUSY)
msi_domain_alloc_irq_at(dev=0, domid=0, index=MSI_ANY_INDEX, affinity=none, icookie=3)
msi_create_device_irq_domain(dev=1, domid=1, hwsize=8)
msi_domain_alloc_irq_at(dev=1, domid=1, index=7, affinity=none, icookie=0) (fail: xa_node 1..)
msi_domain_free_irqs_all(dev=0, domid=0)
device_release(dev=0)
`,
  `msicheck trace 1
environment: flat
  vectors: 4
  msi: global
  flags: MSI_FLAG_USE_DEF_DOM_OPS MSI_FLAG_USE_DEF_CHIP_OPS MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS MSI_FLAG_FREE_MSI_DESCS
  hostile: msi_init 4 = -EIO
msi_setup_device_data(dev=0)
msi_lock_descs(dev=0)
msi_domain_alloc_irqs_range_locked(dev=0, domid=0, first=0, last=1, lock=no)
msi_unlock_descs(dev=0)
irq_domain_alloc_irqs(domain=vector, nr_irqs=2, affinity=none, block=0)
msi_domain_alloc_irqs_range(dev=0, domid=0, first=4, last=5)
irq_domain_activate_irq(block=0, vec=1, reserve=no)
irq_domain_free_irqs(block=0)
devres_add(dev=0, res=1)
msi_domain_free_irqs_range(dev=0, domid=0, first=0, last=0)
devres_release_all(dev=0)
`,
].map((text) => parseTrace(text, 'determinism.test.ts').trace);

const options = { factory: reference, spec: 'kernel' } as const;

function show(session: Session, steps: readonly Step[]): readonly string[] {
  return steps.map((step) => {
    const { kind } = session.apply(step);
    const observation = session.observation();
    return kind === 'skipped' || observation === undefined
      ? kind
      : `${observationLine(observation)}; ${pictureLine(observation.picture)}`;
  });
}

test('the same trace shows the same, byte for byte', () => {
  for (const trace of busyTraces) {
    expect(transcript(trace, options)).toEqual(transcript(trace, options));
  }
});

test('what is shown after going back to a snapshot is what a fresh run shows', () => {
  for (const { environment, steps } of busyTraces) {
    for (let cut = 0; cut <= steps.length; cut += 1) {
      const fresh = show(startSession(environment, options), steps).slice(cut);
      const session = startSession(environment, options);
      show(session, steps.slice(0, cut));
      const snapshot = session.snapshot();
      expect(show(session, steps.slice(cut))).toEqual(fresh);
      session.restore(snapshot);
      show(session, steps.slice(cut).toReversed());
      session.restore(snapshot);
      expect(show(session, steps.slice(cut))).toEqual(fresh);
    }
  }
});

test('a snapshot does not change with the subject that it was taken from', () => {
  for (const { environment, steps } of busyTraces) {
    const session = startSession(environment, options);
    const snapshots = steps.map((step) => {
      const snapshot = session.snapshot();
      session.apply(step);
      return snapshot;
    });
    const fresh = show(startSession(environment, options), steps);
    for (const [at, snapshot] of snapshots.entries()) {
      session.restore(snapshot);
      expect(show(session, steps.slice(at))).toEqual(fresh.slice(at));
    }
  }
});

test('subjects that live side by side do not influence each other', () => {
  const alone = busyTraces.map(({ environment, steps }) =>
    show(startSession(environment, options), steps),
  );
  const sessions = busyTraces.map(({ environment, steps }) => ({
    session: startSession(environment, options),
    steps,
    lines: new Array<string>(),
  }));
  const longest = Math.max(...busyTraces.map(({ steps }) => steps.length));
  for (let at = 0; at < longest; at += 1) {
    for (const { session, steps, lines } of sessions)
      lines.push(...show(session, steps.slice(at, at + 1)));
  }
  expect(sessions.map(({ lines }) => lines)).toEqual(alone);
});

test('a restored session remembers no fault that fired after the snapshot', () => {
  const { environment, steps } = parseTrace(
    `msicheck trace 1
environment: push
  levels: 1
devres_add(dev=0, res=0) (fail: alloc_dr 1)
irq_domain_alloc_irqs(domain=vector, nr_irqs=1, affinity=none, block=0)
irq_domain_push_irq(domain=level1, block=0)
irq_domain_free_irqs(block=0)
`,
    'determinism.test.ts',
  ).trace;
  const [faulty, ...rest] = steps;
  if (faulty === undefined) throw new Error('no steps');
  const session = startSession(environment, options);
  const before = session.snapshot();
  session.apply(faulty);
  session.restore(before);
  for (const step of rest) session.apply(step);
  expect(session.finish()).toMatchObject({ fn: 'irq_domain_free_irqs', fired: [] });
});
