// SPDX-License-Identifier: GPL-2.0-only
/**
 * The folder of a campaign: `corpus/HASH.trace`, each written whole when it is found; `campaign.json`, what it is a
 * campaign of and how far it came; and `lock`, which names the process that works on it.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { formatTrace } from '../trace/format.ts';
import type { Trace } from '../trace/step.ts';
import { fileMistake, isMistake, mistake, systemCode } from './mistake.ts';
import { makeFolder, readTrace, shortHash, shown, traceNames, writeWhole } from './files.ts';
import { note } from './terminal.ts';

/** What makes two runs parts of one campaign. */
export interface Identity {
  readonly subject: string;
  readonly spec: string;
  readonly seed: string;
  readonly environments: readonly string[];
  readonly guided: boolean;
}

/** How far it came. */
export interface Position {
  readonly round: number;
  readonly traces: number;
  readonly seconds: number;
}

/** A folder that is ours until it is closed. */
export interface Folder {
  readonly path: string;
  /** Traces of earlier runs, by name. */
  readonly traces: readonly Trace[];
  readonly position: Position;
  readonly keep: (trace: Trace) => void;
  readonly reached: (position: Position) => void;
  readonly close: () => void;
}

const LAYOUT = 1;
const START: Position = { round: 0, traces: 0, seconds: 0 };

/** Opens or makes it; throws a mistake for one that is in use or of another campaign. */
export function openFolder(path: string, identity: Identity): Folder {
  const corpus = join(path, 'corpus');
  const file = join(path, 'campaign.json');
  makeFolder(corpus);
  const unlock = lock(path);
  try {
    const position = readPosition(file, identity);
    return {
      path,
      traces: readTraces(corpus, join(path, 'aside')),
      position,
      keep: (trace) => {
        const text = formatTrace(trace);
        writeWhole(join(corpus, `${shortHash(text)}.trace`), text, false);
      },
      reached: (now) => {
        writeWhole(
          file,
          `${JSON.stringify({ layout: LAYOUT, ...identity, ...now }, undefined, 2)}\n`,
        );
      },
      close: unlock,
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** What cannot be read is named and put aside: it may be worth a look, and the campaign is worth more. */
function readTraces(corpus: string, aside: string): readonly Trace[] {
  return traceNames(corpus).flatMap((name) => {
    const path = join(corpus, name);
    try {
      return [readTrace(path).trace];
    } catch (error) {
      if (!isMistake(error)) throw error;
      makeFolder(aside);
      renameSync(path, join(aside, basename(name)));
      note(`msicheck: ${error.message}; put into ${shown(aside)}`);
      return [];
    }
  });
}

function readPosition(file: string, identity: Identity): Position {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return START;
    throw fileMistake(file, error, 'the file of a campaign');
  }
  const expected = `expected the file of a campaign; remove it to begin another one with the same traces`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw mistake(`${file}: no JSON; ${expected}`);
  }
  const fields = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  if (fields.get('layout') !== LAYOUT)
    throw mistake(`${file}: layout ${JSON.stringify(fields.get('layout'))}; ${expected}`);
  for (const [name, wanted] of Object.entries(identity)) {
    const had = JSON.stringify(fields.get(name));
    if (had === JSON.stringify(wanted)) continue;
    throw mistake(
      `${file}: a campaign with ${name} ${had}, not ${JSON.stringify(wanted)}; expected the same, or another --folder`,
    );
  }
  const number = (name: string): number => {
    const found: unknown = fields.get(name);
    if (typeof found === 'number' && found >= 0) return found;
    throw mistake(`${file}: ${name} is ${JSON.stringify(found)}; ${expected}`);
  };
  return { round: number('round'), traces: number('traces'), seconds: number('seconds') };
}

/** Two that write the same position would each undo what the other did. */
function lock(path: string): () => void {
  const file = join(path, 'lock');
  for (;;) {
    try {
      const handle = openSync(file, 'wx');
      writeFileSync(handle, `${process.pid}\n`);
      closeSync(handle);
      return () => {
        rmSync(file, { force: true });
      };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST')
        throw fileMistake(file, error, 'a place that can be written to');
    }
    const holder = Number(readFileSync(file, 'utf8'));
    if (lives(holder))
      throw mistake(
        `${path}: process ${holder} works on this campaign; expected its end, or another --folder`,
      );
    rmSync(file, { force: true });
  }
}

function lives(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
