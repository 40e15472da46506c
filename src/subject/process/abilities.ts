// SPDX-License-Identifier: GPL-2.0-only
/** What a program says of itself before anything else: the lines from its greeting to `ready`. */
import { ARG_KINDS } from '../../trace/args.ts';
import { CALL_NAMES, type CallField, type CallName } from '../../trace/call.ts';
import { type Environment, impossible } from '../../trace/environment.ts';
import { nearest } from '../../trace/nearest.ts';
import { oneOf, quote } from '../../trace/problem.ts';
import { PROFILES, type Release } from '../../trace/profile.ts';
import { SIGNATURES } from '../../trace/signatures.ts';
import { canFail, OP_NAMES, SITES } from '../../trace/sites.ts';
import {
  GREETING,
  type KindName,
  KIND_NAMES,
  KINDS,
  type Result,
  RESULTS,
  type Shows,
  SHOWS_ALL,
} from './vocabulary.ts';

/** What a program can do besides answering steps. */
export const SKILLS = ['restart', 'snapshot'] as const;

/** Values that an argument may have, by its field; an argument that is not named may have any. */
export type Only = ReadonlyMap<CallField, ReadonlySet<number>>;

/** What a program is, implements and shows. */
export interface Abilities {
  readonly name: string;
  readonly release: Release;
  readonly calls: ReadonlySet<CallName>;
  readonly only: ReadonlyMap<CallName, Only>;
  readonly shows: Shows;
  /** Sites of memory, operations, and `any` for the n-th allocation wherever it is. */
  readonly faults: ReadonlySet<string>;
  readonly can: ReadonlySet<(typeof SKILLS)[number]>;
}

/** Thrown for a line that is none; the message says what was wrong and what was expected. */
export class BadAbilities extends Error {}

/** Everything: what a subject of ours says when it is served. */
export function allAbilities(name: string, release: Release): Abilities {
  const { release: series } = PROFILES[release];
  return {
    name,
    release,
    calls: new Set(CALL_NAMES.filter((fn) => SIGNATURES[fn].releases.includes(series))),
    only: new Map(),
    shows: SHOWS_ALL,
    faults: new Set(FAULTS),
    can: new Set(SKILLS),
  };
}

/** The environment in the program's own release, or why there is none. */
export function inRelease(
  environment: Environment,
  { release }: Pick<Abilities, 'release'>,
): Environment | string {
  if (PROFILES[environment.release].release !== PROFILES[release].release)
    return `${environment.release} in a program of ${release}`;
  const own = environment.release === release ? environment : { ...environment, release };
  return impossible(own) ?? own;
}

/** The lines, in which `parseAbilities` finds the same. */
export function formatAbilities(abilities: Abilities): readonly string[] {
  const { name, release, calls, only, shows, faults, can } = abilities;
  return [
    GREETING,
    `name: ${name}`,
    `release: ${release}`,
    `calls: ${[...calls].join(' ')}`,
    ...only.entries().map(([fn, values]) => `only: ${formatOnly(fn, values)}`),
    `shows: ${[...shows.results, ...shows.kinds.entries().map(formatKind)].join(' ')}`,
    `faults: ${words(faults)}`,
    `can: ${words(can)}`,
    'ready',
  ];
}

/** Reads the lines from the greeting to `ready`. Throws `BadAbilities`. */
export function parseAbilities(lines: readonly string[]): Abilities {
  const [first = '', ...rest] = lines;
  if (first !== GREETING) refuseGreeting(first);
  if (!rest.includes('ready'))
    bad(`said ${rest.length} lines and not "ready"`, '"ready" at the end');
  const fields = new Map<string, string[]>(FIELDS.map((name) => [name, []]));
  for (const line of rest) {
    if (line === 'ready') break;
    const colon = line.indexOf(':');
    const list = fields.get(line.slice(0, Math.max(0, colon)));
    if (list === undefined)
      bad(`said ${quote(line)}`, `"ready" or a line "FIELD: VALUE", FIELD ${oneOf(FIELDS)}`);
    list.push(line.slice(colon + 1).trim());
  }
  const all = (name: string): readonly string[] =>
    (fields.get(name) ?? [])
      .flatMap((text) => text.split(/\s+/u))
      .filter((word) => word !== '' && word !== 'none');
  const release = parseRelease((fields.get('release') ?? []).join(' '));
  const calls = new Set(all('calls').map((word) => parseCall(word, release)));
  if (calls.size === 0) bad('implements no call', '"calls: NAME NAME ..."');
  return {
    name: (fields.get('name') ?? []).join(' ').slice(0, LONGEST_NAME),
    release,
    calls,
    only: new Map((fields.get('only') ?? []).map(parseOnly)),
    shows: parseShows(all('shows')),
    faults: new Set(all('faults').map((word) => known('fault', word, FAULTS))),
    can: new Set(all('can').map((word) => known('ability', word, SKILLS))),
  };
}

const FIELDS = ['name', 'release', 'calls', 'only', 'shows', 'faults', 'can'];
const FAULTS: readonly string[] = ['any', ...SITES, ...OP_NAMES.filter(canFail)];
const LONGEST_NAME = 80;
const RELEASES: readonly Release[] = ['6.12', '6.12.117', '6.1'];

function refuseGreeting(line: string): never {
  const version = /^msicheck protocol (.+)$/u.exec(line)?.[1];
  if (version === undefined) bad(`began with ${quote(line)}`, `"${GREETING}" as its first line`);
  bad(`speaks version ${quote(version)} of the protocol`, `version 1, "${GREETING}"`);
}

function bad(wrong: string, expected: string): never {
  throw new BadAbilities(`${wrong}; expected ${expected}`);
}

function known<T extends string>(what: string, word: string, names: readonly T[]): T {
  const name = names.find((one) => one === word);
  if (name !== undefined) return name;
  const close = nearest(word, names);
  bad(`names the unknown ${what} ${quote(word)}`, close.length === 0 ? oneOf(names) : oneOf(close));
}

function parseRelease(text: string): Release {
  return RELEASES.find((name) => name === text) ?? bad(`has "release: ${text}"`, oneOf(RELEASES));
}

function parseCall(word: string, release: Release): CallName {
  const fn = known('call', word, CALL_NAMES);
  if (!SIGNATURES[fn].releases.includes(PROFILES[release].release))
    bad(`implements ${fn}, which ${release} does not have`, `calls of ${release}`);
  return fn;
}

/** `msi_domain_insert_msi_desc(domid=0|1, affinity=none)` */
function parseOnly(text: string): readonly [CallName, Only] {
  const match = /^(\w+)\((.*)\)$/u.exec(text);
  if (match === null) bad(`has "only: ${text}"`, '"only: CALL(ARGUMENT=VALUE|VALUE, ...)"');
  const fn = known('call', match[1] ?? '', CALL_NAMES);
  const { args } = SIGNATURES[fn];
  const found = new Map<CallField, ReadonlySet<number>>();
  for (const pair of (match[2] ?? '').split(',')) {
    const [name = '', values = ''] = pair.trim().split('=');
    const arg = args.find((one) => one.name === name);
    if (arg === undefined)
      bad(`names the unknown argument ${quote(name)} of ${fn}`, oneOf(args.map((one) => one.name)));
    const { parse, expected } = ARG_KINDS[arg.kind];
    const numbers = values
      .split('|')
      .map((value) => parse(value) ?? bad(`has ${quote(pair)}`, expected));
    found.set(arg.field, new Set(numbers));
  }
  return [fn, found];
}

function formatOnly(fn: CallName, only: Only): string {
  const pairs = SIGNATURES[fn].args.flatMap(({ field, name, kind }) => {
    const values = only.get(field);
    return values === undefined
      ? []
      : [`${name}=${[...values].map(ARG_KINDS[kind].format).join('|')}`];
  });
  return `${fn}(${pairs.join(', ')})`;
}

/** `ret lock descriptor(dev,domid,msi_index)`; a kind without fields is shown with all of them. */
function parseShows(list: readonly string[]): Shows {
  const results = new Set<Result>();
  const kinds = new Map<KindName, readonly string[]>();
  for (const word of list) {
    const [name = '', rest] = word.split('(');
    const result = RESULTS.find((one) => one === name);
    if (result !== undefined && rest === undefined) {
      results.add(result);
      continue;
    }
    const kind = known('part of an answer', name, [...KIND_NAMES, ...RESULTS].filter(isKind));
    kinds.set(kind, rest === undefined ? KINDS[kind].fields : parseFields(kind, rest));
  }
  if (results.size + kinds.size === 0)
    bad('shows nothing', `"shows: ret" and more, among ${oneOf([...RESULTS, ...KIND_NAMES])}`);
  return { results, kinds };
}

function isKind(name: KindName | Result): name is KindName {
  return name in KINDS;
}

function parseFields(kind: KindName, text: string): readonly string[] {
  const { fields } = KINDS[kind];
  if (!text.endsWith(')'))
    bad(`shows ${quote(`${kind}(${text}`)}`, `"${kind}(FIELD,FIELD)" without spaces`);
  return text
    .slice(0, -1)
    .split(',')
    .map((word) => known(`field of ${kind}`, word, fields));
}

function formatKind([name, fields]: readonly [KindName, readonly string[]]): string {
  return `${name}(${fields.join(',')})`;
}

function words(list: ReadonlySet<string>): string {
  return list.size === 0 ? 'none' : [...list].join(' ');
}
