// SPDX-License-Identifier: GPL-2.0-only
/** Numbers that TypeScript and the shims both have stand for the same things; no tree is needed to see it. */
import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import * as codes from '../src/subject/kernel-c/codes.ts';
import * as native from '../src/subject/kernel-c/native/codes.ts';
import { call, CALL_NAMES, DOMAINS } from '../src/trace/call.ts';
import { OWN_OPS } from '../src/trace/environment.ts';
import { SPLAT_KINDS, TABLES } from '../src/trace/observation.ts';
import { OP_NAMES, SITES } from '../src/trace/sites.ts';

function header(name: string): string {
  const path = `src/subject/kernel-c/shim/${name}`;
  return readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//gu, '');
}

/** The names of the enum that has a name, in order, without what they begin with. */
function names(file: string, member: string, prefix: string): readonly string[] {
  const lists = [...header(file).matchAll(/enum[^{;]*\{([^}]*)\}/gu)].map(([, body = '']) =>
    body.split(',').flatMap((name) => name.trim() || []),
  );
  const list = lists.find((each) => each.includes(member)) ?? [];
  return list.map((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name));
}

/** A name of ours as the headers write it. */
function upper(name: string): string {
  return name.toUpperCase().replaceAll(' ', '_').replace(/^_+/u, '');
}

test('calls', () => {
  expect(names('calls.h', 'KC_DEVICE_ADD', 'KC_')).toEqual(CALL_NAMES.map(upper));
});

test('sites of memory', () => {
  const list = names('kc.h', 'KC_SITE_XA_NODE', 'KC_SITE_');
  expect(list).toEqual([...SITES.map(upper), 'OTHER', 'KC_SITES']);
});

test('kinds of complaints', () => {
  const short = SPLAT_KINDS.map((kind) => upper(kind.replace(/ (?:dereference|access)$/u, '')));
  expect(names('kc.h', 'KC_WARN', 'KC_')).toEqual(short);
});

test('operations', () => {
  const short = new Map([
    ['irq_compose_msi_msg', 'COMPOSE'],
    ['irq_write_msi_msg', 'WRITE_MSG'],
  ]);
  const list = OP_NAMES.map((op) => short.get(op) ?? upper(op));
  expect(names('world.h', 'KC_SET_DESC', 'KC_')).toEqual([...list, 'OPS']);
});

test('operations of an environment', () => {
  const list = OWN_OPS.map((op) => upper(op).replace(/^DOMAIN_/u, ''));
  expect(names('world.h', 'KC_OWN_MSI_FREE', 'KC_OWN_')).toEqual(list);
});

test('domains', () => {
  const list = [...DOMAINS.map(upper), 'DOMAINS'];
  expect(names('world.h', 'KC_WIRED', 'KC_')).toEqual(list);
});

test('fields of a call, in order', () => {
  const [, body = ''] = /struct kc_call \{([^}]*)\}/u.exec(header('world.h')) ?? [];
  const fields = body.replaceAll(/\b(?:unsigned )?int\b/gu, '').match(/\w+/gu) ?? [];
  expect(fields).toEqual(Object.keys(call('device_add')));
});

test('tables and lists of a picture', () => {
  const short = new Map([
    ['msi_domain_info', 'INFO'],
    ['kstat_irqs', 'KSTAT'],
  ]);
  const tables = TABLES.map((name) => short.get(name) ?? upper(name));
  const lists = Object.keys(codes.LISTS).map((name) => `KC_LIST_${upper(name)}`);
  expect(names('dump.h', 'KC_TABLE_DEVICE', 'KC_TABLE_')).toEqual([...tables, ...lists]);
  expect(Object.values(codes.LISTS)).toEqual(lists.map((_, i) => tables.length + i));
});

test('kinds of domains, chips and releases', () => {
  expect(names('dump.h', 'KC_KIND_MSI', 'KC_KIND_')).toEqual(codes.KINDS.map(upper));
  expect(names('dump.h', 'KC_CHIP_MSI', 'KC_CHIP_')).toEqual(codes.CHIPS.map(upper));
  expect(names('dump.h', 'KC_RELEASE_MSI', 'KC_RELEASE_')).toHaveLength(codes.RELEASES.length);
});

test('places in memory', () => {
  expect((place('KC_MEMORY') / 8) * 7).toBe(codes.SHADOW);
  expect(place('KC_BASE') + place('KC_MEMORY')).toBe(native.MEMORY);
});

test('requests and answers of the program', () => {
  const asked = Object.keys(native.ASK).map(upper);
  expect(names('native/native.h', 'KC_ASK_START', 'KC_ASK_')).toEqual(asked);
  expect(Object.values(native.ASK)).toEqual(asked.map((_, i) => i));
  const answers = native.ANSWERS.map(upper);
  expect(names('native/native.h', 'KC_ANSWER_OK', 'KC_ANSWER_')).toEqual(answers);
  expect(native.MAGIC).toBe(place('MAGIC', 'native/main.c'));
});

/** The last number that a name is defined as: that of a host, where there are two. */
function place(name: string, file = 'kc_memory.h'): number {
  const pattern = new RegExp(`#define ${name}\\s+(0x[0-9a-f]+)u`, 'gu');
  return Number([...header(file).matchAll(pattern)].at(-1)?.[1]);
}
