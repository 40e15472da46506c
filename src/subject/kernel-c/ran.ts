// SPDX-License-Identifier: GPL-2.0-only
/**
 * What ran of a module that was built to note it (build/mark.ts). The bytes are taken out of linear memory
 * after each step, so that what was seen outlives snapshots and the memory stays as it is without them;
 * what the shims run to look at the state is not counted.
 */
import { MAP_SECTION, MARK_KINDS, type MarkKind, type UnitMap } from './build/mark.ts';
import type { Exports } from './memory.ts';

/** A line in a block of code, a condition of it, or what it returns. */
export interface CodeMark {
  /** Relative to the tree. */
  readonly file: string;
  readonly function: string;
  /** Line of the function's definition. */
  readonly start: number;
  readonly line: number;
  readonly column: number;
  readonly kind: MarkKind;
  /** Conditions of a macro are all where it is used: 1 for the first one. */
  readonly nth: number;
  /**
   * Where a condition goes to when it is false, and when it is true, as far as the compiler says so. It may
   * be turned around: `if (!x)` is the condition `x` to the compiler.
   */
  readonly to: readonly (Place | undefined)[];
}

/** In the file of the mark. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What ran since it was last cleared. */
export interface Ran {
  /** For `kernelC`. */
  readonly watch: (exports: Exports) => Exports;
  /** Every mark once, though a header's function may be in several files. */
  readonly marks: readonly CodeMark[];
  /**
   * 1 for a line that ran; 1 for a condition that was false and for a result that was none or good, 2 for a
   * condition that was true and for an error, 3 for both; else 0.
   */
  readonly ways: (mark: CodeMark) => number;
  /** The same since the module was loaded. */
  readonly waysEver: (mark: CodeMark) => number;
  /** Makes a question out of marks that is quick to ask: whether one of them went one of these ways. */
  readonly probe: (marks: readonly CodeMark[], ways: number) => () => boolean;
  /** Forgets what ran, but for `waysEver`. */
  readonly clear: () => void;
}

/** The bytes of a file: words, for there are many and few of them are set. */
interface Unit {
  readonly map: UnitMap;
  /** Since it was cleared. */
  readonly seen: Int32Array;
  /** Before that. */
  readonly past: Int32Array;
}

/** Where the bytes of a mark are. */
interface Spot {
  readonly bytes: Uint8Array;
  readonly past: Uint8Array;
  readonly at: number;
}

/** Reads what a module says of its bytes; throws for one that was not built to note what runs. */
export function ranOf(module: Uint8Array<ArrayBuffer>): Ran {
  const units = unitsOf(module);
  const spots = new Map<CodeMark, Spot[]>();
  const known = new Map<string, CodeMark>();
  for (const unit of units) addSpots(unit, { spots, known });
  const spotsOf = (mark: CodeMark): readonly Spot[] => spots.get(mark) ?? [];
  const ways = (mark: CodeMark): number =>
    spotsOf(mark).reduce((sum, { bytes, at }) => sum | waysAt(bytes, at, mark.kind), 0);
  return {
    watch: (exports) => watched(exports, units),
    marks: [...spots.keys()],
    ways,
    waysEver: (mark) =>
      spotsOf(mark).reduce((sum, { past, at }) => sum | waysAt(past, at, mark.kind), ways(mark)),
    probe: (marks, wanted) => {
      const places = marks.flatMap((mark) =>
        spotsOf(mark).flatMap(({ bytes, at }) =>
          [0, 1]
            .filter((way) => ((wanted >> way) & 1) === 1)
            .map((way) => ({ bytes, at: at + way })),
        ),
      );
      return () => places.some(({ bytes, at }) => bytes[at] === 1);
    },
    clear: () => {
      for (const { seen, past } of units) take(seen, past);
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
    return { map, seen: new Int32Array(map.words), past: new Int32Array(map.words) };
  });
}

interface Collected {
  readonly spots: Map<CodeMark, Spot[]>;
  readonly known: Map<string, CodeMark>;
}

function addSpots({ map, ...words }: Unit, { spots, known }: Collected): void {
  const bytes = new Uint8Array(words.seen.buffer);
  const past = new Uint8Array(words.past.buffer);
  const counts = new Map<string, number>();
  let at = 0;
  for (const [fn, line, column, which, ...ways] of map.marks) {
    const [name, file, start] = map.functions[fn] ?? ['', '', 0];
    const kind = MARK_KINDS[which] ?? 'line';
    const place = `${kind} ${file} ${start} ${name} ${line}:${column}`;
    const nth = kind === 'condition' ? (counts.get(place) ?? 0) + 1 : 1;
    counts.set(place, nth);
    const key = `${place} ${nth}`;
    const mark = known.get(key) ?? {
      file,
      function: name,
      start,
      line,
      column,
      kind,
      nth,
      to: waysTo(ways),
    };
    known.set(key, mark);
    spots.set(mark, [...(spots.get(mark) ?? []), { bytes, past, at }]);
    at += kind === 'line' ? 1 : 2;
  }
}

/** Lines and columns, in turn. */
function waysTo([noLine, noColumn, yesLine, yesColumn]: readonly number[]): CodeMark['to'] {
  return [placeOf(noLine, noColumn), placeOf(yesLine, yesColumn)];
}

function placeOf(line = 0, column = 0): Place | undefined {
  return line === 0 ? undefined : { line, column };
}

function waysAt(bytes: Uint8Array, at: number, kind: MarkKind): number {
  return (bytes[at] ?? 0) | (kind === 'line' ? 0 : (bytes[at + 1] ?? 0) << 1);
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

/** Adds to what was seen what the words say, and clears them. */
function take(words: Int32Array, seen: Int32Array): void {
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? 0;
    if (word === 0) continue;
    seen[i] = (seen[i] ?? 0) | word;
    words[i] = 0;
  }
}
