// SPDX-License-Identifier: GPL-2.0-only
/** Loads the reference with all mutants in it: one copy whose mutant is chosen, and one that counts. */
import { Script } from 'node:vm';

import { parseScript } from '../../subject/changed/instrument.ts';
import { link } from '../../subject/changed/link.ts';
import { type Bundle, ENTRY, FUEL, isBundle, refuelling } from '../../subject/changed/load.ts';
import {
  isProblem,
  type Problem,
  REFERENCE,
  referenceSources,
  type Sources,
  stripTypes,
} from '../../subject/changed/sources.ts';
import type { SubjectFactory } from '../../subject/subject.ts';
import { type Mutant, mutantsOf, type Parsed, runsOnce } from './mutant.ts';
import { probed, switched } from './switches.ts';

/** The reference and its mutants. */
export interface Mutated {
  readonly mutants: readonly Mutant[];
  /** The subject that is this mutant; the one before it is it too from now on. */
  readonly choose: (mutant: Mutant) => SubjectFactory;
  /** The unchanged reference, with its counters. */
  readonly probe: SubjectFactory;
  /** By number of a mutant: 1 when its place was executed, 3 when it would have made a difference. */
  readonly hits: Uint8Array;
}

/** Names of the files that are mutated, without folder: `msi-alloc.ts`. A name that does not exist is the problem. */
export function loadMutated(
  names: readonly string[],
  sources: Sources = referenceSources(),
): Mutated | Problem {
  const scripts = stripTypes(sources);
  if (isProblem(scripts)) return scripts;
  const mutants: Mutant[] = [];
  const copies = { switched: new Map(scripts), probed: new Map(scripts) };
  for (const [file, source] of scripts) {
    if (!file.startsWith(REFERENCE)) continue;
    const program = parseScript(file, source);
    if (isProblem(program)) return program;
    const parsed: Parsed = { file, source, program };
    const name = file.slice(REFERENCE.length + 1);
    const own = names.includes(name) ? mutantsOf(parsed, mutants.length + 1) : [];
    mutants.push(...own);
    copies.switched.set(file, switched(parsed, own));
    copies.probed.set(file, probed(parsed, own));
  }
  const hits = new Uint8Array(mutants.length + 1);
  const chosen = prepare(copies.switched);
  const counting = prepare(copies.probed);
  if (isProblem(chosen)) return chosen;
  if (isProblem(counting)) return counting;
  const standing = chosen(0, hits);
  return {
    mutants,
    choose: (mutant) => {
      const bundle = runsOnce(mutant) ? chosen(mutant.id, hits) : standing;
      bundle.choose(mutant.id);
      return { name: `mutant ${mutant.id}`, start: refuelling(bundle) };
    },
    probe: { name: 'reference', start: refuelling(counting(0, hits)) },
    hits,
  };
}

/** A bundle whose mutant can be changed. */
interface Switched extends Bundle {
  readonly choose: (id: number) => void;
}

/** Compiles once; each call runs the modules anew, with that mutant. */
function prepare(scripts: Sources): ((id: number, hits: Uint8Array) => Switched) | Problem {
  const body = link(scripts, ENTRY);
  if (typeof body !== 'string') return body;
  const text = `(function ($m, $hit) {
let $fuel = ${FUEL};
const $burn = (place) => { throw new Error('more than ${FUEL} rounds of loops in one step; the last one at ' + place); };
const $probe = (id, value, other) => {
  if ($hit[id] === 3) return value;
  try { $hit[id] = Object.is(value, other()) ? 1 : 3; } catch { $hit[id] = 3; }
  return value;
};
const $bundle = (function () {${body}\n})();
return { reference: $bundle.reference, refuel: () => { $fuel = ${FUEL}; }, choose: (id) => { $m = id; } };
})`;
  const make: unknown = new Script(text, { filename: 'mutated' }).runInThisContext();
  return (id, hits) => {
    const bundle: unknown = typeof make === 'function' ? make(id, hits) : undefined;
    if (!isBundle(bundle) || !isSwitched(bundle)) throw new Error('the mutated copy is no subject');
    return bundle;
  };
}

function isSwitched(bundle: Bundle): bundle is Switched {
  return 'choose' in bundle;
}
