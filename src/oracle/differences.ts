// SPDX-License-Identifier: GPL-2.0-only
/** What `kernel` allows and `strict` does not: effects of calls that failed, by design of 6.12. */

/** One of them; the last step of `trace`, a whole trace as text, is where the two levels part. */
export interface Difference {
  readonly name: string;
  readonly source: string;
  readonly what: string;
  readonly trace: string;
}

const CREATE = 'msi_create_device_irq_domain(dev=0, domid=0, hwsize=2)';
const ADD_0 = insert(0);
const ADD_1 = insert(1);
const AT_0 = 'msi_domain_alloc_irq_at(dev=0, domid=0, index=0, affinity=none, icookie=0)';
const AT_1 = AT_0.replace('index=0', 'index=1');
const ALLOC_0 = 'msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=0)';
const ALLOC_BOTH = ALLOC_0.replace('last=0', 'last=1');
const FREE_0 = 'msi_domain_free_msi_descs_range(dev=0, domid=0, first=0, last=0)';
const NUMBER = 'irq_alloc_descs(cnt=1, affinity=none, block=0)';
const LEGACY = 'irq_domain_create_legacy(domain=extra, size=1, block=0, hwirq=0)';
const PCI = 'vectors: 1\n  bus_token: DOMAIN_BUS_PCI_MSI';

/** All of them. */
export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'whole range rolled back',
    source: 'kernel/irq/msi.c msi_domain_alloc_locked(), msi_domain_add_simple_msi_descs()',
    what: 'a failed allocation frees older interrupts and descriptors of its range as well',
    trace: text('vectors: 1', CREATE, ADD_0, ADD_1, ALLOC_0, ALLOC_BOTH),
  },
  {
    name: 'positive failure',
    source: 'kernel/irq/msi.c msi_handle_pci_fail(), __msi_domain_alloc_irqs()',
    what: 'on PCI bus tokens, or when an operation returned it, a positive value means failure',
    trace: text(PCI, CREATE, ADD_0, ADD_1, ALLOC_BOTH),
  },
  {
    name: 'abandoned descriptor',
    source: 'kernel/irq/msi.c msi_domain_free_descs()',
    what: 'a descriptor freed while it has interrupts is dropped with them, and nobody frees either',
    trace: text('', CREATE, AT_0, FREE_0),
  },
  {
    name: 'orphan descriptor',
    source: 'kernel/irq/msi.c __msi_domain_alloc_irq_at(), without MSI_FLAG_FREE_MSI_DESCS',
    what: 'the descriptor that was added for an interrupt stays when there is no interrupt',
    trace: text('vectors: 1', CREATE, AT_0, AT_1),
  },
  {
    name: 'device data stays',
    source: 'kernel/irq/msi.c msi_create_device_irq_domain()',
    what: 'the MSI data of the device that was set up for a domain stays when there is no domain',
    trace: text('', CREATE.replace('hwsize=2', 'hwsize=65537')),
  },
  {
    name: 'legacy interrupt left out',
    source: 'kernel/irq/irqdomain.c irq_domain_associate_many()',
    what: 'a legacy domain is created although map() refused an interrupt, and nobody is told',
    trace: text('', NUMBER, `${LEGACY} (callback: map 1 = -EINVAL)`),
  },
];

function text(fields: string, ...steps: readonly string[]): string {
  const environment = `environment: default\n${fields === '' ? '' : `  ${fields}\n`}`;
  return `msicheck trace 1\n${environment}${steps.join('\n')}\n`;
}

function insert(index: number): string {
  return `msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=${index}, nvec_used=1, affinity=none, msi_attrib=none)`;
}
