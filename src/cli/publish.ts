// SPDX-License-Identifier: GPL-2.0-only
/** The end of `check` and `sweep`: the summary goes to the reports and to standard output. */
import { join } from 'node:path';

import { jsonSummary } from '../report/json.ts';
import type { Summary } from '../report/summary.ts';
import { textSummary } from '../report/text.ts';
import { shown, writeWhole } from './files.ts';
import { isMistake, Status } from './mistake.ts';
import { finish, note, paintFor } from './terminal.ts';

/** Writes both files, then prints one form. A report that cannot be written does not hide the summary. */
export function publish(summary: Summary, reports: string, json: boolean): void {
  const document = jsonSummary(summary);
  const files = [
    { path: join(reports, `${summary.command}.json`), text: document },
    { path: join(reports, `${summary.command}.txt`), text: textSummary(summary) },
  ];
  const written = files.map(({ path, text }) => write(path, text));
  const unwritten = written.includes(false) && summary.status !== Status.finding;
  const status = unwritten ? Status.mistake : summary.status;
  const lost = summary.findings.filter(({ unsaved }) => unsaved !== undefined).length;
  if (lost > 0)
    note(`msicheck: ${lost} of ${summary.findings.length} findings not saved; each says why above`);
  const names = files.flatMap(({ path }, i) => (written[i] === true ? [shown(path)] : []));
  const report = names.length === 0 ? 'not written' : names.join(', ');
  const text = json
    ? document
    : `${textSummary(summary, paintFor(process.stdout))}report: ${report}\n`;
  finish(status, text);
}

function write(path: string, text: string): boolean {
  try {
    writeWhole(path, text);
    return true;
  } catch (error) {
    if (!isMistake(error)) throw error;
    note(`msicheck: ${error.message}`);
    return false;
  }
}
