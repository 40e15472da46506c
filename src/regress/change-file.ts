// SPDX-License-Identifier: GPL-2.0-only
/** A file that says what is changed: a patch, or for a kernel tree a scripted edit. */
import { isProblem, type Problem, type Sources } from '../subject/changed/sources.ts';
import { applyEdit } from '../trees/edit/apply.ts';
import { parseEdit } from '../trees/edit/parse.ts';
import type { Expects, Outcome } from './change.ts';
import type { Ground } from './ground.ts';
import { applyMail, keysIn, parseMail } from './patch.ts';

/** Such a file, read. */
export interface ChangeFile {
  readonly title: string;
  readonly expects: Expects;
  /** Keys of the files that it is about. */
  readonly keys: readonly string[];
  readonly apply: (sources: Sources) => Outcome;
}

/** What the names of such files end in. */
export const CHANGE_FILE: RegExp = /\.(?:patch|edit)$/u;

/** Reads it; a problem names the line that says nothing. */
export function readChangeFile(name: string, text: string, ground: Ground): ChangeFile | Problem {
  return name.endsWith('.edit') ? readEdit(name, text, ground) : readPatch(name, text, ground);
}

function readPatch(name: string, text: string, ground: Ground): ChangeFile | Problem {
  const patch = parseMail(name, text);
  if (isProblem(patch)) return patch;
  return {
    title: patch.title,
    expects: patch.expects,
    keys: keysIn(patch, ground),
    apply: (sources) => applyMail(name, patch, sources, ground),
  };
}

function readEdit(name: string, text: string, ground: Ground): ChangeFile | Problem {
  if (!ground.scripted)
    return { file: name, line: 0, message: 'is an edit of a kernel; expected --tree NAME with it' };
  const edit = parseEdit(name, text);
  if (isProblem(edit)) return edit;
  const keys = edit.blocks.flatMap(({ lines }) => lines.map(({ file }) => file));
  const outside = keys.find((key) => ground.refusal(key) !== undefined);
  if (outside !== undefined)
    return { file: name, line: 0, message: `names ${outside}; ${ground.refusal(outside) ?? ''}` };
  return {
    title: edit.title,
    expects: edit.expects,
    keys: ['Makefile', ...keys],
    apply: (sources) => {
      const applied = applyEdit(edit, (path) => sources.get(path));
      return applied.kind === 'sources'
        ? { kind: 'sources', sources: new Map([...sources, ...applied.changed]) }
        : applied;
    },
  };
}
