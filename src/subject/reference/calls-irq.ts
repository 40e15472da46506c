// SPDX-License-Identifier: GPL-2.0-only
/** Calls of the irq domain layer: blocks of interrupts that a driver allocates and keeps by handle. */
import { affinityEntries } from '../../trace/affinity.ts';
import type { Call } from '../../trace/call.ts';
import { irq_alloc_descs, irq_free_descs, irq_get_irq_data } from './irqdesc.ts';
import * as ia from './irqdomain-alloc.ts';
import {
  irq_domain_alloc_named_fwnode,
  irq_domain_free_fwnode,
  irq_domain_instantiate,
} from './irqdomain-create.ts';
import {
  irq_create_mapping_affinity,
  irq_domain_associate,
  irq_find_mapping,
} from './irqdomain-map.ts';
import type { AllocArg } from './irqdomain-hierarchy.ts';
import type { Kernel } from './kernel.ts';
import { removeDomain } from './msi-create.ts';

/** Runs a call; hands back its result, which is an interrupt number where the signature says so. */
export function run(k: Kernel, call: Call): number {
  const { block } = call;
  const virq = k.blockIrq[block] ?? 0;
  const size = k.blockSize[block] ?? 0;
  const domain = k.domains[call.domain] ?? 0;
  switch (call.fn) {
    case 'irq_alloc_descs': {
      const affinity = affinityEntries(call.affinity, call.nirqs);
      return keep(
        k,
        block,
        irq_alloc_descs(k, { irq: -1, from: 1, cnt: call.nirqs, affinity }),
        call.nirqs,
      );
    }
    case 'irq_free_descs':
      irq_free_descs(k, virq, size);
      return drop(k, block);
    case 'irq_domain_alloc_irqs':
    case 'irq_domain_disconnect_hierarchy': {
      const arg: AllocArg = {
        desc: 0,
        hwirq: 0,
        inner: call.fn === 'irq_domain_alloc_irqs' ? 'allocate' : 'disconnect',
      };
      const affinity = affinityEntries(call.affinity, call.nirqs);
      return keep(
        k,
        block,
        ia.irq_domain_alloc_irqs(k, domain, { nr_irqs: call.nirqs, affinity, arg }),
        call.nirqs,
      );
    }
    case 'irq_domain_free_irqs':
      ia.irq_domain_free_irqs(k, virq, size);
      return drop(k, block);
    case 'irq_domain_push_irq':
      return ia.irq_domain_push_irq(k, domain, virq);
    case 'irq_domain_pop_irq':
      return ia.irq_domain_pop_irq(k, domain, virq);
    case 'irq_domain_activate_irq':
      return ia.irq_domain_activate_irq(
        k,
        irq_get_irq_data(k, virq + call.vec),
        call.reserve !== 0,
      );
    case 'irq_domain_deactivate_irq':
      ia.irq_domain_deactivate_irq(k, irq_get_irq_data(k, virq + call.vec));
      return 0;
    default:
      return mapping(k, call, domain);
  }
}

function mapping(k: Kernel, call: Call, domain: number): number {
  const { block, hwirq } = call;
  const virq = k.blockIrq[block] ?? 0;
  switch (call.fn) {
    case 'irq_create_mapping_affinity': {
      const known = irq_find_mapping(k, domain, hwirq) !== 0;
      const irq = irq_create_mapping_affinity(k, domain, hwirq, affinityEntries(call.affinity, 1));
      return known ? irq : keep(k, block, irq, 1);
    }
    case 'irq_create_fwspec_mapping': {
      const known = irq_find_mapping(k, domain, hwirq) !== 0;
      const irq = ia.irq_create_fwspec_mapping(k, domain, hwirq, call.type);
      return known ? irq : keep(k, block, irq, 1);
    }
    case 'irq_domain_associate':
      return irq_domain_associate(k, domain, virq, hwirq);
    case 'irq_domain_create_legacy':
      return createLegacy(k, call);
    case 'irq_domain_remove':
      removeDomain(k, domain);
      return 0;
    case 'irq_dispose_mapping': {
      const size = k.blockSize[block] ?? 0;
      for (let i = 0; i < Math.max(1, size); i += 1) ia.irq_dispose_mapping(k, virq + i);
      return drop(k, block);
    }
    case 'irq_find_mapping':
      return irq_find_mapping(k, domain, hwirq);
    default:
      return 0;
  }
}

/** Source: kernel/irq/irqdomain.c irq_domain_create_legacy(). */
function createLegacy(k: Kernel, call: Call): number {
  const fwnode = irq_domain_alloc_named_fwnode(k, `legacy${call.domain}`);
  if (fwnode === 0) return 0;
  const size = call.hwirq + call.nirqs;
  const domain = irq_domain_instantiate(k, {
    kind: 'wired',
    handle: call.domain,
    size,
    hwirq_max: size,
    flags: 0,
    fwnode,
    host_data: 0,
    parent: 0,
    legacy: { first_irq: k.blockIrq[call.block] ?? 0, first_hwirq: call.hwirq, size: call.nirqs },
  });
  if (domain === 0) irq_domain_free_fwnode(k, fwnode);
  return domain === 0 ? 0 : 1;
}

function keep(k: Kernel, block: number, virq: number, size: number): number {
  if (virq > 0) {
    k.blockIrq[block] = virq;
    k.blockSize[block] = size;
  }
  return virq;
}

function drop(k: Kernel, block: number): number {
  k.blockIrq[block] = 0;
  k.blockSize[block] = 0;
  return 0;
}
