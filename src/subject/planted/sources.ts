// SPDX-License-Identifier: GPL-2.0-only
/** The reference's sources as JavaScript by path, read from this checkout. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Path (`reference/slab.ts`, `trace/call.ts`) to JavaScript with the lines and columns of the TypeScript. */
export type Sources = ReadonlyMap<string, string>;

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Source texts, types included: what a defect is planted into. */
export function referenceSources(): Sources {
  const texts = new Map<string, string>();
  for (const folder of ['trace', 'subject/reference']) {
    for (const file of readdirSync(root + folder).toSorted()) {
      if (file.endsWith('.ts'))
        texts.set(`${folder}/${file}`, readFileSync(`${root}${folder}/${file}`, 'utf8'));
    }
  }
  return texts;
}

/** The same without types. */
export function stripTypes(sources: Sources): Sources {
  return new Map([...sources].map(([path, text]) => [path, stripTypeScriptTypes(text)]));
}
