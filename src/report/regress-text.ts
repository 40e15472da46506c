// SPDX-License-Identifier: GPL-2.0-only
import type { RegressReport } from './change.ts';
import type { Paint } from './paint.ts';
export function regressText(report: RegressReport, _paint?: Paint): string {
  return JSON.stringify(report, null, 1) + '\n';
}
