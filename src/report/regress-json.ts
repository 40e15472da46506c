// SPDX-License-Identifier: GPL-2.0-only
import type { RegressReport } from './change.ts';

export function regressJson(report: RegressReport): string {
  return JSON.stringify(report, null, 1) + '\n';
}
