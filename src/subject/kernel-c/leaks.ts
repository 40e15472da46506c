// SPDX-License-Identifier: GPL-2.0-only
/**
 * Memory that nothing refers to: what mm/kmemleak.c does. Every word of static data and of live memory
 * is taken for an address; memory that no such word points into, from the roots on, has no owner.
 * The stack is not looked at: between two steps no kernel function runs.
 */
import { type Picture, TABLES } from '../../trace/observation.ts';
import { OBJECT_SIZE } from './codes.ts';
import { type Memory, textAt } from './memory.ts';

/** Memory without an owner. */
export interface Leak {
  /** In words that begin with the function that asked for it. */
  readonly text: string;
  /** Its place in the list of objects. */
  readonly object: number;
}

/** Memory of the allocator that is live. */
interface Block {
  /** Its place in the list of objects. */
  readonly object: number;
  readonly start: number;
  readonly end: number;
  /** Address of the name of the function that asked for it. */
  readonly fn: number;
  readonly birth: number;
  /** The driver of the steps holds it, so that what it refers to is held too. */
  readonly root: boolean;
  reached: boolean;
}

/** What a header in front of memory begins with (shim/slab.c MAGIC). */
const MAGIC = 0x6b63a11c;
/** From here on `enum kc_sort` of the driver: objects that it registered itself. */
const FIRST_SORT = 0x40;

/** Addresses between which static data lies that can hold an address. */
export interface Statics {
  readonly first: number;
  readonly end: number;
}

/** Pieces of live memory by the address of the name of the function that asked for them, as far as no table of the picture has it. */
export type Hidden = ReadonlyMap<number, number>;

/** What there was when the world had just been made. */
export interface AtBoot {
  readonly hidden: Hidden;
  /** Live objects per table. */
  readonly live: readonly number[];
}

/** Takes down what there is after boot. */
export function atBoot(memory: Memory, picture: Picture, shown: Iterable<number>): AtBoot {
  return { hidden: hiddenOf(blocksOf(memory), shown), live: liveOf(picture) };
}

/** What the memory is compared with. */
export interface Against {
  readonly statics: readonly Statics[];
  readonly boot: AtBoot;
  readonly picture: Picture;
  /** Addresses of what the picture has. */
  readonly shown: readonly number[];
}

/**
 * Memory without an owner, in words, the oldest first: what nothing refers to; and where the picture
 * has as much as after boot, what there is more of than then. What tables show is left to the rules.
 */
export function leaksOf(
  memory: Memory,
  { statics, boot, picture, shown }: Against,
): readonly Leak[] {
  const blocks = blocksOf(memory);
  mark(memory, statics, blocks);
  const find = finderOf(blocks);
  const known = new Set<Block | undefined>(shown.map(find));
  const lost = blocks.filter((block) => !block.reached && !known.has(block));
  const leaks = lost.map(({ fn, start, end, birth, object }) => ({
    object,
    text: `${textAt(memory, fn)} asked for ${end - start} bytes in step ${birth}, to which nothing refers`,
  }));
  if (liveOf(picture).some((count, i) => count !== boot.live[i])) return leaks;
  const more = [...hiddenOf(blocks, shown)].filter(
    ([fn, count]) => count > (boot.hidden.get(fn) ?? 0),
  );
  return [
    ...leaks,
    ...more.map(([fn, count]) => ({
      object: blocks.findLast((block) => block.fn === fn && !known.has(block))?.object ?? 0,
      text: `${textAt(memory, fn)} has ${count} pieces of memory where all else is as after boot, not ${boot.hidden.get(fn) ?? 0}`,
    })),
  ];
}

function hiddenOf(blocks: readonly Block[], shown: Iterable<number>): Hidden {
  const known = new Set<Block | undefined>([...shown].map(finderOf(blocks)));
  const counts = new Map<number, number>();
  for (const block of blocks)
    if (!block.root && !known.has(block)) counts.set(block.fn, (counts.get(block.fn) ?? 0) + 1);
  return counts;
}

function liveOf(picture: Picture): readonly number[] {
  return TABLES.map((kind) => picture[kind].live);
}

/** Marks what can be reached from static data, the shims and the driver. */
function mark(memory: Memory, statics: readonly Statics[], blocks: readonly Block[]): void {
  const find = finderOf(blocks);
  const todo = blocks.filter(({ root }) => root);
  for (const block of todo) block.reached = true;
  const { words } = memory;
  const least = blocks[0]?.start ?? Number.MAX_SAFE_INTEGER;
  const most = blocks.at(-1)?.end ?? 0;
  const scan = (start: number, end: number): void => {
    for (let at = start >> 2, last = end >> 2; at < last; at += 1) {
      const word = (words[at] ?? 0) >>> 0;
      // Most words are no address at all.
      if (word < least || word > most) continue;
      const block = find(word);
      if (block === undefined || block.reached) continue;
      block.reached = true;
      todo.push(block);
    }
  };
  for (const { first, end } of statics) scan(first, end);
  for (const { start, end } of quietBlocks(memory)) scan(start, end);
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) scan(next.start, next.end);
}

function blocksOf(memory: Memory): Block[] {
  const { words, at } = memory;
  const blocks: Block[] = [];
  const count = words[at.objectCount >> 2] ?? 0;
  for (let i = 0, from = at.objects >> 2; i < count; i += 1, from += OBJECT_SIZE >> 2) {
    if ((words[from + 5] ?? 0) >= 0) continue;
    const start = (words[from] ?? 0) >>> 0;
    const root = (words[from + 2] ?? 0) >= FIRST_SORT && (words[from + 2] ?? 0) < 0x100;
    blocks.push({
      object: i,
      start,
      end: start + (words[from + 1] ?? 0),
      fn: words[from + 3] ?? 0,
      birth: words[from + 4] ?? 0,
      root,
      reached: false,
    });
  }
  return blocks.toSorted((a, b) => a.start - b.start);
}

/** Which block an address is in; tags in the low bits of a node's address stay within it. */
function finderOf(blocks: readonly Block[]): (address: number) => Block | undefined {
  const least = blocks[0]?.start ?? Number.MAX_SAFE_INTEGER;
  const most = blocks.at(-1)?.end ?? 0;
  return (address) => {
    if (address < least || address > most) return undefined;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((blocks[middle]?.start ?? 0) <= address) low = middle;
      else high = middle - 1;
    }
    const block = blocks[low];
    return block !== undefined && address < Math.max(block.end, block.start + 1)
      ? block
      : undefined;
  };
}

/** Memory of the shims, which is on no list: found by the header in front of it. */
function* quietBlocks({ words, at }: Memory): Generator<{ start: number; end: number }> {
  const top = words[at.heapTop >> 2] ?? 0;
  for (let header = (at.heap + 15) & ~15; header < top; header += 16) {
    const from = header >> 2;
    const isQuiet = words[from + 2] === -1 && words[from] === MAGIC;
    if (isQuiet && words[from + 1] === header + 16)
      yield { start: header + 16, end: header + 16 + (words[from + 3] ?? 0) };
  }
}
