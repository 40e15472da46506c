// SPDX-License-Identifier: GPL-2.0-only
/** The text of an answer, both ways, and the answer that an observation of a subject stands for. */
import { type CallName, DOMAINS } from '../../trace/call.ts';
import { formatErrno, parseErrno } from '../../trace/errno.ts';
import type { Observation } from '../../trace/observation.ts';
import { quote } from '../../trace/problem.ts';
import { SIGNATURES } from '../../trace/signatures.ts';
import { SITES } from '../../trace/sites.ts';
import { shownOf } from './shown.ts';
import {
  formatItem,
  type Item,
  type KindName,
  KINDS,
  KIND_NAMES,
  type Result,
  RESULTS,
  type Shows,
} from './vocabulary.ts';

/** Items by kind; a kind that is shown and has none is an empty list. */
export type Items = ReadonlyMap<KindName, readonly Item[]>;

/** What was shown of one step: its result, what happened, and the state after it. */
export interface Answer {
  readonly fn: CallName;
  readonly shows: Shows;
  readonly ret: number;
  readonly virq: number;
  readonly dead: boolean;
  readonly items: Items;
}

/** The answer that a subject would give that showed this much. */
export function answerOf(seen: Observation, fn: CallName, shows: Shows): Answer {
  const items = new Map<KindName, readonly Item[]>();
  for (const name of shows.kinds.keys()) {
    if (KINDS[name].part === 'step') items.set(name, happened(seen, name));
  }
  if (!seen.dead) for (const [name, list] of shownOf(seen.picture, shows)) items.set(name, list);
  return { fn, shows, ret: seen.ret, virq: seen.virq, dead: seen.dead, items };
}

/** The line that answers a step. */
export function formatAnswer({ fn, ret, virq, dead, items, shows }: Answer): string {
  const values: Readonly<Record<Result, string>> = {
    ret: `ret=${resultText(fn, ret)}`,
    virq: virq === 0 ? '' : `virq=${virq}`,
    dead: dead ? 'dead=yes' : '',
  };
  const words = RESULTS.filter((name) => shows.results.has(name)).map((name) => values[name]);
  return [...words.filter((word) => word !== ''), ...itemWords(items, shows, 'step')].join(' ');
}

/** A result with the name of its error, if it is one: a slot is a number, and -1 is NULL. */
export function resultText(fn: CallName, ret: number): string {
  return SIGNATURES[fn].returns === 'slot' ? String(ret) : formatErrno(ret);
}

/** The line that answers `state`. */
export function formatState(items: Items, shows: Shows): string {
  return itemWords(items, shows, 'state').join(' ');
}

/** A line as it was read: what it says, or what is wrong with it and what was expected. */
export type Read =
  | { readonly wrong: string; readonly expected: string }
  | {
      readonly wrong: undefined;
      readonly results: ReadonlyMap<Result, string>;
      readonly items: Items;
    };

/** Reads a line of words; `part` says which kinds may stand in it. */
export function parseWords(line: string, shows: Shows, part: 'step' | 'state'): Read {
  const results = new Map<Result, string>();
  const items = new Map<KindName, Item[]>();
  for (const [name] of shows.kinds) if (KINDS[name].part === part) items.set(name, []);
  for (const word of line.split(' ')) {
    if (word === '') continue;
    const known = part === 'step' ? resultOf(word, shows) : undefined;
    if (known !== undefined && !results.has(known[0])) {
      results.set(known[0], known[1]);
      continue;
    }
    const item = itemOf(word, shows);
    const list = item === undefined ? undefined : items.get(item.name);
    if (item === undefined || list === undefined)
      return { wrong: quote(word), expected: usual(shows, part) };
    list.push(item.item);
  }
  if (part === 'step' && shows.results.has('ret') && !results.has('ret') && !results.has('dead'))
    return { wrong: `no "ret=" in ${quote(line)}`, expected: usual(shows, part) };
  return { wrong: undefined, results, items };
}

/** `ret=-EBUSY` */
function resultOf(word: string, { results }: Shows): readonly [Result, string] | undefined {
  const match = /^(ret|virq|dead)=([\w-]+)$/u.exec(word);
  const name = RESULTS.find((known) => known === match?.[1]);
  const value = match?.[2] ?? '';
  if (name === undefined || !results.has(name)) return undefined;
  const good =
    name === 'dead' ? value === 'yes' || value === 'no' : parseErrno(value) !== undefined;
  return good ? [name, value] : undefined;
}

/** `lock(of=device0)`, with each field that the program shows, once, in any order. */
function itemOf(
  word: string,
  { kinds }: Shows,
): { readonly name: KindName; readonly item: Item } | undefined {
  const match = /^(\w+)\(([^()]*)\)$/u.exec(word);
  const name = KIND_NAMES.find((known) => known === match?.[1]);
  const fields = name === undefined ? undefined : kinds.get(name);
  if (name === undefined || fields === undefined) return undefined;
  const item: Record<string, string> = {};
  let count = 0;
  for (const pair of (match?.[2] ?? '').split(',')) {
    const equals = pair.indexOf('=');
    const field = pair.slice(0, Math.max(0, equals));
    const value = pair.slice(equals + 1);
    if (!fields.includes(field) || item[field] !== undefined || value === '') return undefined;
    if (field === 'irq' && !/^\d{1,9}$/u.test(value)) return undefined;
    item[field] = value;
    count += 1;
  }
  return count === fields.length ? { name, item } : undefined;
}

/** What a good line would have been. */
function usual({ results, kinds }: Shows, part: 'step' | 'state'): string {
  const words =
    part === 'step' ? RESULTS.filter((name) => results.has(name)).map((name) => `${name}=`) : [];
  for (const [name, fields] of kinds) {
    if (KINDS[name].part === part) words.push(`${name}(${fields.join('=,')}=)`);
  }
  return `words among ${words.join(' ')}`;
}

function itemWords(items: Items, { kinds }: Shows, part: 'step' | 'state'): readonly string[] {
  const words: string[] = [];
  for (const [name, fields] of kinds) {
    if (KINDS[name].part !== part) continue;
    for (const item of items.get(name) ?? []) words.push(formatItem(name, fields, item));
  }
  return words;
}

/** What a step did, item by item. */
function happened(seen: Observation, name: KindName): readonly Item[] {
  switch (name) {
    case 'callback':
      return seen.callbacks.map(({ op, domain, dev, irq, arg, ret }) => ({
        op,
        domain: domain < 0 ? 'device' : (DOMAINS[domain] ?? String(domain)),
        dev: dev < 0 ? 'none' : String(dev),
        irq: String(irq),
        arg: String(arg),
        ret: formatErrno(ret),
      }));
    case 'complaint':
      return seen.splats.map(({ kind, fn, nth }) => ({
        kind: kind.replaceAll(' ', '_'),
        fn,
        nth: String(nth),
      }));
    case 'fired':
      return seen.fired.map(({ where, nth }) => ({ where, nth: String(nth) }));
    default:
      return SITES.flatMap((site, i) => {
        const count = seen.requests[i] ?? 0;
        return count === 0 ? [] : [{ site, count: String(count) }];
      });
  }
}
