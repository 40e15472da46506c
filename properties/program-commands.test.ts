// SPDX-License-Identifier: GPL-2.0-only
/** `check`, `sweep` and `replay` on a program that speaks the protocol. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Ended, run } from './program.ts';

const STORE = 'docs/examples/store.py';
const GOOD = `exec:python3 ${STORE}`;
const TRACE = `msicheck trace 1
environment: no domain
  msi: none
msi_setup_device_data(dev=0)
msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=3, nvec_used=1, affinity=none, msi_attrib=none)
msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=3, nvec_used=1, affinity=none, msi_attrib=none)
`;

let folder = '';
let trace = '';
let wrong = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'msicheck-'));
  trace = join(folder, 'twice.trace');
  writeFileSync(trace, TRACE);
  wrong = `exec:python3 ${join(folder, 'wrong.py')}`;
  const text = readFileSync(STORE, 'utf8').replace('65535, 16', '65535, 17');
  writeFileSync(join(folder, 'wrong.py'), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reported(...args: readonly string[]): Promise<Ended> {
  return run([...args, '--reports', join(folder, 'reports')]);
}

describe('a program that shows what the reference shows', () => {
  test.for([['check', '--runs', '60'], ['fuzz', '--runs', '20'], ['sweep', '$TRACE'], ['sweep']])(
    'passes %s',
    async (words) => {
      const args = words.map((word) => word.replace('$TRACE', trace));
      const { status, stdout } = await reported(...args, '--subject', GOOD);
      expect(stdout).toMatch(/show the same$/mu);
      expect(stdout).toMatch(/^[\d,]+ traces?, [1-9][\d,]* steps compared/mu);
      expect(status).toBe(0);
    },
  );
});

describe('a program that answers with another error', () => {
  test.for([
    ['check', '--runs', '200'],
    ['sweep', '$TRACE'],
    ['replay', '$TRACE'],
  ])('fails %s, with the step and both answers', async (words) => {
    const args = words.map((word) => word.replace('$TRACE', trace));
    const where = words[0] === 'replay' ? [] : ['--reports', join(folder, 'reports')];
    const { status, stdout } = await run([...args, ...where, '--subject', wrong]);
    expect(stdout).toMatch(/msi_domain_insert_msi_desc/u);
    expect(stdout).toMatch(/-EBUSY/u);
    expect(status).toBe(1);
  });
});

test('what makes no sense with a program is refused', async () => {
  const strict = await run(['check', '--subject', GOOD, '--spec', 'strict']);
  expect(strict.stderr).toMatch(/--spec: exec:python3 .*; expected no --spec beside it/u);
  const minimized = await run(['minimize', trace, '--subject', GOOD]);
  expect(minimized.stderr).toMatch(/expected conform, check, sweep or replay/u);
  expect([strict.status, minimized.status]).toEqual([2, 2]);
});
