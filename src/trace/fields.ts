// SPDX-License-Identifier: GPL-2.0-only
/** How the fields of an environment are written, one entry per field in the order of the record. */
import { parseDecimal } from './args.ts';
import {
  DEFAULT_ENVIRONMENT,
  type Environment,
  ENVIRONMENT_RANGES,
  OWN_OPS,
} from './environment.ts';
import { BUS_TOKENS, flagNames, MsiFlag } from './flags.ts';
import { formatForced, parseForced } from './forced.ts';
import { fail, oneOf, type Place, quote } from './problem.ts';

/** Text of one field; `parse` is the inverse of `format` and throws `TraceError`. */
export interface FieldText {
  readonly name: string;
  readonly format: (environment: Environment) => string;
  readonly parse: (text: string, at: Place) => Partial<Environment>;
}

/** Every field but `name`, which stands in the line `environment: NAME`. */
export const FIELDS: readonly FieldText[] = [
  word('release', ['6.12', '6.12.117', '6.1'], (release) => ({ release })),
  number('vectors', (vectors) => ({ vectors })),
  number('revmap_size', (revmap_size) => ({ revmap_size })),
  number('levels', (levels) => ({ levels })),
  word('msi', ['device', 'global', 'none'], (msi) => ({ msi })),
  number('devices', (devices) => ({ devices })),
  word('pci', ['none', 'msi', 'msix'], (pci) => ({ pci })),
  yes('fwnode', (fwnode) => ({ fwnode })),
  bits('flags', (flags) => ({ flags })),
  number('hwsize', (hwsize) => ({ hwsize })),
  word('bus_token', BUS_TOKENS, (bus_token) => ({ bus_token })),
  {
    name: 'ops',
    format: ({ ops }) => words(ops),
    parse: (text, at) => ({ ops: parseWords('ops', OWN_OPS, { text, at }) }),
  },
  word('hwirq', ['index', 'device', 'overlap'], (hwirq) => ({ hwirq })),
  yes('handler', (handler) => ({ handler })),
  word('compose', ['vector', 'msi'], (compose) => ({ compose })),
  yes('prefix', (prefix) => ({ prefix })),
  word('parent', ['plain', 'irq-msi-lib'], (parent) => ({ parent })),
  bits('supported_flags', (supported_flags) => ({ supported_flags })),
  bits('required_flags', (required_flags) => ({ required_flags })),
  yes('irq_ack', (irq_ack) => ({ irq_ack })),
  number('nr_irqs', (nr_irqs) => ({ nr_irqs })),
  number('online', (online) => ({ online })),
  number('wired', (wired) => ({ wired })),
  {
    name: 'hostile',
    format: ({ hostile }) => (hostile.length === 0 ? 'none' : hostile.map(formatForced).join(', ')),
    parse: (text, at) => ({
      hostile: text === 'none' ? [] : text.split(',').map((one) => parseForced(one.trim(), at)),
    }),
  },
];

type NumberField =
  | 'vectors'
  | 'revmap_size'
  | 'levels'
  | 'devices'
  | 'hwsize'
  | 'nr_irqs'
  | 'online'
  | 'wired';
type WordField = 'release' | 'msi' | 'pci' | 'bus_token' | 'hwirq' | 'compose' | 'parent';
type BitsField = 'flags' | 'supported_flags' | 'required_flags';
type YesField = 'fwnode' | 'handler' | 'prefix' | 'irq_ack';

function number(name: NumberField, set: (value: number) => Partial<Environment>): FieldText {
  const [min, max] = ENVIRONMENT_RANGES[name] ?? [0, 0];
  return {
    name,
    format: (environment) => String(environment[name]),
    parse: (text, at) =>
      set(
        parseDecimal(text, min, max) ?? impossibleValue(name, text, at, `a number, ${min}..${max}`),
      ),
  };
}

function word<T extends string>(
  name: WordField,
  allowed: readonly T[],
  set: (value: T) => Partial<Environment>,
): FieldText {
  return {
    name,
    format: (environment) => environment[name],
    parse: (text, at) =>
      set(
        allowed.find((known) => known === text) ?? impossibleValue(name, text, at, oneOf(allowed)),
      ),
  };
}

function bits(name: BitsField, set: (value: number) => Partial<Environment>): FieldText {
  return {
    name,
    format: (environment) => words(flagNames(MsiFlag, environment[name])),
    parse: (text, at) => set(parseFlags(name, text, at)),
  };
}

function yes(name: YesField, set: (value: boolean) => Partial<Environment>): FieldText {
  return {
    name,
    format: (environment) => (environment[name] ? 'yes' : 'no'),
    parse: (text, at) =>
      text === 'yes' || text === 'no'
        ? set(text === 'yes')
        : impossibleValue(name, text, at, 'yes or no'),
  };
}

function words(list: readonly string[]): string {
  return list.length === 0 ? 'none' : list.join(' ');
}

function parseFlags(field: string, text: string, at: Place): number {
  let found = 0;
  for (const name of parseWords(field, Object.keys(MsiFlag), { text, at })) {
    found |= Object.entries(MsiFlag).find(([known]) => known === name)?.[1] ?? 0;
  }
  return found;
}

/** Each name once, in the order of the text; `none` is the empty list. */
function parseWords<T extends string>(
  field: string,
  allowed: readonly T[],
  { text, at }: { readonly text: string; readonly at: Place },
): readonly T[] {
  const found: T[] = [];
  if (text === 'none') return found;
  for (const name of text.split(/\s+/u)) {
    const known =
      allowed.find((one) => one === name) ??
      fail(
        at,
        `unknown name ${quote(name)} in ${field}`,
        `"none" or names among ${allowed.join(', ')}`,
        allowed[0],
      );
    if (found.includes(known)) return fail(at, `${known} is in ${field} twice`, 'each name once');
    found.push(known);
  }
  return found;
}

function impossibleValue(name: string, text: string, at: Place, expected: string): never {
  const usual = FIELDS.find((field) => field.name === name)?.format(DEFAULT_ENVIRONMENT) ?? '';
  return fail(at, `impossible value ${quote(text)} of ${name}`, expected, `${name}: ${usual}`);
}
