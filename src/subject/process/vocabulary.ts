// SPDX-License-Identifier: GPL-2.0-only
/**
 * The words of the protocol (docs/protocol.md): what a program may show after a step and of its state.
 * Each kind of item has named fields; a program says which of them it shows.
 */
import { TABLES } from '../../trace/observation.ts';

/** First line of a program; the number is the version of the protocol. */
export const GREETING = 'msicheck protocol 1';

/** A kind of item. */
export interface Kind {
  readonly fields: readonly string[];
  /** Shown with the answer to a step, or with the answer to `state`. */
  readonly part: 'step' | 'state';
  /** How many of the fields, from the first on, tell which item it is; the others say how it is. */
  readonly key: number;
  /** In the order in which it happened; else the order says nothing. */
  readonly ordered: boolean;
}

/** What an answer to a step has once: the result, `msi_map::virq`, and whether the kernel died. */
export const RESULTS = ['ret', 'virq', 'dead'] as const;

/** One of `RESULTS`. */
export type Result = (typeof RESULTS)[number];

/** The kinds in a fixed order. */
export const KIND_NAMES = [
  'callback',
  'complaint',
  'fired',
  'request',
  'device',
  'descriptor',
  'block',
  'interrupt',
  'domain',
  'mapping',
  'vector',
  'lock',
  'devres',
  'sysfs',
  'live',
] as const;

/** Name of a kind of item. */
export type KindName = (typeof KIND_NAMES)[number];

/** Every kind; `irq` is an interrupt number wherever it stands. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  callback: event('op domain dev irq arg ret', 5),
  complaint: event('kind fn nth', 3),
  fired: event('where nth', 2),
  request: { ...event('site count', 1), ordered: false },

  device: state('dev alive msi_domain msi_data', 1),
  descriptor: state('dev domid msi_index nvec_used irq affinity msi_attrib icookie message', 3),
  block: state('block irq size', 1),
  interrupt: state(
    'irq chain chips msi_desc activated can_reserve affinity managedShutdown norequest trigger handler',
    1,
  ),
  domain: state('domain parent mapcount hwirq_max bus_token', 1),
  mapping: state('domain hwirq irq', 2),
  vector: state('hwirq', 1),
  lock: state('of', 1),
  devres: state('dev at release id', 2),
  sysfs: state('dev irq', 2),
  live: state(TABLES.join(' '), 0),
};

/** One item: the value of each field as it is written. */
export type Item = Readonly<Record<string, string>>;

/** What a program shows: the results, and the fields per kind. */
export interface Shows {
  readonly results: ReadonlySet<Result>;
  readonly kinds: ReadonlyMap<KindName, readonly string[]>;
}

/** Everything that there is to show. */
export const SHOWS_ALL: Shows = {
  results: new Set(RESULTS),
  kinds: new Map(KIND_NAMES.map((name) => [name, KINDS[name].fields])),
};

/** Everything that belongs to the answer to a step. */
export const EVENTS: Shows = {
  results: SHOWS_ALL.results,
  kinds: new Map([...SHOWS_ALL.kinds].filter(([name]) => KINDS[name].part === 'step')),
};

/** True when something is shown of the state. */
export function showsState({ kinds }: Shows): boolean {
  return kinds.keys().some((name) => KINDS[name].part === 'state');
}

/** `descriptor(dev=0,domid=0,msi_index=3)` */
export function formatItem(name: KindName, fields: readonly string[], item: Item): string {
  return `${name}(${fields.map((field) => `${field}=${item[field] ?? ''}`).join(',')})`;
}

function event(fields: string, key: number): Kind {
  return { fields: fields.split(' '), part: 'step', key, ordered: true };
}

function state(fields: string, key: number): Kind {
  return { fields: fields.split(' '), part: 'state', key, ordered: false };
}
