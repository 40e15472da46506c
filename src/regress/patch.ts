// SPDX-License-Identifier: GPL-2.0-only
/** Patches as `git format-patch` writes them: reading one, and applying it to sources. */
import { applyPatch, parsePatch, reversePatch, type StructuredPatch } from 'diff';

import type { VerdictKind } from '../report/change.ts';
import type { Problem, Sources } from '../subject/changed/sources.ts';
import type { Expects, Outcome } from './change.ts';
import { type Ground, REFERENCE_GROUND } from './ground.ts';
import { decodeMails, decodeWords } from './mail.ts';

/** A patch file. */
export interface Patch {
  /** Its subject without `[PATCH]`, or its name. */
  readonly title: string;
  /** Lines of the mail before the first file, without the subject. */
  readonly header: string;
  readonly files: readonly StructuredPatch[];
  /** What the header says will come out. */
  readonly expects: Expects;
}

const VERDICTS: readonly VerdictKind[] = ['same', 'different', 'broken'];

/** Reads a patch; a problem names the line that is none, or says that nothing is changed. */
export function parseMail(name: string, sent: string): Patch | Problem {
  const decoded = decodeMails(sent);
  if ('message' in decoded) return { file: name, line: 0, message: decoded.message };
  const { text } = decoded;
  // A line of the message may begin like the name of a file.
  const start = /^(?:diff --git |--- \S.*\n\+\+\+ )/mu.exec(text)?.index;
  if (start === undefined)
    return { file: name, line: 0, message: 'changes nothing; expected a unified diff' };
  const mail = text.slice(0, start);
  const files = parse(name, text.slice(start), mail.split('\n').length - 1);
  if ('message' in files) return files;
  const rules = [...mail.matchAll(/^Objects: (.+)$/gmu)].map((match) => match[1] ?? '');
  const named = /^Verdict: (.+)$/mu.exec(mail)?.[1];
  const verdict =
    VERDICTS.find((one) => one === named) ?? (rules.length > 0 ? 'broken' : undefined);
  return { title: subjectOf(mail) ?? name, header: mail, files, expects: { verdict, rules } };
}

/** The line `-- ` and what follows, up to the next file: where the mail program puts its name, and the next mail its header. */
const SIGNATURE = /^-- \n(?:(?!diff --git |--- \S).*(?:\n|$))*/gmu;

function parse(name: string, text: string, above: number): readonly StructuredPatch[] | Problem {
  try {
    const files = parsePatch(text.replace(SIGNATURE, ''));
    const odd = /^GIT binary patch$/mu.test(text)
      ? 'has a binary part; expected changes of text'
      : files.map(unusable).find((message) => message !== undefined);
    return odd === undefined ? files : { file: name, line: above + 1, message: odd };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const line = Number(/line (\d+)/u.exec(error.message)?.[1] ?? '0');
    const message = error.message.replace(/ at line \d+/u, '');
    return { file: name, line: above + line, message: `is no patch: ${message}` };
  }
}

function unusable(file: StructuredPatch): string | undefined {
  const { isBinary, isRename, isCopy, isDelete, isCreate, hunks } = file;
  const what = file.newFileName ?? file.oldFileName ?? 'a file';
  if (file.newMode === '120000') return `${what} becomes a link; expected a file`;
  if (isBinary === true) return `${what} is binary; expected a change of text`;
  if (isRename === true || isCopy === true)
    return `${what} is renamed or copied; expected a change in place`;
  if (hunks.length === 0 && file.oldMode !== undefined && isCreate !== true && isDelete !== true)
    return `${what} changes its mode alone; expected a change of text`;
  if (hunks.length === 0 && isDelete !== true && isCreate !== true)
    return `${what} is not changed; is the patch cut off?`;
  return undefined;
}

/** The subject may be folded over several lines. */
function subjectOf(mail: string): string | undefined {
  const subject = /^Subject: (.*(?:\n[ \t].*)*)/mu.exec(mail)?.[1];
  if (subject === undefined) return undefined;
  return decodeWords(subject.replaceAll(/\s*\n\s*/gu, ' ')).replace(/^\[[^\]]*\]\s*/u, '');
}

/** Keys of the files that a patch names. */
export function keysIn(patch: Patch, ground: Ground): readonly string[] {
  return patch.files.flatMap(({ oldFileName, newFileName }) =>
    [oldFileName, newFileName].flatMap((name) => keyOf(name, ground) ?? []),
  );
}

/** The sources with the patch; a problem names the file and the line where a hunk was to be. */
export function applyMail(
  name: string,
  patch: Patch,
  sources: Sources,
  ground: Ground = REFERENCE_GROUND,
): Outcome {
  const changed = new Map(sources);
  for (const file of patch.files) {
    const problem = applyFile(name, file, { changed, ground });
    if (problem !== undefined) return { kind: 'does not apply', problem };
  }
  return { kind: 'sources', sources: changed };
}

function applyFile(
  name: string,
  file: StructuredPatch,
  { changed: sources, ground }: { readonly changed: Map<string, string>; readonly ground: Ground },
): Problem | undefined {
  const from = keyOf(file.oldFileName, ground);
  const to = keyOf(file.newFileName, ground);
  const about = (key: string, message: string): Problem => ({
    file: ground.shown(key),
    line: 0,
    message,
  });
  for (const key of [from, to]) {
    const refusal = key === undefined ? undefined : ground.refusal(key);
    if (key !== undefined && refusal !== undefined)
      return about(key, `is not for this tree; ${refusal} in ${name}`);
  }
  if (from !== undefined && to !== undefined && from !== to)
    return about(to, `is not ${ground.shown(from)}; expected a change in place`);
  const text = from === undefined ? '' : sources.get(from);
  if (text === undefined) return about(from ?? name, 'there is no such file in the base');
  if (from === undefined && to !== undefined && sources.has(to)) return about(to, 'exists already');
  const result = applyPatch(text, file, { autoConvertLineEndings: false });
  if (result === false)
    return failedHunk(text, file, from === undefined ? name : ground.shown(from));
  if (from !== undefined) sources.delete(from);
  if (to !== undefined) sources.set(to, result);
  return undefined;
}

/** The first hunk that finds no place; the ones before it do. */
function failedHunk(text: string, file: StructuredPatch, path: string): Problem {
  const count = file.hunks.findIndex(
    (_, last) => applyPatch(text, { ...file, hunks: file.hunks.slice(0, last + 1) }) === false,
  );
  const line = file.hunks[count]?.oldStart ?? 0;
  const where = `hunk ${count + 1} of ${file.hunks.length}`;
  const isEdit = file.newFileName !== '/dev/null' && file.oldFileName !== '/dev/null';
  if (isEdit && applyPatch(text, reversePatch(file)) !== false)
    return { file: path, line, message: 'is changed like this already; is the patch applied?' };
  return {
    file: path,
    line,
    message: `${where} does not apply; the lines around it are others here`,
  };
}

/** Nothing for a file that is made or removed. */
function keyOf(name: string | undefined, ground: Ground): string | undefined {
  return name === undefined || name === '/dev/null' ? undefined : ground.keyOf(name);
}
