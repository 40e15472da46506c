// SPDX-License-Identifier: GPL-2.0-only
/** Irq domains as they come and go. */
import { DOMAINS } from '../trace/call.ts';
import { DomainFlag, flagNames, MsiFlag, MSI_XA_DOMAIN_SIZE } from '../trace/flags.ts';
import { type Profile, PROFILES } from '../trace/profile.ts';
import type { MsiDomainInfo } from '../trace/structs.ts';
import type { OwnOp } from '../trace/environment.ts';
import type { Picture } from '../trace/observation.ts';
import { isNew } from './addresses.ts';
import { Fact } from './facts.ts';
import { byLibrary } from './flags.ts';
import type { History } from './remember.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { deviceDomainMade, domainMade, domainRemoved } from './situations.ts';

/** A driver is not told of a domain that is not there, and what it removes is gone. */
export const comesAndGoes: Rule = {
  name: 'a call that makes a domain has made one exactly when it says so, and one that removes a domain leaves none',
  source:
    'kernel/irq/irqdomain.c irq_domain_remove(), kernel/irq/msi.c msi_create_irq_domain(), msi_create_device_irq_domain()',
  calls: [
    'msi_create_irq_domain',
    'msi_create_device_irq_domain',
    'irq_domain_create_legacy',
    'irq_domain_remove',
    'msi_remove_device_irq_domain',
  ],
  step: ({ ret, picture }, { call, facts, deviceAt, domainAt }) => {
    const { fn, dev, domid, domain } = call;
    const data =
      picture.msi_device_data.objects[picture.device.objects[deviceAt[dev] ?? 0]?.msi_data ?? 0];
    const own = picture.irq_domain.objects[data?.domains[domid]?.domain ?? 0];
    const inSlot = own !== undefined && (own.flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE) !== 0;
    const isThere = fn.includes('device') ? inSlot : (domainAt[domain] ?? 0) !== 0;
    const made = (facts & Fact.DOMAIN_BORN) !== 0;
    const removes = fn.includes('remove');
    if (removes ? !isThere : (ret === 1) === made && (!made || isThere)) return undefined;
    return `${fn} says ${ret}, a domain is ${isThere ? '' : 'not '}there, and was ${made ? '' : 'not '}made`;
  },
  sometimes: [domainMade, domainRemoved],
};

/** What the environment of a trace promises. */
export const thereFromTheStart: Rule = {
  name: 'the domains of the environment are there until a driver removes them',
  source: 'src/trace/environment.ts',
  all: (_picture, { environment, profile, domainAt, domains }) => {
    const { levels, msi, wired, hwsize } = environment;
    const global = msi === 'global' && (hwsize <= MSI_XA_DOMAIN_SIZE || !profile.checksRange);
    const missing = DOMAINS.find((name, handle) => {
      const given = (name === 'wired' && wired > 0) || (name === 'msi' && global);
      const wanted = handle <= levels || given;
      return wanted && domainAt[handle] === 0 && !domains.some((past) => past?.handle === handle);
    });
    return missing === undefined ? undefined : `there is no domain ${missing}`;
  },
  sometimes: [domainMade],
};

/** From the root outwards. */
export const rootedInItsParent: Rule = {
  name: 'a domain has the root of its parent, which lives, or is a root itself',
  source: 'kernel/irq/irqdomain.c irq_domain_create_hierarchy()',
  newDomain: ({ picture, address, domain }) => {
    if (domain.parent === 0)
      return domain.root === address
        ? undefined
        : `domain ${domain.name} has no parent, its root is ${domain.root}`;
    const parent = picture.irq_domain.objects[domain.parent];
    if (parent === undefined) return `the parent of domain ${domain.name} is gone`;
    return domain.root === parent.root
      ? undefined
      : `domain ${domain.name} has root ${domain.root}, its parent ${parent.root}`;
  },
  sometimes: [domainMade],
};

/** The functions that ask what a domain is look at nothing else. */
export const flagsFit: Rule = {
  name: 'a domain is marked as hierarchical, as an MSI domain, as that of a device or as an MSI parent exactly when it is one',
  source: 'include/linux/irqdomain.h enum, kernel/irq/irqdomain.c irq_domain_check_hierarchy()',
  newDomain: ({ domain }, { environment }) => {
    const { kind, handle, flags } = domain;
    const wanted =
      (kind === 'wired' ? 0 : DomainFlag.IRQ_DOMAIN_FLAG_HIERARCHY) |
      (kind === 'msi' ? DomainFlag.IRQ_DOMAIN_FLAG_MSI : 0) |
      (handle < 0 ? DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE : 0) |
      (environment.msi === 'device' && handle === environment.levels
        ? DomainFlag.IRQ_DOMAIN_FLAG_MSI_PARENT
        : 0);
    const seen = flags & ~DomainFlag.IRQ_DOMAIN_NAME_ALLOCATED;
    if (seen === wanted) return undefined;
    return `domain ${domain.name} is ${flagNames(DomainFlag, seen).join(' ')}, expected ${flagNames(DomainFlag, wanted).join(' ')}`;
  },
  sometimes: [domainMade],
};

/** Small numbers of the root, and all of a domain without hierarchy, are found without a tree. */
export const linearAsAsked: Rule = {
  name: 'the linear map of a domain has the size that was asked for, and a hierarchy all 32-bit numbers',
  source: 'kernel/irq/irqdomain.c __irq_domain_create(), irq_domain_create_linear()',
  newDomain: ({ domain }, { environment }) => {
    const own = domain.handle === 0 ? environment.revmap_size : 0;
    const wanted = domain.kind === 'wired' ? domain.hwirq_max : own;
    if (domain.kind !== 'wired' && domain.hwirq_max !== 0xffff_ffff)
      return `domain ${domain.name} has numbers below ${domain.hwirq_max}`;
    return domain.revmap.length === wanted
      ? undefined
      : `domain ${domain.name} has a map for ${domain.revmap.length}, not ${wanted}`;
  },
  sometimes: [domainMade],
};

/** A domain that asks for defaults has no operation missing; 6.1 adds allocation and release unasked. */
export const defaultsFilledIn: Rule = {
  name: 'an MSI domain has the default operations that it asked for and does not provide, and no others',
  source:
    'kernel/irq/msi.c msi_domain_update_dom_ops(), msi_domain_update_chip_ops(), drivers/irqchip/irq-msi-lib.c msi_lib_init_dev_msi_info()',
  newDomain: ({ picture, domain }, { environment }) => {
    const info = picture.msi_domain_info.objects[domain.host_data];
    if (info === undefined) return undefined;
    const wanted = defaultsOf(info, PROFILES[environment.release]);
    const { filled } = info;
    if (
      filled.length !== wanted.length ||
      !wanted.every((name) => filled.some((one) => one === name))
    )
      return `domain ${domain.name} got ${filled.toSorted().join(' ') || 'nothing'}, expected ${wanted.join(' ') || 'nothing'}`;
    // irq-msi-lib does not wait to be asked: only the parent can do it.
    const lib = byLibrary(domain, environment);
    const affine =
      (lib || (info.flags & MsiFlag.MSI_FLAG_USE_DEF_CHIP_OPS) !== 0) &&
      (environment.release === '6.1' || (info.flags & MsiFlag.MSI_FLAG_NO_AFFINITY) === 0);
    if (info.irq_set_affinity === affine) return undefined;
    return `the chip of domain ${domain.name} ${affine ? 'got no' : 'got an'} irq_set_affinity${lib ? ' of irq-msi-lib' : ''}`;
  },
  sometimes: [domainMade],
};

/** Names of the operations that the core fills in, sorted. */
/** A wrapper is what the domain provides; the default is called from it. */
const WRAPS: ReadonlyMap<OwnOp, string> = new Map([
  ['wrap_alloc', 'domain_alloc_irqs'],
  ['wrap_free', 'domain_free_irqs'],
]);

function defaultsOf({ flags, ops }: MsiDomainInfo, profile: Profile): readonly string[] {
  const allocation = profile.defaultAllocIsFilledIn
    ? ['domain_alloc_irqs', 'domain_free_irqs']
    : [];
  const asked = [
    'get_hwirq',
    ...(profile.hasMsiCheck ? ['msi_check'] : []),
    'msi_init',
    'msi_prepare',
  ];
  const wanted =
    (flags & MsiFlag.MSI_FLAG_USE_DEF_DOM_OPS) === 0 ? allocation : [...allocation, ...asked];
  return wanted.filter((name) => !ops.some((op) => WRAPS.get(op) === name || op === name));
}

/** What the MSI core relies on. */
export const infoFits: Rule = {
  name: 'an MSI domain has a firmware node, and an info with its bus token and the hwsize that was asked for, 65536 for none, which is its own when it is of a device',
  source: 'kernel/irq/msi.c __msi_create_irq_domain()',
  newDomain: ({ picture, address, domain }, history) => {
    if ((domain.flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI) === 0) return undefined;
    const info = picture.msi_domain_info.objects[domain.host_data];
    if (info === undefined) return `domain ${domain.name} has no info`;
    if (info.bus_token !== domain.bus_token)
      return `domain ${domain.name} is ${domain.bus_token}, its info ${info.bus_token}`;
    if (domain.fwnode === 0) return `domain ${domain.name} has no firmware node`;
    if (info.bundle !== domain.handle < 0)
      return `the info of domain ${domain.name} is ${info.bundle ? '' : 'not '}its own`;
    if (info.hwsize === 0) return `domain ${domain.name} has hwsize 0`;
    const { environment, call, profile, domains, steps } = history;
    const isGiven = !isNew(picture.irq_domain, address);
    if (!isGiven && domains[address]?.made !== steps) return undefined;
    const asked = isGiven ? environment.hwsize : call.hwsize;
    const wanted = profile.checksRange && asked > 0 ? asked : MSI_XA_DOMAIN_SIZE;
    return info.hwsize === wanted
      ? undefined
      : `domain ${domain.name} has hwsize ${info.hwsize}, asked for ${asked}`;
  },
  sometimes: [deviceDomainMade],
};

/** From the domain to its slot. */
export const inOneSlot: Rule = {
  name: 'a per-device domain is in exactly one slot of its device, which has MSI data',
  source: 'kernel/irq/msi.c msi_create_device_irq_domain()',
  newDomain: ({ picture, address, domain }) => {
    if ((domain.flags & DomainFlag.IRQ_DOMAIN_FLAG_MSI_DEVICE) === 0) return undefined;
    const data = picture.msi_device_data.objects[picture.device.objects[domain.dev]?.msi_data ?? 0];
    const count = data?.domains.filter((slot) => slot.domain === address).length ?? 0;
    return count === 1
      ? undefined
      : `${named(picture.irq_domain, address)} is in ${count} slots of device ${domain.dev}`;
  },
  sometimes: [deviceDomainMade],
};

/** Nothing of it is left. One that was removed with interrupts in it was WARNed about. */
export const takesEverythingAlong: Rule = {
  name: 'a domain that is gone had no interrupts, and its name, its firmware node and its bundle are gone too',
  source:
    'kernel/irq/irqdomain.c irq_domain_remove(), kernel/irq/msi.c msi_remove_device_irq_domain()',
  after: Fact.DOMAIN_GONE,
  totals: (picture, history) => {
    for (let i = 0; i < history.removed.length; i += 1) {
      const wrong = left(picture, history, history.removed[i] ?? 0);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  },
  sometimes: [domainRemoved],
};

function left(picture: Picture, { domains }: History, address: number): string | undefined {
  const past = domains[address];
  if (past === undefined) return undefined;
  if (past.mapped > 0 && !past.lost)
    return `domain ${past.name} is gone, ${past.mapped} interrupts are in it`;
  if (picture.name.objects[past.nameAddr] !== undefined)
    return `domain ${past.name} is gone, its name is not`;
  if (picture.fwnode.objects[past.fwnode] !== undefined)
    return `domain ${past.name} is gone, its firmware node is not`;
  return picture.msi_domain_info.objects[past.bundle] === undefined
    ? undefined
    : `domain ${past.name} is gone, its bundle is not`;
}
