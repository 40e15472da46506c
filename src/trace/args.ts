// SPDX-License-Identifier: GPL-2.0-only
/** How the values of arguments are written: one entry per kind, the same for every call that has it. */
import { formatAffinity, parseAffinity } from './affinity.ts';
import { BLOCKS, DOMAINS, DOMIDS, RESOURCES } from './call.ts';
import { BUS_TOKENS, FILTERS, MSI_ANY_INDEX, MSI_XA_DOMAIN_SIZE } from './flags.ts';
import { oneOf } from './problem.ts';
import type { ArgKind } from './signatures.ts';

/** Text and meaning of one kind of argument; `parse` is the inverse of `format`. */
export interface ArgText {
  readonly format: (value: number) => string;
  /** `undefined` for what no argument of this kind can be. */
  readonly parse: (text: string) => number | undefined;
  /** What it is, for `list calls` and for messages: "expected ...". */
  readonly expected: string;
  readonly example: string;
}

const LAST_DEVICE = 2;
const LARGEST_NVEC = 32;
const LARGEST_COOKIE = 2 ** 31;

const slot = numbers(MSI_XA_DOMAIN_SIZE, 'a slot');
const irqTypes: readonly (readonly [number, string])[] = [
  [0, 'IRQ_TYPE_NONE'],
  [1, 'IRQ_TYPE_EDGE_RISING'],
  [4, 'IRQ_TYPE_LEVEL_HIGH'],
];

/** Every kind of argument. */
export const ARG_KINDS: Readonly<Record<ArgKind, ArgText>> = {
  dev: numbers(LAST_DEVICE, 'a device'),
  domid: numbers(DOMIDS - 1, 'a domain id of a device'),
  slot,
  anySlot: {
    format: (value) => (value === MSI_ANY_INDEX ? 'MSI_ANY_INDEX' : slot.format(value)),
    parse: (text) => (text === 'MSI_ANY_INDEX' ? MSI_ANY_INDEX : slot.parse(text)),
    expected: `${slot.expected}, or MSI_ANY_INDEX`,
    example: 'MSI_ANY_INDEX',
  },
  nvec: {
    format: String,
    parse: (text) => parseDecimal(text, 1, LARGEST_NVEC),
    expected: `a number of vectors, 1..${LARGEST_NVEC}`,
    example: '1',
  },
  affinity: {
    format: formatAffinity,
    parse: parseAffinity,
    expected: '"none", or a mask of CPUs 0x0..0xf, with "managed:" in front or not',
    example: 'managed:0x3',
  },
  attrib: names([
    [0, 'none'],
    [1, 'msix'],
    [2, 'maskable'],
    [3, 'msix+maskable'],
  ]),
  filter: names([...FILTERS.entries()]),
  nirqs: numbers(MSI_XA_DOMAIN_SIZE + 1, 'a number of interrupts', '1'),
  yes: names([
    [1, 'yes'],
    [0, 'no'],
  ]),
  hwsize: numbers(MSI_XA_DOMAIN_SIZE + 1, 'a size of a domain, where 0 is unlimited', '8'),
  domain: names([...DOMAINS.entries()]),
  hwirq: numbers(MSI_XA_DOMAIN_SIZE, 'a hardware interrupt number'),
  block: numbers(BLOCKS - 1, 'a block of interrupts'),
  vec: numbers(LARGEST_NVEC - 1, 'a vector'),
  token: names([...BUS_TOKENS.entries()]),
  res: numbers(RESOURCES - 1, 'a resource or group of the driver'),
  cookie: numbers(LARGEST_COOKIE, 'a cookie, where 0 is a NULL pointer'),
  type: names(irqTypes),
};

/** Writes a value. */
export function formatArg(kind: ArgKind, value: number): string {
  return ARG_KINDS[kind].format(value);
}

/** Reads a value; `undefined` when it is impossible. */
export function parseArg(kind: ArgKind, text: string): number | undefined {
  return ARG_KINDS[kind].parse(text);
}

/** Reads a decimal number of `min`..`max`, both inclusive, without sign and leading zeros. */
export function parseDecimal(text: string, min: number, max: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,9})$/u.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function numbers(max: number, what: string, example: string = '0'): ArgText {
  return {
    format: String,
    parse: (text) => parseDecimal(text, 0, max),
    expected: `${what}, 0..${max}`,
    example,
  };
}

/** A number without a name is written as a number, so that a wrong call can be shown at all. */
function names(table: readonly (readonly [number, string])[]): ArgText {
  return {
    format: (value) => table.find(([number]) => number === value)?.[1] ?? String(value),
    parse: (text) => table.find(([, name]) => name === text)?.[0],
    expected: oneOf(table.map(([, name]) => name)),
    example: table[0]?.[1] ?? '',
  };
}
