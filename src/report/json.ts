// SPDX-License-Identifier: GPL-2.0-only
/** Reports for programs: one JSON document each. */
import type { Summary } from './summary.ts';

/** Number of the layout; it rises when a field changes its meaning or goes. */
export const LAYOUT = 1;

/** The summary of a run. What is `undefined` there is `null` here. */
export function jsonSummary(summary: Summary): string {
  return jsonDocument({ layout: LAYOUT, ...summary });
}

/** Any record as a document that ends with a newline. */
export function jsonDocument(value: object): string {
  return `${JSON.stringify(value, (_, field: unknown) => (field === undefined ? null : field), 2)}\n`;
}
