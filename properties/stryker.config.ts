// SPDX-License-Identifier: GPL-2.0-only
// Suites that Stryker runs against its mutants of the reference (`npm run stryker`).
import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['properties/reference.test.ts'],
    pool: 'threads',
    bail: 1,
  },
};

export default config;
