// SPDX-License-Identifier: GPL-2.0-only
/**
 * Whether a program shows what the reference shows, as far as it shows anything. Interrupt numbers may
 * differ: one of the reference and one of the program stand for each other from the step in which they
 * first appear in the same place until the reference gives its number back.
 */
import type { Answer } from '../subject/process/answer.ts';
import { answerOf, resultText } from '../subject/process/answer.ts';
import { formatItem, type Item, type KindName, KINDS } from '../subject/process/vocabulary.ts';
import type { Observation } from '../trace/observation.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import type { Unlike } from './alike.ts';

/** Which interrupt number of a program stands for which of the reference, both ways. */
export interface Renaming {
  readonly theirs: Map<number, number>;
  readonly ours: Map<number, number>;
}

/** Before the first step. */
export function noRenaming(): Renaming {
  return { theirs: new Map(), ours: new Map() };
}

/** What the reference shows of a step as a program would show it, with the interrupts that there are. */
export interface Expectation {
  readonly answer: Answer;
  readonly irqs: ReadonlySet<number>;
  /** Faults that fired. */
  readonly fired: number;
}

/** Keeps what is needed of an observation, which is valid only until the next step. */
export function expectationOf(
  seen: Observation,
  { fn, shows }: Pick<Answer, 'fn' | 'shows'>,
): Expectation {
  const irqs = new Set<number>();
  for (const [irq, address] of seen.picture.sparse_irqs.entries()) if (address !== 0) irqs.add(irq);
  return { answer: answerOf(seen, fn, shows), irqs, fired: seen.fired.length };
}

/** The first difference between what the reference and a program show of a step; learns new interrupt numbers. */
export function unlikeShown(
  seen: Observation,
  answer: Answer,
  renaming: Renaming,
): Unlike | undefined {
  return unlikeExpected(expectationOf(seen, answer), answer, renaming);
}

/** The same for an observation that was kept. */
export function unlikeExpected(
  { answer: ours, irqs }: Expectation,
  theirs: Answer,
  renaming: Renaming,
): Unlike | undefined {
  const found = results(ours, theirs, renaming) ?? lists(ours, theirs, renaming);
  if (found !== undefined) return found;
  for (const [one, other] of renaming.theirs) {
    if (irqs.has(one)) continue;
    renaming.theirs.delete(one);
    renaming.ours.delete(other);
  }
  return undefined;
}

function results(ours: Answer, theirs: Answer, renaming: Renaming): Unlike | undefined {
  const { fn, shows } = ours;
  const has = (name: 'ret' | 'virq' | 'dead'): boolean => shows.results.has(name);
  if (has('dead') && ours.dead !== theirs.dead)
    return unlike('dead', yes(ours.dead), yes(theirs.dead));
  if (ours.dead) return undefined;
  const { returns } = SIGNATURES[fn];
  if (has('ret') && returns !== 'void') {
    const isNumber = returns === 'virq' && ours.ret > 0 && theirs.ret > 0;
    const same = isNumber ? pair(ours.ret, theirs.ret, renaming) : ours.ret === theirs.ret;
    if (!same) return unlike('ret', resultText(fn, ours.ret), resultText(fn, theirs.ret));
  }
  if (has('virq') && !pair(ours.virq, theirs.virq, renaming))
    return unlike('virq', String(ours.virq), String(theirs.virq));
  return undefined;
}

function lists(ours: Answer, theirs: Answer, renaming: Renaming): Unlike | undefined {
  for (const [name, fields] of ours.shows.kinds) {
    // What a dying kernel still shows of its state means nothing.
    if (ours.dead && KINDS[name].part === 'state') continue;
    const found = unlikeList(
      { name, fields, renaming },
      ours.items.get(name) ?? [],
      theirs.items.get(name) ?? [],
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Comparison {
  readonly name: KindName;
  readonly fields: readonly string[];
  readonly renaming: Renaming;
}

/** An item with its interrupt number apart. */
interface Line {
  readonly item: Item;
  /** Every field but the interrupt number. */
  readonly plain: string;
  readonly irq: number;
  /** The interrupt number in terms of the reference; above `NEW` when it has not been seen before. */
  readonly known: number;
}

/** More than an interrupt number can be. */
const NEW = 1_000_000;

function unlikeList(
  comparison: Comparison,
  ours: readonly Item[],
  theirs: readonly Item[],
): Unlike | undefined {
  const { name, fields, renaming } = comparison;
  if (ours.length === 0 && theirs.length === 0) return undefined;
  const others = fields.filter((field) => field !== 'irq');
  const line = (item: Item, known: (irq: number) => number): Line => {
    const irq = fields.includes('irq') ? Number(item['irq']) : 0;
    return { item, plain: formatItem(name, others, item), irq, known: known(irq) };
  };
  const one = ours.map((item) =>
    line(item, (irq) => (irq === 0 || renaming.theirs.has(irq) ? irq : irq + NEW)),
  );
  const other = theirs.map((item) =>
    line(item, (irq) => (irq === 0 ? 0 : (renaming.ours.get(irq) ?? irq + NEW))),
  );
  if (!KINDS[name].ordered) for (const list of [one, other]) list.sort(inOrder);
  for (let i = 0; i < Math.max(one.length, other.length); i += 1) {
    const [a, b] = [one[i], other[i]];
    const same = a !== undefined && b !== undefined && a.plain === b.plain;
    if (same && pair(a.irq, b.irq, renaming)) continue;
    return KINDS[name].ordered || same
      ? different(comparison, a, b)
      : differing(comparison, one, other);
  }
  return undefined;
}

/**
 * By what is not an interrupt number, then interrupts that have been seen before, then new ones in
 * their own order: those of a block are alike and follow each other.
 */
function inOrder(a: Line, b: Line): number {
  if (a.plain !== b.plain) return a.plain < b.plain ? -1 : 1;
  return a.known - b.known;
}

/** The first item that the other list has not, beside the one with the same key, if there is one. */
function differing(comparison: Comparison, one: readonly Line[], other: readonly Line[]): Unlike {
  const lacking = (list: readonly Line[], from: readonly Line[]): Line | undefined =>
    list.find(({ plain }) => !from.some((line) => line.plain === plain));
  const keyOf = keyIn(comparison);
  const namesake = (list: readonly Line[], line: Line): Line | undefined =>
    list.find((candidate) => keyOf(candidate) === keyOf(line));
  const a = lacking(one, other);
  if (a !== undefined) return different(comparison, a, namesake(other, a));
  const b = lacking(other, one);
  if (b !== undefined) return different(comparison, namesake(one, b), b);
  // The same items, but not as often.
  const [more, less] = one.length > other.length ? [one, other] : [other, one];
  const extra = more.find((line, i) => line.plain !== less[i]?.plain);
  return more === one
    ? different(comparison, extra, undefined)
    : different(comparison, undefined, extra);
}

function keyIn({ name, fields }: Comparison): (line: Line) => string {
  const key = KINDS[name].fields
    .slice(0, KINDS[name].key)
    .filter((field) => fields.includes(field));
  return ({ item, known }) =>
    key.map((field) => (field === 'irq' ? String(known) : (item[field] ?? ''))).join(' ');
}

/** Two items: of those with the same key only the key and what differs; the first such field is named. */
function different(comparison: Comparison, one: Line | undefined, other: Line | undefined): Unlike {
  const { name, fields } = comparison;
  const keyOf = keyIn(comparison);
  const text = (line: Line | undefined, some: readonly string[]): string =>
    line === undefined ? 'nothing' : formatItem(name, some, line.item);
  if (one === undefined || other === undefined || keyOf(one) !== keyOf(other))
    return unlike(name, text(one, fields), text(other, fields));
  const key = KINDS[name].fields.slice(0, KINDS[name].key);
  const differs = fields.filter((field) =>
    field === 'irq' ? one.known !== other.known : one.item[field] !== other.item[field],
  );
  const some = fields.filter((field) => key.includes(field) || differs.includes(field));
  const first = differs.find((field) => !key.includes(field));
  return unlike(
    first === undefined ? name : `${name}.${first}`,
    text(one, some),
    text(other, some),
  );
}

/** True when the two stand for each other, or can from now on; 0 stands for 0 only. */
function pair(one: number, other: number, { theirs, ours }: Renaming): boolean {
  if (one === 0 || other === 0) return one === other;
  const known = theirs.get(one);
  if (known !== undefined || ours.has(other)) return known === other;
  theirs.set(one, other);
  ours.set(other, one);
  return true;
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

function unlike(where: string, one: string, other: string): Unlike {
  return { where, one, other };
}
