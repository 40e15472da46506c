// SPDX-License-Identifier: GPL-2.0-only
/**
 * What ran of a module that was built to note it (build/mark.ts). The bytes are taken out of linear memory
 * after each step, so that what was seen outlives snapshots and the memory stays as it is without them;
 * what the shims run to look at the state is not counted.
 */
import { MAP_SECTION, type UnitMap } from './build/mark.ts';
import type { Exports } from './memory.ts';

/** A line in a block of code, or a condition of it. */
export interface CodeMark {
  /** Relative to the tree. */
  readonly file: string;
  readonly function: string;
  /** Line of the function's definition. */
  readonly start: number;
  readonly line: number;
  readonly column: number;
  readonly kind: 'line' | 'condition';
}

/** What ran since it was last cleared. */
export interface Ran {
  /** For `kernelC`. */
  readonly watch: (exports: Exports) => Exports;
  /** Every mark once, though a header's function may be in several files. */
  readonly marks: readonly CodeMark[];
  /** 1 for a line that ran; of a condition 1 when it was false, 2 when it was true, 3 for both; else 0. */
  readonly ways: (mark: CodeMark) => number;
  readonly clear: () => void;
}

/** The bytes of a file: words, for there are many and few of them are set. */
interface Unit {
  readonly map: UnitMap;
  readonly seen: Int32Array;
}

/** Where the bytes of a mark are. */
interface Spot {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** Reads what a module says of its bytes; throws for one that was not built to note what runs. */
export function ranOf(module: Uint8Array<ArrayBuffer>): Ran {
  const units = unitsOf(module);
  const spots = new Map<CodeMark, Spot[]>();
  const known = new Map<string, CodeMark>();
  for (const { map, seen } of units) addSpots(map, new Uint8Array(seen.buffer), { spots, known });
  return {
    watch: (exports) => watched(exports, units),
    marks: [...spots.keys()],
    ways: (mark) => (spots.get(mark) ?? []).reduce((sum, spot) => sum | waysAt(spot, mark.kind), 0),
    clear: () => {
      for (const { seen } of units) seen.fill(0);
    },
  };
}

function unitsOf(module: Uint8Array<ArrayBuffer>): readonly Unit[] {
  const sections = WebAssembly.Module.customSections(new WebAssembly.Module(module), MAP_SECTION);
  const text = sections.map((section) => Buffer.from(section).toString('utf8')).join('');
  const units = text.split('\n').filter((line) => line !== '');
  if (units.length === 0)
    throw new Error('the module does not note what runs; build it again, with lines');
  return units.map((line) => {
    const map: UnitMap = JSON.parse(line);
    return { map, seen: new Int32Array(map.words) };
  });
}

interface Collected {
  readonly spots: Map<CodeMark, Spot[]>;
  readonly known: Map<string, CodeMark>;
}

function addSpots(map: UnitMap, bytes: Uint8Array, { spots, known }: Collected): void {
  let at = 0;
  for (const [fn, line, column, count] of map.marks) {
    const [name, file, start] = map.functions[fn] ?? ['', '', 0];
    const kind = count === 1 ? 'line' : 'condition';
    const key = `${kind} ${file} ${start} ${name} ${line}:${column}`;
    const mark = known.get(key) ?? { file, function: name, start, line, column, kind };
    known.set(key, mark);
    spots.set(mark, [...(spots.get(mark) ?? []), { bytes, at }]);
    at += count;
  }
}

function waysAt({ bytes, at }: Spot, kind: CodeMark['kind']): number {
  return (bytes[at] ?? 0) | (kind === 'condition' ? (bytes[at + 1] ?? 0) << 1 : 0);
}

/** The module as the subject sees it; after a step and the boot the bytes are taken, also when it ended in a death. */
function watched(exports: Exports, units: readonly Unit[]): Exports {
  const places = units.map(({ map, seen }) => ({
    seen,
    words: new Int32Array(exports.memory.buffer, exports.address(map.symbol), map.words),
  }));
  const noting = (run: () => void) => () => {
    try {
      run();
    } finally {
      for (const { words, seen } of places) take(words, seen);
    }
  };
  return {
    ...exports,
    kc_boot: noting(exports.kc_boot),
    kc_step: noting(exports.kc_step),
    kc_dump: () => {
      const address = exports.kc_dump();
      for (const { words } of places) words.fill(0);
      return address;
    },
  };
}

function take(words: Int32Array, seen: Int32Array): void {
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? 0;
    if (word === 0) continue;
    seen[i] = (seen[i] ?? 0) | word;
    words[i] = 0;
  }
}
