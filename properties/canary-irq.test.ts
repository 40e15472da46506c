// SPDX-License-Identifier: GPL-2.0-only
/** Canaries of allocation, of irq domains and of device resources. */
import { describe } from 'vitest';

import { DEFECTS } from '../src/subject/planted/index.ts';
import { testCanaries } from './canary.ts';

describe('a defect of allocation, of a domain or of devres', () => {
  testCanaries(DEFECTS.filter(({ file }) => file !== 'msi-desc.ts' && file !== 'msi-device.ts'));
});
