// SPDX-License-Identifier: GPL-2.0-only
/** The end of `regress`: every form goes to the reports, one to standard output. */
import { join } from 'node:path';

import type { ChangeResult, RegressReport } from '../report/change.ts';
import { regressGithub } from '../report/regress-github.ts';
import { regressJson } from '../report/regress-json.ts';
import { regressJunit } from '../report/regress-junit.ts';
import { regressKtap } from '../report/regress-ktap.ts';
import { regressSarif } from '../report/regress-sarif.ts';
import { regressText } from '../report/regress-text.ts';
import { makeFolder, shortHash, shown, writeWhole } from './files.ts';
import { isMistake } from './mistake.ts';
import { finish, note, paintFor } from './terminal.ts';

/** Name of a form. */
export type Format = 'text' | 'json' | 'junit' | 'sarif' | 'github' | 'ktap';

/** The names. */
export const FORMATS: readonly Format[] = ['text', 'json', 'junit', 'sarif', 'github', 'ktap'];

interface Writer {
  readonly file: string;
  readonly write: (report: RegressReport) => string;
}

const WRITERS: Readonly<Record<Format, Writer>> = {
  text: { file: 'regress.txt', write: (report) => regressText(report) },
  json: { file: 'regress.json', write: regressJson },
  junit: { file: 'regress.junit.xml', write: regressJunit },
  sarif: { file: 'regress.sarif', write: regressSarif },
  github: { file: 'regress.github.txt', write: regressGithub },
  ktap: { file: 'regress.ktap', write: regressKtap },
};

/** Writes all forms, then prints the one that is asked for. */
export function publishRegress(
  report: RegressReport,
  {
    reports,
    format,
    status,
  }: { readonly reports: string; readonly format: Format; readonly status: number },
): void {
  for (const { file, write } of Object.values(WRITERS)) save(join(reports, file), write(report));
  const files = shown(join(reports, 'regress.*'));
  const traces = report.changes.some(({ evidence }) => (evidence?.steps ?? 0) > 0)
    ? `traces: ${shown(join(reports, 'findings'))}\n`
    : '';
  const text =
    format === 'text'
      ? `${regressText(report, paintFor(process.stdout))}${traces}report: ${files}\n`
      : WRITERS[format].write(report);
  finish(status, text);
}

/** Keeps the trace of a result as soon as there is one. */
export function saveEvidence({ name, verdict, evidence }: ChangeResult, reports: string): void {
  if (evidence === undefined || evidence.trace === '') return;
  const folder = join(reports, 'findings');
  const short = (name.split('/').at(-1) ?? name)
    .replace(/\.patch$/u, '')
    .replaceAll(/[^\w.-]/gu, '-');
  const comments = [
    `change: ${name}`,
    `verdict: ${verdict}`,
    `rule: ${evidence.rule}`,
    `detail: ${evidence.detail.replaceAll('\n', ' ')}`,
    `found: ${evidence.found}`,
  ];
  const text = evidence.trace.replace('\n', `\n${comments.map((line) => `# ${line}\n`).join('')}`);
  try {
    makeFolder(folder);
    writeWhole(join(folder, `${short}-${shortHash(evidence.trace)}.trace`), text);
  } catch (error) {
    if (!isMistake(error)) throw error;
    note(`msicheck: ${error.message}`);
  }
}

function save(path: string, text: string): void {
  try {
    writeWhole(path, text);
  } catch (error) {
    if (!isMistake(error)) throw error;
    note(`msicheck: ${error.message}`);
  }
}
