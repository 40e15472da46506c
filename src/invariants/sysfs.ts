// SPDX-License-Identifier: GPL-2.0-only
/** The files in msi_irqs. */
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { dataChanged, descFreed, dissociated, files } from './situations.ts';

/** One per vector, no more and no less. */
export const entriesWhileAssociated: Rule = {
  name: 'a descriptor has a sysfs entry per vector, named after the interrupt, while it has interrupts and its domain wants them or the driver asked for them',
  source: 'kernel/irq/msi.c msi_sysfs_populate_desc(), msi_sysfs_remove_desc()',
  desc: ({ picture, address, desc }, { descs }) => {
    const wanted = descs[address]?.sysfs ?? 0;
    if (desc.sysfs_attrs === 0)
      return wanted === 1 ? `${named(picture.msi_desc, address)} has no entries` : undefined;
    if (wanted === 0)
      return `${named(picture.msi_desc, address)} with interrupt ${desc.irq} has entries`;
    const attrs = picture.sysfs_attrs.objects[desc.sysfs_attrs];
    if (attrs === undefined) return `${named(picture.msi_desc, address)} has entries that are gone`;
    if (attrs.name.length !== desc.nvec_used)
      return `${named(picture.msi_desc, address)} has ${attrs.name.length} entries for ${desc.nvec_used} vectors`;
    for (let i = 0; i < desc.nvec_used; i += 1) {
      const name = picture.name.objects[attrs.name[i] ?? 0]?.text;
      if (Number(name) !== desc.irq + i || attrs.shown[i] !== true)
        return `entry ${i} of ${named(picture.msi_desc, address)} is ${name ?? 'nameless'}`;
    }
    return undefined;
  },
  sometimes: [files, dissociated],
};

/** The other way round nobody would know any more which files to remove. */
export const entriesGoFirst: Rule = {
  name: 'the sysfs entries of a descriptor are gone when it is freed',
  source: 'kernel/irq/msi.c __msi_domain_free_irqs()',
  after: Fact.DESC_GONE,
  step: ({ picture }, { bereaved }) => {
    for (let i = 0; i < bereaved.length; i += 1) {
      const attrs = bereaved[i] ?? 0;
      if (picture.sysfs_attrs.objects[attrs] !== undefined)
        return `${named(picture.sysfs_attrs, attrs)} outlives its descriptor`;
    }
    return undefined;
  },
  sometimes: [descFreed],
};

/** Nothing is left over, and nothing is missing. */
export const filesAreEntries: Rule = {
  name: 'the files in msi_irqs are the entries of the descriptors',
  source: 'fs/sysfs/file.c sysfs_add_file_to_group(), sysfs_remove_file_from_group()',
  device: ({ address, device }, { devices }) => {
    const wanted = devices[address]?.files ?? 0;
    const has = device.msiIrqsFiles.length;
    return has === wanted
      ? undefined
      : `device ${device.handle} has ${has} files, its descriptors have ${wanted}`;
  },
  all: (picture, { descs, devices }) => {
    for (let address = 1; address < picture.msi_desc.objects.length; address += 1) {
      const desc = picture.msi_desc.objects[address];
      const past = descs[address];
      if (
        desc === undefined ||
        past === undefined ||
        past.files === 0 ||
        past.data !== devices[desc.dev]?.data
      )
        continue;
      const there = picture.device.objects[desc.dev]?.msiIrqsFiles ?? [];
      for (let i = 0; i < past.files; i += 1) {
        if (!there.includes(desc.irq + i))
          return `device ${picture.device.objects[desc.dev]?.handle ?? '?'} has no file for interrupt ${desc.irq + i}`;
      }
    }
    return undefined;
  },
  sometimes: [files],
};

/** devm_device_add_group() in msi_setup_device_data(). */
export const groupWithData: Rule = {
  name: 'a device has the group msi_irqs exactly while it has MSI data',
  source: 'kernel/irq/msi.c msi_setup_device_data(), msi_sysfs_create_group()',
  belongings: ({ device }) =>
    device.msi_irqs === (device.msi_data !== 0)
      ? undefined
      : `device ${device.handle} has ${device.msi_irqs ? 'the group' : 'MSI data'} only`,
  sometimes: [dataChanged],
};
