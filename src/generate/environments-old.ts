// SPDX-License-Identifier: GPL-2.0-only
/** The environments of release 6.1: one store per device, global domains, the operations that 6.2 dropped. */
import { DEFAULT_ENVIRONMENT, type Environment } from '../trace/environment.ts';
import { MsiFlag as F } from '../trace/flags.ts';

const DEFAULTS = F.MSI_FLAG_USE_DEF_DOM_OPS | F.MSI_FLAG_USE_DEF_CHIP_OPS;
const FREE = DEFAULTS | F.MSI_FLAG_FREE_MSI_DESCS;
const SIMPLE = FREE | F.MSI_FLAG_ALLOC_SIMPLE_MSI_DESCS;

/** The environments with what each can show that others cannot. */
export const OLD: readonly { readonly environment: Environment; readonly why: string }[] = [
  old('old-flat', '6.1: a global MSI domain directly on the root', {
    revmap_size: 16,
    flags: FREE,
  }),
  old('old-two-level', '6.1: one level between, two devices', {
    levels: 1,
    devices: 2,
    hwirq: 'device',
    flags: FREE,
  }),
  old('old-simple', '6.1: the core adds and frees the descriptors', {
    flags: SIMPLE | F.MSI_FLAG_DEV_SYSFS,
  }),
  old('old-multi-vector', '6.1: PCI MSI with several vectors in one descriptor, early activation', {
    pci: 'msi',
    bus_token: 'DOMAIN_BUS_PCI_MSI',
    flags: FREE | F.MSI_FLAG_ACTIVATE_EARLY,
    hwsize: 16,
    ops: ['msi_free'],
  }),
  old(
    'old-vectors',
    '6.1: the same without activation, so that more of the failures are those of msi_init',
    {
      pci: 'msi',
      bus_token: 'DOMAIN_BUS_PCI_MSI',
      flags: FREE,
      ops: ['msi_free'],
    },
  ),
  old('old-reservation', '6.1: PCI MSI-X that reserves vectors and activates early', {
    pci: 'msix',
    bus_token: 'DOMAIN_BUS_PCI_MSI',
    flags: FREE | F.MSI_FLAG_ACTIVATE_EARLY | F.MSI_FLAG_MUST_REACTIVATE | F.MSI_FLAG_DEV_SYSFS,
  }),
  old('old-check', '6.1: msi_check decides before msi_prepare', {
    ops: ['msi_check', 'msi_free'],
    flags: FREE,
  }),
  old('old-finish', 'up to 5.16: msi_finish and handle_error, and with them two passes', {
    ops: ['msi_finish', 'handle_error'],
    flags: FREE,
    vectors: 6,
  }),
  old('old-wrapped', "6.1: the domain works before and after the kernel's own allocation", {
    ops: ['wrap_alloc', 'wrap_free'],
    flags: FREE,
    levels: 1,
  }),
  old('old-overriding', '6.1: the domain allocates and frees by itself', {
    ops: ['domain_alloc_irqs', 'domain_free_irqs'],
    flags: DEFAULTS | F.MSI_FLAG_DEV_SYSFS,
  }),
];

function old(
  name: string,
  why: string,
  fields: Partial<Environment>,
): { readonly environment: Environment; readonly why: string } {
  return {
    environment: { ...DEFAULT_ENVIRONMENT, release: '6.1', msi: 'global', ...fields, name },
    why,
  };
}
