// SPDX-License-Identifier: GPL-2.0-only
/**
 * All mutants of a script in one copy of it: each behind a switch, so that changing the mutant costs
 * nothing; or as probes, which only tell where a mutant would have made a difference.
 */
import type { FunctionDeclaration, Program } from 'acorn';

import { type Edit, edited, fuelEdits } from '../../subject/changed/instrument.ts';
import type { Mutant, Parsed } from './mutant.ts';

/**
 * The script with `$m === n` around each mutant. The body of a function that has mutants stands there twice,
 * with and without them, lest every other mutant pay for its switches. `$m` is declared by whoever loads it.
 */
export function switched({ file, source, program }: Parsed, mutants: readonly Mutant[]): string {
  const fuel = fuelEdits(program, file);
  const edits: Edit[] = [...fuel];
  const others = new Set(mutants);
  for (const fn of functionsOf(program)) {
    const own = mutants.filter(({ draft }) => isInside(fn, draft));
    if (own.length === 0) continue;
    for (const mutant of own) others.delete(mutant);
    const inner = [...fuel.filter((edit) => isInside(fn, edit)), ...own.flatMap(switchEdits)];
    const ids = own.map(({ id }) => id);
    edits.push(twin(fn, source, inner, ids));
  }
  return edited(source, [...edits, ...[...others].flatMap(switchEdits)]);
}

/**
 * The unchanged script that tells what a mutant would do: `$hit[n]` is not 0 where its place was executed, and
 * `$mark(n)` is called where it would have given something else, as far as that can be told. `$probe`,
 * `$hit` and `$mark` are the loader's.
 */
export function probed({ file, source, program }: Parsed, mutants: readonly Mutant[]): string {
  return edited(source, [...fuelEdits(program, file), ...mutants.flatMap(probeEdits)]);
}

function functionsOf({ body }: Program): readonly FunctionDeclaration[] {
  return body.flatMap((node) => {
    const inner = node.type === 'ExportNamedDeclaration' ? node.declaration : node;
    return inner?.type === 'FunctionDeclaration' ? [inner] : [];
  });
}

function isInside(
  { body }: FunctionDeclaration,
  piece: { readonly start: number; readonly end: number },
): boolean {
  return piece.start >= body.start && piece.end <= body.end;
}

/** The body with switches beside the one that was there; one more function would show in the stack of an oops. */
function twin(
  { body: { start, end } }: FunctionDeclaration,
  source: string,
  edits: readonly Edit[],
  ids: readonly number[],
): Edit {
  const inner = edits.map((edit) => ({
    ...edit,
    start: edit.start - start,
    end: edit.end - start,
    reach: edit.reach - start,
  }));
  const text = edited(source.slice(start, end), inner);
  const chosen = `$m>=${Math.min(...ids)}&&$m<=${Math.max(...ids)}`;
  // Outside of whatever begins with the body.
  return { start, end, before: `{if(${chosen})${text}else`, after: '}', reach: end + 1 };
}

function around({ draft: { start, end } }: Mutant, before: string, after: string): Edit {
  return { start, end, before, after, reach: end };
}

function at({ draft: { start, end } }: Mutant, before: string): Edit {
  // Outside of whatever is around the statement that begins here.
  return { start, end: start, before, after: '', reach: end + 0.25 };
}

function switchEdits(mutant: Mutant): readonly Edit[] {
  const { id, draft } = mutant;
  const { place, text, end } = draft;
  switch (place.kind) {
    case 'expression':
      return [around(mutant, `($m===${id}?(${text}):`, ')')];
    case 'statement':
      return [around(mutant, `{if($m===${id}){${fuelled(mutant)}}else{`, '}}')];
    case 'insert':
      return [at(mutant, `if($m===${id}){${text}}`)];
    case 'swap': {
      const start = place.second;
      const guard = { start, end, before: `{if($m!==${id}){`, after: '}}', reach: end };
      return [at(mutant, `if($m===${id}){${second(mutant)}}`), guard];
    }
  }
}

/** The second statement of two that are swapped. */
function second({ draft: { text, place, start, end } }: Mutant): string {
  return place.kind === 'swap' ? text.slice(0, end - place.second) : `${start}`;
}

/** A loop in the text of a mutant needs fuel as well. */
function fuelled({ file, line, draft: { text } }: Mutant): string {
  if (!text.startsWith('for (')) return text;
  const burn = `if(--$fuel<0)$burn(${JSON.stringify(`${file}:${line}`)});`;
  const header = /^for \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/u.exec(text)?.[0] ?? '';
  return `${header}{${burn}${text.slice(header.length)}}`;
}

function probeEdits(mutant: Mutant): readonly Edit[] {
  const { id, draft } = mutant;
  const { place } = draft;
  switch (place.kind) {
    case 'expression':
      return [
        place.value === undefined
          ? around(mutant, `($mark(${id}),`, ')')
          : around(mutant, `$probe(${id},`, `,()=>(${place.value}))`),
      ];
    case 'statement': {
      const { differs } = place;
      const hit = differs === undefined ? `$mark(${id});` : `$probe(${id},false,()=>${differs});`;
      return [around(mutant, `{${hit}`, '}')];
    }
    case 'insert':
    case 'swap':
      return [at(mutant, `$mark(${id});`)];
  }
}
