// SPDX-License-Identifier: GPL-2.0-only
/** Traces in short, for tables of cases: a sentence, fields of the environment, steps, and how the last one ends. */
import { parseTrace } from '../src/trace/parse.ts';
import type { Trace } from '../src/trace/step.ts';

const DEFAULT_FLAGS = 'MSI_FLAG_USE_DEF_DOM_OPS MSI_FLAG_USE_DEF_CHIP_OPS';
const FLAGS: Readonly<Record<string, string>> = {
  FREE: 'MSI_FLAG_FREE_MSI_DESCS',
  SIMPLE: 'MSI_FLAG_FREE_MSI_DESCS MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS',
  EARLY: 'MSI_FLAG_ACTIVATE_EARLY',
  RESERVE: 'MSI_FLAG_ACTIVATE_EARLY MSI_FLAG_MUST_REACTIVATE',
  FWNODE: 'MSI_FLAG_USE_DEV_FWNODE',
  SYSFS: 'MSI_FLAG_DEV_SYSFS',
};

/** Steps in short; `with KEY=VALUE` after one changes an argument. */
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/^SETUP$/u, 'msi_setup_device_data(dev=0)'],
  [/^LOCK$/u, 'msi_lock_descs(dev=0)'],
  [/^UNLOCK$/u, 'msi_unlock_descs(dev=0)'],
  [/^FIRST$/u, 'msi_domain_first_desc(dev=0, domid=0, filter=MSI_DESC_ALL, lock=no)'],
  [/^NEXT$/u, 'msi_next_desc(dev=0, domid=0, filter=MSI_DESC_ALL, lock=no)'],
  [/^CREATE (\d+)$/u, 'msi_create_device_irq_domain(dev=0, domid=0, hwsize=$1)'],
  [/^REMOVE$/u, 'msi_remove_device_irq_domain(dev=0, domid=0)'],
  [
    /^INSERT (\d+)$/u,
    'msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=$1, nvec_used=1, affinity=none, msi_attrib=none, lock=yes)',
  ],
  [/^AT (\w+)$/u, 'msi_domain_alloc_irq_at(dev=0, domid=0, index=$1, affinity=none, icookie=0)'],
  [/^ALLOC (\d+)\.\.(\d+)$/u, 'msi_domain_alloc_irqs_range(dev=0, domid=0, first=$1, last=$2)'],
  [/^ALL (\d+)$/u, 'msi_domain_alloc_irqs_all_locked(dev=0, domid=0, nirqs=$1)'],
  [/^FREE (\d+)\.\.(\d+)$/u, 'msi_domain_free_irqs_range(dev=0, domid=0, first=$1, last=$2)'],
  [/^DESCS (\d+)\.\.(\d+)$/u, 'msi_domain_free_msi_descs_range(dev=0, domid=0, first=$1, last=$2)'],
  [/^MSG (\d+)$/u, 'get_cached_msi_msg(dev=0, domid=0, index=$1, vec=0)'],
  [
    /^ADD (\d+)$/u,
    'msi_add_msi_desc(dev=0, msi_index=$1, nvec_used=1, affinity=none, msi_attrib=none)',
  ],
  [/^OLD (\d+)$/u, 'msi_domain_alloc_irqs(domain=msi, dev=0, nvec=$1)'],
  [
    /^MAP (\d+) (\d)$/u,
    'irq_create_mapping_affinity(domain=wired, hwirq=$1, affinity=none, block=$2)',
  ],
  [/^BLOCK (\w+) (\d+)$/u, 'irq_domain_alloc_irqs(domain=$1, nr_irqs=$2, affinity=none, block=0)'],
];

const TYPES: Readonly<Record<string, string>> = { 0: 'NONE', 1: 'EDGE_RISING', 4: 'LEVEL_HIGH' };

function stepText(short: string): string {
  const [, body = '', changes = '', faults = ''] =
    /^(.*?)( with [^(]*)?( \(.*?\))?$/u.exec(short) ?? [];
  const spec = /^SPEC (\w+) (\d+) (\d)$/u.exec(body);
  if (spec !== null) {
    const block = spec[3] === '1' ? 2 : 1;
    return `irq_create_fwspec_mapping(domain=${spec[1]}, hwirq=${spec[2]}, type=IRQ_TYPE_${TYPES[spec[3] ?? '']}, block=${block})`;
  }
  const long = STEPS.find(([pattern]) => pattern.test(body));
  let text = long === undefined ? short : body.replace(long[0], long[1]);
  for (const [, key, value] of changes.matchAll(/(\w+)=(\S+)/gu)) {
    text = text.replace(new RegExp(`\\b${key}=[^,)]*`, 'u'), `${key}=${value}`);
  }
  return long === undefined ? text : text.replace(', lock=yes', '') + faults;
}

/** One line of a table. */
export interface Case {
  readonly sentence: string;
  readonly trace: Trace;
  readonly want: string;
}

/** The lines of a table. */
export function casesOf(table: string, release: string): readonly Case[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [sentence = '', environment = '', steps = '', want = ''] = line
        .split('|')
        .map((cell) => cell.trim());
      const fields =
        environment === '' ? [] : environment.split('; ').map((field) => `  ${withFlags(field)}`);
      const lines = ['msicheck trace 1', 'environment: oracle', `  release: ${release}`, ...fields];
      const text = [...lines, ...steps.split(' > ').map(stepText), ''].join('\n');
      return { sentence, trace: parseTrace(text, sentence).trace, want };
    });
}

function withFlags(field: string): string {
  return field.replace(
    /^flags: (\w+)$/u,
    (_, name: string) => `flags: ${DEFAULT_FLAGS} ${FLAGS[name] ?? ''}`,
  );
}
