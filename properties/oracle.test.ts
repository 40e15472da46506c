// SPDX-License-Identifier: GPL-2.0-only
/**
 * What the oracle allows, written down from the kernel's source. A case is a sentence, fields of the
 * environment, steps, and the outcomes of the last one: what it returns, what it complains about,
 * and the slots of device 0 that are in use then, `*` with interrupts, `1:` at domain id 1.
 */
import { describe, expect, test } from 'vitest';

import { DIFFERENCES, readCorpus } from '../src/cli/files.ts';
import { outcomes } from '../src/oracle/oracle.ts';
import { startSession, type StepResult } from '../src/run/session.ts';
import type { Spec } from '../src/run/strict.ts';
import { reference } from '../src/subject/reference/index.ts';
import { call, CALL_NAMES } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { formatErrno } from '../src/trace/errno.ts';
import { ANY, type Outcome, VIRQ } from '../src/trace/outcome.ts';
import { parseTrace } from '../src/trace/parse.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import type { Trace } from '../src/trace/step.ts';

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
where an iteration leads is for a rule to say | | CREATE 4 > INSERT 1 > LOCK > FIRST > UNLOCK > LOCK > NEXT | any @ 1
iterating without the mutex is complained about | | CREATE 4 > NEXT | any lockdep msi_next_desc 1 @
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
a hierarchy that is cut off takes no vectors | vectors: 1; levels: 1 | irq_domain_disconnect_hierarchy(domain=level1, nr_irqs=2, block=1) > BLOCK vector 1 | virq @
prepare hands its own value back | | CREATE 4 > INSERT 0 > ALLOC 0..0 (callback: msi_prepare 1 = 2) | 0 @ 0* or 2 @ 0
a positive parent allocation is a success | | CREATE 4 > INSERT 0 > ALLOC 0..0 (callback: alloc 1 = 2) | 0 @ 0*
memory ends as no space inside the allocation, and as itself outside | flags: SYSFS | CREATE 4 > INSERT 0 > ALLOC 0..0 (fail_nth: 1) | 0 @ 0* or -ENOSPC @ 0 or -ENOMEM @ 0
`;

const OLD = `
a failed addition of simple descriptors leaves the others | flags: SIMPLE; msi: global | SETUP > ADD 2 > OLD 1 > OLD 4 | -EBUSY @ 0* 2*
all descriptors are allocated, whatever the number | msi: global | SETUP > ADD 0 > ADD 5 > OLD 1 | 0 @ 0* 5*
handle_error has the last word | msi: global; ops: handle_error; vectors: 1 | SETUP > ADD 0 > ADD 1 > OLD 2 (callback: handle_error 1 = -EIO) | -ENOSPC @ 0 1 or -EIO @ 0 1
two passes know no PCI failures | msi: global; ops: msi_finish; vectors: 1; bus_token: DOMAIN_BUS_PCI_MSI | SETUP > ADD 0 > ADD 1 > OLD 2 | -ENOSPC @ 0 1
msi_check comes first and hands its value back | msi: global; ops: msi_check | SETUP > ADD 0 > OLD 1 (callback: msi_check 1 = 1) | 0 @ 0* or 1 @ 0
freeing descriptors takes a filter | msi: global | SETUP > ADD 0 > OLD 1 > ADD 1 > msi_free_msi_descs_range(dev=0, filter=MSI_DESC_NOTASSOCIATED, first=0, last=9) | 0 @ 0*
`;

const DEFAULT_FLAGS = 'MSI_FLAG_USE_DEF_DOM_OPS MSI_FLAG_USE_DEF_CHIP_OPS';
const FLAGS: Readonly<Record<string, string>> = {
  FREE: 'MSI_FLAG_FREE_MSI_DESCS',
  SIMPLE: 'MSI_FLAG_FREE_MSI_DESCS MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS',
  EARLY: 'MSI_FLAG_ACTIVATE_EARLY',
  RESERVE: 'MSI_FLAG_ACTIVATE_EARLY MSI_FLAG_MUST_REACTIVATE',
  FWNODE: 'MSI_FLAG_USE_DEV_FWNODE',
  SYSFS: 'MSI_FLAG_DEV_SYSFS',
};

/** Steps in short; `with KEY=VALUE` after one changes an argument. */
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/^SETUP$/u, 'msi_setup_device_data(dev=0)'],
  [/^LOCK$/u, 'msi_lock_descs(dev=0)'],
  [/^UNLOCK$/u, 'msi_unlock_descs(dev=0)'],
  [/^FIRST$/u, 'msi_domain_first_desc(dev=0, domid=0, filter=MSI_DESC_ALL, lock=no)'],
  [/^NEXT$/u, 'msi_next_desc(dev=0, domid=0, filter=MSI_DESC_ALL, lock=no)'],
  [/^CREATE (\d+)$/u, 'msi_create_device_irq_domain(dev=0, domid=0, hwsize=$1)'],
  [/^REMOVE$/u, 'msi_remove_device_irq_domain(dev=0, domid=0)'],
  [
    /^INSERT (\d+)$/u,
    'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=$1, nvec_used=1, affinity=none, msi_attrib=none, lock=yes)',
  ],
  [/^AT (\w+)$/u, 'msi_domain_alloc_irq_at(dev=0, domid=0, index=$1, affinity=none, icookie=0)'],
  [/^ALLOC (\d+)\.\.(\d+)$/u, 'msi_domain_alloc_irqs_range(dev=0, domid=0, first=$1, last=$2)'],
  [/^ALL (\d+)$/u, 'msi_domain_alloc_irqs_all_locked(dev=0, domid=0, nirqs=$1)'],
  [/^FREE (\d+)\.\.(\d+)$/u, 'msi_domain_free_irqs_range(dev=0, domid=0, first=$1, last=$2)'],
  [/^DESCS (\d+)\.\.(\d+)$/u, 'msi_domain_free_msi_descs_range(dev=0, domid=0, first=$1, last=$2)'],
  [/^MSG (\d+)$/u, 'get_cached_msi_msg(dev=0, domid=0, index=$1, vec=0)'],
  [
    /^ADD (\d+)$/u,
    'msi_add_msi_desc(dev=0, msi_index=$1, nvec_used=1, affinity=none, msi_attrib=none)',
  ],
  [/^OLD (\d+)$/u, 'msi_domain_alloc_irqs(domain=msi, dev=0, nvec=$1)'],
  [
    /^MAP (\d+) (\d)$/u,
    'irq_create_mapping_affinity(domain=wired, hwirq=$1, affinity=none, block=$2)',
  ],
  [/^BLOCK (\w+) (\d+)$/u, 'irq_domain_alloc_irqs(domain=$1, nr_irqs=$2, affinity=none, block=0)'],
];

const TYPES: Readonly<Record<string, string>> = { 0: 'NONE', 1: 'EDGE_RISING', 4: 'LEVEL_HIGH' };

function stepText(short: string): string {
  const [, body = '', changes = '', faults = ''] =
    /^(.*?)( with [^(]*)?( \(.*?\))?$/u.exec(short) ?? [];
  const spec = /^SPEC (\w+) (\d+) (\d)$/u.exec(body);
  if (spec !== null) {
    const block = spec[3] === '1' ? 2 : 1;
    return `irq_create_fwspec_mapping(domain=${spec[1]}, hwirq=${spec[2]}, type=IRQ_TYPE_${TYPES[spec[3] ?? '']}, block=${block})`;
  }
  const long = STEPS.find(([pattern]) => pattern.test(body));
  let text = long === undefined ? short : body.replace(long[0], long[1]);
  for (const [, key, value] of changes.matchAll(/(\w+)=(\S+)/gu)) {
    text = text.replace(new RegExp(`\\b${key}=[^,)]*`, 'u'), `${key}=${value}`);
  }
  return long === undefined ? text : text.replace(', lock=yes', '') + faults;
}

interface Case {
  readonly sentence: string;
  readonly trace: Trace;
  readonly want: string;
}

function casesOf(table: string, release: string): readonly Case[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [sentence = '', environment = '', steps = '', want = ''] = line
        .split('|')
        .map((cell) => cell.trim());
      const fields =
        environment === '' ? [] : environment.split('; ').map((field) => `  ${withFlags(field)}`);
      const lines = ['msicheck trace 1', 'environment: oracle', `  release: ${release}`, ...fields];
      const text = [...lines, ...steps.split(' > ').map(stepText), ''].join('\n');
      return { sentence, trace: parseTrace(text, sentence).trace, want };
    });
}

function withFlags(field: string): string {
  return field.replace(
    /^flags: (\w+)$/u,
    (_, name: string) => `flags: ${DEFAULT_FLAGS} ${FLAGS[name] ?? ''}`,
  );
}

/** Every outcome of the last step, after the others on the reference. `refused` when it is not made. */
function outcomesOf({ environment, steps }: Trace): readonly Outcome[] | 'refused' {
  const session = startSession(environment, { factory: reference, spec: 'kernel' });
  for (const step of steps.slice(0, -1)) expect(session.apply(step)).toEqual({ kind: 'applied' });
  const { picture } = session.observation() ?? { picture: reference.start(environment).picture() };
  const last = steps.at(-1);
  if (last === undefined) return 'refused';
  const found = outcomes(environment, picture, last);
  return session.apply(last).kind === 'skipped' ? 'refused' : found;
}

function show({ environment, steps }: Trace): string {
  const found = outcomesOf({ environment, steps });
  if (found === 'refused') return found;
  const returns = SIGNATURES[steps.at(-1)?.call.fn ?? 'device_add'].returns;
  const texts = found.map(({ ret, splats, last, stores }) => {
    const value = returns === 'slot' ? String(ret) : formatErrno(ret);
    const shown = ret === ANY ? 'any' : ret === VIRQ ? 'virq' : value;
    return [shown, splats.join(', '), last ? 'dead' : `@ ${slots(stores)}`]
      .join(' ')
      .replaceAll(/ +/gu, ' ')
      .trim();
  });
  return [...new Set(texts)].join(' or ');
}

function slots(stores: Outcome['stores']): string {
  return stores
    .flatMap((store, domid) =>
      [...store.values()]
        .toSorted((one, other) => one.index - other.index)
        .map(({ index, used }) => `${domid === 0 ? '' : `${domid}:`}${index}${used ? '*' : ''}`),
    )
    .join(' ');
}

describe('in 6.12', () => {
  test.for(casesOf(NEW, '6.12'))('$sentence', ({ trace, want }) => {
    expect(show(trace)).toBe(want);
  });
});

describe('in 6.1', () => {
  test.for(casesOf(OLD, '6.1'))('$sentence', ({ trace, want }) => {
    expect(show(trace)).toBe(want);
  });
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
