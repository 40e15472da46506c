// SPDX-License-Identifier: GPL-2.0-only
/** The reference's sources by path, as text that can be changed before it is loaded. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Path below `src` (`subject/reference/slab.ts`, `trace/call.ts`) to text. */
export type Sources = ReadonlyMap<string, string>;

/** Where a source cannot be used, and why. */
export interface Problem {
  /** Path as in `Sources`. */
  readonly file: string;
  /** From 1; 0 when it is about the whole file. */
  readonly line: number;
  readonly message: string;
}

/** Folder of the reference below `src`. */
export const REFERENCE = 'subject/reference';
/** What a subject is made of: the reference, and `trace`, which everybody shares. */
const FOLDERS: readonly string[] = ['trace', REFERENCE];

const root = fileURLToPath(new URL('../../', import.meta.url));

let reference: Sources | undefined;

/** TypeScript of this checkout, read once: the same map every time. */
export function referenceSources(): Sources {
  reference ??= new Map(FOLDERS.flatMap((folder) => [...readSources(root, folder)]));
  return reference;
}

/** TypeScript in `folder` below `top`. Throws what reading throws. */
export function readSources(top: string, folder: string): Sources {
  const names = readdirSync(`${top}/${folder}`).filter((name) => name.endsWith('.ts'));
  return new Map(
    names
      .toSorted()
      .map((name) => [`${folder}/${name}`, readFileSync(`${top}/${folder}/${name}`, 'utf8')]),
  );
}

const stripped = new Map<string, string>();

/** The same without types: lines and columns stay. The first text that is not TypeScript is the problem. */
export function stripTypes(sources: Sources): Sources | Problem {
  const scripts = new Map<string, string>();
  for (const [file, text] of sources) {
    const script = strip(file, text);
    if (typeof script !== 'string') return script;
    scripts.set(file, script);
  }
  return scripts;
}

/** Most texts are those of the reference, over and over again. */
function strip(file: string, text: string): string | Problem {
  const known = stripped.get(text);
  if (known !== undefined) return known;
  try {
    const script = stripTypeScriptTypes(text);
    if (stripped.size < 1000) stripped.set(text, script);
    return script;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const line = Number(/^:(\d+)\n/u.exec(error.stack ?? '')?.[1] ?? '0');
    return { file, line, message: error.message };
  }
}

/** True for what went wrong instead of a result, which others may have made with odd prototypes. */
export function isProblem(value: object): value is Problem {
  return Object.hasOwn(value, 'message') && Object.hasOwn(value, 'line');
}
