// SPDX-License-Identifier: GPL-2.0-only
/** Two subjects are compared as what they show, whatever addresses they use. */
import { describe, expect, test } from 'vitest';

import { unlike, unlikePictures } from '../src/conform/alike.ts';
import { conform } from '../src/conform/conform.ts';
import { INTENDED } from '../src/conform/intended.ts';
import { DEFECTS, plant } from '../src/subject/planted/index.ts';
import { reference } from '../src/subject/reference/index.ts';
import { ENVIRONMENTS } from '../src/generate/environments.ts';
import { startBatches } from '../src/generate/batch.ts';
import { type Picture, type Table, TABLES } from '../src/trace/observation.ts';
import { parseTrace } from '../src/trace/parse.ts';
import type { Trace } from '../src/trace/step.ts';
import { run } from './program.ts';

const busy = traceOf(`
environment: default
  levels: 2
  revmap_size: 2
  flags: MSI_FLAG_USE_DEF_DOM_OPS MSI_FLAG_USE_DEF_CHIP_OPS MSI_FLAG_DEV_SYSFS MSI_FLAG_FREE_MSI_DESCS
msi_create_device_irq_domain(dev=0, domid=0, hwsize=100)
msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=70, nvec_used=2, affinity=managed:0x3, msi_attrib=none)
msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=99)
devres_open_group(dev=0, id=1)
`);

function traceOf(text: string): Trace {
  return parseTrace(`msicheck trace 1${text}`, 'conform.test.ts').trace;
}

function pictureAfter({ environment, steps }: Trace): Picture {
  const subject = reference.start(environment);
  for (const step of steps) subject.apply(step);
  return subject.picture();
}

describe('two pictures are alike', () => {
  const picture = pictureAfter(busy);

  test('when they are of the same steps', () => {
    expect(unlikePictures(picture, pictureAfter(busy))).toBeUndefined();
  });

  test.each(TABLES.filter((kind) => picture[kind].live > 0))(
    'only when both have every %s',
    (kind) => {
      for (const at of picture[kind].objects.keys()) {
        if (picture[kind].objects[at] === undefined) continue;
        expect(
          unlikePictures(picture, { ...picture, [kind]: without(picture[kind], at) }),
        ).toBeDefined();
      }
    },
  );

  test.each(TABLES.filter((kind) => picture[kind].live > 0))(
    'only when every field of each %s is the same',
    (kind) => {
      const [at = 0] = [...picture[kind].objects.keys()].filter(
        (i) => picture[kind].objects[i] !== undefined,
      );
      for (const [field, value] of Object.entries({ ...picture[kind].objects[at] })) {
        // An empty list, and where a step has ended, say nothing that another value could contradict.
        if (Array.isArray(value) && value.length === 0) continue;
        const changed = { ...picture, [kind]: altered(picture[kind], at, field) };
        expect(unlikePictures(picture, changed), field).toBeDefined();
      }
    },
  );
});

function without(table: Table<object>, at: number): Table<object> {
  return { ...table, objects: table.objects.with(at, undefined), live: table.live - 1 };
}

function altered(table: Table<object>, at: number, field: string): Table<object> {
  const object: Readonly<Record<string, unknown>> = { ...table.objects[at] };
  return {
    ...table,
    objects: table.objects.with(at, { ...object, [field]: another(object[field]) }),
  };
}

function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}!`;
  if (Array.isArray(value)) return value.slice(1);
  return { headIsNode: false, ...Object(value), head: 1_000_000 };
}

describe('a trace on two subjects', () => {
  const same = { one: reference, other: reference, intended: [] };

  test('shows no difference on a subject and itself, in every environment', () => {
    let steps = 0;
    startBatches(ENVIRONMENTS, 'conform')(0, 100, (trace) => {
      const { difference, ran } = conform(trace, same);
      expect(difference).toBeUndefined();
      steps += ran.length;
      return true;
    });
    expect(steps).toBeGreaterThan(500);
  });

  test('shows where a defect does something else, in some random trace for each of them', () => {
    const unseen = DEFECTS.map((defect) => ({ name: defect.name, other: plant(defect) }));
    startBatches(ENVIRONMENTS, 'conform')(1, 600, (trace) => {
      for (const defect of unseen.slice()) {
        if (conform(trace, { ...same, other: defect.other }).difference !== undefined)
          unseen.splice(unseen.indexOf(defect), 1);
      }
      return unseen.length > 8;
    });
    expect(unseen.length).toBeLessThanOrEqual(8);
  });

  test('is compared up to the first fault at a site that is apart', () => {
    const trace = traceOf(`
environment: default
irq_alloc_descs(cnt=1, affinity=none, block=0)
irq_alloc_descs(cnt=1, affinity=none, block=1) (fail: maple_node 1..2)
irq_alloc_descs(cnt=1, affinity=none, block=2)
`);
    const { ran, stopped } = conform(trace, { ...same, intended: INTENDED });
    expect([ran.length, stopped]).toEqual([1, 'apart']);
    expect(conform(trace, same).stopped).not.toBe('apart');
  });

  test('differs in requests for memory but for those that are apart', () => {
    const subject = reference.start(busy.environment);
    const [first] = busy.steps;
    if (first === undefined) throw new Error('the trace has a step');
    const seen = subject.apply(first);
    const more = (site: number): typeof seen => ({
      ...seen,
      requests: seen.requests.with(site, 99),
    });
    expect(unlike(seen, more(0), INTENDED)?.where).toBe('requests');
    expect(unlike(seen, more(14))?.where).toBe('requests');
    expect(unlike(seen, more(14), INTENDED)).toBeUndefined();
  });
});

test('an intended difference has a trace in which the requests are made', () => {
  for (const { trace, site } of INTENDED) {
    const { environment, steps } = parseTrace(trace, site).trace;
    const subject = reference.start(environment);
    const asked = steps.some((step) => (subject.apply(step).requests[14] ?? 0) > 0);
    expect(asked).toBe(true);
  }
});

describe('the command', () => {
  test('ends with 1, the smallest trace and what each shows when two subjects differ', async () => {
    const { status, stdout } = await run([
      'conform',
      '--subject',
      'parent-not-freed',
      '--runs',
      '64',
    ]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/they differ after step \d+, in callbacks/u);
    expect(stdout).toMatch(/saved +\S*conform-[0-9a-f]{8}\.trace/u);
  });

  test('asks for a second subject', async () => {
    const { status, stderr } = await run(['conform']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('expected another one')]);
  });
});
