// SPDX-License-Identifier: GPL-2.0-only
/** Reading a scripted edit: a header as patches have it, `---`, and what is done for which release. */
import type { Problem } from '../../subject/changed/sources.ts';
import type { Line } from './verbs.ts';
import { readLine } from './words.ts';

/** A scripted edit of a kernel tree. */
export interface Edit {
  /** Its file. */
  readonly name: string;
  /** Its subject, or its name. */
  readonly title: string;
  /** The lines before `---`. */
  readonly header: string;
  /** What the header says will come out. */
  readonly expects: Promise;
  readonly blocks: readonly Block[];
}

/** What the header promises: `Verdict: same`, and a line `Objects: …` for each rule that objects. */
interface Promise {
  readonly verdict: 'same' | 'different' | 'broken' | undefined;
  readonly rules: readonly string[];
}

/** Lines for one release and those after it, up to that of the next block. */
export interface Block {
  /** `[6, 12]`; nothing for every release. */
  readonly since: readonly [number, number] | undefined;
  readonly lines: readonly Line[];
}

const VERDICTS = ['same', 'different', 'broken'] as const;

/** Reads an edit; a problem names the line that says nothing. */
export function parseEdit(name: string, text: string): Edit | Problem {
  const lines = text.replaceAll(/\r\n?/gu, '\n').split('\n');
  const end = lines.indexOf('---');
  if (end < 0)
    return {
      file: name,
      line: 0,
      message: 'has no line "---"; expected a header, "---" and what is to be done',
    };
  const blocks = readBlocks(name, lines, end + 1);
  if ('message' in blocks) return blocks;
  const header = lines.slice(0, end).join('\n');
  const rules = [...header.matchAll(/^Objects: (.+)$/gmu)].map((match) => match[1] ?? '');
  const named = /^Verdict: (.+)$/mu.exec(header)?.[1];
  const verdict =
    VERDICTS.find((one) => one === named) ?? (rules.length > 0 ? 'broken' : undefined);
  const title = /^Subject: (.*)$/mu.exec(header)?.[1]?.replace(/^\[[^\]]*\]\s*/u, '') ?? name;
  return { name, title, header, expects: { verdict, rules }, blocks };
}

interface OpenBlock {
  readonly since: Block['since'];
  readonly lines: Line[];
  readonly line: number;
}

function readBlocks(
  name: string,
  lines: readonly string[],
  first: number,
): readonly Block[] | Problem {
  const blocks: OpenBlock[] = [];
  for (const [index, text] of lines.entries()) {
    const odd = index < first ? undefined : readInto(blocks, text.trim(), index + 1);
    if (odd !== undefined) return { file: name, line: index + 1, message: odd };
  }
  const empty = blocks.find((block) => block.lines.length === 0);
  if (empty !== undefined)
    return { file: name, line: empty.line, message: 'nothing is done for this release' };
  if (blocks.length === 0)
    return {
      file: name,
      line: 0,
      message: 'changes nothing; expected "in FILE FUNCTION: VERB …" after "---"',
    };
  return blocks;
}

/** What is odd about the line, if anything is. */
function readInto(blocks: OpenBlock[], text: string, line: number): string | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  const release = /^for (\d+)\.(\d+):$/u.exec(text);
  const block = blocks.at(-1);
  if (release !== null) return openBlock(blocks, [Number(release[1]), Number(release[2])], line);
  const read = readLine(text, line);
  if ('message' in read) return read.message;
  if (block === undefined) blocks.push({ since: undefined, lines: [read], line });
  else block.lines.push(read);
  return undefined;
}

function openBlock(
  blocks: OpenBlock[],
  since: readonly [number, number],
  line: number,
): string | undefined {
  if (blocks.some((block) => block.since === undefined))
    return 'something is done for every release already; expected "for RELEASE:" above it';
  if (blocks.some((block) => block.since?.join('.') === since.join('.')))
    return `there is a block for ${since.join('.')} already`;
  blocks.push({ since, lines: [], line });
  return undefined;
}
