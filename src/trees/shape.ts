// SPDX-License-Identifier: GPL-2.0-only
/**
 * What a tree declares, as the compiler sees its headers: functions, flags, bus tokens, operations. It
 * works for releases that the shims do not know, and names and numbers are all that is kept of it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { makeArch } from '../subject/kernel-c/build/arch.ts';
import { compileFlags } from '../subject/kernel-c/build/flags.ts';
import { cacheFolder } from '../subject/kernel-c/build/folders.ts';
import { releaseOf } from '../subject/kernel-c/build/release.ts';
import { run } from '../subject/kernel-c/build/run.ts';

/** What is declared: `function NAME`, `flag NAME`, `token NAME`, `field STRUCT.NAME`, with the number of a flag or token. */
export type Shape = ReadonlyMap<string, string>;

const HEADERS = ['msi', 'irqdomain', 'irq', 'interrupt', 'device', 'pci'] as const;
const RECORDS = ['msi_domain_ops', 'msi_domain_info', 'msi_parent_ops', 'msi_desc'] as const;
/** Part of the names that are asked for, and what is kept of them. */
const QUESTIONS: readonly (readonly [filter: string, keep: RegExp, kind: string])[] = [
  ['MSI_', /^MSI_(?:FLAG_\w+|MAX_DEVICE_IRQDOMAINS)$/u, 'flag'],
  ['DOMAIN_BUS_', /^DOMAIN_BUS_/u, 'token'],
  ['msi_', /^msi_/u, 'function'],
];

/** Looks at the headers of a tree; throws `NoModule` when they do not compile at all. */
export async function shapeOf(path: string): Promise<Shape> {
  const tree = resolve(path);
  const arch = makeArch(tree, releaseOf(tree), join(cacheFolder(), 'arch'));
  const folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  try {
    const source = join(folder, 'shape.c');
    writeFileSync(source, HEADERS.map((name) => `#include <linux/${name}.h>\n`).join(''));
    const probe = { path: source, name: 'shape.c', kernel: true, checked: false };
    const flags = compileFlags(probe, { tree, arch }, { kasan: false, coverage: false });
    const shape = new Map<string, string>();
    for (const [filter, keep, kind] of QUESTIONS) {
      const dump = ['-Xclang', '-ast-dump', '-Xclang', `-ast-dump-filter=${filter}`];
      const { stdout } = await run('clang', [...flags, '-fsyntax-only', ...dump, source]);
      for (const [name, value] of parseDump(stdout, kind))
        if (keep.test(name.slice(name.indexOf(' ') + 1))) shape.set(name, value);
    }
    return shape;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads what `clang -Xclang -ast-dump` prints of declarations. */
export function parseDump(text: string, kind: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let record = '';
  let constant = '';
  let value = -1;
  for (const line of text.split('\n')) {
    const [, enumerator] = /^EnumConstantDecl .* (\w+) '[^']*'$/u.exec(line) ?? [];
    if (enumerator !== undefined) {
      constant = `${kind} ${enumerator}`;
      value += 1;
      found.set(constant, String(value));
    }
    const [, exact] = /^ +\|-value: Int (-?\d+)$/u.exec(line) ?? [];
    if (exact !== undefined && constant !== '') {
      value = Number(exact);
      found.set(constant, exact);
    }
    if (/^[A-Z]/u.test(line)) {
      record = /^RecordDecl .* struct (\w+) definition$/u.exec(line)?.[1] ?? '';
      if (enumerator === undefined) constant = '';
    }
    const [, field] = /^[|`]-FieldDecl .* (\w+) '.*'$/u.exec(line) ?? [];
    if (field !== undefined && RECORDS.some((name) => name === record))
      found.set(`field ${record}.${field}`, '');
    const [, name] = /^FunctionDecl .* (\w+) '.*'[^']*$/u.exec(line) ?? [];
    if (name !== undefined) found.set(`function ${name}`, '');
  }
  return found;
}
