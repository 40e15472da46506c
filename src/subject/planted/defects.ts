// SPDX-License-Identifier: GPL-2.0-only
/** The planted defects, each an edit of one place of the reference. */

/** An edit: `find` must stand exactly once in `file`. */
export interface Defect {
  readonly name: string;
  /** In src/subject/reference. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** What is wrong, in a sentence. */
  readonly what: string;
}

/** Canaries by name. The first is the rollback loop as the project's seed has it. */
export const DEFECTS: readonly Defect[] = [
  {
    name: 'seed-rollback-stops-before-vector-0',
    file: 'msi-domain.ts',
    find: 'const oldest = k.profile.rollbackReachesVector0 ? 0 : 1;',
    replace: 'const oldest = 1;',
    what: 'msi_domain_alloc() rolls back with "i > 0": msi_free is never called for vector 0',
  },
  {
    name: 'affinity-not-freed',
    file: 'msi-desc.ts',
    find: '  kfree(k, k.affinity, at(k, k.msi_desc, addr).affinity);\n',
    replace: '',
    what: 'msi_free_desc() leaks the copy of the masks',
  },
  {
    name: 'failed-insert-leaks-descriptor',
    file: 'msi-desc.ts',
    find: '  msi_free_desc(k, addr);\n  return ret;',
    replace: '  return ret;',
    what: 'msi_insert_desc() does not free the descriptor that it could not insert',
  },
  {
    name: 'failed-affinity-copy-leaks-descriptor',
    file: 'msi-desc.ts',
    find: '  if (copy === 0) {\n    kfree(k, k.msi_desc, addr);\n',
    replace: '  if (copy === 0) {\n',
    what: 'msi_alloc_desc() leaks the descriptor when the masks cannot be copied',
  },
  {
    name: 'affinity-copies-only-vector-0',
    file: 'msi-desc.ts',
    find: 'mask: entries.map((entry) => entry.mask),',
    replace: 'mask: entries.map(() => entries[0]?.mask ?? 0),',
    what: 'msi_alloc_desc() copies the mask of vector 0 to every vector',
  },
  {
    name: 'index-hwsize-accepted',
    file: 'msi-desc.ts',
    find: '} else if (where.index >= hwsize) {',
    replace: '} else if (where.index > hwsize) {',
    what: 'msi_insert_desc() accepts the index one past the end of the domain',
  },
  {
    name: 'range-end-not-checked',
    file: 'msi-desc.ts',
    find: 'first > last || first >= hwsize || last >= hwsize',
    replace: 'first > last || first >= hwsize',
    what: 'msi_ctrl_valid() forgets the end of the range',
  },
  {
    name: 'free-forgets-to-erase',
    file: 'msi-desc.ts',
    find: '    xa_erase(k, store, idx);\n',
    replace: '',
    what: 'msi_domain_free_descs() leaves freed descriptors in the store',
  },
  {
    name: 'only-vector-0-deactivated',
    file: 'msi-alloc.ts',
    find: '  for (let i = 0; i < desc.nvec_used; i += 1) {\n    const irqd',
    replace: '  for (let i = 0; i < 1; i += 1) {\n    const irqd',
    what: '__msi_domain_free_irqs() deactivates the first vector only',
  },
  {
    name: 'only-vector-0-associated',
    file: 'msi-alloc.ts',
    find: '    irq_set_msi_desc_off(k, virq, i, one.addr);\n',
    replace: '    if (i === 0) irq_set_msi_desc_off(k, virq, i, one.addr);\n',
    what: 'the interrupts of vectors 1 and up do not know their descriptor',
  },
  {
    name: 'association-not-cleared',
    file: 'msi-alloc.ts',
    find: '  desc.irq = 0;\n',
    replace: '',
    what: '__msi_domain_free_irqs() leaves desc->irq set',
  },
  {
    name: 'sysfs-files-stay',
    file: 'msi-alloc.ts',
    find: '    msi_sysfs_remove_desc(k, dev, addr);\n',
    replace: '    at(k, k.msi_desc, addr);\n',
    what: '__msi_domain_free_irqs() leaves the files in msi_irqs',
  },
  {
    name: 'errors-not-laundered',
    file: 'msi-alloc.ts',
    find: '  if (virq < 0)\n',
    replace: '  if (virq < 0) return virq;\n  if (virq < 0)\n',
    what: '__msi_domain_alloc_irqs() hands the inner error on instead of -ENOSPC',
  },
  {
    name: 'reservation-stays-activated',
    file: 'msi-alloc.ts',
    find: '  if (vflags.can_reserve) desc.activated = false;\n',
    replace: '',
    what: 'msi_init_virq() forgets to clear the activated bit in reservation mode',
  },
  {
    name: 'mapping-stays-in-tree',
    file: 'irqdomain-hierarchy.ts',
    find: '    irq_domain_clear_mapping(k, data.domain, data.hwirq);\n',
    replace: '',
    what: 'irq_domain_remove_irq() leaves the hardware number in the reverse map',
  },
  {
    name: 'parent-not-freed',
    file: 'irqdomain-hierarchy.ts',
    find: '  irq_domain_free_irqs_parent(k, domain, virq, nr_irqs);\n',
    replace: '',
    what: 'irq_domain_free_irqs_common() forgets the parent, which keeps its vector',
  },
  {
    name: 'failed-chain-stays',
    file: 'irqdomain-hierarchy.ts',
    find: '        irq_domain_free_irq_data(k, virq, i + 1);\n',
    replace: '        irq_domain_free_irq_data(k, virq, i);\n',
    what: 'irq_domain_alloc_irq_data() does not free the chain that it could not finish',
  },
  {
    name: 'failed-allocation-leaks-numbers',
    file: 'irqdomain-alloc.ts',
    find: '  irq_domain_free_irq_data(k, virq, nr_irqs);\n  irq_free_descs(k, virq, nr_irqs);\n  return ret;',
    replace: '  irq_domain_free_irq_data(k, virq, nr_irqs);\n  return ret;',
    what: 'irq_domain_alloc_irqs_locked() leaks the interrupt numbers when the operation fails',
  },
  {
    name: 'activation-not-rolled-back',
    file: 'irqdomain-alloc.ts',
    find: '  if (ret !== 0 && parent_data !== 0) __irq_domain_deactivate_irq(k, parent_data);\n',
    replace: '',
    what: '__irq_domain_activate_irq() leaves inner levels active when an outer one fails',
  },
  {
    name: 'domain-mutex-stays-locked',
    file: 'irqdomain-alloc.ts',
    find: '  if (WARN_ON(k, inner === 0, fn, 4)) return Errno.EINVAL;\n  lock(k, domain, fn);',
    replace: '  lock(k, domain, fn);\n  if (WARN_ON(k, inner === 0, fn, 4)) return Errno.EINVAL;',
    what: 'irq_domain_pop_irq() returns with the mutex held when there is nothing below',
  },
  {
    name: 'descriptor-mutex-stays-locked',
    file: 'msi-create.ts',
    find: '      msi_unlock_descs(k, dev);\n      if (domain !== 0) return true;',
    replace:
      '      if (domain !== 0) {\n        msi_unlock_descs(k, dev);\n        return true;\n      }',
    what: 'msi_create_device_irq_domain() keeps the mutex on its error path',
  },
  {
    name: 'firmware-node-not-freed',
    file: 'msi-create.ts',
    find: '    irq_domain_remove(k, domain);\n    irq_domain_free_fwnode(k, fwnode);\n',
    replace: '    irq_domain_remove(k, domain);\n',
    what: 'msi_remove_device_irq_domain() leaks the node that was made for the domain',
  },
  {
    name: 'bundle-not-freed',
    file: 'msi-create.ts',
    find: '  kfree(k, k.msi_domain_info, bundle);\n  return false;',
    replace: '  return false;',
    what: 'msi_create_device_irq_domain() leaks the bundle when it fails',
  },
  {
    name: 'devres-oldest-first',
    file: 'devres.ts',
    find: '  for (let i = todo.length - 1; i >= 0; i -= 1) {\n    const addr = todo[i] ?? 0;\n    const node',
    replace:
      '  for (let i = 0; i < todo.length; i += 1) {\n    const addr = todo[i] ?? 0;\n    const node',
    what: 'release_nodes() releases the oldest resource first',
  },
  {
    name: 'second-setup-starts-over',
    file: 'msi-device.ts',
    find: '  if (device.msi_data !== 0) return 0;\n',
    replace: '',
    what: 'msi_setup_device_data() is not idempotent',
  },
  {
    name: 'unlock-keeps-the-cursor',
    file: 'msi-device.ts',
    find: '  md.__iter_idx = k.profile.MSI_XA_MAX_INDEX;\n  md.mutex = mutex_unlock(',
    replace: '  md.mutex = mutex_unlock(',
    what: 'msi_unlock_descs() does not end an iteration',
  },
];
