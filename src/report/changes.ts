// SPDX-License-Identifier: GPL-2.0-only
/** Which objects a step made, changed and freed, as text. */
import { DomainFlag, flagNames, MsiFlag } from '../trace/flags.ts';
import { LISTS, type Picture, type Table, TABLES } from '../trace/observation.ts';

/** Names of bits, by the table that has a field `flags`. */
const FLAGS: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map<
  string,
  Readonly<Record<string, number>>
>([
  ['irq_domain', DomainFlag],
  ['msi_domain_info', MsiFlag],
]);

/** Every value of an object that says something, by its path: `domains[0].store.head`. */
type Leaves = ReadonlyMap<string, string>;

/** A copy that later steps do not change: a subject may reuse the records of its picture. */
export function copyPicture(picture: Picture): Picture {
  return structuredClone(picture);
}

/** One line per object: `+` made, `-` freed, `~` changed with old and new values. */
export function changes(before: Picture, after: Picture): readonly string[] {
  const objects = TABLES.flatMap((name) => tableChanges(before[name], after[name]));
  const lists = LISTS.map((name) =>
    leafChanges(leaves('', name, before[name]), leaves('', name, after[name])),
  );
  return [...objects, ...lists.filter((line) => line !== '').map((line) => `~ ${line}`)];
}

function tableChanges(before: Table<object>, after: Table<object>): readonly string[] {
  const lines: string[] = [];
  for (let address = 1; address < after.objects.length; address += 1) {
    const old = before.objects[address];
    const now = after.objects[address];
    if (old === undefined && now === undefined) continue;
    const label = `${after.name} #${address}`;
    if (old === undefined) lines.push(`+ ${label} ${listed(leaves(after.name, '', now))}`);
    else if (now === undefined) lines.push(`- ${label}`);
    else {
      const changed = leafChanges(leaves(after.name, '', old), leaves(after.name, '', now));
      if (changed !== '') lines.push(`~ ${label} ${changed}`);
    }
  }
  return lines;
}

function listed(values: Leaves): string {
  return `{ ${[...values].map(([path, value]) => `${path}: ${value}`).join(', ')} }`;
}

function leafChanges(before: Leaves, after: Leaves): string {
  const paths = [...new Set([...after.keys(), ...before.keys()])];
  const changed = paths.flatMap((path) => {
    const from = before.get(path);
    const to = after.get(path);
    return from === to ? [] : [`${path}: ${from ?? nothingLike(to)} -> ${to ?? nothingLike(from)}`];
  });
  return changed.join(', ');
}

function nothingLike(value: string | undefined): string {
  return value === 'true' ? 'false' : '0';
}

/** What is 0, false or empty is left out. */
function leaves(table: string, path: string, value: unknown): Leaves {
  if (value === 0 || value === false || value === '' || value === undefined) return new Map();
  if (Array.isArray(value)) {
    return new Map(
      value.flatMap((element: unknown, i) => [...leaves(table, `${path}[${i}]`, element)]),
    );
  }
  if (typeof value === 'object' && value !== null) {
    const fields: readonly (readonly [string, unknown])[] = Object.entries(value);
    return new Map(
      fields.flatMap(([field, each]) => [
        ...leaves(table, path === '' ? field : `${path}.${field}`, each),
      ]),
    );
  }
  return new Map([[path, leafText(table, path, value)]]);
}

function leafText(table: string, path: string, value: unknown): string {
  const names = path === 'flags' ? FLAGS.get(table) : undefined;
  if (names !== undefined && typeof value === 'number') return flagNames(names, value).join(' | ');
  // The kernel's "no index", ULONG_MAX, is the largest exact number here.
  if (value === Number.MAX_SAFE_INTEGER) return 'ULONG_MAX';
  return String(value);
}
