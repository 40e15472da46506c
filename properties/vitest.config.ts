// SPDX-License-Identifier: GPL-2.0-only
// How the suites run: every `properties/**/*.test.ts`, in threads that share their modules.
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

import type { ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Compiled modules are kept: the threads and the processes that they start find them here.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

// Most of what runs here is a copy of the reference with a defect, which lives too short for a compiler
// to pay. Unless it is told to wait, compiling takes a third of the time that the tests take.
setFlagsFromString('--invocation-count-for-maglev=4000');
setFlagsFromString('--invocation-count-for-turbofan=40000');

/** What takes longest, lest all wait for it in the end; vitest itself knows it only of its last run. */
const LONG = [
  'trees-run',
  'program-errors',
  'readme',
  'cli-regress',
  'canary-irq',
  'fuzz-cli',
  'cli-runs',
  'fuzz',
  'canary-msi',
  'mutate',
  'process',
];

/** vitest takes an order only as a class. */
class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((a, b) => rankOf(a) - rankOf(b)));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const at = LONG.indexOf(basename(moduleId, '.test.ts'));
  return at < 0 ? LONG.length : at;
}

const config: ViteUserConfig = {
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['properties/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
    // Only what never ends is to fail by the clock.
    testTimeout: 120_000,
    // Node loads the sources itself: the hot loops of the checks run at their own speed.
    experimental: { viteModuleRunner: false },
    // One more than there are cores: some tests wait for a limit of time to pass, with nothing to do.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
  },
};

export default config;
