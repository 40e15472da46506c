// SPDX-License-Identifier: GPL-2.0-only
/**
 * `npm run bench`: ratios of CPU time measured in one run, A B A B, and what minimising costs; the kernel's
 * own C where trees have names. No test depends on it. With a number, that many seeds for each canary;
 * without, 20.
 */
import { table } from 'table';

import { generation, wholeCheck } from './bench-rates.ts';
import { type CanaryFigures, canaryFigures } from './bench-canaries.ts';
import { type TreeFigures, treeFigures } from './bench-trees.ts';
import { NoModule } from '../subject/kernel-c/build/no-module.ts';
import { NoTree } from '../trees/no-tree.ts';
import { type NamedTree, readTrees } from '../trees/registry.ts';

const seeds = Number(process.argv[2] ?? 20);
if (!Number.isInteger(seeds) || seeds < 1 || seeds > 10_000) {
  process.stderr.write(
    'bench: expected a number of seeds, 1..10000, such as: npm run bench -- 200\n',
  );
  process.exit(2);
}

const check = wholeCheck();
const made = generation();
process.stdout.write(
  table([
    ['figure', 'measured', 'wanted'],
    ['subject + oracle + invariants / bare reference', check.ratio.toFixed(2), '3.0 or less'],
    ['flat generator / fc.commands, steps per CPU second', made.ratio.toFixed(2), '2.0 or more'],
    [
      'steps per trace, flat and fc.commands',
      made.lengths.map((mean) => mean.toFixed(1)).join(' and '),
      'equal',
    ],
    [
      'steps per CPU second, whole check with generation',
      Math.round(check.rate).toLocaleString('en'),
      '300,000',
    ],
  ]),
);
for (const tree of readTrees()) process.stdout.write(await figuresOf(tree));
const figures: CanaryFigures[] = [];
for (const canary of canaryFigures(seeds)) {
  figures.push(canary);
  process.stdout.write(
    `${canary.shortest}/${canary.seeds} shortest, ${canary.forms} form${canary.forms === 1 ? ' ' : 's'}, ` +
      `found after ${canary.medianTraces} traces, minimised in ${canary.medianMs.toFixed(1)} ms (medians; at most ${canary.mostMs.toFixed(0)})  ${canary.name}\n`,
  );
}
const exact = figures.filter(({ shortest, forms }) => shortest === seeds && forms === 1);
const slowest = Math.max(...figures.map(({ medianMs }) => medianMs));
process.stdout.write(
  `${exact.length} of ${figures.length} canaries exact in ${seeds} of ${seeds} seeds; slowest median ${slowest.toFixed(1)} ms, wanted 50\n`,
);

/** A machine that cannot build a tree has no figures of it. */
async function figuresOf(tree: NamedTree): Promise<string> {
  try {
    return table(rowsOf(await treeFigures(tree)));
  } catch (error) {
    if (error instanceof NoModule || error instanceof NoTree)
      return `tree:${tree.name} is not measured: ${error.message}\n`;
    throw error;
  }
}

function rowsOf(tree: TreeFigures): string[][] {
  const { name } = tree;
  return [
    ['figure', 'measured', 'wanted'],
    [`tree:${name} with KASAN / reference`, tree.kasan.toFixed(1), ''],
    [`tree:${name} with KASAN and counters / reference`, tree.counted.toFixed(1), ''],
    [
      'steps per CPU second, with KASAN and counters',
      Math.round(tree.rate).toLocaleString('en'),
      '',
    ],
    ['microseconds for a fresh world', tree.start.toFixed(0), ''],
    ['microseconds back to a snapshot', tree.restore.toFixed(0), ''],
    [`seconds from an edit of msi.c to "${tree.verdict}"`, tree.edit.toFixed(1), '5.0 or less'],
  ];
}
