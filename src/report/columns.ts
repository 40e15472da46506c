// SPDX-License-Identifier: GPL-2.0-only
/** Tables without lines, so that `grep`, `awk` and diffs work on them. */
import { getBorderCharacters, table } from 'table';

import { type Paint, PLAIN } from './paint.ts';

/** How a column is set. */
export type Side = 'left' | 'right';

/** The rows below a heading; `sides` sets each column, left where it is missing. */
export function columns(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  sides: readonly Side[] = [],
  paint: Paint = PLAIN,
): string {
  const cells = [heading.map(paint.strong), ...rows].map((row) => [...row]);
  const text = table(cells, {
    border: getBorderCharacters('void'),
    columnDefault: { paddingLeft: 0, paddingRight: 2 },
    columns: heading.map((_, i) => ({ alignment: sides[i] ?? 'left' })),
    drawHorizontalLine: () => false,
  });
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}
