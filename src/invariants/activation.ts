// SPDX-License-Identifier: GPL-2.0-only
/**
 * Which interrupts are active, and the order in which their levels become so.
 *
 * In reservation mode early activation is followed by clearing the bit, so that requesting the
 * interrupt activates it again; nobody deactivates it before. That is by design.
 * What a driver does with blocks of its own is its own business: it may free them while active.
 */
import { MsiFlag, PCI_TOKENS } from '../trace/flags.ts';
import { Fact } from './facts.ts';
import type { NumberPast } from './past.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { firstFrom } from '../trace/tree.ts';
import { type DescView, type IrqView, named } from './view.ts';
import {
  activatesEarly,
  deactivates,
  happened,
  happens,
  has,
  someIrq,
  withMsi,
} from './situation.ts';
import { activated, associated, deactivated } from './situations.ts';

/** Inner levels have to work before the outer ones rely on them. */
export const parentsFirst: Rule = {
  name: 'a level is activated, and a message written, when the levels below are active',
  source: 'kernel/irq/irqdomain.c __irq_domain_activate_irq()',
  ops: ['activate', 'irq_write_msi_msg'],
  callback: ({ op, domain, irq, arg, ret }, { numbers, environment }) => {
    const past = numbers[irq];
    if (past === undefined || past.pushed) return undefined;
    if (op === 'irq_write_msi_msg') {
      if (arg === 0 || (past.active[environment.levels] ?? 0) > 0) return undefined;
      return `a message for interrupt ${irq}, whose parent is not active`;
    }
    if (
      ret !== 0 ||
      domain < 1 ||
      (past.alloc[domain - 1] ?? 0) === 0 ||
      (past.active[domain - 1] ?? 0) > 0
    )
      return undefined;
    return `domain ${domain} for interrupt ${irq}, whose parent is not active`;
  },
  sometimes: [activated],
};

/** And the other way round. */
export const outermostFirst: Rule = {
  name: 'a level is deactivated when the message is cleared and the levels above are inactive',
  source: 'kernel/irq/irqdomain.c __irq_domain_deactivate_irq()',
  ops: ['deactivate'],
  callback: ({ domain, irq }, { numbers, environment }) => {
    const past = numbers[irq];
    if (past === undefined || past.pushed) return undefined;
    if (domain === environment.levels && past.written !== 0)
      return `domain ${domain} of interrupt ${irq}, whose message is still written`;
    return (past.active[domain + 1] ?? 0) > 0
      ? `domain ${domain} of interrupt ${irq}, whose outer level is active`
      : undefined;
  },
  sometimes: [deactivated],
};

/** Nothing may arrive at a number that is given away. */
export const freedInactive: Rule = {
  name: 'no level frees an interrupt of a descriptor that it still has active',
  source: 'kernel/irq/msi.c __msi_domain_free_irqs()',
  ops: ['free'],
  callback: ({ domain, irq }, history) => {
    const past = history.numbers[irq];
    if (
      past === undefined ||
      (past.active[domain] ?? 0) <= 0 ||
      past.block ||
      maybeReserved(history, past)
    )
      return undefined;
    return `domain ${domain} frees interrupt ${irq} while it is active`;
  },
  sometimes: [
    happens(
      'an interrupt of a descriptor was deactivated and freed',
      Fact.DEACTIVATED,
      ({ callbacks }) => callbacks.some(({ op }) => op === 'free'),
      deactivates,
    ),
  ],
};

/** True for an interrupt that was activated in reservation mode, or that nobody saw, where it may have been. */
function maybeReserved(history: History, past: NumberPast): boolean {
  return history.reservable && (past.reserved || !past.seen);
}

/** Activation balances, level by level. */
export const activationBalances: Rule = {
  name: 'each level of an active interrupt was activated once more than deactivated, and none of an inactive one',
  source: 'kernel/irq/irqdomain.c irq_domain_activate_irq(), irq_domain_deactivate_irq()',
  irq: ({ irq, desc, levels }, history) => {
    const past = history.numbers[irq];
    if (past === undefined || past.pushed) return undefined;
    const wanted = desc.activated || past.reserved ? 1 : 0;
    for (let handle = 0; levels >> handle !== 0; handle += 1) {
      const count = past.active[handle] ?? 0;
      if ((levels & (1 << handle)) !== 0 && count !== wanted && handle < WIRED) {
        return `interrupt ${irq} is ${desc.activated ? 'active' : 'inactive'}, domain ${handle} was activated ${count} times more than deactivated`;
      }
    }
    return undefined;
  },
  number: ({ irq, desc, past }, history) => {
    if (desc !== undefined || past.block || maybeReserved(history, past)) return undefined;
    const handle = past.active.findIndex((count) => count !== 0);
    return handle < 0
      ? undefined
      : `interrupt ${irq} is gone, domain ${handle} was activated ${past.active[handle] ?? 0} times more than deactivated`;
  },
  sometimes: [activated, deactivated, happened('an activation failed', Fact.ACTIVATE_FAILED)],
};

/** Domains without hierarchy have nothing to activate. */
const WIRED = 4;

/** All vectors, not just the first, and none that nobody can serve. */
export const activeWhenWanted: Rule = {
  name: 'every vector is active with MSI_FLAG_ACTIVATE_EARLY, unless it is reserved or no CPU is online for a managed one, and none without',
  source: 'kernel/irq/msi.c msi_init_virq()',
  irq: ({ irq, desc, info, msi }, { environment, numbers }) => {
    if (info === undefined || msi === undefined || numbers[irq]?.lied === true) return undefined;
    const unserved = desc.is_managed && (desc.affinity & environment.online) === 0;
    const wanted =
      (info.flags & MsiFlag.MSI_FLAG_ACTIVATE_EARLY) !== 0 && !desc.can_reserve && !unserved;
    return desc.activated === wanted
      ? undefined
      : `interrupt ${irq} is ${desc.activated ? 'active' : 'inactive'}`;
  },
  sometimes: [
    associated,
    happens(
      'a descriptor of several vectors was activated',
      Fact.MULTI,
      (_observation, { facts }) => (facts & Fact.ACTIVATED) !== 0,
      activatesEarly,
    ),
  ],
};

/** Reservation is decided once per allocation, from the device's first descriptor. */
export const reservedTogether: Rule = {
  name: 'all vectors of a descriptor are in reservation mode, or none, as domain and first descriptor decide',
  source: 'kernel/irq/msi.c msi_check_reservation_mode(), msi_init_virq()',
  boundDesc: (view, history) => {
    const { picture, desc, info, domain } = view;
    if (info === undefined || domain === undefined) return undefined;
    const fresh = history.descs[view.address]?.bound === history.steps;
    let wanted = fresh ? reservation(view) : undefined;
    for (let i = 0; i < desc.nvec_used; i += 1) {
      const irq = picture.irq_desc.objects[picture.sparse_irqs[desc.irq + i] ?? 0];
      const data = irq === undefined ? undefined : picture.irq_data.objects[irq.irq_data];
      if (
        irq === undefined ||
        data === undefined ||
        picture.irq_domain.objects[data.domain] !== domain
      )
        continue;
      wanted ??= irq.can_reserve;
      if (irq.can_reserve !== wanted)
        return `interrupt ${irq.irq} is ${irq.can_reserve ? '' : 'not '}in reservation mode`;
    }
    return undefined;
  },
  sometimes: [
    happens(
      'an interrupt was reserved',
      Fact.ASSOCIATED,
      (observation, history) =>
        someIrq(observation, history, ({ can_reserve, msi_desc }) => can_reserve && msi_desc !== 0),
      (env) =>
        withMsi(env) &&
        has(env, 'MSI_FLAG_MUST_REACTIVATE') &&
        !has(env, 'MSI_FLAG_NO_MASK') &&
        PCI_TOKENS.includes(env.bus_token),
    ),
    associated,
  ],
};

/** What the allocation in this step had to decide. */
function reservation({ picture, data, domain, info }: DescView): boolean {
  if (domain === undefined || info === undefined || !PCI_TOKENS.includes(domain.bus_token))
    return false;
  if (
    (info.flags & MsiFlag.MSI_FLAG_MUST_REACTIVATE) === 0 ||
    (info.flags & MsiFlag.MSI_FLAG_NO_MASK) !== 0
  )
    return false;
  const store = data?.domains[0]?.store;
  let maskable = false;
  if (store === undefined) return false;
  firstFrom(picture.xa_node, store, 0, (entry) => {
    const first = picture.msi_desc.objects[entry];
    maskable = first !== undefined && (first.is_msix || first.can_mask);
    return true;
  });
  return maskable;
}

/** Start-up clears it, and nothing here starts an interrupt up. */
export const managedShutdown: Rule = {
  name: 'a managed interrupt is marked for managed shutdown, and no other is',
  source: 'kernel/irq/irqdesc.c alloc_descs()',
  irq: ({ picture, address, desc }: IrqView) =>
    desc.managedShutdown === desc.is_managed
      ? undefined
      : `${named(picture.irq_desc, address)} is ${desc.is_managed ? '' : 'not '}managed, but ${desc.managedShutdown ? '' : 'not '}marked`,
  sometimes: [
    happens(
      'an interrupt with a managed affinity was made',
      Fact.IRQ_BORN,
      (observation, history) => someIrq(observation, history, ({ is_managed }) => is_managed),
    ),
  ],
};
