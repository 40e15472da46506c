// SPDX-License-Identifier: GPL-2.0-only
/**
 * Makes the code of a file note which of its lines run, which ways its conditions go, and where it returns
 * an error: in LLVM's textual intermediate code, as the front end makes it and before anything is optimised.
 * Each line has a byte that is written before the first instruction of the line in each block, so that an
 * early return and a `goto` have theirs, and a line behind a call that ends the run is not taken for one that
 * ran. The optimiser may leave a volatile write out only with the code around it.
 */
import type { DebugFunction, DebugPlace } from './debug-lines.ts';
import { placesIn } from './debug-lines.ts';

/** What bytes stand for: one for a line, two for a condition that is false or true, and for a result that is good or an error. */
export const MARK_KINDS = ['line', 'condition', 'result'] as const;

/** One of them. */
export type MarkKind = (typeof MARK_KINDS)[number];

/** Bytes, and where they are written. */
interface Mark {
  readonly kind: MarkKind;
  readonly place: DebugPlace;
  /** Index of the byte, the first one of two. */
  readonly at: number;
  /** What makes `%kc.bit.AT`, which chooses the byte; nothing for a line. */
  readonly bit: readonly string[];
  /** Where a condition goes to when it is false, and when it is true. */
  readonly to: readonly (DebugPlace | undefined)[];
  /** Index of the line of text that the mark goes before. */
  readonly before: number;
}

/** Section of the module in which each file says what its bytes stand for, a line of JSON each. */
export const MAP_SECTION = 'kc_map';

type Row = readonly [number, number, number, number, ...number[]];

/** What a file says of its bytes. */
export interface UnitMap {
  /** Exported variable in which the bytes are. */
  readonly symbol: string;
  /** Their number in words of four. */
  readonly words: number;
  /** Name, file and line. */
  readonly functions: readonly (readonly [string, string, number])[];
  /**
   * Index of the function, line, column, index of the kind; and for a condition line and column that it goes
   * to when it is false, and when it is true, 0 where the compiler does not say. Bytes follow each other in
   * this order.
   */
  readonly marks: readonly Row[];
}

/** Marks a file; `unit` is its name, which no other file of the module has. */
export function markLines(text: string, unit: string): string {
  const lines = text.split('\n');
  const marks = marksIn(lines);
  if (marks.length === 0) return text;
  const symbol = `kc_ran ${unit}`;
  const words = wordsOf(marks);
  const pointers = UNTYPED.test(text);
  const node = freeNode(lines);
  const array = `[${4 * words} x i8]`;
  const render = renderer({ array, symbol, pointers, quiet: `!nosanitize !${node}` });
  const out: string[] = [];
  let next = 0;
  for (const [index, line] of lines.entries()) {
    for (; marks[next]?.before === index; next += 1) out.push(...render(marks[next]));
    out.push(line);
  }
  out.push(
    `@"${symbol}" = global ${array} zeroinitializer, align 4`,
    `!wasm.custom_sections = !{!${node + 1}}`,
    `!${node} = !{}`,
    `!${node + 1} = !{!"${MAP_SECTION}", !"${quoted(`${JSON.stringify(unitMap(symbol, words, marks))}\n`)}"}`,
    '',
  );
  return out.join('\n');
}

/** A load or a store as compilers write it from LLVM 15 on. */
const UNTYPED = /^ {2}(?:store|%\S+ = load) .*, ptr [%@]/mu;
const START = /^ {2}\S/u;
const DEBUG = /, !dbg (!\d+)/u;
/** What has to come first in its block, and what is no code. */
const NO_CODE =
  /^ {2}(?:%[\w.$"-]+ = (?:phi|alloca|landingpad) |#dbg_|(?:tail )?call void @llvm\.(?:dbg|lifetime)\.)/u;
const LABEL = /^([^\s:]+):(?: |$)/u;
/** A declaration without a value is no code; compilers until LLVM 14 convert the pointer for this. */
const LIFETIME = /^ {2}call void @llvm\.lifetime\./u;
const CONDITION = /^ {2}br i1 ([^,]+), label /u;
/** A result is kept until the function ends, unless there is one alone. */
const RESULT = /^ {2}(?:store|ret) (i32|ptr|[%\w.]+\*+) ([^ ,]+), (?:\S+ %retval,|!dbg )/u;

/** Files that are not the tree's: shims, and headers that were made for it. */
const OURS = /^(?:shim\/|\/)/u;

/** Looks at the instructions of all functions. */
function marksIn(lines: readonly string[]): readonly Mark[] {
  const placeOf = placesIn(lines);
  const marks: Mark[] = [];
  let blocks: Blocks = new Map();
  let last: DebugPlace | undefined;
  let at = 0;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('define ')) blocks = blocksOf(lines, index, placeOf);
    // A label begins a block; what is indented deeper goes on with an instruction.
    if (!line.startsWith('  ')) last = undefined;
    const place = instructionPlace(lines, index, placeOf);
    if (place === undefined || OURS.test(place.function.file)) continue;
    if (last?.line !== place.line || last.function !== place.function) {
      marks.push({ kind: 'line', place, at, bit: [], to: [], before: index });
      at += 1;
    }
    last = place;
    for (const kind of ['condition', 'result'] as const) {
      const bit = (kind === 'condition' ? conditionIn : failureIn)(line, at);
      if (bit === undefined) continue;
      const to = kind === 'condition' ? waysOf(line, blocks) : [];
      marks.push({ kind, place, at, bit, to, before: index });
      at += 2;
    }
  }
  return marks;
}

/** Where the code of each block begins. */
type Blocks = ReadonlyMap<string, DebugPlace>;

type PlaceOf = ReturnType<typeof placesIn>;

/** Of an instruction; `undefined` for what is none, and for what has to come first in its block. */
function instructionPlace(
  lines: readonly string[],
  index: number,
  placeOf: PlaceOf,
): DebugPlace | undefined {
  const line = lines[index] ?? '';
  if (!START.test(line) || NO_CODE.test(line) || line.startsWith('  ]')) return undefined;
  if (line.includes(' = bitcast ') && LIFETIME.test(lines[index + 1] ?? '')) return undefined;
  return placeOf(debugNode(lines, index));
}

/** The blocks of the function that is defined on a line, by their labels. */
function blocksOf(lines: readonly string[], start: number, placeOf: PlaceOf): Blocks {
  const blocks = new Map<string, DebugPlace>();
  let label: string | undefined;
  for (let index = start + 1; index < lines.length && lines[index] !== '}'; index += 1) {
    label = LABEL.exec(lines[index] ?? '')?.[1] ?? label;
    const place = label === undefined ? undefined : instructionPlace(lines, index, placeOf);
    if (label === undefined || place === undefined) continue;
    blocks.set(label, place);
    label = undefined;
  }
  return blocks;
}

/** The branch names the block for a true condition first. */
function waysOf(line: string, blocks: Blocks): readonly (DebugPlace | undefined)[] {
  const [yes, no] = [...line.matchAll(/label %([^ ,]+)/gu)].map(([, label = '']) =>
    blocks.get(label),
  );
  return [no, yes];
}

/** What a branch depends on. */
function conditionIn(line: string, at: number): readonly string[] | undefined {
  const condition = CONDITION.exec(line)?.[1];
  if (condition === undefined || /^(?:true|false|undef|poison)$/u.test(condition)) return undefined;
  return [`  %kc.bit.${at} = or i1 ${condition}, false`];
}

/** Whether what is returned is an error: a number below 0; no pointer, or one within the last page. */
function failureIn(line: string, at: number): readonly string[] | undefined {
  const [, type, value] = RESULT.exec(line) ?? [];
  if (type === undefined || value === undefined) return undefined;
  if (type === 'i32') return [`  %kc.bit.${at} = icmp slt i32 ${value}, 0`];
  return [
    `  %kc.number.${at} = ptrtoint ${type} ${value} to i32`,
    `  %kc.below.${at} = add i32 %kc.number.${at}, -1`,
    `  %kc.bit.${at} = icmp uge i32 %kc.below.${at}, -4096`,
  ];
}

/** The debug node of an instruction; that of a switch is on the line with its closing bracket. */
function debugNode(lines: readonly string[], index: number): string {
  let end = index;
  if (lines[index]?.endsWith('[') === true)
    while (lines[end]?.startsWith('  ]') === false) end += 1;
  return DEBUG.exec(lines[end] ?? '')?.[1] ?? '';
}

function wordsOf(marks: readonly Mark[]): number {
  const last = marks.at(-1);
  return last === undefined ? 0 : Math.ceil((last.at + (last.kind === 'line' ? 1 : 2)) / 4);
}

/** How the bytes are reached. */
interface Bytes {
  readonly array: string;
  readonly symbol: string;
  /** Pointers have no type, as from LLVM 15 on. */
  readonly pointers: boolean;
  /** Keeps KASAN from looking at the write. */
  readonly quiet: string;
}

function renderer({ array, symbol, pointers, quiet }: Bytes): (mark: Mark | undefined) => string[] {
  const byte = pointers ? 'ptr' : 'i8*';
  const base = `${array}${pointers ? ', ptr' : `, ${array}*`} @"${symbol}"`;
  return (mark) => {
    if (mark === undefined) return [];
    const { kind, at, bit } = mark;
    if (kind === 'line')
      return [
        `  store volatile i8 1, ${byte} getelementptr inbounds (${base}, i32 0, i32 ${at}), align 1, ${quiet}`,
      ];
    const [way, which, where] = [`%kc.way.${at}`, `%kc.which.${at}`, `%kc.where.${at}`];
    return [
      ...bit,
      `  ${way} = zext i1 %kc.bit.${at} to i32`,
      `  ${which} = add i32 ${way}, ${at}`,
      `  ${where} = getelementptr inbounds ${base}, i32 0, i32 ${which}`,
      `  store volatile i8 1, ${byte} ${where}, align 1, ${quiet}`,
    ];
  };
}

/** The number of a metadata node that there is none of, nor of those that follow. */
function freeNode(lines: readonly string[]): number {
  let most = -1;
  for (const line of lines) {
    const number = /^!(\d+) = /u.exec(line)?.[1];
    if (number !== undefined) most = Math.max(most, Number(number));
  }
  return most + 1;
}

/** A text of the intermediate code. */
function quoted(text: string): string {
  return text.replaceAll(/[^ !#-[\]-~]/gu, (one) =>
    [...Buffer.from(one)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

function unitMap(symbol: string, words: number, marks: readonly Mark[]): UnitMap {
  const functions = new Map<DebugFunction, number>();
  const rows = marks.map(({ place, kind, to }): Row => {
    const known = functions.get(place.function) ?? functions.size;
    functions.set(place.function, known);
    const ways = to.flatMap((way) => [way?.line ?? 0, way?.column ?? 0]);
    return [known, place.line, place.column, MARK_KINDS.indexOf(kind), ...ways];
  });
  return {
    symbol,
    words,
    functions: [...functions.keys()].map(({ name, file, line }) => [name, file, line]),
    marks: rows,
  };
}
