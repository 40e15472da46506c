// SPDX-License-Identifier: GPL-2.0-only
/** A copy of the whole kernel. What a record nests is copied here by hand; a new nested field belongs here too. */
import type { Kernel, Slab } from './kernel.ts';
import { slab } from './slab.ts';

/** Costs in proportion to the objects that were ever made. */
export function copyKernel(k: Kernel): Kernel {
  const tables = {
    device: copySlab(k.device, (d) => ({
      ...d,
      devres_head: [...d.devres_head],
      msiIrqsFiles: [...d.msiIrqsFiles],
    })),
    msi_device_data: copySlab(k.msi_device_data, (d) => ({
      ...d,
      domains: d.domains.map(({ store, domain }) => ({ store: { ...store }, domain })),
    })),
    msi_desc: copySlab(k.msi_desc, (d) => ({ ...d })),
    affinity: copySlab(k.affinity, (a) => ({ mask: [...a.mask], is_managed: [...a.is_managed] })),
    sysfs_attrs: copySlab(k.sysfs_attrs, (a) => ({ name: [...a.name], shown: [...a.shown] })),
    xa_node: copySlab(k.xa_node, (n) => ({ ...n, slots: [...n.slots] })),
    radix_tree_node: copySlab(k.radix_tree_node, (n) => ({ ...n, slots: [...n.slots] })),
    irq_domain: copySlab(k.irq_domain, (d) => ({
      ...d,
      revmap: [...d.revmap],
      revmap_tree: { ...d.revmap_tree },
      vectors: [...d.vectors],
    })),
    msi_domain_info: copySlab(k.msi_domain_info, (i) => ({ ...i, filled: [...i.filled] })),
    irq_data: copySlab(k.irq_data, (d) => ({ ...d })),
    irq_desc: copySlab(k.irq_desc, (d) => ({ ...d })),
    kstat_irqs: copySlab(k.kstat_irqs, (s) => ({ ...s })),
    fwnode: copySlab(k.fwnode, (f) => ({ ...f })),
    name: copySlab(k.name, (n) => ({ ...n })),
    devres: copySlab(k.devres, (n) => ({ ...n })),
  };
  const irqTreeNodes = copySlab(k.irqTreeNodes, (n) => ({ ...n, slots: [...n.slots] }));
  return {
    ...k,
    ...tables,
    slabs: [...Object.values(tables), irqTreeNodes],
    irqTreeNodes,
    irq_desc_tree: { ...k.irq_desc_tree },
    allocated_irqs: [...k.allocated_irqs],
    sparse_irqs: [...k.sparse_irqs],
    blockIrq: [...k.blockIrq],
    blockSize: [...k.blockSize],
    overridden: [...k.overridden],
    devices: [...k.devices],
    domains: [...k.domains],
    resources: [...k.resources],
    rcu: [...k.rcu],
    requests: [...k.requests],
    opCalls: [...k.opCalls],
    opTotal: [...k.opTotal],
    callbacks: [...k.callbacks],
    splats: [...k.splats],
    fired: [...k.fired],
  };
}

/** Without loops of its own: a changed copy counts their rounds, and a step that never ended has left it none. */
function copySlab<T>(
  { name, objects, birth, stamp, touched, live }: Slab<T>,
  copy: (object: T) => T,
): Slab<T> {
  // Most caches are empty most of the time.
  if (objects.length === 1) return slab(name);
  return {
    name,
    objects: objects.map((object) => (object === undefined ? undefined : copy(object))),
    birth: [...birth],
    stamp: [...stamp],
    touched: [...touched],
    live,
  };
}
