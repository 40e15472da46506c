// SPDX-License-Identifier: GPL-2.0-only
// How the suites run: every `properties/**/*.test.ts`, in threads that share their modules.
import { availableParallelism } from 'node:os';

import type { ViteUserConfig } from 'vitest/config';

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
