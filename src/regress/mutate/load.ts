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
  readonly probed: Probed;
}

/** What the probe has seen. */
export interface Probed {
  /** By number of a mutant: not 0 when its place was ever executed. */
  readonly reached: Uint8Array;
  /** Mutants that would have made a difference since it was last forgotten, each once, in that order. */
  readonly differing: readonly number[];
  readonly forget: () => void;
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
  const probes: Counters = { reached: new Uint8Array(mutants.length + 1), differing: [] };
  const chosen = prepare(copies.switched);
  const counting = prepare(copies.probed);
  if (isProblem(chosen)) return chosen;
  if (isProblem(counting)) return counting;
  const standing = chosen(0, probes);
  return {
    mutants,
    choose: (mutant) => {
      const bundle = runsOnce(mutant) ? chosen(mutant.id, probes) : standing;
      bundle.choose(mutant.id);
      return { name: `mutant ${mutant.id}`, start: refuelling(bundle) };
    },
    probe: { name: 'reference', start: refuelling(counting(0, probes)) },
    probed: {
      ...probes,
      forget: () => {
        for (const id of probes.differing) probes.reached[id] = 1;
        probes.differing.length = 0;
      },
    },
  };
}

/** A bundle whose mutant can be changed. */
interface Switched extends Bundle {
  readonly choose: (id: number) => void;
}

/** What probes write: 3 in `reached` is for one that stands in the list. */
interface Counters {
  readonly reached: Uint8Array;
  readonly differing: number[];
}

/** Compiles once; each call runs the modules anew, with that mutant. */
function prepare(scripts: Sources): ((id: number, counters: Counters) => Switched) | Problem {
  const body = link(scripts, ENTRY);
  if (typeof body !== 'string') return body;
  const text = `(function ($m, $hit, $differing) {
let $fuel = ${FUEL};
const $burn = (place) => { throw new Error('more than ${FUEL} rounds of loops in one step; the last one at ' + place); };
const $mark = (id) => {
  if ($hit[id] === 3) return;
  $hit[id] = 3;
  $differing.push(id);
};
const $probe = (id, value, other) => {
  if ($hit[id] === 3) return value;
  $hit[id] = 1;
  try { if (!Object.is(value, other())) $mark(id); } catch { $mark(id); }
  return value;
};
const $bundle = (function () {${body}\n})();
return { reference: $bundle.reference, refuel: () => { $fuel = ${FUEL}; }, choose: (id) => { $m = id; } };
})`;
  const make: unknown = new Script(text, { filename: 'mutated' }).runInThisContext();
  return (id, { reached, differing }) => {
    const bundle: unknown = typeof make === 'function' ? make(id, reached, differing) : undefined;
    if (!isBundle(bundle) || !isSwitched(bundle)) throw new Error('the mutated copy is no subject');
    return bundle;
  };
}

function isSwitched(bundle: Bundle): bundle is Switched {
  return 'choose' in bundle;
}
