// SPDX-License-Identifier: GPL-2.0-only
/** The text of a trace: what is written is read back exactly. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { ARG_KINDS, formatArg, parseArg } from '../src/trace/args.ts';
import { CALL_NAMES } from '../src/trace/call.ts';
import { DEFAULT_ENVIRONMENT } from '../src/trace/environment.ts';
import { FIELDS } from '../src/trace/fields.ts';
import { formatEnvironment, formatFault, formatStep, formatTrace } from '../src/trace/format.ts';
import { parseStep, parseTrace } from '../src/trace/parse.ts';
import { type ArgKind, SIGNATURES } from '../src/trace/signatures.ts';
import { canFail, OP_NAMES, SITES } from '../src/trace/sites.ts';
import { comments, stepOf, trace, VALUES } from './trace-arbitrary.ts';

const SEED = { seed: 1 };

test('every call has one signature, and no signature names a field or an argument twice', () => {
  expect(Object.keys(SIGNATURES)).toEqual([...CALL_NAMES]);
  for (const { args } of Object.values(SIGNATURES)) {
    expect(new Set(args.map(({ field }) => field)).size).toBe(args.length);
    expect(new Set(args.map((arg) => arg.name)).size).toBe(args.length);
  }
});

test('every field of an environment can be written, in the order of the record', () => {
  expect(['name', ...FIELDS.map((field) => field.name)]).toEqual(Object.keys(DEFAULT_ENVIRONMENT));
});

test.for(Object.entries(VALUES))(
  'an argument of kind %s is read back as it was written',
  ([kind, values]) => {
    const known = Object.keys(VALUES).find((one): one is ArgKind => one === kind) ?? 'dev';
    fc.assert(
      fc.property(values, (value) => {
        expect(parseArg(known, formatArg(known, value))).toBe(value);
      }),
      SEED,
    );
    expect(parseArg(known, ARG_KINDS[known].example)).toBeDefined();
    for (const wrong of [
      '',
      '-1',
      '01',
      '1e3',
      '0x',
      '4294967296',
      'MSI',
      'constructor',
      '__proto__',
    ]) {
      expect(parseArg(known, wrong)).toBeUndefined();
    }
  },
);

test.for(CALL_NAMES)('%s is read back as it was written', (fn) => {
  fc.assert(
    fc.property(stepOf([fn]), (step) => {
      expect(parseStep(formatStep(step))).toEqual(step);
    }),
    SEED,
  );
});

test('a trace and its comments are read back as they were written', () => {
  fc.assert(
    fc.property(trace, comments, (one, said) => {
      expect(parseTrace(formatTrace(one, said), 'a.trace')).toEqual({ trace: one, comments: said });
    }),
    { ...SEED, numRuns: 1000 },
  );
});

test('the random traces of this file have every field, every site, every operation that can fail and every call', () => {
  const texts = fc
    .sample(trace, { ...SEED, numRuns: 2000 })
    .map((one) => formatTrace(one))
    .join('\n');
  const missing = [
    ...FIELDS.map((field) => `  ${field.name}: `),
    ...SITES.map((site) => `(fail: ${site} `),
    ...OP_NAMES.filter(canFail).map((op) => `(callback: ${op} `),
    ...CALL_NAMES.map((fn) => `\n${fn}(`),
    '(fail_nth: ',
  ].filter((piece) => !texts.includes(piece));
  expect(missing).toEqual([]);
});

test('writing what was read gives the canonical form, whatever the order, the blanks and the line ends were', () => {
  const text = [
    '\ufeff#one',
    '  msicheck trace 1  ',
    '',
    'environment:   tiny root',
    '\tvectors:4',
    '#  two',
    'levels: 1\t',
    '  flags: MSI_FLAG_DEV_SYSFS  MSI_FLAG_USE_DEF_DOM_OPS',
    'ops: none',
    'hostile: alloc 2=-28,map 1 = 3',
    '',
    ' msi_domain_alloc_irqs_range ( last = 3,first=0, domid=0,dev=0 )(fail:  xa_node  1..2) ( fail_nth: 3.. )  ',
    'msi_device_populate_sysfs(lock=yes, dev=0) (callback: msi_init 2 = -0)',
    'msi_device_destroy_sysfs(dev=0, lock=no)',
  ].join('\r\n');
  const read = parseTrace(text, 'a.trace');
  const written = formatTrace(read.trace, read.comments);
  expect(written).toMatchInlineSnapshot(`
    "# one
    #  two
    msicheck trace 1
    environment: tiny root
      vectors: 4
      levels: 1
      flags: MSI_FLAG_USE_DEF_DOM_OPS MSI_FLAG_DEV_SYSFS
      hostile: alloc 2 = -ENOSPC, map 1 = 3
    msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=3) (fail: xa_node 1..2) (fail_nth: 3..)
    msi_device_populate_sysfs(dev=0) (callback: msi_init 2 = 0)
    msi_device_destroy_sysfs(dev=0, lock=no)
    "
  `);
  expect(parseTrace(written, 'a.trace')).toEqual(read);
});

test('the canonical form is a fixed point', () => {
  fc.assert(
    fc.property(trace, comments, (one, said) => {
      const text = formatTrace(one, said);
      const read = parseTrace(text, 'a.trace');
      expect(formatTrace(read.trace, read.comments)).toBe(text);
    }),
    SEED,
  );
});

test('only what differs from the default is written of an environment', () => {
  expect(
    formatEnvironment({
      ...DEFAULT_ENVIRONMENT,
      name: 'three levels',
      levels: 2,
      fwnode: true,
      ops: ['msi_free'],
    }),
  ).toMatchInlineSnapshot(`
      "environment: three levels
        levels: 2
        fwnode: yes
        ops: msi_free"
    `);
  expect(formatEnvironment(DEFAULT_ENVIRONMENT)).toBe('environment: default');
});

test('a fault is written with the number at which it fires', () => {
  const counts: readonly (0 | 1 | 2)[] = [1, 2, 0];
  const written = counts.flatMap((count) => [
    formatFault({ kind: 'memory', site: 'xa_node', nth: 3, count }),
    formatFault({ kind: 'memory', site: 'any', nth: 3, count }),
  ]);
  expect(written.join('\n')).toMatchInlineSnapshot(`
    "(fail: xa_node 3)
    (fail_nth: 3)
    (fail: xa_node 3..4)
    (fail_nth: 3..4)
    (fail: xa_node 3..)
    (fail_nth: 3..)"
  `);
  expect(formatFault({ kind: 'callback', op: 'alloc', nth: 2, ret: -28 })).toBe(
    '(callback: alloc 2 = -ENOSPC)',
  );
});

test('a comment of several lines stays a comment, and one that is too long is cut', () => {
  const one = { environment: DEFAULT_ENVIRONMENT, steps: [] };
  expect(parseTrace(formatTrace(one, ['a\nb']), 'a.trace').comments).toEqual(['a', 'b']);
  const [cut] = parseTrace(formatTrace(one, ['x'.repeat(2000)]), 'a.trace').comments;
  expect(cut).toBe(`${'x'.repeat(995)}...`);
});
