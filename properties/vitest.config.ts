// SPDX-License-Identifier: GPL-2.0-only
// How the suites run: every `properties/**/*.test.ts`, in threads that share their modules.
import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['properties/**/*.test.ts'],
    pool: 'threads',
    isolate: false,
  },
};

export default config;
