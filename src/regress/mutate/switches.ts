// SPDX-License-Identifier: GPL-2.0-only
/**
 * All mutants of a script in one copy of it: each behind a switch, so that changing the mutant costs
 * nothing; or as probes, which only tell where a mutant would have made a difference.
 */
import { type Edit, edited, fuelEdits } from '../../subject/changed/instrument.ts';
import type { Mutant, Parsed } from './mutant.ts';

/** The script with `$m === n` around each mutant. `$m` is declared by whoever loads it. */
export function switched(script: Parsed, mutants: readonly Mutant[]): string {
  return withEdits(script, mutants.flatMap(switchEdits));
}

/**
 * The unchanged script with `$hit[n]`, 1 where a mutant's place was executed and 3 where the mutant
 * would have given something else, as far as that can be told. `$probe` and `$hit` are the loader's.
 */
export function probed(script: Parsed, mutants: readonly Mutant[]): string {
  return withEdits(script, mutants.flatMap(probeEdits));
}

function withEdits({ file, source, program }: Parsed, edits: readonly Edit[]): string {
  return edited(source, [...fuelEdits(program, file), ...edits]);
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
          ? around(mutant, `($hit[${id}]=3,`, ')')
          : around(mutant, `$probe(${id},`, `,()=>(${place.value}))`),
      ];
    case 'statement': {
      const { differs } = place;
      const hit = differs === undefined ? `$hit[${id}]=3;` : `$probe(${id},false,()=>${differs});`;
      return [around(mutant, `{${hit}`, '}')];
    }
    case 'insert':
    case 'swap':
      return [at(mutant, `$hit[${id}]=3;`)];
  }
}
