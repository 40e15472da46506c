// SPDX-License-Identifier: GPL-2.0-only
/** The end of `regress`: every form goes to the reports, one to standard output. */
import { join } from 'node:path';

import type { RegressReport } from '../report/change.ts';
import { regressGithub } from '../report/regress-github.ts';
import { regressJson } from '../report/regress-json.ts';
import { regressJunit } from '../report/regress-junit.ts';
import { regressKtap } from '../report/regress-ktap.ts';
import { regressSarif } from '../report/regress-sarif.ts';
import { regressText } from '../report/regress-text.ts';
import { shown, writeWhole } from './files.ts';
import { isMistake, Status } from './mistake.ts';
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

/** What is known before the run has ended: a run that is killed leaves it. */
export function saveSoFar(report: RegressReport, reports: string): void {
  for (const { file, write } of [WRITERS.json, WRITERS.text]) {
    try {
      writeWhole(join(reports, file), write(report));
    } catch (error) {
      // The end will say so.
      if (!isMistake(error)) throw error;
    }
  }
}

/** Writes all forms, then prints the one that is asked for. A form that cannot be written does not hide it. */
export function publishRegress(
  report: RegressReport,
  {
    reports,
    format,
    status,
  }: { readonly reports: string; readonly format: Format; readonly status: number },
): void {
  const written = Object.values(WRITERS).map(({ file, write }) =>
    save(join(reports, file), write(report)),
  );
  const where = written.every(Boolean) ? shown(join(reports, 'regress.*')) : 'not written';
  const unwritten = written.includes(false) && status !== Status.finding;
  const text =
    format === 'text'
      ? `${regressText(report, paintFor(process.stdout), process.stdout.columns)}report: ${where}\n`
      : WRITERS[format].write(report);
  finish(unwritten ? Status.mistake : status, text);
}

function save(path: string, text: string): boolean {
  try {
    writeWhole(path, text);
    return true;
  } catch (error) {
    if (!isMistake(error)) throw error;
    note(`msicheck: ${error.message}`);
    return false;
  }
}
