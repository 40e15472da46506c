// SPDX-License-Identifier: GPL-2.0-only
/** A file or an environment that cannot be read is refused with its line and what was expected. */
import { expect, test } from 'vitest';

import { HEADER } from '../src/trace/format.ts';
import { parseStep } from '../src/trace/parse.ts';
import { complaint, complaints, reject, TOP } from './trace-arbitrary.ts';

test('a file that is empty, no text, without header or of another version is refused', () => {
  const texts = [
    '',
    ' \r\n\n',
    `${TOP}# \0`,
    `${TOP}\n\n\ufffd(dev=0)`,
    '# a comment\n',
    '# a comment\nmsi_lock_descs(dev=0)\n',
    'msicheck trace 2\n',
    'msicheck trace\n',
  ];
  expect(texts.map(complaint).join('\n')).toMatchInlineSnapshot(`
    "a.trace:1: the file is empty; expected "msicheck trace 1"
    a.trace:1: the file is empty; expected "msicheck trace 1"
    a.trace:3: this is no text, it has a NUL character; expected a trace as text; e.g. msicheck trace 1
    a.trace:5: this is no text, it has bytes that are no UTF-8; expected a trace as text; e.g. msicheck trace 1
    a.trace:1: the file has nothing but comments; expected "msicheck trace 1"
    a.trace:2: the header is missing; expected "msicheck trace 1" before everything but comments
    a.trace:1: version "2" of the format is unknown; expected version 1; e.g. msicheck trace 1
    a.trace:1: the header is missing; expected "msicheck trace 1" before everything but comments"
  `);
});

test('an environment that is missing, late, there twice or without a name is refused', () => {
  const texts = [
    `${HEADER}\n`,
    `# only this\n${HEADER}\nmsi_lock_descs(dev=0)\nenvironment: x`,
    `${HEADER}\nlevels: 2\nenvironment: x`,
    `${HEADER}\nenvironment:\n`,
    `${HEADER}\nenvironment: ${'x'.repeat(81)}\n`,
    `${TOP}environment: x`,
    `${TOP}device_add(dev=0)\nlevels: 2`,
  ];
  expect(texts.map(complaint).join('\n')).toMatchInlineSnapshot(`
    "a.trace:1: the trace ends before its environment; expected "environment: NAME"; e.g. environment: default
    a.trace:3: "msi_lock_descs(dev=0)" comes before the environment; expected "environment: NAME"; e.g. environment: default
    a.trace:2: "levels: 2" comes before the environment; expected "environment: NAME"; e.g. environment: default
    a.trace:2: impossible name "" of an environment; expected 1 to 80 printable ASCII characters; e.g. environment: default
    a.trace:2: impossible name "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..." of an environment; expected 1 to 80 printable ASCII characters; e.g. environment: default
    a.trace:3: a second environment; expected one in a file
    a.trace:4: "levels: 2" comes after the first step; expected the environment before the steps"
  `);
});

test('an unknown field of an environment, and one that is there twice, are refused', () => {
  expect(complaints('colour: red', '__proto__: 1', 'constructor: 1', 'levels: 1\nlevels: 1'))
    .toMatchInlineSnapshot(`
      "a.trace:3: unknown field "colour" of the environment; expected one of release, vectors, revmap_size, levels, msi, devices, pci, fwnode, flags, hwsize, bus_token, ops, hwirq, handler, compose, prefix, parent, supported_flags, required_flags, irq_ack, nr_irqs, online, wired, hostile; e.g. levels: 1
      a.trace:3: unknown field "__proto__" of the environment; expected one of release, vectors, revmap_size, levels, msi, devices, pci, fwnode, flags, hwsize, bus_token, ops, hwirq, handler, compose, prefix, parent, supported_flags, required_flags, irq_ack, nr_irqs, online, wired, hostile; e.g. levels: 1
      a.trace:3: unknown field "constructor" of the environment; expected one of release, vectors, revmap_size, levels, msi, devices, pci, fwnode, flags, hwsize, bus_token, ops, hwirq, handler, compose, prefix, parent, supported_flags, required_flags, irq_ack, nr_irqs, online, wired, hostile; e.g. levels: 1
      a.trace:4: field levels is there twice; expected it once"
    `);
});

test('an impossible value of a field is refused with those that are possible', () => {
  expect(
    complaints(
      'levels: 3',
      'vectors: many',
      'online: 0',
      'nr_irqs:',
      'release: 5.4',
      'msi: yes',
      'bus_token: DOMAIN_BUS_I2C',
      'fwnode: 1',
    ),
  ).toMatchInlineSnapshot(`
    "a.trace:3: impossible value "3" of levels; expected a number, 0..2; e.g. levels: 0
    a.trace:3: impossible value "many" of vectors; expected a number, 1..4096; e.g. vectors: 64
    a.trace:3: impossible value "0" of online; expected a number, 1..15; e.g. online: 15
    a.trace:3: impossible value "" of nr_irqs; expected a number, 8..65536; e.g. nr_irqs: 65536
    a.trace:3: impossible value "5.4" of release; expected one of 6.12, 6.12.117, 6.1; e.g. release: 6.12
    a.trace:3: impossible value "yes" of msi; expected one of device, global, none; e.g. msi: device
    a.trace:3: impossible value "DOMAIN_BUS_I2C" of bus_token; expected one of DOMAIN_BUS_ANY, DOMAIN_BUS_WIRED, DOMAIN_BUS_PCI_MSI, DOMAIN_BUS_PLATFORM_MSI, DOMAIN_BUS_PCI_DEVICE_MSI, DOMAIN_BUS_PCI_DEVICE_MSIX, DOMAIN_BUS_DEVICE_MSI, DOMAIN_BUS_WIRED_TO_MSI; e.g. bus_token: DOMAIN_BUS_DEVICE_MSI
    a.trace:3: impossible value "1" of fwnode; expected yes or no; e.g. fwnode: no"
  `);
});

test('an unknown flag and an unknown operation are refused with the valid ones', () => {
  expect(
    complaints(
      'flags: MSI_FLAG_USE_DEF_DOM_OPS MSI_FLAG_FAST',
      'flags: MSI_FLAG_NO_MASK MSI_FLAG_NO_MASK',
      'ops: msi_free, msi_check',
      'ops: constructor',
      'hostile: msi_init 1 = -ENOMEM, msi_inti 2 = -ENOMEM',
      'hostile: set_desc 1 = -1',
    ),
  ).toMatchInlineSnapshot(`
    "a.trace:3: unknown name "MSI_FLAG_FAST" in flags; expected "none" or names among MSI_FLAG_USE_DEF_DOM_OPS, MSI_FLAG_USE_DEF_CHIP_OPS, MSI_FLAG_ACTIVATE_EARLY, MSI_FLAG_MUST_REACTIVATE, MSI_FLAG_DEV_SYSFS, MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS, MSI_FLAG_FREE_MSI_DESCS, MSI_FLAG_USE_DEV_FWNODE, MSI_FLAG_LEVEL_CAPABLE, MSI_FLAG_NO_AFFINITY, MSI_FLAG_NO_MASK, MSI_FLAG_PCI_MSI_MASK_PARENT; e.g. MSI_FLAG_USE_DEF_DOM_OPS
    a.trace:3: MSI_FLAG_NO_MASK is in flags twice; expected each name once
    a.trace:3: unknown name "msi_free," in ops; expected "none" or names among msi_free, msi_check, msi_finish, handle_error, prepare_desc, msi_post_free, msi_translate, domain_alloc_irqs, domain_free_irqs, wrap_alloc, wrap_free; e.g. msi_free
    a.trace:3: unknown name "constructor" in ops; expected "none" or names among msi_free, msi_check, msi_finish, handle_error, prepare_desc, msi_post_free, msi_translate, domain_alloc_irqs, domain_free_irqs, wrap_alloc, wrap_free; e.g. msi_free
    a.trace:3: unknown operation "msi_inti"; expected one of msi_init, msi_check, msi_prepare, handle_error, domain_alloc_irqs, msi_translate, alloc, activate, map, init_dev_msi_info; e.g. msi_init 2 = -ENOMEM
    a.trace:3: operation set_desc cannot fail; expected one of msi_init, msi_check, msi_prepare, handle_error, domain_alloc_irqs, msi_translate, alloc, activate, map, init_dev_msi_info; e.g. msi_init 2 = -ENOMEM"
  `);
});

test('an environment that cannot exist is refused at its own line', () => {
  const wrong = [
    'release: 6.1',
    'flags: none',
    'msi: global\ndevices: 2',
    'ops: msi_check',
    'parent: irq-msi-lib\nrelease: 6.1\nmsi: global',
    'parent: irq-msi-lib\nmsi: global',
    'supported_flags: none',
    'parent: irq-msi-lib\nflags: none\nrequired_flags: none',
  ];
  expect(complaints(...wrong)).toMatchInlineSnapshot(`
    "a.trace:2: impossible environment: per-device domains came with 6.2, so release 6.1 needs "msi: global" or "msi: none"; expected fields that go together
    a.trace:2: impossible environment: flags must contain MSI_FLAG_USE_DEF_DOM_OPS, for the environment provides no get_hwirq of its own; expected fields that go together
    a.trace:2: impossible environment: several devices share the global domain, so "hwirq: index" would collide; use "hwirq: device" or "hwirq: overlap"; expected fields that go together
    a.trace:2: impossible environment: msi_check does not exist in 6.12; use "release: 6.1"; expected fields that go together
    a.trace:2: impossible environment: irq-msi-lib came with 6.11, so release 6.1 needs "parent: plain"; expected fields that go together
    a.trace:2: impossible environment: only domains of devices come to irq-msi-lib, so it needs "msi: device", not "msi: global"; expected fields that go together
    a.trace:2: impossible environment: supported_flags and required_flags are for irq-msi-lib; use "parent: irq-msi-lib"; expected fields that go together
    a.trace:2: impossible environment: required_flags must contain MSI_FLAG_USE_DEF_DOM_OPS, for the environment provides no get_hwirq of its own; expected fields that go together"
  `);
});

test('a line of more than 1000 characters and more than 100000 steps are refused', () => {
  const step = 'device_add(dev=0)\n';
  expect(complaint(TOP + step.repeat(100_000))).toBe('nothing');
  expect(complaint(TOP + step.repeat(100_001))).toMatchInlineSnapshot(
    `"a.trace:100003: more than 100000 steps; expected fewer"`,
  );
  expect(complaint(`${TOP}# ${'x'.repeat(998)}`)).toBe('nothing');
  expect(complaint(`${TOP}# ${'x'.repeat(999)}`)).toMatchInlineSnapshot(
    `"a.trace:3: a line of 1001 characters; expected at most 1000"`,
  );
});

test('an error carries the file and the line that its message names', () => {
  const error = reject(`# one\n${TOP}device_add(dev=0)\nnothing()`);
  expect([error?.name, error?.file, error?.line]).toEqual(['TraceError', 'a.trace', 5]);
  expect(() => parseStep('nothing()')).toThrow('step:1: unknown call "nothing"');
});
