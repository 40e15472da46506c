// SPDX-License-Identifier: GPL-2.0-only
// How the suites run: every `properties/**/*.test.ts`, in threads that share their modules.
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ViteUserConfig } from 'vitest/config';

// Compiled modules are kept: the threads and the processes that they start find them here.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache');

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
    // One more than the default, which keeps a core free for watching.
    maxWorkers: availableParallelism(),
  },
};

export default config;
