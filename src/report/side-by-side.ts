// SPDX-License-Identifier: GPL-2.0-only
/** What base and change show, as one text: unchanged lines once, `-` of the base, `+` of the change. */
import { diffArrays } from 'diff';

import type { SideBySide } from './change.ts';

/** Unchanged lines that are shown on each side of a difference. */
const AROUND = 3;
/** Lines of all steps together; the rest is counted. */
const MOST = 60;

/** The steps below each other, each below its call. */
export function sideBySide(steps: readonly SideBySide[]): readonly string[] {
  const lines = steps.flatMap((step) => [`step ${step.at + 1}: ${step.step}`, ...stepLines(step)]);
  if (lines.length <= MOST) return lines;
  return [...lines.slice(0, MOST - 1), leftOut(lines.length - MOST + 1, 'more')];
}

function stepLines({ base, changed }: SideBySide): readonly string[] {
  const pieces = diffArrays([...base], [...changed]);
  if (pieces.every(({ added, removed }) => !added && !removed)) return ['  both show the same'];
  return pieces.flatMap(({ added, removed, value }, i) => {
    if (added) return value.map((line) => `+ ${line}`);
    if (removed) return value.map((line) => `- ${line}`);
    return middle(value, i === 0, i === pieces.length - 1).map((line) => `  ${line}`);
  });
}

/** Unchanged lines without what is far from a difference. */
function middle(lines: readonly string[], first: boolean, last: boolean): readonly string[] {
  const head = first ? 0 : AROUND;
  const tail = last ? 0 : AROUND;
  const hidden = lines.length - head - tail;
  // One line is as long as what would stand for it.
  if (hidden <= 1) return lines;
  return [
    ...lines.slice(0, head),
    leftOut(hidden, 'unchanged'),
    ...lines.slice(lines.length - tail),
  ];
}

function leftOut(n: number, which: string): string {
  return `... ${n} ${which} ${n === 1 ? 'line' : 'lines'} left out`;
}
