// SPDX-License-Identifier: GPL-2.0-only
/**
 * The named environments that traces are drawn in: release 6.12, and 6.1 in a list of its own.
 * `--env` takes these names, and `list environments` prints why each exists.
 */
import { DEFAULT_ENVIRONMENT, type Environment } from '../trace/environment.ts';
import { MsiFlag as F } from '../trace/flags.ts';
import { OLD } from './environments-old.ts';

/** An environment, and what it can show that others cannot. */
export interface NamedEnvironment {
  readonly environment: Environment;
  readonly why: string;
}

const DEFAULTS = F.MSI_FLAG_USE_DEF_DOM_OPS | F.MSI_FLAG_USE_DEF_CHIP_OPS;
const FREE = DEFAULTS | F.MSI_FLAG_FREE_MSI_DESCS;
const SIMPLE = FREE | F.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;

const NEW: readonly NamedEnvironment[] = [
  named(
    'flat',
    'a global MSI domain directly on the root, whose map is part linear and part tree',
    {
      msi: 'global',
      revmap_size: 16,
      flags: FREE,
    },
  ),
  named(
    'two-level',
    'one level between, two devices share the MSI domain, interrupts of the driver can be pushed and popped',
    {
      levels: 1,
      msi: 'global',
      devices: 2,
      hwirq: 'device',
      flags: FREE,
    },
  ),
  named('three-level', 'two levels between, so that rollback passes through several', {
    levels: 2,
    flags: SIMPLE,
    vectors: 32,
  }),
  named('per-device', 'each device has a domain of its own', { flags: FREE }),
  named('per-device-two', 'two devices, each with up to two domains', {
    devices: 2,
    flags: FREE,
    fwnode: true,
    ops: ['msi_free'],
  }),
  named('tiny-root', 'four vectors, so that they run out', {
    vectors: 4,
    devices: 2,
    flags: SIMPLE,
  }),
  named('few-numbers', 'sixteen interrupt numbers, so that they run out before the vectors do', {
    nr_irqs: 16,
    flags: SIMPLE,
    msi: 'global',
    levels: 1,
  }),
  named('keep-descs', 'descriptors stay when their interrupts go, and nobody sets their affinity', {
    flags: DEFAULTS | F.MSI_FLAG_NO_AFFINITY,
  }),
  named('free-descs', 'descriptors go with their interrupts', {
    flags: FREE,
    msi: 'global',
    hwsize: 5,
  }),
  named('simple-descs', 'the core adds and frees the descriptors of a range', { flags: SIMPLE }),
  named(
    'multi-vector',
    'PCI MSI: several vectors in one descriptor, positive results that mean failure',
    {
      pci: 'msi',
      bus_token: 'DOMAIN_BUS_PCI_DEVICE_MSI',
      flags: FREE | F.MSI_FLAG_DEV_SYSFS,
      hwsize: 16,
      levels: 1,
      ops: ['msi_free'],
    },
  ),
  named('early', 'interrupts are activated when they are allocated', {
    flags: FREE | F.MSI_FLAG_ACTIVATE_EARLY,
    levels: 1,
    compose: 'msi',
    ops: ['msi_free'],
  }),
  named(
    'reservation',
    'PCI MSI-X: early activation without a real vector, activated again on request',
    {
      pci: 'msix',
      bus_token: 'DOMAIN_BUS_PCI_DEVICE_MSIX',
      flags: FREE | F.MSI_FLAG_ACTIVATE_EARLY | F.MSI_FLAG_MUST_REACTIVATE | F.MSI_FLAG_DEV_SYSFS,
    },
  ),
  named('no-mask', 'like reservation, but MSI_FLAG_NO_MASK forbids it', {
    pci: 'msix',
    bus_token: 'DOMAIN_BUS_PCI_MSI',
    msi: 'global',
    flags: FREE | F.MSI_FLAG_ACTIVATE_EARLY | F.MSI_FLAG_MUST_REACTIVATE | F.MSI_FLAG_NO_MASK,
  }),
  named('overriding', 'the domain allocates and frees by itself, around the core', {
    ops: ['domain_alloc_irqs', 'domain_free_irqs'],
    flags: DEFAULTS | F.MSI_FLAG_DEV_SYSFS,
  }),
  named('own-ops', 'the optional operations, a flow handler, a prefix', {
    ops: ['msi_free', 'prepare_desc', 'msi_post_free'],
    flags: FREE,
    handler: true,
    prefix: true,
    levels: 1,
  }),
  named('hostile', 'hardware numbers collide, and operations fail on their own', {
    msi: 'global',
    devices: 2,
    hwirq: 'overlap',
    flags: FREE,
    ops: ['msi_free'],
    hostile: [
      { op: 'msi_init', nth: 5, ret: -12 },
      { op: 'alloc', nth: 9, ret: -28 },
      { op: 'msi_prepare', nth: 7, ret: -22 },
    ],
  }),
  named('sysfs', 'an entry per interrupt', { flags: SIMPLE | F.MSI_FLAG_DEV_SYSFS, msi: 'global' }),
  named('no-domain', 'descriptors without any MSI domain', { msi: 'none' }),
  named('wired', 'a domain without hierarchy beside the others, and mappings in it', {
    wired: 16,
    levels: 1,
    msi: 'global',
    flags: FREE,
    ops: ['msi_translate'],
  }),
  named('managed', 'two of four CPUs online, early activation: managed interrupts may find none', {
    online: 0b0011,
    flags: FREE | F.MSI_FLAG_ACTIVATE_EARLY,
  }),
  named('dev-fwnode', "per-device domains with the device's own firmware node", {
    fwnode: true,
    flags: FREE | F.MSI_FLAG_USE_DEV_FWNODE,
  }),
  named('msi-lib', 'the root uses irq-msi-lib, which makes the domains of devices what they are', {
    parent: 'irq-msi-lib',
    flags: 0,
    prefix: true,
    irq_ack: false,
    devices: 2,
  }),
  named(
    'msi-lib-pci',
    'irq-msi-lib takes from PCI MSI-X what its parent does not support, and reservation comes of it',
    {
      parent: 'irq-msi-lib',
      pci: 'msix',
      bus_token: 'DOMAIN_BUS_PCI_DEVICE_MSIX',
      flags:
        F.MSI_FLAG_FREE_MSI_DESCS |
        F.MSI_FLAG_ACTIVATE_EARLY |
        F.MSI_FLAG_MUST_REACTIVATE |
        F.MSI_FLAG_DEV_SYSFS |
        F.MSI_FLAG_LEVEL_CAPABLE |
        F.MSI_FLAG_NO_MASK,
    },
  ),
  named('big-store', 'indexes up to 65535, where the store is a tree of several levels', {
    hwsize: 65_536,
    flags: FREE,
  }),
];

/** Environments of release 6.12, which `check` draws from. */
export const ENVIRONMENTS: readonly Environment[] = NEW.map(({ environment }) => environment);

/** Environments of release 6.1, which are used by name only. */
export const OLD_ENVIRONMENTS: readonly Environment[] = OLD.map(({ environment }) => environment);

/** What each environment is for, by name. */
export const WHY: ReadonlyMap<string, string> = new Map(
  [...NEW, ...OLD].map(({ environment, why }) => [environment.name, why]),
);

/** The environment of either list with this name. */
export function environmentNamed(name: string): Environment | undefined {
  return [...ENVIRONMENTS, ...OLD_ENVIRONMENTS].find((environment) => environment.name === name);
}

function named(name: string, why: string, fields: Partial<Environment>): NamedEnvironment {
  return { environment: { ...DEFAULT_ENVIRONMENT, ...fields, name }, why };
}
