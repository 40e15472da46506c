// SPDX-License-Identifier: GPL-2.0-only
/** Which files become the module: the tree's, unmodified, and the shims around them. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { NoModule } from './no-module.ts';

/** Folder of the shims. */
export const SHIM: string = fileURLToPath(new URL('../shim', import.meta.url));

/** A file to compile. */
export interface Source {
  /** Absolute. */
  readonly path: string;
  /** For people and for names in the cache: relative to the tree, or `shim/…`. */
  readonly name: string;
  /** The tree's own code: its calls are told from, by the macros of kc_post.h. */
  readonly kernel: boolean;
  /** Its accesses are checked. */
  readonly checked: boolean;
  /** It is compiled against this machine's C library, and sees nothing of the tree. */
  readonly host?: true;
}

/** Files of the tree, relative to it: every release has these. */
export const TREE = [
  'kernel/irq/msi.c',
  'kernel/irq/irqdomain.c',
  'kernel/irq/irqdesc.c',
  'kernel/irq/chip.c',
  'kernel/irq/dummychip.c',
  'kernel/irq/handle.c',
  'kernel/irq/manage.c',
  'kernel/irq/resend.c',
  'drivers/base/devres.c',
  'lib/xarray.c',
  'lib/radix-tree.c',
  'lib/maple_tree.c',
  'lib/idr.c',
  'lib/find_bit.c',
  'lib/bitmap.c',
  'lib/hweight.c',
  'lib/kobject.c',
  'lib/refcount.c',
  'lib/ctype.c',
  'lib/string.c',
] as const;

/** Only some releases have these. */
const OPTIONAL = ['drivers/irqchip/irq-msi-lib.c'] as const;

/** Files of the tree that a shim of the same name in `wrap/` includes. */
const WRAPPED: Readonly<Record<string, string>> = {
  'kernel/irq/msi.c': 'msi.c',
  'kernel/irq/irqdesc.c': 'irqdesc.c',
  'drivers/base/devres.c': 'devres.c',
};

/** Shims that stand for code of the kernel or of a driver; the others read memory that is gone. */
const CHECKED = new Set([
  'device.c',
  'kmalloc.c',
  'lock.c',
  'log.c',
  'misc.c',
  'print.c',
  'rcu.c',
  'spinlock.c',
  'sysfs.c',
]);

/** Shims that the host's sanitizer makes superfluous. */
const WASM_ONLY = new Set(['kasan.c']);

/** All files of the module, or of a program of this machine; throws `NoModule` when the tree lacks one. */
export function sourcesOf(tree: string, native = false): readonly Source[] {
  if (!native) return [...treeSources(tree), ...shimSources()];
  return [
    ...treeSources(tree),
    ...shimSources().filter(({ path }) => !WASM_ONLY.has(basename(path))),
    ...hostSources(),
  ];
}

function treeSources(tree: string): Source[] {
  const sources: Source[] = [];
  for (const name of [...TREE, ...OPTIONAL.filter((path) => existsSync(join(tree, path)))]) {
    if (!existsSync(join(tree, name)))
      throw new NoModule(
        `${join(tree, name)}: not found; the tree must have ${name} (unpack kernel, drivers/base, ` +
          'drivers/irqchip, lib and include)',
      );
    const wrap = WRAPPED[name];
    const path = wrap === undefined ? join(tree, name) : join(SHIM, 'wrap', wrap);
    sources.push({ path, name, kernel: true, checked: true });
  }
  return sources;
}

function shimSources(): Source[] {
  return namesOf(SHIM).map((name) => ({
    path: join(SHIM, name),
    name: `shim/${basename(name)}`,
    kernel: false,
    checked: CHECKED.has(name),
  }));
}

function hostSources(): Source[] {
  const folder = join(SHIM, 'native');
  return namesOf(folder).map((name) => ({
    path: join(folder, name),
    name: `shim/native/${name}`,
    kernel: false,
    checked: false,
    host: true,
  }));
}

function namesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .toSorted();
}
