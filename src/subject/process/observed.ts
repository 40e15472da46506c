// SPDX-License-Identifier: GPL-2.0-only
/** The answer of a program as an observation, with nothing where it shows nothing. */
import { DOMAINS } from '../../trace/call.ts';
import { parseErrno } from '../../trace/errno.ts';
import {
  type Callback,
  type Fired,
  type ObjectKind,
  type Observation,
  type Picture,
  type Splat,
  type Table,
  SPLAT_KINDS,
} from '../../trace/observation.ts';
import { OP_NAMES, SITES } from '../../trace/sites.ts';
import type { Answer } from './answer.ts';
import type { Item } from './vocabulary.ts';

/** A picture in which nothing exists. */
export const EMPTY: Picture = {
  device: none('device'),
  msi_device_data: none('msi_device_data'),
  msi_desc: none('msi_desc'),
  affinity: none('affinity'),
  sysfs_attrs: none('sysfs_attrs'),
  xa_node: none('xa_node'),
  radix_tree_node: none('radix_tree_node'),
  irq_domain: none('irq_domain'),
  msi_domain_info: none('msi_domain_info'),
  irq_data: none('irq_data'),
  irq_desc: none('irq_desc'),
  kstat_irqs: none('kstat_irqs'),
  fwnode: none('fwnode'),
  name: none('name'),
  devres: none('devres'),
  sparse_irqs: [],
  blockIrq: [],
  blockSize: [],
  overridden: [],
};

/** What a subject would have shown. */
export function observationOf({ ret, virq, dead, items }: Answer): Observation {
  const requests = new Map(items.get('request')?.map(({ site, count }) => [site, Number(count)]));
  return {
    ret,
    virq,
    dead,
    callbacks: (items.get('callback') ?? []).flatMap(callback),
    splats: (items.get('complaint') ?? []).flatMap(splat),
    fired: (items.get('fired') ?? []).flatMap(fired),
    requests: SITES.map((site) => requests.get(site) ?? 0),
    picture: EMPTY,
  };
}

function callback(item: Item): readonly Callback[] {
  const op = OP_NAMES.find((name) => name === item['op']);
  if (op === undefined) return [];
  const number = (field: string): number => Number(item[field] ?? 0);
  return [
    {
      op,
      domain: DOMAINS.findIndex((name) => name === item['domain']),
      dev: item['dev'] === undefined || item['dev'] === 'none' ? -1 : number('dev'),
      irq: number('irq'),
      arg: number('arg'),
      ret: parseErrno(item['ret'] ?? '0') ?? 0,
    },
  ];
}

function splat(item: Item): readonly Splat[] {
  const kind = SPLAT_KINDS.find((name) => name.replaceAll(' ', '_') === item['kind']);
  if (kind === undefined) return [];
  return [{ kind, fn: item['fn'] ?? '', nth: Number(item['nth'] ?? 1), what: '' }];
}

function fired(item: Item): readonly Fired[] {
  const where = [...SITES, ...OP_NAMES].find((name) => name === item['where']);
  return where === undefined ? [] : [{ where, nth: Number(item['nth'] ?? 1) }];
}

function none<T>(name: ObjectKind): Table<T> {
  return { name, objects: [], birth: [], live: 0, touched: [] };
}
