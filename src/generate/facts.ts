// SPDX-License-Identifier: GPL-2.0-only
/** What the generator wants to know about an environment, worked out once and not at every step. */
import type { Environment } from '../trace/environment.ts';
import { MsiFlag, MSI_XA_DOMAIN_SIZE, PCI_TOKENS } from '../trace/flags.ts';
import { ownFlags } from '../trace/parent.ts';
import { PROFILES } from '../trace/profile.ts';

/** Properties of an environment that decide which arguments make sense. */
export interface Facts {
  readonly environment: Environment;
  /** One store per device, and calls that name the domain instead of a domain id. */
  readonly oneStore: boolean;
  /** Handle of the outermost level below the MSI domains. */
  readonly outermost: number;
  /** Bits of MsiFlag in the domain of a device, or in the one that devices share. */
  readonly flags: number;
  /** MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS. */
  readonly simple: boolean;
  /** MSI_FLAG_FREE_MSI_DESCS. */
  readonly frees: boolean;
  /** Reservation mode looks at the first descriptor of the default store, and dies without one. */
  readonly reservation: boolean;
  /** The domain provides `domain_alloc_irqs` itself. */
  readonly overrides: boolean;
  /** Descriptors usually have several vectors: PCI MSI. */
  readonly multi: boolean;
  /** Interrupts that can exist at once. */
  readonly capacity: number;
  /** Size that a domain usually gets, 1 or more. */
  readonly hwsize: number;
}

/** Derives the facts. */
export function factsOf(environment: Environment): Facts {
  const { bus_token, ops } = environment;
  const flags = ownFlags(environment);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return {
    environment,
    oneStore: !PROFILES[environment.release].storePerDomain,
    outermost: environment.levels,
    flags,
    simple: has(MsiFlag.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS),
    frees: has(MsiFlag.MSI_FLAG_FREE_MSI_DESCS),
    reservation:
      has(MsiFlag.MSI_FLAG_MUST_REACTIVATE) &&
      !has(MsiFlag.MSI_FLAG_NO_MASK) &&
      PCI_TOKENS.includes(bus_token),
    overrides: ops.includes('domain_alloc_irqs'),
    multi: environment.pci === 'msi',
    capacity: Math.min(environment.vectors, environment.nr_irqs - 1),
    hwsize: environment.hwsize === 0 ? MSI_XA_DOMAIN_SIZE : environment.hwsize,
  };
}
