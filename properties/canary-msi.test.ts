// SPDX-License-Identifier: GPL-2.0-only
/** Canaries of the MSI core. */
import { readdirSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { CANARIES } from '../src/cli/files.ts';
import { DEFECTS } from '../src/subject/planted/index.ts';
import { testCanaries } from './canary.ts';

test('every planted defect has its known shortest trace, and no trace is left over', () => {
  const files = readdirSync(CANARIES).toSorted();
  expect(files).toEqual(DEFECTS.map(({ name }) => `${name}.trace`).toSorted());
});

describe('a defect of the descriptor store', () => {
  testCanaries(DEFECTS.filter(({ file }) => file === 'msi-desc.ts' || file === 'msi-device.ts'));
});
