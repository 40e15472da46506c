// SPDX-License-Identifier: GPL-2.0-only
/** Changed sources for tests: edits of the reference, as texts and as patches. */
import { createTwoFilesPatch } from 'diff';

import { ENVIRONMENTS } from '../src/generate/environments.ts';
import type { Budget } from '../src/regress/budget.ts';
import { checkChange } from '../src/regress/check.ts';
import type { ChangeResult } from '../src/report/change.ts';
import { type ChangedSubject, loadChanged } from '../src/subject/changed/load.ts';
import {
  isProblem,
  type Problem,
  REFERENCE,
  referenceSources,
  type Sources,
} from '../src/subject/changed/sources.ts';
import type { Trace } from '../src/trace/step.ts';

/** Text that stands once in a file of the reference, and what is put in its place. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Where every step begins. */
const BEGIN = 'function begin(k: Kernel, step: Step): void {\n';

/** Puts statements at the beginning of every step. */
export function atBegin(code: string): Edit {
  return { file: 'index.ts', find: BEGIN, replace: `${BEGIN}${code}\n` };
}

/** The reference with an edit. */
export function edited(...edits: readonly Edit[]): Sources {
  const sources = new Map(referenceSources());
  for (const { file, find, replace } of edits) {
    const path = `${REFERENCE}/${file}`;
    const parts = (sources.get(path) ?? '').split(find);
    if (parts.length !== 2)
      throw new Error(`"${find}" stands ${parts.length - 1} times in ${file}, expected once`);
    sources.set(path, parts.join(replace));
  }
  return sources;
}

/** An edit as a mail with a patch. */
export function patchOf(edit: Edit, header: readonly string[] = []): string {
  const path = `src/${REFERENCE}/${edit.file}`;
  const old = referenceSources().get(`${REFERENCE}/${edit.file}`) ?? '';
  const now = edited(edit).get(`${REFERENCE}/${edit.file}`) ?? '';
  const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, old, now);
  return [
    'From: A Developer <a@example.invalid>',
    'Subject: [PATCH] genirq/msi: a change with a subject that is',
    ' folded',
    '',
    ...header,
    'Why.',
    '---',
    ` ${path} | 2 +-`,
    '',
    `diff --git a/${path} b/${path}`,
    `${diff.slice(diff.indexOf('--- '))}-- `,
    '2.39.5',
    '',
  ].join('\n');
}

/** Loads an edit, with counters in the files that it touches. */
export function load(edit: Edit): ChangedSubject | Problem {
  return loadChanged(edited(edit), {
    name: 'changed',
    counted: [`${REFERENCE}/${edit.file}`],
    apart: true,
  });
}

/** Loads an edit that does load. */
export function loaded(edit: Edit): ChangedSubject {
  const subject = load(edit);
  if (isProblem(subject)) throw new Error(subject.message);
  return subject;
}

/** These traces, and random ones of one seed; the clock stands still. */
export function budgetOf(traces: readonly Trace[], runs: number): Budget {
  return {
    spec: 'kernel',
    seed: 'test',
    corpus: traces.map((trace, index) => ({ path: `${index + 1}.trace`, trace })),
    expected: [],
    environments: ENVIRONMENTS,
    runs,
    time: Number.POSITIVE_INFINITY,
    clock: () => 0,
    progress: () => undefined,
  };
}

/** Checks an edit on these traces and nothing else. */
export function check(edit: Edit, traces: readonly Trace[]): ChangeResult {
  const base = referenceSources();
  const change = { name: 'edit', title: 'edit', base, before: base, changed: edited(edit) };
  return checkChange(change, budgetOf(traces, 0));
}
