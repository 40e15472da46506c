// SPDX-License-Identifier: GPL-2.0-only
/**
 * Why interrupts are refused: a call that fails has a reason, and its answer is that of the reason.
 *
 * What is said of a slot is in slots.ts; what the kernel complains of, and what it answers then, the oracle names.
 */
import { isNowhere } from '../trace/affinity.ts';
import { Errno, formatErrno } from '../trace/errno.ts';
import { PCI_TOKENS } from '../trace/flags.ts';
import { domainNamed, findMapping } from '../trace/look.ts';
import type { Observation } from '../trace/observation.ts';
import { type Op, type Site, SITES } from '../trace/sites.ts';
import { Fact } from './facts.ts';
import { descAt, domainOf } from './iterate.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { happens, withMsi } from './situation.ts';

/** What these are made to say is what the caller of an allocation for descriptors gets. */
const HEARD: readonly Op[] = [
  'msi_check',
  'msi_prepare',
  'domain_alloc_irqs',
  'activate',
  'handle_error',
];

/** The same, and where memory is missing for a descriptor, or for its files. */
const OWN: readonly (Op | Site)[] = [
  ...HEARD,
  'msi_alloc_desc',
  'xa_node',
  'alloc_dr',
  'sysfs_create_group',
  'msi_sysfs_populate_desc',
  'sysfs_add_file_to_group',
];

/** What somebody wants: so many numbers in a row, or a CPU where there is none. */
interface Wanted {
  readonly count: number;
  readonly nowhere: boolean;
  /** Whether operation or memory belong to those who are asked. */
  readonly below?: (where: Op | Site) => boolean;
}

/** Memory, numbers, CPUs, and operations that say no. Numbers that are gone again count as taken. */
function reasons(
  { callbacks, fired, picture }: Observation,
  { environment: { nr_irqs }, ended }: History,
  { count, nowhere, below = () => true }: Wanted,
): readonly number[] {
  const found = callbacks.filter(({ op, ret }) => ret !== 0 && below(op)).map(({ ret }) => ret);
  if (fired.some(({ where }) => isSite(where) && below(where))) found.push(Errno.ENOMEM);
  const left = nr_irqs - 1 - picture.irq_desc.live - ended.length;
  if (left <= (count - 1) * (nr_irqs - left)) found.push(Errno.ENOMEM);
  // A level that is made to forget its chip cannot be trimmed.
  const chipless = fired.some(({ where }) => where === 'alloc');
  if (nowhere || chipless) found.push(Errno.EINVAL);
  return found;
}

function isSite(where: Op | Site): boolean {
  return SITES.some((site) => site === where);
}

/** Numbers, hierarchies and mappings: what goes wrong below is handed through. */
export const refusedForAReason: Rule = {
  name: 'whoever is refused interrupts, or a mapping, hears why: no memory, no number, no CPU, or what an operation said',
  source:
    'kernel/irq/irqdesc.c __irq_alloc_descs(), kernel/irq/irqdomain.c __irq_domain_alloc_irqs(), irq_create_fwspec_mapping()',
  calls: [
    'irq_alloc_descs',
    'irq_domain_alloc_irqs',
    'irq_domain_disconnect_hierarchy',
    'irq_domain_push_irq',
    'irq_domain_activate_irq',
    'irq_create_mapping_affinity',
    'irq_create_fwspec_mapping',
    'irq_domain_associate',
  ],
  after: Fact.REFUSED,
  step: (observation, history) => {
    const { ret, splats, fired } = observation;
    const { fn, nirqs, affinity } = history.call;
    if (splats.length > 0) return undefined;
    // It does not fit on the interrupt.
    if (fn === 'irq_domain_push_irq' && fired.length === 0) return undefined;
    if (ret === 0 && fn === 'irq_create_fwspec_mapping' && isUntranslatable(observation, history))
      return undefined;
    const wanted = { count: Math.max(1, nirqs), nowhere: isNowhere(affinity) };
    const found = reasons(observation, history, wanted);
    if (fn.startsWith('irq_create_') ? ret === 0 && found.length > 0 : found.includes(ret))
      return undefined;
    return `${fn} says ${formatErrno(ret)}, reasons: ${list(found)}`;
  },
  sometimes: [
    happens(
      'interrupts were refused without a fault',
      Fact.REFUSED,
      ({ fired, splats }, { call: { fn } }) =>
        fired.length === 0 && splats.length === 0 && fn.startsWith('irq_'),
    ),
  ],
};

/** The domain has no way to understand a specifier, or the interrupt has another trigger type. */
function isUntranslatable(
  { picture }: Observation,
  { call: { domain, hwirq, type }, profile, environment: { ops } }: History,
): boolean {
  const one = domainNamed(picture, domain);
  if (one?.kind === 'msi' && profile.hasMsiTranslate && !ops.includes('msi_translate')) return true;
  const mapped = findMapping(picture, one, hwirq);
  const trigger = picture.irq_desc.objects[mapped?.common ?? 0]?.trigger ?? 0;
  return type !== 0 && trigger !== 0 && trigger !== type;
}

function list(values: readonly number[]): string {
  return values.length === 0 ? 'none' : values.map(formatErrno).join(', ');
}

/** What is said of slots, before any operation is called. */
const ABOUT_SLOTS: readonly number[] = [Errno.EBUSY, Errno.ERANGE, Errno.ENODEV];

/** Whatever the irq domains say, drivers hear that there is no space. */
export const noSpaceForAReason: Rule = {
  name: 'an allocation for descriptors that fails below says -ENOSPC, or to PCI how many worked, and one that fails by itself says why',
  source: 'kernel/irq/msi.c __msi_domain_alloc_irqs(), msi_handle_pci_fail()',
  calls: [
    'msi_domain_alloc_irqs_range',
    'msi_domain_alloc_irqs_range_locked',
    'msi_domain_alloc_irqs_all_locked',
    'msi_domain_alloc_irq_at',
    'msi_domain_alloc_irqs',
    'msi_domain_alloc_irqs_descs_locked',
  ],
  after: Fact.REFUSED,
  step: (observation, history) => {
    const { ret, splats, callbacks, fired } = observation;
    const { fn } = history.call;
    if (splats.length > 0) return undefined;
    const begun = callbacks.some(({ op }) => HEARD.includes(op));
    if (!begun && ABOUT_SLOTS.includes(ret)) return undefined;
    const allowed = callbacks
      .filter(({ op }) => HEARD.includes(op) && fired.some(({ where }) => where === op))
      .map((one) => one.ret);
    if (fired.some(({ where }) => isSite(where) && OWN.includes(where))) allowed.push(Errno.ENOMEM);
    const wanted = wantedByDescs(observation, history);
    const refused = reasons(observation, history, wanted);
    if (history.environment.ops.includes('domain_alloc_irqs')) allowed.push(...refused);
    else if (refused.length > 0 || isTaken(observation, history))
      allowed.push(...noSpace(observation, history, wanted));
    return allowed.includes(ret)
      ? undefined
      : `${fn} says ${formatErrno(ret)}, reasons: ${list(allowed)}`;
  },
  sometimes: [
    happens(
      'an allocation for descriptors was refused without a fault',
      Fact.REFUSED,
      ({ fired, splats }, { call: { fn } }) =>
        fired.length === 0 && splats.length === 0 && fn.startsWith('msi_domain_alloc'),
      withMsi,
    ),
  ],
};

/** The most that a descriptor asked for which the step looked at, or freed. */
function wantedByDescs({ picture }: Observation, { call, lost }: History): Wanted {
  let { count } = lost;
  let nowhere = lost.nowhere || isNowhere(call.affinity);
  for (const address of picture.msi_desc.touched) {
    const desc = picture.msi_desc.objects[address];
    count = Math.max(count, desc?.nvec_used ?? 0);
    nowhere ||= picture.affinity.objects[desc?.affinity ?? 0]?.mask.includes(0) === true;
  }
  return { count, nowhere, below: isBelow };
}

function isBelow(where: Op | Site): boolean {
  return !OWN.includes(where);
}

/** Whether a hardware number was asked for that somebody has, or had until the allocation was undone. */
function isTaken({ callbacks, picture }: Observation, history: History): boolean {
  const asked = callbacks.filter(({ op }) => op === 'get_hwirq');
  const last = asked.at(-1);
  if (last === undefined) return false;
  const after = callbacks.slice(callbacks.indexOf(last));
  if (after.some(({ op }) => op === 'alloc' || op === 'msi_init')) return false;
  // Of what left a map the number is told third.
  const has = history.left.some((hwirq, i) => i % 3 === 2 && hwirq === last.arg);
  const had = callbacks.some(({ op, arg }) => op === 'msi_init' && arg === last.arg);
  return has || had || findMapping(picture, domainOf(picture, history), last.arg) !== undefined;
}

/** The answers for the descriptor that was tried last; one that is gone may have been of several vectors. */
function noSpace(
  { callbacks, picture }: Observation,
  history: History,
  { count }: Wanted,
): readonly number[] {
  const { bus_token, ops } = history.environment;
  if (!PCI_TOKENS.includes(bus_token) || ops.includes('handle_error') || ops.includes('msi_finish'))
    return [Errno.ENOSPC];
  const tried = callbacks.filter(({ op }) => op === 'set_desc');
  const single = tried.length > 1 ? tried.length - 1 : Errno.ENOSPC;
  const desc = descAt(picture, history, tried.at(-1)?.arg ?? 0);
  if (desc === undefined) return count > 1 ? [single, 1] : [single];
  return [desc.nvec_used > 1 ? 1 : single];
}
