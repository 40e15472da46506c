// SPDX-License-Identifier: GPL-2.0-only
/**
 * How calls end, written down from the kernel's source. A case is a sentence, fields of the
 * environment, steps, and how the last one ends: what it returns, what it complains about, and the
 * slots of device 0 that are in use then, `*` with interrupts, `1:` at domain id 1. The reference ends
 * so, oracle and rules let it, and they object to any other answer, complaint or use of the slots.
 */
import { describe, expect, test } from 'vitest';

import { DIFFERENCES, readCorpus } from '../src/cli/files.ts';
import { outcomes } from '../src/oracle/oracle.ts';
import { splatText } from '../src/run/judge.ts';
import { startSession, type StepResult } from '../src/run/session.ts';
import type { Spec } from '../src/run/strict.ts';
import { reference } from '../src/subject/reference/index.ts';
import type { SubjectFactory } from '../src/subject/subject.ts';
import { call, CALL_NAMES } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { Errno, formatErrno } from '../src/trace/errno.ts';
import { dataOf, descsIn, deviceNamed } from '../src/trace/look.ts';
import type { Observation } from '../src/trace/observation.ts';
import type { Outcome } from '../src/trace/outcome.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import type { MsiDesc } from '../src/trace/structs.ts';
import type { Trace } from '../src/trace/step.ts';
import { altered } from './altered.ts';
import { type Case, casesOf } from './short-traces.ts';

const NEW = `
a taken slot is busy | | CREATE 4 > INSERT 0 > INSERT 0 | -EBUSY @ 0
a slot at hwsize is out of range | | CREATE 4 > INSERT 4 | -ERANGE @
a device without a domain has 65536 slots | msi: none | SETUP > INSERT 65535 | 0 @ 65535
MSI_ANY_INDEX takes the lowest free slot | | CREATE 4 > INSERT 0 > AT MSI_ANY_INDEX | 1 @ 0 1*
MSI_ANY_INDEX in a full store is busy | | CREATE 1 > INSERT 0 > AT MSI_ANY_INDEX | -EBUSY @ 0
a size of 0 is unlimited | | CREATE 0 > INSERT 65535 | 0 @ 65535
a size beyond 65536 is refused | | CREATE 65537 | 0 @
a domain id that no device has is a WARN and then memory that is not there | | CREATE 4 > INSERT 0 with domid=2 | 0 WARN msi_get_device_domain 1, wild access msi_insert_desc 1 dead
inserting without the mutex is complained about in the function and below it | | CREATE 4 > INSERT 0 with lock=no | 0 lockdep msi_domain_insert_msi_desc 1, lockdep msi_get_device_domain 1 @ 0
a range is refused where the device has no domain | | SETUP > DESCS 0..0 | 0 WARN msi_ctrl_valid 1 @
a range beyond hwsize is refused twice, when it is allocated and when that is undone | | CREATE 4 > ALLOC 0..4 | -EINVAL WARN msi_ctrl_valid 2, WARN msi_ctrl_valid 2 @
a range without any MSI domain is no device, without a WARN | msi: none | SETUP > ALLOC 0..0 | -ENODEV @
msi_free_msi_descs() covers all slots, so that a smaller domain keeps them | | CREATE 4 > INSERT 0 > msi_free_msi_descs(dev=0) | 0 WARN msi_ctrl_valid 2 @ 0
a descriptor that has an interrupt leaves its slot with a WARN | | CREATE 4 > AT 0 > DESCS 0..3 | 0 WARN msi_domain_free_descs 1 @
an abandoned interrupt keeps its hardware number | | CREATE 4 > AT 0 > DESCS 0..0 > AT 0 | -ENOSPC @ 0
simple descriptors that meet a taken slot take the whole range along | flags: SIMPLE | CREATE 8 > ALLOC 0..3 > ALLOC 2..5 | -EBUSY WARN msi_domain_free_descs 1, WARN msi_domain_free_descs 1 @ 0* 1*
an iteration does not outlive the mutex | | CREATE 4 > INSERT 1 > LOCK > FIRST > UNLOCK > LOCK > NEXT | -1 @ 1
iterating without the mutex is complained about | | CREATE 4 > NEXT | -1 lockdep msi_next_desc 1 @
the mutex cannot be taken twice | | SETUP > LOCK > LOCK | 0 deadlock msi_lock_descs 1 dead
the mutex cannot be released twice | | SETUP > UNLOCK | 0 lockdep msi_unlock_descs 1 @
the mutex is in the MSI data | | LOCK | 0 NULL dereference msi_lock_descs 1 dead
a number is looked up under the mutex | | SETUP > LOCK > msi_domain_get_virq(dev=0, domid=0, index=0) | 0 deadlock msi_lock_descs 1 dead
looking up a slot beyond the last is a WARN | | SETUP > msi_domain_get_virq(dev=0, domid=0, index=65536) | 0 WARN msi_domain_get_virq 1 @
a failed allocation frees the older interrupts of its range | vectors: 1 | CREATE 2 > INSERT 0 > INSERT 1 > ALLOC 0..0 > ALLOC 0..1 | -ENOSPC @ 0 1
PCI returns how many descriptors were done | vectors: 1; bus_token: DOMAIN_BUS_PCI_MSI | CREATE 2 > INSERT 0 > INSERT 1 > ALLOC 0..1 | 1 @ 0 1
PCI returns 1 when several vectors of one descriptor fail | vectors: 1; bus_token: DOMAIN_BUS_PCI_MSI | CREATE 2 > INSERT 0 with nvec_used=2 > ALLOC 0..1 | 1 @ 0
more descriptors than interrupts asked for are a WARN | | CREATE 4 > INSERT 0 > INSERT 1 > ALL 1 | -EINVAL WARN __msi_domain_alloc_irqs 1 @ 0 1
reservation mode looks at the first descriptor, also where there is none | bus_token: DOMAIN_BUS_PCI_DEVICE_MSIX; flags: RESERVE | CREATE 4 > ALLOC 0..1 | 0 NULL dereference msi_check_reservation_mode 1 dead
an empty mask is no space | | CREATE 4 > AT 0 with affinity=0x0 | -ENOSPC @ 0
a descriptor that was added for an interrupt goes with MSI_FLAG_FREE_MSI_DESCS | vectors: 1; flags: FREE | CREATE 4 > AT 0 > AT 1 | -ENOSPC @ 0*
msi_domain_alloc_irq_at() answers -ENODEV without a domain | | SETUP > AT 0 | -ENODEV @
a hardware number that is mapped is no space | hwirq: overlap | CREATE 4 > INSERT 0 > INSERT 1 > ALLOC 0..1 | -ENOSPC @ 0 1
only the first hardware number of a block is looked at | hwirq: overlap | CREATE 4 > INSERT 2 > ALLOC 2..2 > INSERT 0 with nvec_used=2 > ALLOC 0..0 | 0 @ 0* 2*
an overriding domain frees everything, whatever the range | ops: domain_alloc_irqs domain_free_irqs | CREATE 4 > INSERT 0 > INSERT 1 > ALL 2 > FREE 0..0 | 0 @ 0 1
blocks fail when numbers are left, but too few | nr_irqs: 8 | CREATE 4 > INSERT 0 with nvec_used=8 > ALLOC 0..0 | -ENOSPC @ 0
a second domain in a slot is a WARN | | CREATE 4 > CREATE 4 | 0 WARN msi_create_device_irq_domain 1 @
a domain needs a device that points somewhere | msi: none | CREATE 4 | 0 NULL dereference irq_domain_is_msi_parent 1 dead
a domain on the device's firmware node needs one | flags: FWNODE | CREATE 4 > LOCK | 0 NULL dereference msi_lock_descs 1 dead
the device's firmware node is no interrupt controller's | flags: FWNODE; fwnode: yes | CREATE 4 > REMOVE | 0 WARN irq_domain_free_fwnode 1 @
a domain that goes before its interrupts ends the trace | | CREATE 4 > AT 0 > REMOVE | 0 WARN irq_domain_remove 1 dead
a global domain is not the device's to remove | msi: global | SETUP > REMOVE > AT 0 | 0 @ 0*
a global domain outlives a device that leaves interrupts | msi: global | SETUP > AT 0 > devres_release_all(dev=0) | 2 WARN msi_device_data_release 1 @
resources are not released under the mutex | | SETUP > LOCK > devres_release_all(dev=0) | 0 deadlock msi_lock_descs 1 dead
a group takes the MSI data along | | devres_open_group(dev=0, id=0) > SETUP > devres_release_group(dev=0, id=0) > LOCK | 0 NULL dereference msi_lock_descs 1 dead
a group that overlaps another stays | | devres_open_group(dev=0, id=0) > devres_open_group(dev=0, id=1) > devres_close_group(dev=0, id=0) > devres_release_group(dev=0, id=0) > devres_release_group(dev=0, id=1) | 0 @
a group is closed once | | devres_open_group(dev=0, id=0) > devres_close_group(dev=0, id=0) > devres_close_group(dev=0, id=0) | 0 BUG add_dr 1 dead
a resource that is not there is no entry | | devres_free(dev=0, res=0) | -ENOENT @
a number that is mapped gives its interrupt again | wired: 4 | MAP 0 0 > MAP 0 1 > irq_free_descs(block=1) | refused
a number beyond the domain is a WARN | wired: 4 | MAP 4 0 | 0 WARN irq_domain_associate_locked 1 @
another trigger type fails to map | wired: 4 | SPEC wired 0 4 > SPEC wired 0 1 | 0 @
a level knows its interrupts by the numbers of the level | levels: 1 | SPEC level1 256 4 > SPEC level1 256 1 | 0 @
a trigger type that was never given is set | wired: 4 | MAP 0 0 > SPEC wired 0 4 > SPEC wired 0 1 | 0 @
only the level above can be pushed | levels: 2 | BLOCK vector 1 > irq_domain_push_irq(domain=level2, block=0) | -EINVAL @
only the outermost level can be popped | levels: 2 | BLOCK level2 1 > irq_domain_pop_irq(domain=level1, block=0) | -EINVAL WARN irq_domain_pop_irq 2 @
the root cannot be popped | | BLOCK vector 1 > irq_domain_pop_irq(domain=vector, block=0) | -EINVAL WARN irq_domain_pop_irq 4 @
a block takes all its vectors or none | vectors: 2 | BLOCK vector 3 | -ENOSPC @
a hierarchy that is cut off takes no vectors | vectors: 1; levels: 1 | irq_domain_disconnect_hierarchy(domain=level1, nr_irqs=2, block=1) > BLOCK vector 1 | 3 @
prepare hands its own value back | | CREATE 4 > INSERT 0 > ALLOC 0..0 (callback: msi_prepare 1 = 2) | 2 @ 0
a positive parent allocation is a success | | CREATE 4 > INSERT 0 > ALLOC 0..0 (callback: alloc 1 = 2) | 0 @ 0*
memory ends as no space inside the allocation | flags: SYSFS | CREATE 4 > INSERT 0 > ALLOC 0..0 (fail: alloc_desc 1) | -ENOSPC @ 0
and as itself outside | flags: SYSFS | CREATE 4 > INSERT 0 > ALLOC 0..0 (fail: msi_sysfs_populate_desc 1) | -ENOMEM @ 0
`;

const OLD = `
a failed addition of simple descriptors leaves the others | flags: SIMPLE; msi: global | SETUP > ADD 2 > OLD 1 > OLD 4 | -EBUSY @ 0* 2*
all descriptors are allocated, whatever the number | msi: global | SETUP > ADD 0 > ADD 5 > OLD 1 | 0 @ 0* 5*
handle_error has the last word | msi: global; ops: handle_error; vectors: 1 | SETUP > ADD 0 > ADD 1 > OLD 2 (callback: handle_error 1 = -EIO) | -EIO @ 0 1
two passes know no PCI failures | msi: global; ops: msi_finish; vectors: 1; bus_token: DOMAIN_BUS_PCI_MSI | SETUP > ADD 0 > ADD 1 > OLD 2 | -ENOSPC @ 0 1
msi_check comes first and hands its value back | msi: global; ops: msi_check | SETUP > ADD 0 > OLD 1 (callback: msi_check 1 = 1) | 1 @ 0
freeing descriptors takes a filter | msi: global | SETUP > ADD 0 > OLD 1 > ADD 1 > msi_free_msi_descs_range(dev=0, filter=MSI_DESC_NOTASSOCIATED, first=0, last=9) | 0 @ 0*
`;

/** The last step on a subject, after the others on the reference. */
function last({ environment, steps }: Trace, factory: SubjectFactory = reference): Last {
  const session = startSession(environment, { factory, spec: 'kernel' });
  for (const step of steps.slice(0, -1)) expect(session.apply(step)).toEqual({ kind: 'applied' });
  const { picture } = session.observation() ?? { picture: reference.start(environment).picture() };
  const step = steps.at(-1) ?? { call: call('device_add'), faults: [] };
  const possible = outcomes(environment, picture, step);
  const { kind } = session.apply(step);
  const seen = session.observation();
  if (seen === undefined || kind === 'skipped') return { kind, text: 'refused', possible };
  const { ret, splats } = seen;
  const value = SIGNATURES[step.call.fn].returns === 'slot' ? String(ret) : formatErrno(ret);
  const data = dataOf(seen.picture, deviceNamed(seen.picture, 0));
  const stores = data?.domains.map(({ store }) => descsIn(seen.picture, store)) ?? [];
  const ended = kind === 'ended' ? 'dead' : `@ ${slots(stores)}`;
  const words = [value, splats.map(splatText).join(', '), ended];
  return { kind, text: words.join(' ').replaceAll(/ +/gu, ' ').trim(), possible, seen };
}

interface Last {
  readonly kind: StepResult['kind'];
  readonly text: string;
  readonly possible: readonly Outcome[];
  readonly seen?: Observation;
}

/** The same on a subject that shows something else in the last step. */
function shown(trace: Trace, change: Partial<Observation>): StepResult['kind'] {
  const factory = altered('altered', (seen, step) =>
    step === trace.steps.at(-1) ? { ...seen, ...change } : seen,
  );
  return last(trace, factory).kind;
}

const RESULTS = [0, 1, 2, 3, 7, ...Object.values(Errno)];
const WARN = { kind: 'WARN', fn: 'msi_domain_free_descs', nth: 2, what: '' } as const;

/** What else would be let pass. */
function alsoAllowed(trace: Trace, { kind, seen }: Last): readonly unknown[] {
  if (seen === undefined) return [];
  const { ret, splats } = seen;
  const answers = RESULTS.filter((other) => kind !== 'ended' && other !== ret);
  return [
    ...answers.filter((other) => shown(trace, { ret: other }) !== 'finding'),
    ...[[...splats, WARN], splats.slice(1)].filter(
      (other) => other.length !== splats.length && shown(trace, { splats: other }) !== 'finding',
    ),
  ];
}

/** The reference ends so, and nothing else is allowed. */
function expectEnd({ trace, want }: Case): void {
  const end = last(trace);
  expect(end.kind).not.toBe('finding');
  expect(end.text).toBe(want);
  expect(alsoAllowed(trace, end)).toEqual([]);
}

function slots(stores: readonly (readonly MsiDesc[])[]): string {
  return stores
    .flatMap((store, domid) =>
      store.map(
        ({ msi_index: index, irq }) =>
          `${domid === 0 ? '' : `${domid}:`}${index}${irq !== 0 ? '*' : ''}`,
      ),
    )
    .join(' ');
}

describe('in 6.12', () => {
  test.for(casesOf(NEW, '6.12'))('$sentence', expectEnd);
});

describe('in 6.1', () => {
  test.for(casesOf(OLD, '6.1'))('$sentence', expectEnd);
});

describe('a difference between the kernel and a transaction', () => {
  const cases = readCorpus(DIFFERENCES);

  function results({ environment, steps }: Trace, spec: Spec): readonly StepResult[] {
    const session = startSession(environment, { factory: reference, spec });
    return steps.map((step) => session.apply(step));
  }

  test.for(cases)('the level kernel allows $path', ({ trace }) => {
    expect(new Set(results(trace, 'kernel').map(({ kind }) => kind))).toEqual(new Set(['applied']));
  });

  test.for(cases)('the level strict objects to the last step of $path', ({ trace }) => {
    const kinds = results(trace, 'strict').map(({ kind }) => kind);
    expect(kinds).toEqual([...trace.steps.slice(1).map(() => 'applied'), 'finding']);
  });
});

test('the level strict allows a failed call that changes nothing', () => {
  const [refused] = casesOf('failed | | CREATE 4 > INSERT 4 | -ERANGE @', '6.12');
  const session = startSession(refused?.trace.environment ?? DEFAULT_ENVIRONMENT, {
    factory: reference,
    spec: 'strict',
  });
  const kinds = refused?.trace.steps.map((step) => session.apply(step).kind);
  expect(kinds).toEqual(['applied', 'applied']);
});

test('every call has an answer', () => {
  const picture = reference.start(DEFAULT_ENVIRONMENT).picture();
  const silent = CALL_NAMES.filter((fn) => {
    try {
      const step = { call: call(fn), faults: [] };
      return outcomes(DEFAULT_ENVIRONMENT, picture, step).length === 0;
    } catch {
      return true;
    }
  });
  expect(silent).toEqual([]);
});
