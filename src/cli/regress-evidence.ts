// SPDX-License-Identifier: GPL-2.0-only
/** Traces that `regress` found, in the folder `findings`: when they are found, and again when they are minimised. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Shown } from '../regress/budget.ts';
import type { ChangeResult } from '../report/change.ts';
import { oneLine } from '../report/printable.ts';
import { formatTrace } from '../trace/format.ts';
import { makeFolder, shortHash, shown, writeWhole } from './files.ts';
import { isMistake } from './mistake.ts';
import { USUAL_SUBJECT } from './subjects.ts';

/** What is checked, and where its traces go. */
export interface Keeping {
  readonly name: string;
  /** What `replay --change` takes for it. */
  readonly named: readonly string[];
  /** What was changed: `reference`, or a tree as `--subject` takes it. */
  readonly subject: string;
  /** The folder of the reports. */
  readonly reports: string;
}

/** Keeps the traces of one change. */
export interface Keeper {
  /** Of a run that is killed while it minimises, this is what remains. */
  readonly draft: (found: Shown) => void;
  /** The same result with the file of its trace; the drafts are gone. */
  readonly keep: (result: ChangeResult) => ChangeResult;
}

/** Starts without a trace. */
export function startKeeping({ name, named, reports, subject }: Keeping): Keeper {
  const folder = join(reports, 'findings');
  const drafts = new Set<string>();
  const save = (text: string, suffix: string, about: readonly string[]): string => {
    const path = join(folder, `${slug(name)}-${suffix}.trace`);
    const comments = [`change: ${name}`, ...about].map((line) => `# ${oneLine(line)}\n`);
    makeFolder(folder);
    writeWhole(path, text.replace('\n', `\n${comments.join('')}`));
    return path;
  };
  return {
    draft: ({ trace, finding, found }) => {
      const about = [`rule: ${finding.rule}`, `found: ${found}; not minimised`];
      try {
        const text = formatTrace(trace);
        // Nobody else has a file of this name, so that it can be removed.
        const own = shortHash(`${process.pid} ${name} ${text}`);
        drafts.add(save(text, `draft-${own}`, about));
      } catch (error) {
        // The end will say so.
        if (!isMistake(error)) throw error;
      }
    },
    keep: (result) => {
      const { evidence, verdict } = result;
      if (evidence === undefined || evidence.trace === '') return result;
      const { rule, detail, found, trace } = evidence;
      const about = [
        `verdict: ${verdict}`,
        `rule: ${rule}`,
        `detail: ${detail}`,
        `found: ${found}`,
      ];
      try {
        const path = save(trace, shortHash(trace), about);
        for (const draft of drafts) rmSync(draft, { force: true });
        const file = shown(path);
        return {
          ...result,
          evidence: { ...evidence, file, again: againText(file, named, subject) },
        };
      } catch (error) {
        if (!isMistake(error)) throw error;
        return { ...result, evidence: { ...evidence, unsaved: error.message } };
      }
    },
  };
}

/** The last part of a path without what a file name cannot have. */
function slug(name: string): string {
  const last = name.split('/').findLast((part) => part !== '') ?? name;
  return last
    .replace(/\.(?:patch|edit)$/u, '')
    .replaceAll(/[^\w.-]/gu, '-')
    .slice(0, 100);
}

function againText(file: string, named: readonly string[], subject: string): string {
  const changes = named.map((name) => quoted(name)).join(' ');
  const on = subject === USUAL_SUBJECT ? '' : ` --subject ${quoted(subject)}`;
  return `npm run -s msicheck -- replay ${quoted(file)}${on} --change ${changes}`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./~@%+=:,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
