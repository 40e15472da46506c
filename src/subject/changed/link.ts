// SPDX-License-Identifier: GPL-2.0-only
/**
 * Links modules into one function that can be loaded many times and collected, which ES modules
 * cannot. Knows only the forms of import and export that this project uses.
 *
 * Modules may import each other in circles: every imported name is bound once its module has run,
 * so top-level statements may use only names of modules that come before theirs.
 */
import type { Problem, Sources } from './sources.ts';

const IMPORT = /^import\s+(?<names>\{[^}]*\}|\*\s+as\s+\w+)\s+from\s+'(?<from>[^']+)';/gmu;
const EXPORT = /^export\s+(?:const|function|class)\s+(?<name>[\w$]+)/gmu;

/** Starts the line above each module. */
const MARK = '// module ';
/** Lines from it to the last one before the module's own text. */
const ABOVE = 2;

/** File and line of a module, from a line of a script with a linked body; `undefined` outside of modules. */
export function placeIn(script: string, line: number): Omit<Problem, 'message'> | undefined {
  const above = script.split('\n').slice(0, line);
  const mark = above.findLastIndex((text) => text.startsWith(MARK));
  const own = line - (mark + 1) - ABOVE;
  if (mark < 0 || own < 1) return undefined;
  return { file: (above[mark] ?? '').slice(MARK.length), line: own };
}

/** JavaScript of a function body that returns the exports of `entry`, or the import that leads nowhere. */
export function link(sources: Sources, entry: string): string | Problem {
  const order: string[] = [];
  visit(sources, entry, order);
  for (const path of order) {
    const problem = missing(sources, path);
    if (problem !== undefined) return problem;
  }
  const number = new Map(order.map((path, index) => [path, index]));
  const modules = order.map((path) => moduleText(sources, path, number));
  const links = order.map((_, index) => `L${index}();`);
  return `'use strict';\n${modules.join('\n')}\n${links.join('')}\nreturn M${number.get(entry) ?? 0};`;
}

function visit(
  sources: Sources,
  path: string,
  order: string[],
  seen: Set<string> = new Set(),
): void {
  if (seen.has(path)) return;
  seen.add(path);
  const text = sources.get(path);
  if (text === undefined) return;
  for (const { groups } of text.matchAll(IMPORT))
    visit(sources, resolve(path, groups?.['from'] ?? ''), order, seen);
  order.push(path);
}

/** The first name that a module imports and nobody exports. */
function missing(sources: Sources, file: string): Problem | undefined {
  const text = sources.get(file);
  if (text === undefined) return { file, line: 0, message: 'there is no such file' };
  for (const { groups, index } of text.matchAll(IMPORT)) {
    const from = resolve(file, groups?.['from'] ?? '');
    const line = text.slice(0, index).split('\n').length;
    const target = sources.get(from);
    if (target === undefined)
      return { file, line, message: `imports ${from}, which does not exist` };
    const names = groups?.['names'] ?? '';
    const known = new Set(exported(target));
    const name = names.startsWith('*')
      ? undefined
      : names
          .slice(1, -1)
          .split(',')
          .map((each) => each.trim().split(' as ')[0] ?? '')
          .find((each) => each !== '' && !known.has(each));
    if (name !== undefined)
      return { file, line, message: `imports ${name}, which ${from} does not export` };
  }
  return undefined;
}

function exported(text: string): readonly string[] {
  return [...text.matchAll(EXPORT)].map((match) => match.groups?.['name'] ?? '');
}

function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** One module as `M<n>` (its exports) and `L<n>` (which binds what it imports). */
function moduleText(sources: Sources, path: string, number: ReadonlyMap<string, number>): string {
  const text = sources.get(path) ?? '';
  const self = number.get(path) ?? 0;
  const early: string[] = [];
  const late: string[] = [];
  for (const { groups } of text.matchAll(IMPORT)) {
    const target = number.get(resolve(path, groups?.['from'] ?? '')) ?? 0;
    for (const binding of bindings(groups?.['names'] ?? '', target)) {
      early.push(`let ${binding.local}${target < self ? ` = ${binding.value}` : ''};`);
      if (target >= self) late.push(`${binding.local} = ${binding.value};`);
    }
  }
  const names = exported(text);
  const body = text
    .replaceAll(IMPORT, (all) => all.replaceAll(/[^\n]/gu, ' '))
    .replaceAll(/^export /gmu, '       ');
  return `${MARK}${path}\nlet L${self} = () => {};\nconst M${self} = (() => {${early.join(' ')}\n${body}\nL${self} = () => {${late.join(' ')}};\nreturn {${names.join(', ')}};\n})();`;
}

function bindings(names: string, target: number): readonly { local: string; value: string }[] {
  if (names.startsWith('*'))
    return [{ local: names.replace(/^\*\s+as\s+/u, ''), value: `M${target}` }];
  return names
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => ({
      local: name.split(' as ').at(-1) ?? name,
      value: `M${target}.${name.split(' as ')[0] ?? name}`,
    }));
}
