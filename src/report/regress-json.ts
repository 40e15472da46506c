// SPDX-License-Identifier: GPL-2.0-only
/** Checked changes for programs, as docs/regress.schema.json describes them. */
import type { RegressReport } from './change.ts';
import { jsonDocument } from './json.ts';

/** The report as one document. What is `undefined` there is `null` here. */
export function regressJson(report: RegressReport): string {
  // The number rises when a field changes its meaning or goes.
  return jsonDocument({ format: 'msicheck regress 1', ...report });
}
